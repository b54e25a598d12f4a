/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The daemon's error domain; each code is a D-Bus error org.tacitel.Error.*
 * (dbus/org.tacitel.Manager1.xml). */
#pragma once
#include <glib.h>

#define TAC_ERROR (tac_error_quark ())
GQuark tac_error_quark (void);

typedef enum
{
  TAC_ERROR_FAILED,
  TAC_ERROR_INVALID_NUMBER,
  TAC_ERROR_INVALID_ARGUMENT,
  TAC_ERROR_UNKNOWN_CONTACT,
  TAC_ERROR_EXISTS,
  TAC_ERROR_SELF_CALL,
  TAC_ERROR_BUSY,
  TAC_ERROR_NO_MODEM,
  TAC_ERROR_NOT_REGISTERED,
  TAC_ERROR_NO_DATA,
  TAC_ERROR_SMS_FAILED,
  TAC_ERROR_MEDIA_FAILED,
  TAC_ERROR_INVALID_STATE,
  TAC_ERROR_NOT_SET_UP,
  TAC_ERROR_LOCKED,
  TAC_ERROR_WRONG_PASSPHRASE,
  TAC_ERROR_TRY_LATER,
  TAC_ERROR_DAMAGED,
  TAC_ERROR_REFUSED,
} TacError;
