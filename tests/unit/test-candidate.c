/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compact candidates: what may be said, what may be believed, and every malformed list. */
#include "codecs/candidate.h"

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

static TacCandidate
candidate (TacCandidateKind kind, const char *address, uint16_t port)
{
  TacCandidate c = { .kind = kind, .ipv6 = strchr (address, ':') != NULL, .port = port };

  g_assert_cmpint (inet_pton (c.ipv6 ? AF_INET6 : AF_INET, address, c.address), ==, 1);
  return c;
}

static void
test_valid (void)
{
  static const struct
  {
    const char *address;
    bool valid;
  } rows[] = {
    { "10.64.0.2", true },
    { "203.0.113.9", true },
    { "100.64.1.1", true },
    { "0.0.0.0", false },
    { "0.1.2.3", false },
    { "127.0.0.1", false },
    { "127.255.255.255", false },
    { "169.254.1.1", false },
    { "169.253.1.1", true },
    { "223.255.255.255", true },
    { "224.0.0.1", false },
    { "240.0.0.1", false },
    { "255.255.255.255", false },
    { "2001:db8::1", true },
    { "fd00::1", true },
    { "::", false },
    { "::1", false },
    { "::ffff:127.0.0.1", false },
    { "::ffff:10.0.0.1", false },
    { "fe80::1", false },
    { "febf::1", false },
    { "fec0::1", true },
    { "ff02::1", false },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TacCandidate c = candidate (TAC_CANDIDATE_HOST, rows[i].address, 4000);

      if (tac_candidate_valid (&c) != rows[i].valid)
        g_error ("%s: expected %d", rows[i].address, rows[i].valid);
      c.port = 0;
      g_assert_false (tac_candidate_valid (&c));
      c.port = 1;
      c.kind = 0;
      g_assert_false (tac_candidate_valid (&c));
    }
}

static void
test_sort (void)
{
  TacCandidates c = { 6,
                      { candidate (TAC_CANDIDATE_HOST, "10.0.0.1", 1),
                        candidate (TAC_CANDIDATE_SERVER_REFLEXIVE, "203.0.113.1", 2),
                        candidate (TAC_CANDIDATE_HOST, "2001:db8::1", 3),
                        candidate (TAC_CANDIDATE_RELAYED, "203.0.113.2", 4),
                        candidate (TAC_CANDIDATE_HOST, "10.0.0.2", 5),
                        candidate (TAC_CANDIDATE_RELAYED, "2001:db8::2", 6) } };
  static const uint16_t expected[] = { 4, 6, 3, 2, 1, 5 };

  tac_candidates_sort (&c);
  for (size_t i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpuint (c.list[i].port, ==, expected[i]);
}

/* Ten IPv4 candidates or three of IPv6 and two of IPv4 fill the 75 bytes; the rest is left out. */
static void
test_room (void)
{
  TacCandidates c = { 10, { { 0 } } }, got;
  uint8_t bytes[TAC_CANDIDATES_SIZE];

  for (unsigned i = 0; i < 10; i++)
    c.list[i] = candidate (TAC_CANDIDATE_HOST, "10.0.0.1", (uint16_t)(i + 1));
  g_assert_cmpuint (tac_candidates_encode (&c, bytes, sizeof bytes), ==, 10);
  g_assert_true (tac_candidates_decode (&got, bytes, sizeof bytes));
  g_assert_cmpmem (&got, sizeof got, &c, sizeof c);

  for (unsigned i = 0; i < 5; i++)
    c.list[i] = candidate (TAC_CANDIDATE_HOST, "2001:db8::1", (uint16_t)(i + 1));
  g_assert_cmpuint (tac_candidates_encode (&c, bytes, sizeof bytes), ==, 5);
  g_assert_true (tac_candidates_decode (&got, bytes, sizeof bytes));
  g_assert_cmpuint (got.n, ==, 5);
  g_assert_cmpuint (got.list[2].port, ==, 3);
  g_assert_cmpuint (got.list[3].port, ==, 6);

  c.n = 2;
  c.list[0] = candidate (TAC_CANDIDATE_HOST, "127.0.0.1", 1); /* is never said */
  g_assert_cmpuint (tac_candidates_encode (&c, bytes, sizeof bytes), ==, 1);
}

static void
test_malformed (void)
{
  static const struct
  {
    const char *what;
    uint8_t bytes[12];
    size_t size;
    bool good;
    size_t n;
  } rows[] = {
    { "empty", { 0 }, 0, true, 0 },
    { "zeros", { 0 }, 12, true, 0 },
    { "one", { 0x40, 10, 0, 0, 1, 0, 9 }, 7, true, 1 },
    { "one, padded", { 0x40, 10, 0, 0, 1, 0, 9, 0, 0 }, 9, true, 1 },
    { "cut port", { 0x40, 10, 0, 0, 1, 0 }, 6, false, 0 },
    { "cut address", { 0x40, 10 }, 2, false, 0 },
    { "head alone", { 0x40 }, 1, false, 0 },
    { "cut IPv6", { 0x60, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 1 }, 12, false, 0 },
    { "no kind", { 0x20, 10, 0, 0, 1, 0, 9 }, 7, false, 0 },
    { "reserved bit", { 0x41, 10, 0, 0, 1, 0, 9 }, 7, false, 0 },
    { "bytes after the end", { 0x40, 10, 0, 0, 1, 0, 9, 0, 1 }, 9, false, 0 },
    { "bytes after no list", { 0, 0x40, 10, 0, 0, 1, 0, 9 }, 8, false, 0 },
    { "loopback is skipped", { 0x40, 127, 0, 0, 1, 0, 9 }, 7, true, 0 },
    { "port 0 is skipped", { 0x40, 10, 0, 0, 1, 0, 0 }, 7, true, 0 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree uint8_t *exact = g_malloc (rows[i].size + 1);
      TacCandidates got = { .n = 77 };

      memcpy (exact + 1, rows[i].bytes, rows[i].size);
      if (tac_candidates_decode (&got, exact + 1, rows[i].size) != rows[i].good)
        g_error ("%s: expected %d", rows[i].what, rows[i].good);
      g_assert_cmpuint (got.n, ==, rows[i].good ? rows[i].n : 77);
    }
}

/* Any list that decodes encodes to a list that decodes to the same. */
static void
test_round_trip (void)
{
  unsigned good = 0;

  for (unsigned i = 0; i < 20000; i++)
    {
      uint8_t bytes[TAC_CANDIDATES_SIZE] = { 0 }, again[TAC_CANDIDATES_SIZE];
      TacCandidates got, twice;
      size_t at = 0;

      while (at + 19 <= sizeof bytes && g_test_rand_int_range (0, 6) > 0)
        {
          bytes[at] = (uint8_t)g_test_rand_int ();
          if (g_test_rand_int_range (0, 40) > 0)
            bytes[at] &= 0xe0; /* mostly no reserved bit */
          for (unsigned j = 1; j < 19; j++)
            bytes[at + j] = (uint8_t)g_test_rand_int ();
          at += bytes[at] & 0x20 ? 19 : 7;
        }
      memset (bytes + at, 0, sizeof bytes - at);
      if (!tac_candidates_decode (&got, bytes, sizeof bytes))
        continue;
      good++;
      g_assert_cmpuint (tac_candidates_encode (&got, again, sizeof again), ==, got.n);
      g_assert_true (tac_candidates_decode (&twice, again, sizeof again));
      g_assert_cmpuint (twice.n, ==, got.n);
      for (size_t j = 0; j < got.n; j++)
        g_assert_cmpmem (twice.list[j].address, 16, got.list[j].address, 16);
    }
  g_assert_cmpuint (good, >, 1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/candidate/valid", test_valid);
  g_test_add_func ("/candidate/sort", test_sort);
  g_test_add_func ("/candidate/room", test_room);
  g_test_add_func ("/candidate/malformed", test_malformed);
  g_test_add_func ("/candidate/round-trip", test_round_trip);
  return g_test_run ();
}
