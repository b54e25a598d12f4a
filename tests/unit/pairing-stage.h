/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stage for pairing: a real store, with a vault, a modem, SMS and a clock of the test's own.
 * Keys and parties are letters: the key pair whose secret has only that byte; 'O' is this phone. */
#pragma once
#include "daemon/pairing.h"

#define OWN "+15551000001"
#define BOB "+15551000002"
#define CAROL "+15551000003"
#define MINUTE G_TIME_SPAN_MINUTE

extern gint64 stage_clock_us; /* what g_get_real_time() says */

struct _TacVault
{
  GObject parent_instance;
  TacStore *store; /* NULL: locked */
  TacContacts *contacts;
  TacKeyPair identity;
};

struct _TacModem
{
  GObject parent_instance;
  TacModemState state;
};

struct _TacSms
{
  GObject parent_instance;
  GQueue tasks;    /* being sent */
  TacSmsForm form; /* of the last */
  GString *sent;   /* "NUMBER FLAGS NAME\n" of each that was ever handed over */
};

typedef struct
{
  char *folder, *path;
  TacConfig config;
  TacVault *vault;
  TacModem *modem;
  TacSms *sms;
  TacCounters *counters;
  TacPairing *pairing;
  GString *told; /* of signals: "requested KIND NUMBER NAME\n", "completed NAME NUMBER\n" */
  guint changes;
  gboolean over; /* of the last async call: */
  GError *error;
  char *contact;
} Stage;

void stage_set_up (Stage *test, gconstpointer data);
void stage_tear_down (Stage *test, gconstpointer data);
void stage_open_vault (Stage *test);
void stage_close_vault (Stage *test);
void stage_settle (void); /* runs whatever is ready */
void stage_make_key_pair (TacKeyPair *pair, char letter);
char *stage_key_hex (char letter);
gint64 stage_add_contact (Stage *test, const char *name, const char *number, char letter);

/* PAIR comes. */
void stage_receive (Stage *test, const char *sender, char letter, gboolean answer);
void stage_receive_named (Stage *test, const char *sender, char letter, gboolean answer,
                          const char *name);
/* The user acts; the result is in @test when the SMS has ended, or at once. */
void stage_accept (Stage *test, const char *number, const char *name, const char *key);
void stage_request (Stage *test, const char *number, const char *name);
/* What becomes of the SMS that was handed over first. */
void stage_sms_ends (Stage *test, gboolean ok);

/* Empties @text, too. */
void stage_assert_text (GString *text, const char *expected);
void stage_assert_counted (Stage *test, const char *name, guint64 expected);
/* "KIND NUMBER\n" of each, newest first. */
void stage_assert_list (Stage *test, const char *expected);
void stage_assert_key (const guint8 key[TAC_KEY_SIZE], char letter);
/* NULL @name: there is none of this number. */
void stage_assert_contact (Stage *test, const char *number, const char *name, char letter);
