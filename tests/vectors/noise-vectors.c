/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a file of Noise test vectors in the cacophony format: those of the protocol that codecs/
 * implements, in both roles, transport messages included; the others are skipped. */
#include "codecs/noise.h"

#include <glib.h>
#include <json-glib/json-glib.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_BROKEN 2 /* the file could not be run at all */
#define HANDSHAKE_MESSAGES 2

#define VECTORS_ERROR (g_quark_from_static_string ("noise-vectors"))

enum
{
  INIT,
  RESP,
};

/* One side of a vector. */
typedef struct
{
  GBytes *prologue, *secret, *ephemeral, *remote_static;
  TacNoise noise;
  TacNoiseCipher send, receive;
} Party;

static void
party_clear (Party *party)
{
  g_clear_pointer (&party->prologue, g_bytes_unref);
  g_clear_pointer (&party->secret, g_bytes_unref);
  g_clear_pointer (&party->ephemeral, g_bytes_unref);
  g_clear_pointer (&party->remote_static, g_bytes_unref);
}

static const uint8_t *
bytes (GBytes *of, size_t *size)
{
  const uint8_t *data = g_bytes_get_data (of, size);

  return data != NULL ? data : (const uint8_t *)""; /* GLib gives NULL for no bytes */
}

static bool
equal (GBytes *expected, const uint8_t *data, size_t size)
{
  return g_bytes_get_size (expected) == size && memcmp (bytes (expected, NULL), data, size) == 0;
}

/* (transfer full): the bytes of a hex member, of @size unless that is 0. A missing optional member
 * is NULL without an error. */
static GBytes *
get_hex (JsonObject *object, const char *name, size_t size, bool optional, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);
  const char *hex
      = node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
  g_autofree uint8_t *data = NULL;
  size_t length;
  const char *end;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    {
      if (!optional)
        g_set_error (error, VECTORS_ERROR, 0, "\"%s\" is missing", name);
      return NULL;
    }
  if (hex == NULL)
    {
      g_set_error (error, VECTORS_ERROR, 0, "\"%s\" is not a string", name);
      return NULL;
    }
  data = g_malloc (strlen (hex) / 2 + 1);
  if (sodium_hex2bin (data, strlen (hex) / 2 + 1, hex, strlen (hex), NULL, &length, &end) != 0
      || *end != '\0')
    {
      g_set_error (error, VECTORS_ERROR, 0, "\"%s\" is not hexadecimal", name);
      return NULL;
    }
  if (size != 0 && length != size)
    {
      g_set_error (error, VECTORS_ERROR, 0, "\"%s\" has %zu bytes, not %zu", name, length, size);
      return NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&data), length);
}

static bool
read_party (Party *party, JsonObject *vector, const char *role, GError **error)
{
  g_autofree char *prologue = g_strconcat (role, "_prologue", NULL);
  g_autofree char *secret = g_strconcat (role, "_static", NULL);
  g_autofree char *ephemeral = g_strconcat (role, "_ephemeral", NULL);
  g_autofree char *remote = g_strconcat (role, "_remote_static", NULL);
  g_autoptr (GError) wrong = NULL;

  party->prologue = get_hex (vector, prologue, 0, true, &wrong);
  if (party->prologue == NULL && wrong == NULL)
    party->prologue = g_bytes_new_static ("", 0);
  if (wrong == NULL)
    party->secret = get_hex (vector, secret, TAC_KEY_SIZE, false, &wrong);
  if (wrong == NULL)
    party->ephemeral = get_hex (vector, ephemeral, TAC_KEY_SIZE, false, &wrong);
  if (wrong == NULL)
    party->remote_static = get_hex (vector, remote, TAC_KEY_SIZE, true, &wrong);
  if (wrong != NULL)
    g_propagate_error (error, g_steal_pointer (&wrong));
  return party->ephemeral != NULL && (error == NULL || *error == NULL);
}

static void
start (Party *parties, TacNoiseRole role)
{
  Party *me = &parties[role];
  TacKeyPair s, other;
  size_t size;
  const uint8_t *prologue = bytes (me->prologue, &size);

  tac_noise_key_pair (&s, bytes (me->secret, NULL));
  tac_noise_key_pair (&other, bytes (parties[1 - role].secret, NULL));
  tac_noise_start (&me->noise, role, prologue, size, &s,
                   me->remote_static != NULL ? bytes (me->remote_static, NULL) : other.public);
}

static bool
write_message (Party *party, unsigned i, const uint8_t *payload, size_t size, uint8_t *message)
{
  const uint8_t *ephemeral = bytes (party->ephemeral, NULL);

  if (i == 0)
    return tac_noise_create_first (&party->noise, ephemeral, payload, size, message);
  if (i == 1)
    return tac_noise_create_second (&party->noise, ephemeral, payload, size, message);
  return tac_noise_encrypt (&party->send, payload, size, message);
}

static bool
read_message (Party *party, unsigned i, const uint8_t *message, size_t size, uint8_t *payload)
{
  if (i == 0)
    return tac_noise_consume_first (&party->noise, message, size, payload);
  if (i == 1)
    return tac_noise_consume_second (&party->noise, message, size, payload);
  return tac_noise_decrypt (&party->receive, message, size, payload);
}

/* NULL, or (transfer full) what differs. Writes with one party and compares, then reads the
 * vector's bytes with the other. */
static char *
run_message (Party *parties, unsigned i, GBytes *payload, GBytes *ciphertext)
{
  Party *writer = &parties[i % 2], *reader = &parties[1 - i % 2];
  size_t overhead = i < HANDSHAKE_MESSAGES ? TAC_NOISE_OVERHEAD : TAC_TAG_SIZE;
  size_t payload_size, sealed_size;
  const uint8_t *plain = bytes (payload, &payload_size);
  const uint8_t *sealed = bytes (ciphertext, &sealed_size);
  g_autofree uint8_t *out = g_malloc0 (MAX (payload_size + overhead, sealed_size));

  if (!write_message (writer, i, plain, payload_size, out))
    return g_strdup_printf ("message %u cannot be written", i);
  if (!equal (ciphertext, out, payload_size + overhead))
    return g_strdup_printf ("message %u: another ciphertext is written", i);
  if (!read_message (reader, i, sealed, sealed_size, out))
    return g_strdup_printf ("message %u does not open", i);
  if (!equal (payload, out, sealed_size - overhead))
    return g_strdup_printf ("message %u: another payload is read", i);
  return NULL;
}

/* After the last handshake message. NULL, or (transfer full) what differs. */
static char *
finish_handshake (Party *parties, GBytes *hash)
{
  for (unsigned role = INIT; role <= RESP; role++)
    {
      if (hash != NULL && !equal (hash, parties[role].noise.h, TAC_HASH_SIZE))
        return g_strdup_printf ("the %s's handshake hash differs",
                                role == INIT ? "initiator" : "responder");
      tac_noise_split (&parties[role].noise, &parties[role].send, &parties[role].receive);
    }
  return NULL;
}

/* NULL, or (transfer full) what differs; @error where the vector itself is broken. */
static char *
run_messages (Party *parties, JsonArray *messages, GBytes *hash, GError **error)
{
  start (parties, TAC_NOISE_INITIATOR);
  start (parties, TAC_NOISE_RESPONDER);
  for (unsigned i = 0; i < json_array_get_length (messages); i++)
    {
      JsonNode *node = json_array_get_element (messages, i);
      g_autoptr (GBytes) payload = NULL;
      g_autoptr (GBytes) ciphertext = NULL;
      char *difference;

      if (!JSON_NODE_HOLDS_OBJECT (node))
        g_set_error (error, VECTORS_ERROR, 0, "message %u is not an object", i);
      else if ((payload = get_hex (json_node_get_object (node), "payload", 0, false, error)))
        ciphertext = get_hex (json_node_get_object (node), "ciphertext", 0, false, error);
      if (ciphertext == NULL)
        {
          g_prefix_error (error, "message %u: ", i);
          return NULL;
        }
      difference = run_message (parties, i, payload, ciphertext);
      if (difference == NULL && i + 1 == HANDSHAKE_MESSAGES)
        difference = finish_handshake (parties, hash);
      if (difference != NULL)
        return difference;
    }
  return NULL;
}

static char *
run_vector (JsonObject *vector, GError **error)
{
  Party parties[2] = { 0 };
  JsonNode *messages = json_object_get_member (vector, "messages");
  g_autoptr (GBytes) hash = NULL;
  g_autoptr (GError) wrong = NULL;
  char *difference = NULL;

  if (messages == NULL || !JSON_NODE_HOLDS_ARRAY (messages)
      || json_array_get_length (json_node_get_array (messages)) < HANDSHAKE_MESSAGES)
    g_set_error (&wrong, VECTORS_ERROR, 0, "\"messages\" is not an array of at least %d",
                 HANDSHAKE_MESSAGES);
  else if (read_party (&parties[INIT], vector, "init", &wrong)
           && read_party (&parties[RESP], vector, "resp", &wrong))
    hash = get_hex (vector, "handshake_hash", TAC_HASH_SIZE, true, &wrong);
  if (wrong == NULL)
    difference = run_messages (parties, json_node_get_array (messages), hash, &wrong);
  if (wrong != NULL)
    g_propagate_error (error, g_steal_pointer (&wrong));
  party_clear (&parties[INIT]);
  party_clear (&parties[RESP]);
  return difference;
}

/* Counts[]: passed, failed, skipped. */
static bool
run_one (JsonNode *node, unsigned i, unsigned counts[3], GError **error)
{
  JsonObject *vector = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonNode *name = vector != NULL ? json_object_get_member (vector, "protocol_name") : NULL;
  g_autofree char *difference = NULL;
  GError *wrong = NULL;

  if (name == NULL || !JSON_NODE_HOLDS_VALUE (name) || json_node_get_string (name) == NULL)
    {
      g_set_error (error, VECTORS_ERROR, 0, "vector %u: \"protocol_name\" is missing", i);
      return false;
    }
  if (g_strcmp0 (json_node_get_string (name), TAC_NOISE_PROTOCOL) != 0)
    {
      counts[2]++;
      return true;
    }
  difference = run_vector (vector, &wrong);
  if (wrong != NULL)
    {
      g_propagate_prefixed_error (error, wrong, "vector %u: ", i);
      return false;
    }
  if (difference != NULL)
    g_print ("vector %u: FAILED: %s\n", i, difference);
  counts[difference != NULL]++;
  return true;
}

static bool
run_file (const char *path, unsigned counts[3], GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root, *vectors = NULL;
  JsonArray *array;

  if (!json_parser_load_from_file (parser, path, error))
    return false;
  root = json_parser_get_root (parser);
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    vectors = json_object_get_member (json_node_get_object (root), "vectors");
  if (vectors == NULL || !JSON_NODE_HOLDS_ARRAY (vectors))
    {
      g_set_error (error, VECTORS_ERROR, 0, "has no array \"vectors\"");
      return false;
    }
  array = json_node_get_array (vectors);
  for (unsigned i = 0; i < json_array_get_length (array); i++)
    if (!run_one (json_array_get_element (array, i), i, counts, error))
      return false;
  return true;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  unsigned counts[3] = { 0 };

  if (argc != 2 || g_str_has_prefix (argv[1], "--"))
    {
      g_printerr ("Usage: noise-vectors FILE\n\nRuns the vectors of " TAC_NOISE_PROTOCOL
                  " in FILE (JSON, the cacophony format), both roles.\n"
                  "Exit status: 0 all passed, 1 some failed, 2 FILE is not usable.\n");
      return argc == 2 && g_str_equal (argv[1], "--help") ? EXIT_SUCCESS : EXIT_BROKEN;
    }
  if (sodium_init () < 0)
    g_error ("libsodium cannot be initialised");
  if (!run_file (argv[1], counts, &error))
    {
      g_printerr ("noise-vectors: %s: %s\n", argv[1], error->message);
      return EXIT_BROKEN;
    }
  g_print ("%u passed, %u failed, %u skipped\n", counts[0], counts[1], counts[2]);
  return counts[1] == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
