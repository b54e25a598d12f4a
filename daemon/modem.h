/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One oFono modem: present, powered, online, registered. Finds it, powers it where configured,
 * follows it. */
#pragma once
#include "daemon/config.h"
#include <gio/gio.h>

#define TAC_TYPE_MODEM (tac_modem_get_type ())
G_DECLARE_FINAL_TYPE (TacModem, tac_modem, TAC, MODEM, GObject)

typedef enum
{
  TAC_MODEM_NO_OFONO,
  TAC_MODEM_NONE,
  TAC_MODEM_OFF,
  TAC_MODEM_NO_SIM,
  TAC_MODEM_NOT_REGISTERED,
  TAC_MODEM_READY,
} TacModemState;

/* Signals: "changed" (any property below), "interfaces-changed" (an oFono interface came or went).
 * Runs for the process's life: ofonod restarting, the modem vanishing and coming back are changes
 * of state. */
TacModem *tac_modem_new (GDBusConnection *system_bus, const TacConfig *config);
TacModemState tac_modem_get_state (TacModem *modem);
/* False, with NO_MODEM or NOT_REGISTERED and the remedy, where it is not ready. */
gboolean tac_modem_check_ready (TacModem *modem, GError **error);
const char *tac_modem_get_path (TacModem *modem); /* NULL: none */
const char *
tac_modem_get_owner (TacModem *modem); /* unique name of the ofonod in use; NULL: none */
gboolean tac_modem_has_interface (TacModem *modem,
                                  const char *interface); /* "org.ofono.SmartMessaging" */
const char *tac_modem_get_number (TacModem *modem);       /* "" unknown */
const char *tac_modem_get_operator (TacModem *modem);
const char *tac_modem_get_technology (TacModem *modem);
guint8 tac_modem_get_strength (TacModem *modem);
GDBusConnection *tac_modem_get_bus (TacModem *modem);
