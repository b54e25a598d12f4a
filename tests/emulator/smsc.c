/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SMS centre: accepts, stores, forwards in order, repeats what isn't acknowledged, expires. */
#include "smsc.h"
#include "sms-number.h"
#include <string.h>

#define LATENCY_US (150 * G_TIME_SPAN_MILLISECOND)
#define ACKNOWLEDGE_US (10 * G_TIME_SPAN_SECOND)
#define VALIDITY_US (2 * G_TIME_SPAN_DAY)
#define VALIDITY_MAX_US (441 * G_TIME_SPAN_DAY) /* the longest that a SUBMIT can state */

const char *const emu_sms_state_names[EMU_SMS_STATES + 1]
    = { "stored", "sent", "delivered", "expired", "dropped", "refused", NULL };

typedef struct
{
  char *number;
  gboolean reachable;
  gint64 retry_us;    /* nothing is sent before */
  GPtrArray *waiting; /* EmuSmsRecord, unowned; by due time, then by arrival */
  EmuSmsRecord *sent; /* unowned; the one not acknowledged */
} Subscriber;

struct _EmuSmsc
{
  EmuSmscOps ops;
  gpointer user_data;
  EmuSmscSettings settings;
  GPtrArray *subscribers;
  GPtrArray *records; /* EmuSmsRecord, oldest first */
  guint counts[EMU_SMS_STATES];
  guint last_id;
};

static void
subscriber_free (Subscriber *subscriber)
{
  g_free (subscriber->number);
  g_ptr_array_unref (subscriber->waiting);
  g_free (subscriber);
}

EmuSmsc *
emu_smsc_new (const EmuSmscOps *ops, gpointer user_data)
{
  EmuSmsc *smsc = g_new0 (EmuSmsc, 1);

  smsc->ops = *ops;
  smsc->user_data = user_data;
  smsc->settings = (EmuSmscSettings){ LATENCY_US, ACKNOWLEDGE_US, VALIDITY_US };
  smsc->subscribers = g_ptr_array_new_with_free_func ((GDestroyNotify)subscriber_free);
  smsc->records = g_ptr_array_new_with_free_func (g_free);
  return smsc;
}

void
emu_smsc_free (EmuSmsc *smsc)
{
  if (smsc == NULL)
    return;
  g_ptr_array_unref (smsc->subscribers);
  g_ptr_array_unref (smsc->records);
  g_free (smsc);
}

EmuSmscSettings *
emu_smsc_settings (EmuSmsc *smsc)
{
  return &smsc->settings;
}

static Subscriber *
find_subscriber (EmuSmsc *smsc, const char *number)
{
  for (guint i = 0; i < smsc->subscribers->len; i++)
    {
      Subscriber *subscriber = smsc->subscribers->pdata[i];

      if (emu_number_equal (subscriber->number, number))
        return subscriber;
    }
  return NULL;
}

gboolean
emu_smsc_has_subscriber (EmuSmsc *smsc, const char *number)
{
  return find_subscriber (smsc, number) != NULL;
}

void
emu_smsc_add_subscriber (EmuSmsc *smsc, const char *number)
{
  Subscriber *subscriber = g_new0 (Subscriber, 1);

  subscriber->number = g_strdup (number);
  subscriber->waiting = g_ptr_array_new ();
  g_ptr_array_add (smsc->subscribers, subscriber);
}

static gboolean
is_over (const EmuSmsRecord *record)
{
  return record->state != EMU_SMS_STORED && record->state != EMU_SMS_SENT;
}

/* Keeps the log bounded: forgets the oldest records that are over. */
static void
trim_log (EmuSmsc *smsc)
{
  guint i = 0;

  while (smsc->records->len >= EMU_SMSC_LOG_MAX && i < smsc->records->len)
    if (is_over (smsc->records->pdata[i]))
      g_ptr_array_remove_index (smsc->records, i);
    else
      i++;
}

static void
set_state (EmuSmsc *smsc, EmuSmsRecord *record, EmuSmsState state)
{
  record->state = state;
  if (is_over (record))
    smsc->counts[state]++;
  smsc->ops.changed (record, smsc->user_data);
}

static EmuSmsRecord *
add_record (EmuSmsc *smsc, const EmuSms *sms, const char *to, gint64 now_us)
{
  EmuSmsRecord *record = g_new0 (EmuSmsRecord, 1);

  trim_log (smsc);
  record->id = ++smsc->last_id;
  g_strlcpy (record->from, sms->address, sizeof record->from);
  g_strlcpy (record->to, to, sizeof record->to);
  record->sms = *sms;
  record->accepted_us = now_us;
  g_ptr_array_add (smsc->records, record);
  return record;
}

guint
emu_smsc_note (EmuSmsc *smsc, const EmuSms *sms, const char *to, EmuSmsState state, guint code,
               gint64 now_us)
{
  EmuSmsRecord *record = add_record (smsc, sms, to, now_us);

  record->code = code;
  set_state (smsc, record, state);
  return record->id;
}

/* Behind everything that is due no later, so that equal delays keep their order. */
static void
enqueue (Subscriber *subscriber, EmuSmsRecord *record)
{
  guint i = subscriber->waiting->len;

  while (i > 0 && ((EmuSmsRecord *)subscriber->waiting->pdata[i - 1])->due_us > record->due_us)
    i--;
  g_ptr_array_insert (subscriber->waiting, (gint)i, record);
}

guint
emu_smsc_accept (EmuSmsc *smsc, const EmuSms *sms, const char *to, gint64 validity_s,
                 gint64 delay_us, gint64 now_us)
{
  Subscriber *subscriber = find_subscriber (smsc, to);
  EmuSmsRecord *record = add_record (smsc, sms, subscriber->number, now_us);
  gint64 validity_us = smsc->settings.validity_us;

  if (validity_s >= 0)
    validity_us = MIN (validity_s, VALIDITY_MAX_US / G_USEC_PER_SEC) * G_USEC_PER_SEC;
  record->due_us = now_us + smsc->settings.latency_us + delay_us;
  record->expires_us = now_us + validity_us;
  enqueue (subscriber, record);
  smsc->counts[EMU_SMS_STORED]++;
  set_state (smsc, record, EMU_SMS_STORED);
  return record->id;
}

/* Not acknowledged: to the head of the queue, to be sent again. */
static void
take_back (EmuSmsc *smsc, Subscriber *subscriber, gint64 retry_us)
{
  EmuSmsRecord *record = g_steal_pointer (&subscriber->sent);

  subscriber->retry_us = retry_us;
  g_ptr_array_insert (subscriber->waiting, 0, record);
  set_state (smsc, record, EMU_SMS_STORED);
}

void
emu_smsc_set_reachable (EmuSmsc *smsc, const char *number, gboolean reachable, gint64 now_us)
{
  Subscriber *subscriber = find_subscriber (smsc, number);

  if (subscriber == NULL || subscriber->reachable == reachable)
    return;
  subscriber->reachable = reachable;
  if (!reachable && subscriber->sent != NULL)
    take_back (smsc, subscriber, now_us);
  if (reachable)
    subscriber->retry_us = now_us;
}

gboolean
emu_smsc_acknowledge (EmuSmsc *smsc, const char *number, gboolean ok, gint64 now_us)
{
  Subscriber *subscriber = find_subscriber (smsc, number);

  if (subscriber == NULL || subscriber->sent == NULL)
    return FALSE;
  if (!ok)
    {
      take_back (smsc, subscriber, now_us + smsc->settings.acknowledge_us);
      return TRUE;
    }
  EmuSmsRecord *record = g_steal_pointer (&subscriber->sent);
  record->delivered_us = now_us;
  set_state (smsc, record, EMU_SMS_DELIVERED);
  return TRUE;
}

static Subscriber *
find_sent (EmuSmsc *smsc, guint id)
{
  for (guint i = 0; i < smsc->subscribers->len; i++)
    {
      Subscriber *subscriber = smsc->subscribers->pdata[i];

      if (subscriber->sent != NULL && subscriber->sent->id == id)
        return subscriber;
    }
  return NULL;
}

void
emu_smsc_drop (EmuSmsc *smsc, guint id, gint64 now_us)
{
  Subscriber *subscriber = find_sent (smsc, id);

  if (subscriber == NULL)
    return;
  subscriber->retry_us = now_us;
  set_state (smsc, g_steal_pointer (&subscriber->sent), EMU_SMS_DROPPED);
}

void
emu_smsc_postpone (EmuSmsc *smsc, guint id, gint64 delay_us, gint64 now_us)
{
  Subscriber *subscriber = find_sent (smsc, id);

  if (subscriber == NULL)
    return;
  EmuSmsRecord *record = g_steal_pointer (&subscriber->sent);
  record->postponed = TRUE;
  record->due_us = now_us + delay_us;
  record->attempts--;
  enqueue (subscriber, record);
  set_state (smsc, record, EMU_SMS_STORED);
}

static void
expire (EmuSmsc *smsc, Subscriber *subscriber, gint64 now_us)
{
  for (guint i = 0; i < subscriber->waiting->len;)
    {
      EmuSmsRecord *record = subscriber->waiting->pdata[i];

      if (record->expires_us > now_us)
        {
          i++;
          continue;
        }
      g_ptr_array_remove_index (subscriber->waiting, i);
      set_state (smsc, record, EMU_SMS_EXPIRED);
    }
}

static gboolean
can_send (const Subscriber *subscriber, gint64 now_us)
{
  return subscriber->reachable && subscriber->sent == NULL && subscriber->waiting->len > 0
         && subscriber->retry_us <= now_us
         && ((EmuSmsRecord *)subscriber->waiting->pdata[0])->due_us <= now_us;
}

static void
send_next (EmuSmsc *smsc, Subscriber *subscriber, gint64 now_us)
{
  EmuSmsRecord *record = g_ptr_array_remove_index (subscriber->waiting, 0);

  subscriber->sent = record;
  record->sent_us = now_us;
  record->attempts++;
  set_state (smsc, record, EMU_SMS_SENT);
  if (!smsc->ops.deliver (record, subscriber->waiting->len > 0, smsc->user_data)
      && subscriber->sent == record)
    take_back (smsc, subscriber, now_us + smsc->settings.acknowledge_us);
}

void
emu_smsc_run (EmuSmsc *smsc, gint64 now_us)
{
  for (guint i = 0; i < smsc->subscribers->len; i++)
    {
      Subscriber *subscriber = smsc->subscribers->pdata[i];

      if (subscriber->sent != NULL
          && subscriber->sent->sent_us + smsc->settings.acknowledge_us <= now_us)
        take_back (smsc, subscriber, now_us);
      expire (smsc, subscriber, now_us);
      while (can_send (subscriber, now_us))
        send_next (smsc, subscriber, now_us);
    }
}

static gint64
subscriber_next (const EmuSmsc *smsc, const Subscriber *subscriber)
{
  gint64 next = G_MAXINT64;

  if (subscriber->sent != NULL)
    next = subscriber->sent->sent_us + smsc->settings.acknowledge_us;
  else if (subscriber->reachable && subscriber->waiting->len > 0)
    next = MAX (((EmuSmsRecord *)subscriber->waiting->pdata[0])->due_us, subscriber->retry_us);
  for (guint i = 0; i < subscriber->waiting->len; i++)
    next = MIN (next, ((EmuSmsRecord *)subscriber->waiting->pdata[i])->expires_us);
  return next;
}

gint64
emu_smsc_next (const EmuSmsc *smsc)
{
  gint64 next = G_MAXINT64;

  for (guint i = 0; i < smsc->subscribers->len; i++)
    next = MIN (next, subscriber_next (smsc, smsc->subscribers->pdata[i]));
  return next;
}

const EmuSmsRecord *
emu_smsc_record (const EmuSmsc *smsc, guint index)
{
  return index < smsc->records->len ? smsc->records->pdata[index] : NULL;
}

guint
emu_smsc_count (const EmuSmsc *smsc, EmuSmsState state)
{
  return smsc->counts[state];
}

void
emu_smsc_clear_log (EmuSmsc *smsc)
{
  for (guint i = 0; i < smsc->records->len;)
    if (is_over (smsc->records->pdata[i]))
      g_ptr_array_remove_index (smsc->records, i);
    else
      i++;
  memset (smsc->counts, 0, sizeof smsc->counts);
}
