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
  TacStore *store;
  TacContacts *contacts; /* alice and bob */
  TacCounters *counters;
  gboolean unknown; /* of the last that was opened */
} Fixture;

static void
add (Fixture *f, const char *name, const char *number, TacKeyPair *pair)
{
  guint8 secret[TAC_KEY_SIZE];
  g_autoptr (GError) error = NULL;

  randombytes_buf (secret, sizeof secret);
  tac_noise_key_pair (pair, secret);
  if (name != NULL)
    g_assert_true (tac_contacts_add (f->contacts, name, number, pair->public, &error));
}

static void
open_store (Fixture *f)
{
  static const guint8 key[TAC_STORE_KEY_SIZE] = { 1 };
  g_autofree char *path = g_build_filename (f->folder, "store.db", NULL);
  g_autoptr (GError) error = NULL;

  f->store = tac_store_open (path, key, &error);
  g_assert_no_error (error);
  f->contacts = tac_contacts_new (f->store, &f->me);
}

static void
close_store (Fixture *f)
{
  g_clear_object (&f->contacts);
  g_clear_pointer (&f->store, tac_store_close);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("invitations-XXXXXX", &error);
  g_assert_no_error (error);
  add (f, NULL, NULL, &f->me);
  add (f, NULL, NULL, &f->stranger);
  open_store (f);
  f->counters = tac_counters_new ();
  add (f, "alice", "+15551000001", &f->alice);
  add (f, "bob", "+15551000002", &f->bob);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "store.db", NULL);

  close_store (f);
  tac_counters_free (f->counters);
  g_assert_true (tac_store_remove (path, NULL));
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
                              centre_ms, &f->unknown);
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

static guint64
highest (Fixture *f)
{
  g_autoptr (TacContact) alice = tac_contacts_find_number (f->contacts, "+15551000001");

  return alice->invite_time_ms;
}

static void
test_stranger (Fixture *f, gconstpointer data)
{
  guint8 sms[TAC_SMS_SIZE];

  invite (f, &f->stranger, NOW, sms);
  g_assert_null (open_at (f, "+15551000001", sms, sizeof sms, NOW, NOW));
  g_assert_cmpuint (count (f, "sms.forged"), ==, 1);
  g_assert_true (f->unknown);
  g_assert_null (open_at (f, "+15551000001", sms, sizeof sms - 1, NOW, NOW));
  g_assert_false (f->unknown);
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
  g_assert_cmpuint (highest (f), ==, 0);
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
      g_autoptr (TacContact) alice = NULL;
      g_autoptr (TacInvitation) opened = NULL;
      guint64 before;
      guint8 sms[TAC_SMS_SIZE];

      tear_down (f, NULL);
      set_up (f, NULL);
      alice = tac_contacts_find_number (f->contacts, "+15551000001");
      if (c->before != 0)
        g_assert_true (tac_contacts_accept_invite (f->contacts, alice->id, c->before, NULL));
      before = count (f, c->counter);
      invite (f, &f->alice, c->sent, sms);
      opened = open_at (f, "+15551000001", sms, sizeof sms, c->clock, c->centre);
      g_test_message ("case %u", i);
      g_assert_cmpint (opened != NULL, ==, c->opens);
      g_assert_cmpuint (count (f, c->counter), ==, before + 1);
      /* Only what was believed is remembered. */
      g_assert_cmpuint (highest (f), ==, c->opens ? c->sent : c->before);
      if (opened != NULL)
        g_assert_cmpint (opened->missed, ==, c->missed);
    }
}

/* The same bytes twice, and after the daemon started anew. */
static void
test_replay (Fixture *f, gconstpointer data)
{
  g_autoptr (TacInvitation) first = NULL;
  guint8 sms[TAC_SMS_SIZE];

  invite (f, &f->alice, NOW, sms);
  first = open_at (f, "+15551000001", sms, sizeof sms, NOW, NOW);
  g_assert_nonnull (first);
  g_assert_null (open_at (f, "+15551000001", sms, sizeof sms, NOW, NOW));
  close_store (f);
  open_store (f);
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
