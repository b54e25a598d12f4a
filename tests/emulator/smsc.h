/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SMS centre: accepts, stores, forwards in order, repeats what isn't acknowledged, expires.
 * Pure: the caller gives the time and carries out what it is asked to. */
#pragma once
#include "tpdu.h"

#define EMU_SMSC_LOG_MAX 4096

typedef enum
{
  EMU_SMS_STORED,    /* waits for its time, for its phone, or for its turn */
  EMU_SMS_SENT,      /* with the phone, not acknowledged yet */
  EMU_SMS_DELIVERED, /* acknowledged */
  EMU_SMS_EXPIRED,   /* its validity ended first */
  EMU_SMS_DROPPED,   /* by a rule */
  EMU_SMS_REFUSED,   /* given back to its sender with an error code */
} EmuSmsState;
#define EMU_SMS_STATES 6
extern const char *const emu_sms_state_names[EMU_SMS_STATES + 1];

typedef struct
{
  guint id;
  char from[EMU_NUMBER_MAX];
  char to[EMU_NUMBER_MAX];
  EmuSms sms; /* its address is @from */
  EmuSmsState state;
  guint code; /* REFUSED: +CMS ERROR */
  gint64 accepted_us;
  gint64 due_us; /* not handed over before */
  gint64 expires_us;
  gint64 sent_us;      /* last try */
  gint64 delivered_us; /* 0 = not yet */
  guint attempts;
  gboolean postponed; /* by emu_smsc_postpone() */
} EmuSmsRecord;

typedef struct
{
  gint64 latency_us;     /* from acceptance to the first try */
  gint64 acknowledge_us; /* how long a phone may take to acknowledge, then it's sent again */
  gint64 validity_us;    /* of an SMS that states none */
} EmuSmscSettings;

typedef struct
{
  /* Hand @record to its phone (@more others wait). FALSE: the phone cannot take it now, though it
   * counts as reachable; tried again after acknowledge_us. */
  gboolean (*deliver) (const EmuSmsRecord *record, gboolean more, gpointer user_data);
  /* A record is new or its state has changed. */
  void (*changed) (const EmuSmsRecord *record, gpointer user_data);
} EmuSmscOps;

typedef struct _EmuSmsc EmuSmsc;
EmuSmsc *emu_smsc_new (const EmuSmscOps *ops, gpointer user_data);
void emu_smsc_free (EmuSmsc *smsc);
EmuSmscSettings *emu_smsc_settings (EmuSmsc *smsc);

/* A subscriber: messages are kept for it from now on. */
void emu_smsc_add_subscriber (EmuSmsc *smsc, const char *number);
gboolean emu_smsc_has_subscriber (EmuSmsc *smsc, const char *number);

/* @sms: its address is the sender's. @validity_s: -1 for the default. @delay_us: added to the
 * latency. @to must be a subscriber. Returns: the record's id. */
guint emu_smsc_accept (EmuSmsc *smsc, const EmuSms *sms, const char *to, gint64 validity_s,
                       gint64 delay_us, gint64 now_us);
/* Notes an SMS that goes nowhere: REFUSED with @code, or DROPPED. */
guint emu_smsc_note (EmuSmsc *smsc, const EmuSms *sms, const char *to, EmuSmsState state,
                     guint code, gint64 now_us);

/* The phone can take SMS, or no longer can: what it has not acknowledged is sent again later. */
void emu_smsc_set_reachable (EmuSmsc *smsc, const char *number, gboolean reachable, gint64 now_us);
/* The phone has taken the SMS sent last; @ok FALSE: refused it, so it is sent again later.
 * Returns: FALSE where none was outstanding. */
gboolean emu_smsc_acknowledge (EmuSmsc *smsc, const char *number, gboolean ok, gint64 now_us);
/* From deliver(): make this delivery the last event of the record. */
void emu_smsc_drop (EmuSmsc *smsc, guint id, gint64 now_us);

/* From deliver(): take the record back and send it @delay_us later; deliver() returns TRUE. */
void emu_smsc_postpone (EmuSmsc *smsc, guint id, gint64 delay_us, gint64 now_us);

/* Does what is due. Call it after anything above, and at emu_smsc_next(). */
void emu_smsc_run (EmuSmsc *smsc, gint64 now_us);
/* When to call emu_smsc_run() again; G_MAXINT64 = not before something happens. */
gint64 emu_smsc_next (const EmuSmsc *smsc);

/* @index: from 0, oldest first. Returns: NULL past the end. */
const EmuSmsRecord *emu_smsc_record (const EmuSmsc *smsc, guint index);
guint emu_smsc_count (const EmuSmsc *smsc, EmuSmsState state);
void emu_smsc_clear_log (EmuSmsc *smsc);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmuSmsc, emu_smsc_free)
