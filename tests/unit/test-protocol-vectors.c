/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/vectors/protocol.json against codecs/: every byte that docs/protocol.md defines. */
#include "codecs/control.h"
#include "codecs/fingerprint.h"
#include "codecs/invitation.h"
#include "codecs/path-offer.h"
#include "codecs/sas.h"

#include <arpa/inet.h>
#include <glib.h>
#include <json-glib/json-glib.h>
#include <sodium.h>
#include <string.h>

static JsonObject *vectors;

static JsonObject *
member (JsonObject *object, const char *name)
{
  g_assert_true (json_object_has_member (object, name));
  return json_object_get_object_member (object, name);
}

/* @size bytes exactly; returns @out. */
static uint8_t *
hex (JsonObject *object, const char *name, uint8_t *out, size_t size)
{
  const char *text = json_object_get_string_member (object, name);
  size_t length;

  g_assert_nonnull (text);
  g_assert_cmpint (sodium_hex2bin (out, size, text, strlen (text), NULL, &length, NULL), ==, 0);
  g_assert_cmpuint (length, ==, size);
  return out;
}

static size_t
hex_any (JsonObject *object, const char *name, uint8_t *out, size_t size)
{
  const char *text = json_object_get_string_member (object, name);
  size_t length;

  g_assert_cmpint (sodium_hex2bin (out, size, text, strlen (text), NULL, &length, NULL), ==, 0);
  return length;
}

static void
assert_hex (JsonObject *object, const char *name, const uint8_t *bytes, size_t size)
{
  g_autofree char *text = g_malloc (2 * size + 1);

  sodium_bin2hex (text, 2 * size + 1, bytes, size);
  g_assert_cmpstr (text, ==, json_object_get_string_member (object, name));
}

static void
read_pair (const char *who, TacKeyPair *pair)
{
  uint8_t secret[TAC_KEY_SIZE];

  tac_noise_key_pair (pair, hex (member (vectors, who), "static_secret", secret, sizeof secret));
  assert_hex (member (vectors, who), "static_public", pair->public, sizeof pair->public);
}

static void
read_candidates (JsonObject *object, TacCandidates *candidates)
{
  static const char *const kinds[] = { "", "host", "server-reflexive", "relayed" };
  JsonArray *array = json_object_get_array_member (object, "candidates");

  memset (candidates, 0, sizeof *candidates);
  for (unsigned i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *from = json_array_get_object_element (array, i);
      TacCandidate *to = &candidates->list[candidates->n++];
      const char *address = json_object_get_string_member (from, "address");

      for (unsigned kind = 1; kind <= 3; kind++)
        if (g_str_equal (kinds[kind], json_object_get_string_member (from, "kind")))
          to->kind = (TacCandidateKind)kind;
      to->ipv6 = strchr (address, ':') != NULL;
      g_assert_cmpint (inet_pton (to->ipv6 ? AF_INET6 : AF_INET, address, to->address), ==, 1);
      to->port = (uint16_t)json_object_get_int_member (from, "port");
    }
}

static void
assert_candidates (const TacCandidates *got, const TacCandidates *expected)
{
  g_assert_cmpuint (got->n, ==, expected->n);
  for (size_t i = 0; i < got->n; i++)
    {
      g_assert_cmpint (got->list[i].kind, ==, expected->list[i].kind);
      g_assert_cmpint (got->list[i].ipv6, ==, expected->list[i].ipv6);
      g_assert_cmpmem (got->list[i].address, 16, expected->list[i].address, 16);
      g_assert_cmpuint (got->list[i].port, ==, expected->list[i].port);
    }
}

static void
assert_ice (const TacHandshake *hs)
{
  JsonArray *array = json_object_get_array_member (vectors, "ice");

  for (unsigned i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *ice = json_array_get_object_element (array, i);
      TacIceCredentials got;

      tac_handshake_ice (hs, (uint8_t)json_object_get_int_member (ice, "generation"), &got);
      g_assert_cmpstr (got.caller_ufrag, ==, json_object_get_string_member (ice, "caller_ufrag"));
      g_assert_cmpstr (got.caller_pwd, ==, json_object_get_string_member (ice, "caller_pwd"));
      g_assert_cmpstr (got.callee_ufrag, ==, json_object_get_string_member (ice, "callee_ufrag"));
      g_assert_cmpstr (got.callee_pwd, ==, json_object_get_string_member (ice, "callee_pwd"));
    }
}

static void
assert_keys (TacHandshake *hs, const char *send, const char *receive)
{
  TacCallKeys keys;
  JsonObject *expected = member (vectors, "keys");

  tac_handshake_split (hs, &keys);
  assert_hex (expected, "h", keys.h, sizeof keys.h);
  assert_hex (expected, send, keys.send_root, sizeof keys.send_root);
  assert_hex (expected, receive, keys.receive_root, sizeof keys.receive_root);
}

static void
test_caller (void)
{
  JsonObject *invite_vector = member (vectors, "invite"), *reply_vector = member (vectors, "reply");
  TacKeyPair caller, callee;
  TacHandshake hs;
  TacInvite invite = { .capabilities = 1 };
  TacCandidates expected;
  TacReply reply;
  uint8_t ephemeral[TAC_KEY_SIZE], sms[TAC_SMS_SIZE];

  read_pair ("caller", &caller);
  read_pair ("callee", &callee);
  hex (member (vectors, "caller"), "ephemeral_secret", ephemeral, sizeof ephemeral);
  invite.time_ms = (uint64_t)json_object_get_int_member (invite_vector, "time_ms");
  read_candidates (invite_vector, &invite.candidates);
  g_assert_cmpint (tac_invite_create (&hs, sms, &caller, callee.public, ephemeral, &invite), ==,
                   TAC_MESSAGE_OK);
  assert_hex (invite_vector, "sms", sms, sizeof sms);
  assert_ice (&hs);

  hex (reply_vector, "sms", sms, sizeof sms);
  g_assert_cmpint (tac_reply_open (&hs, sms, sizeof sms, &reply), ==, TAC_MESSAGE_OK);
  g_assert_cmpint (reply.status, ==, json_object_get_int_member (reply_vector, "status"));
  g_assert_cmpint (reply.capabilities, ==, 1);
  read_candidates (reply_vector, &expected);
  assert_candidates (&reply.candidates, &expected);
  assert_keys (&hs, "caller_to_callee", "callee_to_caller");
  assert_ice (&hs);
}

static void
test_callee (void)
{
  JsonObject *invite_vector = member (vectors, "invite"), *reply_vector = member (vectors, "reply");
  TacKeyPair caller, callee;
  TacInviteTrial trial;
  TacHandshake hs;
  TacInvite invite;
  TacCandidates expected;
  TacReply reply = { .capabilities = 1 };
  uint8_t ss[TAC_KEY_SIZE], ephemeral[TAC_KEY_SIZE], sms[TAC_SMS_SIZE];

  read_pair ("caller", &caller);
  read_pair ("callee", &callee);
  hex (invite_vector, "sms", sms, sizeof sms);
  g_assert_cmpint (tac_invite_trial (&trial, sms, sizeof sms, &callee), ==, TAC_MESSAGE_OK);
  g_assert_cmpint (tac_contact_secret (ss, &callee, caller.public), ==, TAC_MESSAGE_OK);
  g_assert_cmpint (tac_invite_try (&trial, &hs, &callee, caller.public, ss, &invite), ==,
                   TAC_MESSAGE_OK);
  g_assert_cmpuint (invite.time_ms, ==, json_object_get_int_member (invite_vector, "time_ms"));
  read_candidates (invite_vector, &expected);
  assert_candidates (&invite.candidates, &expected);

  read_candidates (reply_vector, &reply.candidates);
  hex (member (vectors, "callee"), "ephemeral_secret", ephemeral, sizeof ephemeral);
  g_assert_cmpint (tac_reply_create (&hs, sms, ephemeral, &reply), ==, TAC_MESSAGE_OK);
  assert_hex (reply_vector, "sms", sms, sizeof sms);
  assert_keys (&hs, "callee_to_caller", "caller_to_callee");
}

static void
test_kem (void)
{
  JsonObject *kem = member (vectors, "kem");
  uint8_t h[TAC_HASH_SIZE], ek[1184], ct[1088];

  hex (member (vectors, "keys"), "h", h, sizeof h);
  tac_kdf_mix_kem (h, hex (kem, "ek", ek, sizeof ek), sizeof ek, hex (kem, "ct", ct, sizeof ct),
                   sizeof ct);
  assert_hex (kem, "h", h, sizeof h);
}

static void
run_voice (const uint8_t chain[TAC_KEY_SIZE], JsonArray *datagrams)
{
  TacVoiceSealer sealer;
  TacVoiceOpener opener;

  tac_voice_sealer_init (&sealer, chain);
  tac_voice_opener_init (&opener, chain);
  for (unsigned i = 0; i < json_array_get_length (datagrams); i++)
    {
      JsonObject *vector = json_array_get_object_element (datagrams, i);
      uint32_t got, tick = (uint32_t)json_object_get_int_member (vector, "tick");
      uint8_t body[TAC_BODY_SIZE], packet[TAC_DATAGRAM_SIZE];

      g_assert_true (
          tac_voice_seal (&sealer, tick, hex (vector, "body", body, sizeof body), packet));
      assert_hex (vector, "packet", packet, sizeof packet);
      assert_hex (vector, "key", sealer.key, sizeof sealer.key);
      memset (body, 0, sizeof body);
      g_assert_cmpint (tac_voice_open (&opener, packet, sizeof packet, body, &got), ==,
                       TAC_OPEN_OK);
      g_assert_cmpuint (got, ==, tick);
      assert_hex (vector, "body", body, sizeof body);
    }
}

static void
test_voice (void)
{
  JsonArray *array = json_object_get_array_member (vectors, "voice");

  g_assert_cmpuint (json_array_get_length (array), ==, 4);
  for (unsigned i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *vector = json_array_get_object_element (array, i);
      JsonObject *keys = member (vectors, "keys"), *kem = member (vectors, "kem");
      bool hybrid = json_object_get_boolean_member (vector, "kem");
      bool caller
          = g_str_equal (json_object_get_string_member (vector, "direction"), "caller to callee");
      uint8_t root[TAC_KEY_SIZE], chain[TAC_KEY_SIZE], secret[TAC_KEY_SIZE], h[TAC_HASH_SIZE];

      hex (keys, caller ? "caller_to_callee" : "callee_to_caller", root, sizeof root);
      hex (hybrid ? kem : keys, "h", h, sizeof h);
      tac_kdf_voice (chain, root, hybrid ? hex (kem, "secret", secret, sizeof secret) : NULL, h);
      assert_hex (vector, "chain", chain, sizeof chain);
      run_voice (chain, json_object_get_array_member (vector, "datagrams"));
    }
}

static void
run_control (JsonObject *vector, TacControlSealer *sealer, TacControlOpener *opener)
{
  TacControlBody read,
      body = { .acknowledges = (uint16_t)json_object_get_int_member (vector, "acknowledges"),
               .sequence = (uint16_t)json_object_get_int_member (vector, "sequence"),
               .type = (uint8_t)json_object_get_int_member (vector, "type"),
               .more = json_object_get_boolean_member (vector, "more") };
  uint8_t encoded[TAC_BODY_SIZE], packet[TAC_DATAGRAM_SIZE];
  uint32_t counter;

  body.size = (uint8_t)hex_any (vector, "value", body.value, sizeof body.value);
  tac_control_body_encode (&body, encoded);
  assert_hex (vector, "body", encoded, sizeof encoded);
  g_assert_true (tac_control_seal (sealer, encoded, packet));
  assert_hex (vector, "packet", packet, sizeof packet);

  memset (encoded, 0, sizeof encoded);
  g_assert_cmpint (tac_control_open (opener, packet, sizeof packet, encoded, &counter), ==,
                   TAC_OPEN_OK);
  g_assert_cmpuint (counter, ==, json_object_get_int_member (vector, "counter"));
  g_assert_true (tac_control_body_decode (&read, encoded));
  g_assert_cmpmem (&read, sizeof read, &body, sizeof body);
}

static void
test_control (void)
{
  JsonArray *array = json_object_get_array_member (vectors, "control");

  for (unsigned i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *vector = json_array_get_object_element (array, i);
      JsonArray *datagrams = json_object_get_array_member (vector, "datagrams");
      bool caller
          = g_str_equal (json_object_get_string_member (vector, "direction"), "caller to callee");
      uint8_t root[TAC_KEY_SIZE], key[TAC_KEY_SIZE];
      TacControlSealer sealer;
      TacControlOpener opener;

      hex (member (vectors, "keys"), caller ? "caller_to_callee" : "callee_to_caller", root,
           sizeof root);
      tac_kdf_control (key, root);
      assert_hex (vector, "key", key, sizeof key);
      tac_control_sealer_init (&sealer, key);
      tac_control_opener_init (&opener, key);
      for (unsigned j = 0; j < json_array_get_length (datagrams); j++)
        run_control (json_array_get_object_element (datagrams, j), &sealer, &opener);
    }
}

static void
test_report (void)
{
  JsonObject *vector = member (vectors, "report");
  uint8_t value[TAC_REPORT_SIZE];
  const TacControlReport report = {
    .highest_tick = (uint32_t)json_object_get_int_member (vector, "highest_tick"),
    .ticks = (uint8_t)json_object_get_int_member (vector, "ticks"),
    .lost = (uint8_t)json_object_get_int_member (vector, "lost"),
    .late = (uint8_t)json_object_get_int_member (vector, "late"),
    .concealed = (uint8_t)json_object_get_int_member (vector, "concealed"),
    .playout_delay_ms = (uint16_t)json_object_get_int_member (vector, "playout_delay_ms"),
    .jitter_ms = (uint16_t)json_object_get_int_member (vector, "jitter_ms"),
    .growth_ms = (uint16_t)json_object_get_int_member (vector, "growth_ms"),
  };
  TacControlReport read = { 0 };

  tac_control_report_encode (&report, value);
  assert_hex (vector, "value", value, sizeof value);
  g_assert_true (tac_control_report_decode (&read, value, sizeof value));
  g_assert_cmpuint (read.growth_ms, ==, report.growth_ms);
}

static void
run_path (JsonObject *vector, const uint8_t key[TAC_KEY_SIZE], uint32_t *highest)
{
  TacPathOffer got,
      offer = { .generation = (uint8_t)json_object_get_int_member (vector, "generation") };
  uint32_t counter = (uint32_t)json_object_get_int_member (vector, "counter");
  uint8_t value[TAC_PATH_OFFER_SIZE], sms[TAC_SMS_SIZE];

  read_candidates (vector, &offer.candidates);
  tac_path_offer_encode (&offer, value);
  assert_hex (vector, "value", value, sizeof value);
  tac_path_sms_seal (sms, key, counter, &offer);
  assert_hex (vector, "sms", sms, sizeof sms);

  g_assert_cmpint (tac_path_sms_open (key, highest, sms, sizeof sms, &got), ==, TAC_MESSAGE_OK);
  g_assert_cmpuint (*highest, ==, counter);
  g_assert_cmpuint (got.generation, ==, offer.generation);
  assert_candidates (&got.candidates, &offer.candidates);
}

static void
test_path (void)
{
  JsonArray *array = json_object_get_array_member (vectors, "path");

  g_assert_cmpuint (json_array_get_length (array), ==, 2);
  for (unsigned i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *vector = json_array_get_object_element (array, i);
      JsonArray *offers = json_object_get_array_member (vector, "offers");
      bool caller
          = g_str_equal (json_object_get_string_member (vector, "direction"), "caller to callee");
      uint8_t root[TAC_KEY_SIZE], key[TAC_KEY_SIZE];
      uint32_t highest = 0;

      hex (member (vectors, "keys"), caller ? "caller_to_callee" : "callee_to_caller", root,
           sizeof root);
      tac_kdf_path (key, root);
      assert_hex (vector, "key", key, sizeof key);
      for (unsigned j = 0; j < json_array_get_length (offers); j++)
        run_path (json_array_get_object_element (offers, j), key, &highest);
    }
}

static void
test_sas (void)
{
  JsonObject *sas = member (vectors, "sas");
  JsonArray *expected = json_object_get_array_member (sas, "words");
  uint8_t h[TAC_HASH_SIZE], r_a[32], r_b[32], commitment[32];
  const char *words[TAC_SAS_WORDS];

  hex (member (vectors, "keys"), "h", h, sizeof h);
  tac_sas_commit (commitment, h, hex (sas, "r_a", r_a, sizeof r_a));
  assert_hex (sas, "commitment", commitment, sizeof commitment);
  tac_sas_words (words, h, r_a, hex (sas, "r_b", r_b, sizeof r_b));
  for (unsigned i = 0; i < TAC_SAS_WORDS; i++)
    g_assert_cmpstr (words[i], ==, json_array_get_string_element (expected, i));
}

static void
test_pair (void)
{
  JsonObject *vector = member (vectors, "pair");
  uint8_t sms[TAC_SMS_SIZE], again[TAC_SMS_SIZE];
  TacPair pair;

  g_assert_cmpint (tac_pair_open (hex (vector, "sms", sms, sizeof sms), sizeof sms, &pair), ==,
                   TAC_MESSAGE_OK);
  g_assert_true (pair.answer);
  g_assert_cmpstr (pair.name, ==, json_object_get_string_member (vector, "name"));
  assert_hex (vector, "identity", pair.identity, sizeof pair.identity);
  g_assert_cmpint (tac_pair_create (again, &pair), ==, TAC_MESSAGE_OK);
  g_assert_cmpmem (again, sizeof again, sms, sizeof sms);
}

static void
test_fingerprint (void)
{
  JsonObject *vector = member (vectors, "fingerprint");
  uint8_t key[TAC_KEY_SIZE], fingerprint[TAC_FINGERPRINT_SIZE];

  tac_fingerprint (fingerprint, hex (vector, "identity", key, sizeof key));
  assert_hex (vector, "fingerprint", fingerprint, sizeof fingerprint);
}

int
main (int argc, char **argv)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
  path = g_build_filename (TEST_DATA, "vectors", "protocol.json", NULL);
  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  vectors = json_node_get_object (json_parser_get_root (parser));

  g_test_add_func ("/protocol-vectors/caller", test_caller);
  g_test_add_func ("/protocol-vectors/callee", test_callee);
  g_test_add_func ("/protocol-vectors/kem", test_kem);
  g_test_add_func ("/protocol-vectors/voice", test_voice);
  g_test_add_func ("/protocol-vectors/control", test_control);
  g_test_add_func ("/protocol-vectors/report", test_report);
  g_test_add_func ("/protocol-vectors/path", test_path);
  g_test_add_func ("/protocol-vectors/sas", test_sas);
  g_test_add_func ("/protocol-vectors/pair", test_pair);
  g_test_add_func ("/protocol-vectors/fingerprint", test_fingerprint);
  return g_test_run ();
}
