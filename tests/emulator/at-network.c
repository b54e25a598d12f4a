/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AT commands about the network: registration, operator, signal (3GPP TS 27.007 §7.2, §7.3, §8.5).
 */
#include "at-dispatch.h"

static EmuAtResult
registration (EmuPhone *phone, const EmuAtCommand *command)
{
  const char *cursor = command->arguments;
  guint mode;

  if (command->form == EMU_AT_TEST)
    emu_phone_say (phone, "+CREG: (0-2)");
  else if (command->form == EMU_AT_READ)
    emu_phone_say_registration (phone, "+CREG", emu_phone_registration (phone),
                                phone->session.creg_mode, TRUE);
  else if (emu_at_next_number (&cursor, &mode) && mode <= 2)
    phone->session.creg_mode = mode;
  else
    return EMU_CME_NOT_ALLOWED;
  return EMU_AT_OK;
}

static void
say_operator (EmuPhone *phone)
{
  const EmuNetwork *network = &phone->network;
  gboolean numeric = phone->session.cops_format == 2;

  if (emu_phone_registered (phone))
    emu_phone_say (phone, "+COPS: 0,%u,\"%s\",%u", numeric ? 2u : 0u,
                   numeric ? network->operator_code : network->operator_name,
                   (guint)network->technology);
  else
    emu_phone_say (phone, "+COPS: 0");
}

/* The scan finds the one network there is: status 2, current, or 1, available. */
static void
say_operators (EmuPhone *phone)
{
  const EmuNetwork *network = &phone->network;

  emu_phone_say (phone, "+COPS: (%d,\"%s\",\"%s\",\"%s\",%u)", emu_phone_registered (phone) ? 2 : 1,
                 network->operator_name, network->operator_name, network->operator_code,
                 (guint)network->technology);
}

/* AT+COPS=mode[,format]: 0 automatic, 1 manual, 2 deregister, 3 only the format. */
static EmuAtResult
operator(EmuPhone *phone, const EmuAtCommand *command)
{
  const char *cursor = command->arguments;
  guint mode, format;

  if (command->form == EMU_AT_READ)
    say_operator (phone);
  else if (command->form == EMU_AT_TEST)
    say_operators (phone);
  else if (!emu_at_next_number (&cursor, &mode) || mode > 3)
    return EMU_CME_NOT_ALLOWED;
  else if (emu_at_next_number (&cursor, &format))
    phone->session.cops_format = format;
  return EMU_AT_OK;
}

static EmuAtResult
signal_quality (EmuPhone *phone, const EmuAtCommand *command)
{
  emu_phone_say (phone, "+CSQ: %u,99", phone->network.signal);
  return EMU_AT_OK;
}

const EmuAtEntry emu_at_network[]
    = { { "+CREG", EMU_AT_SET | EMU_AT_READ | EMU_AT_TEST, registration },
        {
            "+COPS",
            EMU_AT_SET | EMU_AT_READ | EMU_AT_TEST,
            operator},
            { "+CSQ", EMU_AT_EXECUTE, signal_quality },
            { NULL, 0, NULL },
    };
