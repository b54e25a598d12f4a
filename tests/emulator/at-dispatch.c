/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a command line to what carries it out. */
#include "at-dispatch.h"
#include "at-sms.h"
#include <string.h>

static const EmuAtEntry *const families[]
    = { emu_at_general, emu_at_sim, emu_at_network, emu_at_sms, emu_at_data };

static const EmuAtEntry *
find (const EmuAtCommand *command)
{
  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    for (const EmuAtEntry *entry = families[i]; entry->name != NULL; entry++)
      if (strcmp (entry->name, command->name) == 0 && (entry->forms & command->form) != 0)
        return entry;
  return NULL;
}

EmuAtResult
emu_at_dispatch (EmuPhone *phone, const char *line)
{
  EmuAtCommand command;
  const EmuAtEntry *entry;
  EmuAtResult result = EMU_AT_ERROR;

  phone->counters.at_commands++;
  if (emu_at_command_parse (line, &command) && (entry = find (&command)) != NULL)
    result = entry->handler (phone, &command);
  if (result != EMU_AT_OK && result != EMU_AT_PROMPT)
    phone->counters.at_errors++;
  return result;
}

EmuAtResult
emu_at_dispatch_pdu (EmuPhone *phone, const char *pdu)
{
  EmuAtResult result = emu_at_sms_pdu (phone, pdu);

  if (result != EMU_AT_OK)
    phone->counters.at_errors++;
  return result;
}

EmuAtResult
emu_at_error_for (const char *line, guint code)
{
  static const char *const sms_commands[]
      = { "AT+CMG", "AT+CNMA", "AT+CNMI", "AT+CSMS", "AT+CPMS" };

  if (code == 0)
    return EMU_AT_ERROR;
  for (gsize i = 0; i < G_N_ELEMENTS (sms_commands); i++)
    if (g_ascii_strncasecmp (line, sms_commands[i], strlen (sms_commands[i])) == 0)
      return EMU_AT_CMS + (EmuAtResult)code;
  return (EmuAtResult)code;
}

char *
emu_at_result_text (EmuAtResult result)
{
  if (result == EMU_AT_OK)
    return g_strdup ("OK");
  if (result < 0)
    return g_strdup ("ERROR");
  if (result >= EMU_AT_CMS)
    return g_strdup_printf ("+CMS ERROR: %d", result - EMU_AT_CMS);
  return g_strdup_printf ("+CME ERROR: %d", result);
}
