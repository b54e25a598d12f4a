/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Powers a modem and brings it online; again after it was lost, never against the user's wish. */
#pragma once
#include <gio/gio.h>

typedef struct TacModemPower TacModemPower;

TacModemPower *tac_modem_power_new (GDBusConnection *bus, const char *owner, const char *path);
/* To be told of every change: does what is needed next. A modem that goes offline while it stays
 * powered was put in flight mode by somebody, and is left there. */
void tac_modem_power_follow (TacModemPower *power, gboolean powered, gboolean online);
/* With a SIM card inserted the modem may go online again: it left because the last one was taken
 * out, not because somebody wished it. */
void tac_modem_power_sim_inserted (TacModemPower *power);
void tac_modem_power_free (TacModemPower *power);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TacModemPower, tac_modem_power_free)
