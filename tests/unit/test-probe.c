/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A probe against servers that are honest, silent, broken or hostile, on the loopback interface. */
#include "daemon/nat64.h"
#include "daemon/probe.h"

#include <string.h>

#define TIMEOUT_MS 300
#define COOKIE "\x21\x12\xA4\x42"

typedef enum
{
  HONEST,      /* 198.51.100.7:1000, whoever asks */
  SLOW,        /* answers from the second time on */
  SILENT,      /* nothing */
  GARBAGE,     /* bytes that are no STUN; then STUN that is no answer; then attributes cut short */
  OTHER_PORT,  /* a right answer, but from another port */
  ALWAYS_401,  /* never satisfied */
  ALWAYS_438,  /* every nonce is stale */
  OPEN_RELAY,  /* allocates for everybody, unsigned */
  UNSIGNED_OK, /* 401, then a success without integrity: anybody could have sent it */
  FLOOD,       /* datagrams without end, not to be read for ever */
} Manners;

typedef struct
{
  Manners manners;
  GSocket *socket, *other;
  GSource *source;
  guint requests, flood;
  GSocketAddress *from;
  TacServer server;
} Fake;

/* Answers */

static void
send_answer (GSocket *socket, GSocketAddress *to, const guint8 *request, guint16 type,
             const char *attributes, gsize size)
{
  guint8 answer[512];

  answer[0] = (guint8)(type >> 8);
  answer[1] = (guint8)type;
  answer[2] = 0;
  answer[3] = (guint8)size;
  memcpy (answer + 4, request + 4, 16);
  memcpy (answer + 20, attributes, size);
  g_socket_send_to (socket, to, (const char *)answer, 20 + size, NULL, NULL);
}

#define METHOD(request) ((guint16)((request)[1]))
#define SUCCESS(request) (0x0100 | METHOD (request))
#define ERROR(request) (0x0110 | METHOD (request))
/* XOR-MAPPED-ADDRESS 198.51.100.7:1000, XOR-RELAYED-ADDRESS 192.0.2.11:50000, LIFETIME */
#define MAPPED "\x00\x20\x00\x08\x00\x01\x22\xFA\xE7\x21\xC0\x45"
#define RELAYED "\x00\x16\x00\x08\x00\x01\xE2\x42\xE1\x12\xA6\x49"
#define LIFETIME "\x00\x0D\x00\x04\x00\x00\x02\x58"
#define CHALLENGE "\x00\x14\x00\x04home\x00\x15\x00\x04once"
#define CODE(class, number) "\x00\x09\x00\x04\x00\x00" class number

#define REPLY(fake, to, request, type, attributes)                                                 \
  send_answer ((fake)->socket, to, request, type, attributes, sizeof attributes - 1)

static void
send_garbage (Fake *fake, GSocketAddress *to, const guint8 *request)
{
  g_socket_send_to (fake->socket, to, "garbage", 7, NULL, NULL);
  REPLY (fake, to, request, 0x0011, MAPPED);                        /* an indication */
  REPLY (fake, to, request, METHOD (request), MAPPED);              /* a request */
  REPLY (fake, to, request, 0x0109, MAPPED);                        /* of another method */
  REPLY (fake, to, request, SUCCESS (request), "\x00\x20\x00\x80"); /* longer than it is */
}

static gboolean
on_flood (gpointer data)
{
  Fake *fake = data;

  for (guint i = 0; i < 64; i++)
    g_socket_send_to (fake->socket, fake->from, "12345678901234567890", 20, NULL, NULL);
  return G_SOURCE_CONTINUE;
}

static void
answer (Fake *fake, GSocketAddress *from, const guint8 *request)
{
  switch (fake->manners)
    {
    case SLOW:
      if (fake->requests < 2)
        break;
      G_GNUC_FALLTHROUGH;
    case HONEST:
      REPLY (fake, from, request, SUCCESS (request), MAPPED);
      break;
    case SILENT:
      break;
    case GARBAGE:
      send_garbage (fake, from, request);
      break;
    case OTHER_PORT:
      send_answer (fake->other, from, request, SUCCESS (request), MAPPED, sizeof MAPPED - 1);
      break;
    case ALWAYS_401:
      REPLY (fake, from, request, ERROR (request), CODE ("\x04", "\x01") CHALLENGE);
      break;
    case ALWAYS_438:
      REPLY (fake, from, request, ERROR (request), CODE ("\x04", "\x26") CHALLENGE);
      break;
    case OPEN_RELAY:
      REPLY (fake, from, request, SUCCESS (request), RELAYED MAPPED LIFETIME);
      break;
    case UNSIGNED_OK:
      if (fake->requests == 1)
        REPLY (fake, from, request, ERROR (request), CODE ("\x04", "\x01") CHALLENGE);
      else
        REPLY (fake, from, request, SUCCESS (request), RELAYED MAPPED LIFETIME);
      break;
    case FLOOD:
      if (fake->flood == 0)
        {
          fake->from = g_object_ref (from);
          fake->flood = g_idle_add (on_flood, fake);
        }
      break;
    }
}

static gboolean
on_request (GSocket *socket, GIOCondition condition G_GNUC_UNUSED, gpointer data)
{
  Fake *fake = data;
  g_autoptr (GSocketAddress) from = NULL;
  guint8 request[1500];
  gssize size = g_socket_receive_from (socket, &from, (char *)request, sizeof request, NULL, NULL);

  g_assert_cmpint (size, >=, 20);
  g_assert_cmpmem (request + 4, 4, COOKIE, 4);
  fake->requests++;
  answer (fake, from, request);
  return G_SOURCE_CONTINUE;
}

static GSocket *
bind_loopback (void)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  GSocket *socket
      = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);

  g_assert_true (g_socket_bind (socket, address, FALSE, NULL));
  return socket;
}

static Fake *
fake_new (Manners manners, TacServerKind kind)
{
  Fake *fake = g_new0 (Fake, 1);

  fake->manners = manners;
  fake->socket = bind_loopback ();
  fake->other = bind_loopback ();
  fake->server.kind = kind;
  fake->server.address = G_INET_SOCKET_ADDRESS (g_socket_get_local_address (fake->socket, NULL));
  fake->server.user = kind == TAC_SERVER_TURN ? g_strdup ("user") : NULL;
  fake->server.password = kind == TAC_SERVER_TURN ? g_strdup ("password") : NULL;
  fake->source = g_socket_create_source (fake->socket, G_IO_IN, NULL);
  g_source_set_callback (fake->source, G_SOURCE_FUNC (on_request), fake, NULL);
  g_source_attach (fake->source, NULL);
  return fake;
}

static void
fake_free (Fake *fake)
{
  g_clear_handle_id (&fake->flood, g_source_remove);
  g_clear_object (&fake->from);
  g_source_destroy (fake->source);
  g_source_unref (fake->source);
  g_object_unref (fake->socket);
  g_object_unref (fake->other);
  g_object_unref (fake->server.address);
  g_free (fake->server.user);
  g_free (fake->server.password);
  g_free (fake);
}

/* The probe */

typedef struct
{
  GMainLoop *loop;
  guint times, n;
  TacProbeResult first;
} Outcome;

static void
on_done (const GArray *results, gpointer user_data)
{
  Outcome *outcome = user_data;

  outcome->times++;
  outcome->n = results->len;
  if (results->len > 0)
    outcome->first = g_array_index (results, TacProbeResult, 0);
  g_main_loop_quit (outcome->loop);
}

static void
probe (const TacServer *server, const char *local, guint timeout_ms, Outcome *outcome)
{
  g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) servers = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  TacProbe *running;

  *outcome = (Outcome){ .loop = g_main_loop_new (NULL, FALSE) };
  g_ptr_array_add (addresses, g_inet_address_new_from_string (local));
  if (server != NULL)
    g_ptr_array_add (servers, (gpointer)server);
  running = tac_probe_new (addresses, servers, timeout_ms, on_done, outcome, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (outcome->times, ==, 0);
  g_main_loop_run (outcome->loop);
  for (guint i = 0; i < 10; i++) /* nothing is told twice */
    g_main_context_iteration (NULL, FALSE);
  tac_probe_free (running);
  g_main_loop_unref (outcome->loop);
  g_assert_cmpuint (outcome->times, ==, 1);
}

typedef struct
{
  const char *name;
  Manners manners;
  TacServerKind kind;
  guint timeout_ms;
  gboolean answered;
  const char *mapped, *relayed, *problem;
  guint requests_most;
} Row;

#define SEEN "198.51.100.7:1000"
#define GIVEN "192.0.2.11:50000"

static const Row rows[] = {
  { "binding", HONEST, TAC_SERVER_STUN, TIMEOUT_MS, TRUE, SEEN, "", "", 1 },
  { "lost-request", SLOW, TAC_SERVER_STUN, 5000, TRUE, SEEN, "", "", 2 },
  { "silent", SILENT, TAC_SERVER_STUN, TIMEOUT_MS, FALSE, "", "", "no answer", 1 },
  { "silent-to-allocate", SILENT, TAC_SERVER_TURN, TIMEOUT_MS, FALSE, "", "", "no answer", 1 },
  { "garbage", GARBAGE, TAC_SERVER_STUN, TIMEOUT_MS, FALSE, "", "", "no answer", 1 },
  { "garbage-to-allocate", GARBAGE, TAC_SERVER_TURN, TIMEOUT_MS, FALSE, "", "", "no answer", 1 },
  { "forged-source", OTHER_PORT, TAC_SERVER_STUN, TIMEOUT_MS, FALSE, "", "", "no answer", 1 },
  { "401-loop", ALWAYS_401, TAC_SERVER_TURN, TIMEOUT_MS, TRUE, "", "",
    "wrong user name or password (401)", 3 },
  { "438-loop", ALWAYS_438, TAC_SERVER_TURN, TIMEOUT_MS, TRUE, "", "", "its answers make no sense",
    6 },
  { "open-relay", OPEN_RELAY, TAC_SERVER_TURN, TIMEOUT_MS, TRUE, SEEN, GIVEN, "", 2 },
  { "unsigned-success", UNSIGNED_OK, TAC_SERVER_TURN, TIMEOUT_MS, TRUE, "", "",
    "gave no address to relay from", 2 },
  { "flood", FLOOD, TAC_SERVER_STUN, 5000, FALSE, "", "",
    "no answer among a flood of other datagrams", 8 },
};

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  Fake *fake = fake_new (row->manners, row->kind);
  Outcome outcome;

  probe (&fake->server, "127.0.0.1", row->timeout_ms, &outcome);
  g_assert_cmpuint (outcome.n, ==, 1);
  g_assert_true (outcome.first.server == &fake->server);
  g_assert_true (g_str_has_prefix (outcome.first.local, "127.0.0.1:"));
  g_assert_cmpint (outcome.first.answered, ==, row->answered);
  g_assert_cmpstr (outcome.first.mapped, ==, row->mapped);
  g_assert_cmpstr (outcome.first.relayed, ==, row->relayed);
  g_assert_cmpstr (outcome.first.problem, ==, row->problem);
  g_assert_cmpint (outcome.first.rtt_ms > 0, ==, row->answered);
  g_assert_cmpuint (fake->requests, >=, 1);
  g_assert_cmpuint (fake->requests, <=, row->requests_most);
  fake_free (fake);
}

static void
test_no_servers (void)
{
  Outcome outcome;

  probe (NULL, "127.0.0.1", TIMEOUT_MS, &outcome);
  g_assert_cmpuint (outcome.n, ==, 0);
}

static void
test_no_address (void)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };

  g_assert_null (tac_probe_new (none, none, TIMEOUT_MS, on_done, &outcome, &error));
  g_assert_cmpstr (error->message, ==, "the data connection has no address that a call could use");
}

/* An IPv6 server where there is no IPv6. */
static void
test_no_ipv6 (void)
{
  TacServer server = { .kind = TAC_SERVER_STUN };
  Outcome outcome;

  server.address = tac_server_parse_address ("2001:db8::1", NULL);
  probe (&server, "127.0.0.1", TIMEOUT_MS, &outcome);
  g_assert_false (outcome.first.answered);
  g_assert_cmpstr (outcome.first.problem, ==, "has an IPv6 address, and this network has no IPv6");
  g_object_unref (server.address);
}

/* Of several servers the first answer is enough, whoever else is dead or lies. */
static void
test_race (void)
{
  static const Manners manners[] = { SILENT, OTHER_PORT, HONEST, GARBAGE };
  g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) servers = g_ptr_array_new ();
  Fake *fakes[G_N_ELEMENTS (manners)];
  Outcome outcome = { .loop = g_main_loop_new (NULL, FALSE) };
  gint64 begun = g_get_monotonic_time ();
  TacProbe *race;

  for (guint i = 0; i < G_N_ELEMENTS (manners); i++)
    {
      fakes[i] = fake_new (manners[i], TAC_SERVER_STUN);
      g_ptr_array_add (servers, &fakes[i]->server);
    }
  g_ptr_array_add (addresses, g_inet_address_new_from_string ("127.0.0.1"));
  race = tac_probe_race (addresses, servers, 60000, on_done, &outcome, NULL);
  g_main_loop_run (outcome.loop);
  g_assert_cmpint (g_get_monotonic_time () - begun, <, 30 * G_USEC_PER_SEC);
  g_assert_cmpuint (outcome.n, ==, G_N_ELEMENTS (manners));
  g_assert_false (outcome.first.answered); /* the dead one */
  tac_probe_free (race);
  for (guint i = 0; i < G_N_ELEMENTS (manners); i++)
    fake_free (fakes[i]);
  g_main_loop_unref (outcome.loop);
}

static void
test_nat64 (void)
{
  g_autoptr (GInetAddress) ipv4 = g_inet_address_new_from_string ("192.0.2.33");
  g_autoptr (GInetAddress) mapped = tac_nat64_map (ipv4);
  g_autofree char *text = g_inet_address_to_string (mapped);

  g_assert_cmpstr (text, ==, "64:ff9b::c000:221"); /* RFC 6052 §2.4 */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/probe/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/probe/no-servers", test_no_servers);
  g_test_add_func ("/probe/no-address", test_no_address);
  g_test_add_func ("/probe/no-ipv6", test_no_ipv6);
  g_test_add_func ("/probe/race", test_race);
  g_test_add_func ("/probe/nat64", test_nat64);
  return g_test_run ();
}
