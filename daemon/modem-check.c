/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands in the way of using the modem, for people. */
#include "daemon/modem.h"

#include "daemon/errors.h"

gboolean
tac_modem_check_ready (TacModem *modem, GError **error)
{
  switch (tac_modem_get_state (modem))
    {
    case TAC_MODEM_NO_OFONO:
      g_set_error_literal (error, TAC_ERROR, TAC_ERROR_NO_MODEM,
                           "oFono is not running, or this user may not reach it");
      return FALSE;
    case TAC_MODEM_NONE:
      g_set_error_literal (error, TAC_ERROR, TAC_ERROR_NO_MODEM, "oFono knows no modem");
      return FALSE;
    case TAC_MODEM_OFF:
      g_set_error_literal (error, TAC_ERROR, TAC_ERROR_NO_MODEM,
                           "the modem is off or in flight mode: switch it on");
      return FALSE;
    case TAC_MODEM_NO_SIM:
      g_set_error_literal (error, TAC_ERROR, TAC_ERROR_NO_MODEM,
                           "there is no SIM card, or it waits for its PIN");
      return FALSE;
    case TAC_MODEM_NOT_REGISTERED:
      g_set_error_literal (error, TAC_ERROR, TAC_ERROR_NOT_REGISTERED,
                           "the modem has no network at the moment: try again when it has");
      return FALSE;
    case TAC_MODEM_READY:
      return TRUE;
    }
  g_return_val_if_reached (FALSE);
}
