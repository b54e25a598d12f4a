/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AT commands about the SIM: identity, files, PIN (3GPP TS 27.007 §5.6, §7.4, §8.3, §8.18). */
#include "at-dispatch.h"
#include <string.h>

static EmuAtResult
imsi (EmuPhone *phone, const EmuAtCommand *command)
{
  if (!phone->sim.inserted)
    return EMU_CME_SIM_NOT_INSERTED;
  if (emu_sim_lock (&phone->sim) != EMU_SIM_READY)
    return EMU_CME_SIM_PIN_REQUIRED;
  emu_phone_say (phone, "%s", phone->config->imsi);
  return EMU_AT_OK;
}

static const char *
lock_name (EmuSimLock lock)
{
  switch (lock)
    {
    case EMU_SIM_READY:
      return "READY";
    case EMU_SIM_NEEDS_PIN:
      return "SIM PIN";
    case EMU_SIM_NEEDS_PUK:
    case EMU_SIM_BLOCKED:
      return "SIM PUK";
    }
  g_assert_not_reached ();
}

/* oFono 1.31 crashes on any error here, so there is none, not even without a SIM. */
static EmuAtResult
ask_pin (EmuPhone *phone, const EmuAtCommand *command)
{
  emu_phone_say (phone, "+CPIN: %s", lock_name (emu_sim_lock (&phone->sim)));
  return EMU_AT_OK;
}

/* AT+CPIN="pin" or AT+CPIN="puk","new pin" */
static EmuAtResult
enter_pin (EmuPhone *phone, const EmuAtCommand *command)
{
  const char *cursor = command->arguments;
  char first[EMU_AT_STRING_MAX], second[EMU_AT_STRING_MAX];
  gboolean ok;

  if (!emu_at_next_string (&cursor, first))
    return EMU_CME_NOT_ALLOWED;
  if (emu_at_next_string (&cursor, second))
    ok = emu_sim_unblock (&phone->sim, first, second);
  else
    ok = emu_sim_verify_pin (&phone->sim, first);
  phone->session.sim_unlocked = ok;
  phone->ops->changed (phone, phone->user_data);
  if (ok)
    return EMU_AT_OK;
  return emu_sim_lock (&phone->sim) == EMU_SIM_NEEDS_PUK ? EMU_CME_SIM_PUK_REQUIRED
                                                         : EMU_CME_INCORRECT_PASSWORD;
}

static EmuAtResult
pin_tries (EmuPhone *phone, const EmuAtCommand *command)
{
  emu_phone_say (phone, "+CPINR: SIM PIN,%u,%u", phone->sim.pin_tries, EMU_SIM_PIN_TRIES);
  emu_phone_say (phone, "+CPINR: SIM PUK,%u,%u", phone->sim.puk_tries, EMU_SIM_PUK_TRIES);
  return EMU_AT_OK;
}

/* AT+CLCK="SC",mode[,"pin"]: 0 off, 1 on, 2 status. No other lock exists. */
static EmuAtResult
lock (EmuPhone *phone, const EmuAtCommand *command)
{
  const char *cursor = command->arguments;
  char facility[EMU_AT_STRING_MAX], pin[EMU_AT_STRING_MAX];
  guint mode;

  if (command->form == EMU_AT_TEST)
    {
      emu_phone_say (phone, "+CLCK: (\"SC\")");
      return EMU_AT_OK;
    }
  if (!emu_at_next_string (&cursor, facility) || strcmp (facility, "SC") != 0
      || !emu_at_next_number (&cursor, &mode) || mode > 2)
    return EMU_CME_NOT_ALLOWED;
  if (mode == 2)
    {
      emu_phone_say (phone, "+CLCK: %d", phone->sim.pin_enabled);
      return EMU_AT_OK;
    }
  if (!emu_at_next_string (&cursor, pin) || !emu_sim_check_pin (&phone->sim, pin))
    return EMU_CME_INCORRECT_PASSWORD;
  phone->sim.pin_enabled = mode == 1;
  phone->sim.verified = TRUE;
  return EMU_AT_OK;
}

/* AT+CPWD="SC","old","new" */
static EmuAtResult
change_pin (EmuPhone *phone, const EmuAtCommand *command)
{
  const char *cursor = command->arguments;
  char facility[EMU_AT_STRING_MAX], old[EMU_AT_STRING_MAX], new[EMU_AT_STRING_MAX];

  if (!emu_at_next_string (&cursor, facility) || strcmp (facility, "SC") != 0
      || !emu_at_next_string (&cursor, old) || !emu_at_next_string (&cursor, new)
      || strlen (new) > EMU_SIM_PIN_MAX)
    return EMU_CME_NOT_ALLOWED;
  if (!emu_sim_check_pin (&phone->sim, old))
    return EMU_CME_INCORRECT_PASSWORD;
  g_strlcpy (phone->sim.pin, new, sizeof phone->sim.pin);
  return EMU_AT_OK;
}

/* AT+CRSM=command,file[,p1,p2,p3] */
static EmuAtResult
access_file (EmuPhone *phone, const EmuAtCommand *command)
{
  const char *cursor = command->arguments;
  guint number, file, p1 = 0, p2 = 0, p3 = 0;
  g_autoptr (GByteArray) response = NULL;

  if (!phone->sim.inserted)
    return EMU_CME_SIM_NOT_INSERTED;
  if (!emu_at_next_number (&cursor, &number) || !emu_at_next_number (&cursor, &file))
    return EMU_CME_NOT_ALLOWED;
  emu_at_next_number (&cursor, &p1);
  emu_at_next_number (&cursor, &p2);
  emu_at_next_number (&cursor, &p3);

  guint16 status = emu_sim_access (&phone->sim, number, file, p1, p2, p3, &response);
  g_autoptr (GString) hex = g_string_new (NULL);
  for (guint i = 0; response != NULL && i < response->len; i++)
    g_string_append_printf (hex, "%02X", response->data[i]);
  emu_phone_say (phone, "+CRSM: %u,%u%s%s%s", status >> 8, status & 0xffu,
                 hex->len > 0 ? ",\"" : "", hex->str, hex->len > 0 ? "\"" : "");
  return EMU_AT_OK;
}

static EmuAtResult
own_number (EmuPhone *phone, const EmuAtCommand *command)
{
  const char *number = phone->config->number;

  emu_phone_say (phone, "+CNUM: ,\"%s\",%d", number, *number == '+' ? 145 : 129);
  return EMU_AT_OK;
}

const EmuAtEntry emu_at_sim[] = {
  { "+CIMI", EMU_AT_EXECUTE, imsi },
  { "+CPIN", EMU_AT_READ, ask_pin },
  { "+CPIN", EMU_AT_SET, enter_pin },
  { "+CPINR", EMU_AT_EXECUTE, pin_tries },
  { "+CLCK", EMU_AT_SET | EMU_AT_TEST, lock },
  { "+CPWD", EMU_AT_SET, change_pin },
  { "+CRSM", EMU_AT_SET, access_file },
  { "+CNUM", EMU_AT_EXECUTE, own_number },
  { NULL, 0, NULL },
};
