/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a command line to what carries it out. */
#pragma once
#include "phone.h"

/* The end of an answer; a number from 0 on is a +CME ERROR, from EMU_AT_CMS on a +CMS ERROR. */
typedef gint EmuAtResult;
#define EMU_AT_OK (-1)
#define EMU_AT_ERROR (-2)
#define EMU_AT_PROMPT (-3) /* "> ": a PDU follows */
#define EMU_AT_CMS 0x10000

/* 3GPP TS 27.007 §9.2 */
#define EMU_CME_NOT_ALLOWED 3
#define EMU_CME_SIM_NOT_INSERTED 10
#define EMU_CME_SIM_PIN_REQUIRED 11
#define EMU_CME_SIM_PUK_REQUIRED 12
#define EMU_CME_INCORRECT_PASSWORD 16
#define EMU_CME_NO_NETWORK 30
#define EMU_CME_UNSPECIFIED_GPRS 148
/* 3GPP TS 27.005 §3.2.5 */
#define EMU_CMS_INVALID_PDU 304
#define EMU_CMS_NO_NETWORK 331
#define EMU_CMS_NOTHING_TO_ACKNOWLEDGE 340
#define EMU_CMS_UNKNOWN 500

typedef EmuAtResult (*EmuAtHandler) (EmuPhone *phone, const EmuAtCommand *command);
typedef struct
{
  const char *name;
  guint forms; /* EmuAtForm, those that the handler takes */
  EmuAtHandler handler;
} EmuAtEntry;

/* Each ends with a NULL name. */
extern const EmuAtEntry emu_at_general[];
extern const EmuAtEntry emu_at_sim[];
extern const EmuAtEntry emu_at_network[];
extern const EmuAtEntry emu_at_sms[];
extern const EmuAtEntry emu_at_data[];

/* Carries out one command line; what it doesn't know is EMU_AT_ERROR. */
EmuAtResult emu_at_dispatch (EmuPhone *phone, const char *line);
/* What followed the prompt; @pdu is NULL where it was cancelled. */
EmuAtResult emu_at_dispatch_pdu (EmuPhone *phone, const char *pdu);
/* How an error @code is written in answer to @line. */
EmuAtResult emu_at_error_for (const char *line, guint code);
/* Returns: (transfer full) "OK", "ERROR", "+CME ERROR: 3", … */
char *emu_at_result_text (EmuAtResult result);
