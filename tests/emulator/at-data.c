/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AT commands about packet data (3GPP TS 27.007 §10.1). */
#include "at-dispatch.h"

static EmuAtResult
data_registration (EmuPhone *phone, const EmuAtCommand *command)
{
  const char *cursor = command->arguments;
  guint mode;

  if (command->form == EMU_AT_TEST)
    emu_phone_say (phone, "+CGREG: (0-2)");
  else if (command->form == EMU_AT_READ)
    emu_phone_say_registration (phone, "+CGREG", emu_phone_data_registration (phone),
                                phone->session.cgreg_mode, TRUE);
  else if (emu_at_next_number (&cursor, &mode) && mode <= 2)
    phone->session.cgreg_mode = mode;
  else
    return EMU_CME_NOT_ALLOWED;
  return EMU_AT_OK;
}

static EmuAtResult
events (EmuPhone *phone, const EmuAtCommand *command)
{
  if (command->form == EMU_AT_TEST)
    emu_phone_say (phone, "+CGEREP: (0-2),(0,1)");
  return EMU_AT_OK;
}

static void
set_attached (EmuPhone *phone, gboolean attached)
{
  EmuRegistration before = emu_phone_data_registration (phone);

  phone->session.attached = attached;
  if (!attached)
    for (guint cid = 1; cid <= EMU_CONTEXTS_MAX; cid++)
      emu_phone_end_context (phone, cid);
  if (phone->session.cgreg_mode > 0 && before != emu_phone_data_registration (phone))
    emu_phone_say_registration (phone, "+CGREG", emu_phone_data_registration (phone),
                                phone->session.cgreg_mode, FALSE);
  phone->ops->changed (phone, phone->user_data);
}

static EmuAtResult
attach (EmuPhone *phone, const EmuAtCommand *command)
{
  const char *cursor = command->arguments;
  guint state;

  if (command->form == EMU_AT_READ)
    {
      emu_phone_say (phone, "+CGATT: %d", emu_phone_has_data (phone));
      return EMU_AT_OK;
    }
  if (!emu_at_next_number (&cursor, &state) || state > 1)
    return EMU_CME_NOT_ALLOWED;
  set_attached (phone, state == 1);
  return EMU_AT_OK;
}

/* oFono asks for the range of contexts once for each time it comes online, just as its driver has
 * made two data interfaces and named them dummyN and dummyN+1, N counting on within the process. */
static EmuAtResult
context_range (EmuPhone *phone, const EmuAtCommand *command)
{
  phone->interface_base = phone->ops->interfaces_made (phone, 2, phone->user_data);
  emu_phone_say (phone, "+CGDCONT: (1-%d),\"IP\",,,(0-2),(0-4)", EMU_CONTEXTS_MAX);
  emu_phone_say (phone, "+CGDCONT: (1-%d),\"IPV6\",,,(0-2),(0-4)", EMU_CONTEXTS_MAX);
  emu_phone_say (phone, "+CGDCONT: (1-%d),\"IPV4V6\",,,(0-2),(0-4)", EMU_CONTEXTS_MAX);
  return EMU_AT_OK;
}

/* AT+CGDCONT=cid,"type","apn" */
static EmuAtResult
define_context (EmuPhone *phone, const EmuAtCommand *command)
{
  const char *cursor = command->arguments;
  guint cid;

  if (!emu_at_next_number (&cursor, &cid) || cid < 1 || cid > EMU_CONTEXTS_MAX)
    return EMU_CME_NOT_ALLOWED;
  emu_at_skip (&cursor);
  emu_at_next_string (&cursor, phone->contexts[cid - 1].apn);
  return EMU_AT_OK;
}

static EmuAtResult
activate (EmuPhone *phone, guint cid)
{
  EmuDataContext *context = &phone->contexts[cid - 1];
  g_autoptr (GError) error = NULL;

  if (context->active)
    return EMU_AT_OK;
  if (!emu_phone_has_data (phone))
    return EMU_CME_NO_NETWORK;
  g_snprintf (context->interface, sizeof context->interface, "dummy%u",
              phone->interface_base + cid - 1);
  if (phone->packet != NULL)
    {
      context->packet = emu_packet_phone_activate (phone->packet, cid, context->interface, &error);
      if (context->packet == NULL)
        {
          g_warning ("phone %s: no data: %s", phone->config->name, error->message);
          emu_phone_end_context (phone, cid);
          return EMU_CME_UNSPECIFIED_GPRS;
        }
    }
  context->active = TRUE;
  return EMU_AT_OK;
}

/* AT+CGACT=state,cid */
static EmuAtResult
activate_context (EmuPhone *phone, const EmuAtCommand *command)
{
  const char *cursor = command->arguments;
  EmuAtResult result = EMU_AT_OK;
  guint state, cid;

  if (command->form == EMU_AT_READ)
    {
      for (cid = 1; cid <= EMU_CONTEXTS_MAX; cid++)
        emu_phone_say (phone, "+CGACT: %u,%d", cid, phone->contexts[cid - 1].active);
      return EMU_AT_OK;
    }
  if (!emu_at_next_number (&cursor, &state) || state > 1 || !emu_at_next_number (&cursor, &cid)
      || cid < 1 || cid > EMU_CONTEXTS_MAX)
    return EMU_CME_NOT_ALLOWED;
  if (state == 1)
    result = activate (phone, cid);
  else
    emu_phone_end_context (phone, cid);
  phone->ops->changed (phone, phone->user_data);
  return result;
}

const EmuAtEntry emu_at_data[] = {
  { "+CGREG", EMU_AT_SET | EMU_AT_READ | EMU_AT_TEST, data_registration },
  { "+CGEREP", EMU_AT_SET | EMU_AT_TEST, events },
  { "+CGAUTO", EMU_AT_SET, events },
  { "+CGATT", EMU_AT_SET | EMU_AT_READ, attach },
  { "+CGDCONT", EMU_AT_TEST, context_range },
  { "+CGDCONT", EMU_AT_SET, define_context },
  { "+CGACT", EMU_AT_SET | EMU_AT_READ, activate_context },
  { NULL, 0, NULL },
};
