/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Brings phones, rules, the clock and the SMS centre together. */
#pragma once
#include "config.h"
#include "phone.h"
#include "rules.h"
#include "sms-model.h"
#include "smsc.h"

typedef struct _EmuSmsRouter EmuSmsRouter;

EmuSmsRouter *emu_sms_router_new (const EmuConfig *config, EmuRules *rules,
                                  void (*changed) (const EmuSmsRecord *record, gpointer user_data),
                                  gpointer user_data);
void emu_sms_router_free (EmuSmsRouter *router);
EmuSmsc *emu_sms_router_smsc (EmuSmsRouter *router);
EmuSmsModel *emu_sms_router_model (EmuSmsRouter *router);
void emu_sms_router_set_seed (EmuSmsRouter *router, guint32 seed);
void emu_sms_router_add_phone (EmuSmsRouter *router, EmuPhone *phone);
/* It may have become able to take SMS, or unable. */
void emu_sms_router_phone_changed (EmuSmsRouter *router, EmuPhone *phone);
/* Returns: 0, or the +CMS ERROR for the sender. */
guint emu_sms_router_submit (EmuSmsRouter *router, EmuPhone *sender, const EmuSubmit *submit,
                             guint8 *reference);
void emu_sms_router_acknowledged (EmuSmsRouter *router, EmuPhone *phone, gboolean ok);
GArray *emu_sms_router_inject (EmuSmsRouter *router, EmuPhone *phone, const GArray *list);
