/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In which form a message goes to whom: as a datagram or as a text (docs/protocol.md §3). Pure: no
 * clock, no I/O. */
#pragma once
#include "codecs/sms-text.h"
#include "daemon/config.h"

#define TAC_SMS_PEERS 32 /* numbers whose last form is remembered */

typedef enum
{
  TAC_SMS_BEST,
  TAC_SMS_OTHER, /* for a repeat: what the best one is not */
} TacSmsForm;

typedef enum
{
  TAC_DATAGRAMS_UNKNOWN,
  TAC_DATAGRAMS_WORK,
  TAC_DATAGRAMS_FAIL,
} TacDatagrams;

typedef struct
{
  TacSignalling signalling;
  TacDatagrams datagrams;
  TacTextForm text; /* which of the two a text has: not TAC_TEXT_NONE */
  struct
  {
    char number[17]; /* E.164, or "" */
    TacTextForm came;
  } peers[TAC_SMS_PEERS];
  guint next;
} TacSmsForms;

void tac_sms_forms_init (TacSmsForms *forms, TacSignalling signalling);
/* A message of @number (E.164) came in this form. The oldest of too many is forgotten. */
void tac_sms_forms_note (TacSmsForms *forms, const char *number, TacTextForm came);
/* TAC_TEXT_NONE: as a datagram. */
TacTextForm tac_sms_forms_choose (const TacSmsForms *forms, const char *number, TacSmsForm wanted);
