/* SPDX-License-Identifier: GPL-3.0-or-later */
/* INVITE messages as a phone meets them: of friends, of strangers, late, early, again, damaged. */
#include "daemon/invitations.h"

#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>

#define NOW 1800000000000u /* ms */
#define SECOND 1000u

typedef struct
{
  char *folder;
  TacKeyPair me, alice, bob, stranger;
  TacContacts *contacts; /* alice and bob */
  TacCounters *counters;
} Fixture;

static void
add (Fixture *f, const char *name, const char *number, TacKeyPair *pair)
{
  guint8 secret[TAC_KEY_SIZE];
  char hex[2 * TAC_KEY_SIZE + 1];
  g_autoptr (GError) error = NULL;

  randombytes_buf (secret, sizeof secret);
  tac_noise_key_pair (pair, secret);
  sodium_bin2hex (hex, sizeof hex, pair->public, TAC_KEY_SIZE);
  if (name != NULL)
    g_assert_true (tac_contacts_add (f->contacts, name, number, hex, &error));
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("invitations-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (f->folder, "contacts", NULL);
  add (f, NULL, NULL, &f->me);
  add (f, NULL, NULL, &f->stranger);
  f->contacts = tac_contacts_open (path, &f->me, &error);
  g_assert_no_error (error);
  f->counters = tac_counters_new ();
  add (f, "alice", "+15551000001", &f->alice);
  add (f, "bob", "+15551000002", &f->bob);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "contacts", NULL);

  g_object_unref (f->contacts);
  tac_counters_free (f->counters);
  g_unlink (path);
  g_rmdir (f->folder);
  g_free (f->folder);
}

static void
invite (Fixture *f, const TacKeyPair *from, guint64 time_ms, guint8 sms[TAC_SMS_SIZE])
{
  TacInvite content = { .time_ms = time_ms };
  guint8 ephemeral[TAC_KEY_SIZE];
  TacHandshake handshake;

  randombytes_buf (ephemeral, sizeof ephemeral);
  g_assert_cmpint (tac_invite_create (&handshake, sms, from, f->me.public, ephemeral, &content), ==,
                   TAC_MESSAGE_OK);
}

static guint64
count (Fixture *f, const char *name)
{
  g_autoptr (GVariant) all = g_variant_ref_sink (tac_counters_to_variant (f->counters));
  guint64 n = 0;

  g_variant_lookup (all, name, "t", &n);
  return n;
}

static TacInvitation *
open_at (Fixture *f, const char *sender, const guint8 *sms, gsize size, guint64 clock_ms,
         guint64 centre_ms)
{
  return tac_invitation_open (f->contacts, &f->me, f->counters, sender, sms, size, clock_ms,
                              centre_ms);
}

/* The number says whom to try first, and nothing else. */
static void
test_sender_proves_nothing (Fixture *f, gconstpointer data)
{
  static const char *const senders[]
      = { "+15551000001", "+15551000002", "", "+4930123456", "Bank" };

  for (guint i = 0; i < G_N_ELEMENTS (senders); i++)
    {
      g_autoptr (TacInvitation) opened = NULL;
      guint8 sms[TAC_SMS_SIZE];

      invite (f, &f->alice, NOW + i, sms);
      opened = open_at (f, senders[i], sms, sizeof sms, NOW, NOW);
      g_assert_nonnull (opened);
      g_assert_cmpstr (opened->contact->name, ==, "alice");
      g_assert_false (opened->missed);
      g_assert_cmpmem (opened->sms, TAC_SMS_SIZE, sms, sizeof sms);
    }
  g_assert_cmpuint (count (f, "sms.invite"), ==, G_N_ELEMENTS (senders));
}

static void
test_stranger (Fixture *f, gconstpointer data)
{
  guint8 sms[TAC_SMS_SIZE];

  invite (f, &f->stranger, NOW, sms);
  g_assert_null (open_at (f, "+15551000001", sms, sizeof sms, NOW, NOW));
  g_assert_cmpuint (count (f, "sms.forged"), ==, 1);
}

/* Any bit that differs; the header's two bytes have their own names. */
static void
test_every_flipped_byte (Fixture *f, gconstpointer data)
{
  guint8 sms[TAC_SMS_SIZE];
  guint64 refused;

  invite (f, &f->alice, NOW, sms);
  for (guint i = 0; i < sizeof sms; i++)
    {
      sms[i] ^= 1;
      g_assert_null (open_at (f, "+15551000001", sms, sizeof sms, NOW, NOW));
      sms[i] ^= 1;
    }
  refused = count (f, "sms.forged") + count (f, "sms.not-ours") + count (f, "sms.type")
            + count (f, "sms.version") + count (f, "sms.invalid");
  g_assert_cmpuint (refused, ==, sizeof sms);
  g_assert_cmpuint (tac_contacts_find_number (f->contacts, "+15551000001")->invite_time_ms, ==, 0);
}

static void
test_wrong_lengths (Fixture *f, gconstpointer data)
{
  guint8 sms[TAC_SMS_SIZE + 1] = { 0 };

  invite (f, &f->alice, NOW, sms);
  for (gsize size = 2; size <= sizeof sms; size++)
    if (size != TAC_SMS_SIZE)
      g_assert_null (open_at (f, "", sms, size, NOW, NOW));
  g_assert_cmpuint (count (f, "sms.length"), ==, sizeof sms - 2);
}

/* An INVITE of time @sent after one of @before; 0: none. */
typedef struct
{
  guint64 before, sent, clock, centre;
  const char *counter;
  gboolean opens, missed;
} Case;

static void
test_times (Fixture *f, gconstpointer data)
{
  static const Case cases[] = {
    { 0, NOW, NOW, NOW, "sms.invite", TRUE, FALSE },
    { 0, NOW, NOW, 0, "sms.invite", TRUE, FALSE },
    { 0, NOW - 60 * SECOND, NOW, NOW, "sms.invite", TRUE, FALSE },
    { 0, NOW - 61 * SECOND, NOW, NOW, "sms.stale", TRUE, TRUE },
    { 0, NOW - 61 * SECOND, NOW, 0, "sms.stale", TRUE, TRUE },
    { 0, NOW - 61 * SECOND, NOW, NOW - 30 * SECOND, "sms.invite", TRUE, FALSE }, /* the younger */
    { 0, NOW - 61 * SECOND, NOW - 30 * SECOND, NOW, "sms.invite", TRUE, FALSE },
    { 0, NOW + 600 * SECOND, NOW, NOW, "sms.invite", TRUE, FALSE },
    { 0, NOW + 601 * SECOND, NOW, NOW, "sms.future", FALSE, FALSE },
    { 0, NOW + 601 * SECOND, NOW, NOW + 2 * SECOND, "sms.invite", TRUE, FALSE },
    { NOW, NOW, NOW, NOW, "sms.replayed", FALSE, FALSE },
    { NOW, NOW - 1, NOW, NOW, "sms.replayed", FALSE, FALSE },
    { NOW, NOW + 1, NOW, NOW, "sms.invite", TRUE, FALSE },
    { NOW - 90 * SECOND, NOW - 80 * SECOND, NOW, NOW, "sms.stale", TRUE, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *c = &cases[i];
      const TacContact *alice;
      g_autoptr (TacInvitation) opened = NULL;
      guint64 before;
      guint8 sms[TAC_SMS_SIZE];

      tear_down (f, NULL);
      set_up (f, NULL);
      alice = tac_contacts_find_number (f->contacts, "+15551000001");
      if (c->before != 0)
        g_assert_true (tac_contacts_accept_invite (f->contacts, alice, c->before, NULL));
      before = count (f, c->counter);
      invite (f, &f->alice, c->sent, sms);
      opened = open_at (f, "+15551000001", sms, sizeof sms, c->clock, c->centre);
      g_test_message ("case %u", i);
      g_assert_cmpint (opened != NULL, ==, c->opens);
      g_assert_cmpuint (count (f, c->counter), ==, before + 1);
      /* Only what was believed is remembered. */
      g_assert_cmpuint (alice->invite_time_ms, ==, c->opens ? c->sent : c->before);
      if (opened != NULL)
        g_assert_cmpint (opened->missed, ==, c->missed);
    }
}

/* The same bytes twice, and after the daemon started anew. */
static void
test_replay (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "contacts", NULL);
  g_autoptr (TacInvitation) first = NULL;
  g_autoptr (GError) error = NULL;
  guint8 sms[TAC_SMS_SIZE];

  invite (f, &f->alice, NOW, sms);
  first = open_at (f, "+15551000001", sms, sizeof sms, NOW, NOW);
  g_assert_nonnull (first);
  g_assert_null (open_at (f, "+15551000001", sms, sizeof sms, NOW, NOW));
  g_object_unref (f->contacts);
  f->contacts = tac_contacts_open (path, &f->me, &error);
  g_assert_no_error (error);
  g_assert_null (open_at (f, "+15551000001", sms, sizeof sms, NOW, NOW));
  g_assert_cmpuint (count (f, "sms.replayed"), ==, 2);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
    { "/invitations/sender-proves-nothing", test_sender_proves_nothing },
    { "/invitations/stranger", test_stranger },
    { "/invitations/every-flipped-byte", test_every_flipped_byte },
    { "/invitations/wrong-lengths", test_wrong_lengths },
    { "/invitations/times", test_times },
    { "/invitations/replay", test_replay },
  };

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
