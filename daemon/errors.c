/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The daemon's errors and their names on D-Bus. */
#include "daemon/errors.h"

#include <gio/gio.h>

static const GDBusErrorEntry entries[] = {
  { TAC_ERROR_FAILED, "org.tacitel.Error.Failed" },
  { TAC_ERROR_INVALID_NUMBER, "org.tacitel.Error.InvalidNumber" },
  { TAC_ERROR_INVALID_ARGUMENT, "org.tacitel.Error.InvalidArgument" },
  { TAC_ERROR_UNKNOWN_CONTACT, "org.tacitel.Error.UnknownContact" },
  { TAC_ERROR_EXISTS, "org.tacitel.Error.Exists" },
  { TAC_ERROR_SELF_CALL, "org.tacitel.Error.SelfCall" },
  { TAC_ERROR_BUSY, "org.tacitel.Error.Busy" },
  { TAC_ERROR_NO_MODEM, "org.tacitel.Error.NoModem" },
  { TAC_ERROR_NOT_REGISTERED, "org.tacitel.Error.NotRegistered" },
  { TAC_ERROR_NO_DATA, "org.tacitel.Error.NoData" },
  { TAC_ERROR_SMS_FAILED, "org.tacitel.Error.SmsFailed" },
  { TAC_ERROR_MEDIA_FAILED, "org.tacitel.Error.MediaFailed" },
  { TAC_ERROR_INVALID_STATE, "org.tacitel.Error.InvalidState" },
  { TAC_ERROR_NOT_SET_UP, "org.tacitel.Error.NotSetUp" },
  { TAC_ERROR_LOCKED, "org.tacitel.Error.Locked" },
  { TAC_ERROR_WRONG_PASSPHRASE, "org.tacitel.Error.WrongPassphrase" },
  { TAC_ERROR_TRY_LATER, "org.tacitel.Error.TryLater" },
  { TAC_ERROR_DAMAGED, "org.tacitel.Error.Damaged" },
  { TAC_ERROR_REFUSED, "org.tacitel.Error.Refused" },
};

GQuark
tac_error_quark (void)
{
  static gsize quark;

  g_dbus_error_register_error_domain ("tac-error-quark", &quark, entries, G_N_ELEMENTS (entries));
  return (GQuark)quark;
}
