/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SMS transfer PDUs: SUBMIT from a phone, DELIVER to a phone (3GPP TS 23.040 §9). Pure. */
#pragma once
#include <glib.h>

#define EMU_NUMBER_MAX 24     /* an address as text: '+', 20 digits, NUL */
#define EMU_USER_DATA_MAX 140 /* bytes */
#define EMU_DELIVER_MAX 163   /* bytes of the longest DELIVER */

typedef enum
{
  EMU_SMS_GSM7, /* text, default alphabet */
  EMU_SMS_DATA, /* 8-bit */
  EMU_SMS_UCS2, /* text, UTF-16BE */
} EmuSmsCoding;

/* What SUBMIT and DELIVER share. */
typedef struct
{
  char address[EMU_NUMBER_MAX]; /* destination or origin; "" = withheld; letters = alphanumeric */
  guint8 pid;
  guint8 dcs;
  gboolean udhi;           /* user data starts with a header */
  guint8 user_data_length; /* as sent: septets if coding is GSM7, else bytes */
  guint8 user_data_size;   /* bytes */
  guint8 user_data[EMU_USER_DATA_MAX];
} EmuSms;

typedef struct
{
  guint8 reference;
  gboolean reject_duplicates;
  gboolean report;   /* a status report is asked for */
  gint64 validity_s; /* relative; -1 = not given */
  EmuSms sms;
} EmuSubmit;

/* What a user-data header says, where it says it. */
typedef struct
{
  gboolean has_ports;
  guint16 destination_port;
  guint16 source_port;
  guint8 parts; /* 0 = not concatenated */
  guint8 part;
  guint16 concatenation;
} EmuSmsHeader;

/* @tpdu: without the SMSC address. @now_s: Unix time, to make an absolute validity relative.
 * Returns: FALSE with @submit in part written on anything that isn't one whole SUBMIT. */
gboolean emu_tpdu_parse_submit (const guint8 *tpdu, gsize size, gint64 now_s, EmuSubmit *submit);

/* @more: more messages wait for this phone. @time_s: Unix time put in the service centre's stamp,
 * as UTC. Returns: bytes written. */
gsize emu_tpdu_build_deliver (const EmuSms *sms, gboolean more, gint64 time_s,
                              guint8 tpdu[EMU_DELIVER_MAX]);

EmuSmsCoding emu_sms_coding (const EmuSms *sms);
/* Returns: FALSE where there's a header yet it is malformed; @header is zeroed then. */
gboolean emu_sms_header (const EmuSms *sms, EmuSmsHeader *header);
/* Returns: (transfer full) the text of this part, or NULL for 8-bit data. */
char *emu_sms_text (const EmuSms *sms);

/* Splits into one SMS or several; @concatenation is their common reference. The GSM alphabet is
 * used where the text allows. Returns: (transfer full) array of EmuSms, or NULL over 255 parts. */
GArray *emu_sms_from_text (const char *from, const char *text, guint8 concatenation);
/* A port-addressed datagram, 16-bit ports; more than 133 bytes make several SMS. */
GArray *emu_sms_from_data (const char *from, const guint8 *data, gsize size, guint16 port,
                           guint16 source_port, guint8 concatenation);
