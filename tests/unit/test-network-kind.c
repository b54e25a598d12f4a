/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kind of a network from what servers saw, and what calls over it need: tables. */
#include "daemon/network-kind.h"
#include <string.h>

#define LOCAL4 "100.64.1.1:4000"
#define LOCAL6 "[2001:db8:0:1::1]:4000"
#define SERVERS_MOST 3

/* What the tables' letters stand for: mapped addresses, and one that relays. */
typedef struct
{
  const char *server, *local, *mapped, *relayed, *problem;
} Seen;

typedef struct
{
  const char *name;
  TacAccess access;
  TacRelayPolicy policy;
  Seen seen[SERVERS_MOST];
  const char *nat;
  gboolean nat64;
  const char *needs; /* calling public, eim, symmetric, ipv6; then called: 1, 2, ?, r */
  gboolean well;
} Row;

#define S1(mapped)                                                                                 \
  {                                                                                                \
    "192.0.2.11:3478", LOCAL4, mapped, "", ""                                                      \
  }
#define S2(mapped)                                                                                 \
  {                                                                                                \
    "192.0.2.12:3478", LOCAL4, mapped, "", ""                                                      \
  }
#define S1_PORT(mapped)                                                                            \
  {                                                                                                \
    "192.0.2.11:3479", LOCAL4, mapped, "", ""                                                      \
  }
#define T1(mapped)                                                                                 \
  {                                                                                                \
    "192.0.2.11:3478", LOCAL4, mapped, "192.0.2.11:50000", ""                                      \
  }
#define DEAD                                                                                       \
  {                                                                                                \
    "192.0.2.13:3478", LOCAL4, "", "", "no answer"                                                 \
  }
#define N1(mapped)                                                                                 \
  {                                                                                                \
    "192.0.2.11:3478", LOCAL6, mapped, "", ""                                                      \
  }
#define N2(mapped)                                                                                 \
  {                                                                                                \
    "192.0.2.12:3478", LOCAL6, mapped, "", ""                                                      \
  }
#define V6(mapped)                                                                                 \
  {                                                                                                \
    "[2001:db8:ffff::11]:3478", LOCAL6, mapped, "", ""                                             \
  }
#define A "198.51.100.1:1000"
#define B "198.51.100.1:2000"

static const Row rows[] = {
  { "no-network",
    TAC_ACCESS_NONE,
    TAC_RELAY_PREFER_DIRECT,
    { { 0 } },
    "unknown",
    FALSE,
    "rrrrrrrr",
    FALSE },
  { "public",
    TAC_ACCESS_IPV4,
    TAC_RELAY_PREFER_DIRECT,
    { S1 (LOCAL4), S2 (LOCAL4) },
    "none",
    FALSE,
    "11121222",
    TRUE },
  { "public-one-server",
    TAC_ACCESS_IPV4,
    TAC_RELAY_PREFER_DIRECT,
    { S1 (LOCAL4) },
    "none",
    FALSE,
    "11121222",
    TRUE },
  { "eim",
    TAC_ACCESS_IPV4,
    TAC_RELAY_PREFER_DIRECT,
    { S1 (A), S2 (A) },
    "endpoint-independent",
    FALSE,
    "22r212r2",
    FALSE },
  { "eim-relay",
    TAC_ACCESS_IPV4,
    TAC_RELAY_PREFER_DIRECT,
    { T1 (A), S2 (A) },
    "endpoint-independent",
    FALSE,
    "22221222",
    TRUE },
  { "symmetric",
    TAC_ACCESS_IPV4,
    TAC_RELAY_PREFER_DIRECT,
    { S1 (A), S2 (B) },
    "address-dependent",
    FALSE,
    "2rr21rr2",
    FALSE },
  { "symmetric-relay",
    TAC_ACCESS_IPV4,
    TAC_RELAY_PREFER_DIRECT,
    { T1 (A), S2 (B) },
    "address-dependent",
    FALSE,
    "22221222",
    TRUE },
  { "symmetric-relay-of-no-use",
    TAC_ACCESS_IPV4,
    TAC_RELAY_DIRECT,
    { T1 (A), S2 (B) },
    "address-dependent",
    FALSE,
    "2rr21rr2",
    FALSE },
  { "one-server",
    TAC_ACCESS_IPV4,
    TAC_RELAY_PREFER_DIRECT,
    { S1 (A), DEAD },
    "unknown",
    FALSE,
    "2?r21?r2",
    FALSE },
  { "one-server-relay",
    TAC_ACCESS_IPV4,
    TAC_RELAY_PREFER_DIRECT,
    { T1 (A) },
    "unknown",
    FALSE,
    "22221222",
    TRUE },
  { "relay-and-a-dead-one",
    TAC_ACCESS_IPV4,
    TAC_RELAY_PREFER_DIRECT,
    { T1 (A), DEAD },
    "unknown",
    FALSE,
    "22221222",
    FALSE },
  { "two-ports-of-one-server-agree",
    TAC_ACCESS_IPV4,
    TAC_RELAY_PREFER_DIRECT,
    { S1 (A), S1_PORT (A) },
    "unknown",
    FALSE,
    "2?r21?r2",
    FALSE },
  { "two-ports-of-one-server-differ",
    TAC_ACCESS_IPV4,
    TAC_RELAY_PREFER_DIRECT,
    { S1 (A), S1_PORT (B) },
    "address-dependent",
    FALSE,
    "2rr21rr2",
    FALSE },
  { "own-address-then-another",
    TAC_ACCESS_IPV4,
    TAC_RELAY_PREFER_DIRECT,
    { S1 (LOCAL4), S2 (B) },
    "address-dependent",
    FALSE,
    "2rr21rr2",
    FALSE },
  { "no-server",
    TAC_ACCESS_IPV4,
    TAC_RELAY_PREFER_DIRECT,
    { { 0 } },
    "unknown",
    FALSE,
    "2?r21?r2",
    FALSE },
  { "relay-only",
    TAC_ACCESS_IPV4,
    TAC_RELAY_ONLY,
    { T1 (LOCAL4), S2 (LOCAL4) },
    "none",
    FALSE,
    "22221222",
    TRUE },
  { "relay-only-without",
    TAC_ACCESS_IPV4,
    TAC_RELAY_ONLY,
    { S1 (LOCAL4), S2 (LOCAL4) },
    "none",
    FALSE,
    "rrrrrrrr",
    FALSE },
  { "ipv6-beside-public",
    TAC_ACCESS_BOTH,
    TAC_RELAY_PREFER_DIRECT,
    { S1 (LOCAL4), V6 (LOCAL6) },
    "none",
    FALSE,
    "11121222",
    TRUE },
  { "ipv6-beside-symmetric",
    TAC_ACCESS_BOTH,
    TAC_RELAY_PREFER_DIRECT,
    { S1 (A), S2 (B), V6 (LOCAL6) },
    "address-dependent",
    FALSE,
    "2rr21rr2",
    FALSE },
  { "ipv6-alone",
    TAC_ACCESS_IPV6,
    TAC_RELAY_PREFER_DIRECT,
    { V6 (LOCAL6) },
    "unknown",
    FALSE,
    "??r2??r2",
    FALSE },
  { "nat64",
    TAC_ACCESS_IPV6,
    TAC_RELAY_PREFER_DIRECT,
    { N1 (A), N2 (A) },
    "endpoint-independent",
    TRUE,
    "22r212r2",
    FALSE },
  { "nat64-symmetric",
    TAC_ACCESS_IPV6,
    TAC_RELAY_PREFER_DIRECT,
    { N1 (A), N2 (B) },
    "address-dependent",
    TRUE,
    "2rr21rr2",
    FALSE },
  { "nat64-one-server",
    TAC_ACCESS_IPV6,
    TAC_RELAY_PREFER_DIRECT,
    { N1 (A) },
    "unknown",
    TRUE,
    "2?r21?r2",
    FALSE },
};

static void
judge (const Row *row, TacNetworkKind *kind)
{
  g_autoptr (GArray) results = g_array_new (FALSE, TRUE, sizeof (TacProbeResult));
  TacServer servers[SERVERS_MOST] = { { 0 } };

  for (guint i = 0; i < SERVERS_MOST && row->seen[i].server != NULL; i++)
    {
      const Seen *seen = &row->seen[i];
      TacProbeResult result = { .server = &servers[i], .answered = *seen->problem == '\0' };

      servers[i].address = tac_server_parse_address (seen->server, NULL);
      g_assert_nonnull (servers[i].address);
      g_strlcpy (result.local, seen->local, sizeof result.local);
      g_strlcpy (result.mapped, seen->mapped, sizeof result.mapped);
      g_strlcpy (result.relayed, seen->relayed, sizeof result.relayed);
      g_strlcpy (result.problem, seen->problem, sizeof result.problem);
      g_array_append_val (results, result);
    }
  tac_network_kind_judge (kind, row->access, results, row->policy);
  for (guint i = 0; i < SERVERS_MOST; i++)
    g_clear_object (&servers[i].address);
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  char needs[2 * TAC_PEERS + 1] = "";
  g_autofree char *text = NULL;
  TacNetworkKind kind;

  judge (row, &kind);
  for (guint peer = 0; peer < TAC_PEERS; peer++)
    {
      needs[peer] = "12?r"[kind.calling[peer]];
      needs[TAC_PEERS + peer] = "12?r"[kind.called[peer]];
    }
  g_assert_cmpstr (tac_nat_to_string (kind.nat), ==, row->nat);
  g_assert_cmpint (kind.nat64, ==, row->nat64);
  g_assert_cmpstr (needs, ==, row->needs);
  g_assert_cmpint (tac_network_kind_all_well (&kind), ==, row->well);
  text = tac_network_kind_describe (&kind);
  g_test_message ("%s", text);
  g_assert_true (g_str_has_suffix (text, "."));
}

/* What cannot be seen from inside is said to be so. */
static void
test_honest (void)
{
  static const struct
  {
    Row row;
    const char *says;
  } cases[] = {
    { { .access = TAC_ACCESS_IPV4, .seen = { S1 (LOCAL4) } }, "firewall keeps calls out cannot" },
    { { .access = TAC_ACCESS_BOTH, .seen = { V6 (LOCAL6) } }, "firewall lets calls in cannot" },
    { { .access = TAC_ACCESS_IPV4, .seen = { S1 (A) } }, "A second one" },
    { { .access = TAC_ACCESS_IPV4 }, "[relay] in tacitel.conf" },
    { { .access = TAC_ACCESS_IPV6, .seen = { N1 (A) } }, "NAT64" },
    { { .access = TAC_ACCESS_BOTH, .seen = { V6 ("[2001:db8::9]:1") } }, "another address" },
    { { .access = TAC_ACCESS_NONE }, "No network" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = NULL;
      TacNetworkKind kind;

      judge (&cases[i].row, &kind);
      text = tac_network_kind_describe (&kind);
      g_assert_nonnull (strstr (text, cases[i].says));
    }
}

static void
test_access (void)
{
  static const char *const addresses[][3] = {
    { NULL },
    { "192.0.2.1", NULL },
    { "2001:db8::1", NULL },
    { "192.0.2.1", "2001:db8::1", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_object_unref);

      for (const char *const *text = addresses[i]; *text != NULL; text++)
        g_ptr_array_add (list, g_inet_address_new_from_string (*text));
      g_assert_cmpint (tac_access_of (list), ==, i);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/network-kind/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/network-kind/honest", test_honest);
  g_test_add_func ("/network-kind/access", test_access);
  return g_test_run ();
}
