/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AT commands about the modem itself: who it is, its radio, what oFono only tries. */
#include "at-dispatch.h"
#include "at-server.h"
#include <string.h>

static EmuAtResult
accept_silently (EmuPhone *phone, const EmuAtCommand *command)
{
  return EMU_AT_OK;
}

static EmuAtResult
manufacturer (EmuPhone *phone, const EmuAtCommand *command)
{
  emu_phone_say (phone, "Tacitel");
  return EMU_AT_OK;
}

static EmuAtResult
model (EmuPhone *phone, const EmuAtCommand *command)
{
  emu_phone_say (phone, "Modem emulator");
  return EMU_AT_OK;
}

static EmuAtResult
revision (EmuPhone *phone, const EmuAtCommand *command)
{
  emu_phone_say (phone, "1");
  return EMU_AT_OK;
}

/* An IMEI of the test range (3GPP TS 23.003 §6.2): made out of the IMSI's last digits. */
static EmuAtResult
serial_number (EmuPhone *phone, const EmuAtCommand *command)
{
  const char *imsi = phone->config->imsi;

  emu_phone_say (phone, "00101%s%s", "0000", imsi + strlen (imsi) - 6);
  return EMU_AT_OK;
}

static EmuAtResult
battery (EmuPhone *phone, const EmuAtCommand *command)
{
  emu_phone_say (phone, "+CBC: 0,100");
  return EMU_AT_OK;
}

static EmuAtResult
functionality (EmuPhone *phone, const EmuAtCommand *command)
{
  const char *cursor = command->arguments;
  guint level;

  if (command->form == EMU_AT_READ)
    {
      emu_phone_say (phone, "+CFUN: %u", phone->session.cfun);
      return EMU_AT_OK;
    }
  if (!emu_at_next_number (&cursor, &level) || (level != 0 && level != 1 && level != 4))
    return EMU_CME_NOT_ALLOWED;
  emu_phone_set_cfun (phone, level);
  return EMU_AT_OK;
}

static EmuAtResult
sim_state (EmuPhone *phone, const EmuAtCommand *command)
{
  emu_phone_say (phone, "+SIMSTATE: %d", phone->sim.inserted);
  return EMU_AT_OK;
}

/* No call ever. */
static EmuAtResult
list_calls (EmuPhone *phone, const EmuAtCommand *command)
{
  return EMU_AT_OK;
}

const EmuAtEntry emu_at_general[] = {
  { "", EMU_AT_EXECUTE, accept_silently },
  { "E", EMU_AT_EXECUTE, accept_silently },
  { "V", EMU_AT_EXECUTE, accept_silently },
  { "Z", EMU_AT_EXECUTE, accept_silently },
  { "&C", EMU_AT_EXECUTE, accept_silently },
  { "&F", EMU_AT_EXECUTE, accept_silently },
  { "+CMEE", EMU_AT_SET, accept_silently },
  { "+CSCS", EMU_AT_SET, accept_silently },
  { "+CGMI", EMU_AT_EXECUTE, manufacturer },
  { "+CGMM", EMU_AT_EXECUTE, model },
  { "+CGMR", EMU_AT_EXECUTE, revision },
  { "+CGSN", EMU_AT_EXECUTE, serial_number },
  { "+CBC", EMU_AT_EXECUTE, battery },
  { "+CFUN", EMU_AT_SET | EMU_AT_READ, functionality },
  { "+SIMSTATE", EMU_AT_READ, sim_state },
  { "+CLCC", EMU_AT_EXECUTE, list_calls },
  { "+CLIP", EMU_AT_SET, accept_silently },
  { "+COLP", EMU_AT_SET, accept_silently },
  { "+CRC", EMU_AT_SET, accept_silently },
  { "+CSSN", EMU_AT_SET, accept_silently },
  { "+VTD", EMU_AT_SET, accept_silently },
  { "+CCWA", EMU_AT_SET, accept_silently },
  { NULL, 0, NULL },
};
