/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AT commands about SMS in PDU mode (3GPP TS 27.005 §3, §4). */
#include "at-sms.h"
#include <string.h>

#define PDU_MAX 256 /* bytes, service centre's address included */

static EmuAtResult
service (EmuPhone *phone, const EmuAtCommand *command)
{
  if (command->form == EMU_AT_TEST)
    emu_phone_say (phone, "+CSMS: (0,1)");
  else if (command->form == EMU_AT_READ)
    emu_phone_say (phone, "+CSMS: 1,1,1,1");
  else
    emu_phone_say (phone, "+CSMS: 1,1,1");
  return EMU_AT_OK;
}

static EmuAtResult
format (EmuPhone *phone, const EmuAtCommand *command)
{
  if (command->form == EMU_AT_TEST)
    emu_phone_say (phone, "+CMGF: (0)");
  else if (command->form == EMU_AT_READ)
    emu_phone_say (phone, "+CMGF: 0");
  else if (strcmp (command->arguments, "0") != 0)
    return EMU_CME_NOT_ALLOWED; /* PDU mode only */
  return EMU_AT_OK;
}

/* Nothing is ever stored in the phone: what comes goes straight to oFono. */
static EmuAtResult
storage (EmuPhone *phone, const EmuAtCommand *command)
{
  if (command->form == EMU_AT_TEST)
    emu_phone_say (phone, "+CPMS: (\"ME\",\"SM\"),(\"ME\",\"SM\"),(\"ME\",\"SM\")");
  else
    emu_phone_say (phone, "+CPMS: 0,10,0,10,0,10");
  return EMU_AT_OK;
}

/* AT+CNMI=mode,mt,…: mt 2 asks for +CMT. */
static EmuAtResult
indications (EmuPhone *phone, const EmuAtCommand *command)
{
  const char *cursor = command->arguments;
  guint mode, mt;

  if (command->form == EMU_AT_TEST)
    {
      emu_phone_say (phone, "+CNMI: (0-2),(0-3),(0,2),(0-2),(0,1)");
      return EMU_AT_OK;
    }
  if (!emu_at_next_number (&cursor, &mode) || !emu_at_next_number (&cursor, &mt))
    return EMU_CME_NOT_ALLOWED;
  emu_phone_expect_sms (phone, mt == 2);
  return EMU_AT_OK;
}

static EmuAtResult
list_stored (EmuPhone *phone, const EmuAtCommand *command)
{
  return EMU_AT_OK;
}

static EmuAtResult
service_centre (EmuPhone *phone, const EmuAtCommand *command)
{
  if (command->form == EMU_AT_READ)
    emu_phone_say (phone, "+CSCA: \"+15550000000\",145");
  return EMU_AT_OK;
}

/* AT+CMGS=length, then the PDU. */
static EmuAtResult
send (EmuPhone *phone, const EmuAtCommand *command)
{
  const char *cursor = command->arguments;

  if (!emu_at_next_number (&cursor, &phone->session.pdu_size) || phone->session.pdu_size == 0)
    return EMU_AT_CMS + EMU_CMS_INVALID_PDU;
  return EMU_AT_PROMPT;
}

static EmuAtResult
acknowledged (EmuPhone *phone, gboolean ok)
{
  if (phone->session.to_acknowledge == 0)
    return EMU_AT_CMS + EMU_CMS_NOTHING_TO_ACKNOWLEDGE;
  phone->session.to_acknowledge--;
  phone->ops->sms_acknowledged (phone, ok, phone->user_data);
  return EMU_AT_OK;
}

/* AT+CNMA[=n[,length]]: 0 and 1 take it, 2 refuses it; with a length a PDU follows. */
static EmuAtResult
acknowledge (EmuPhone *phone, const EmuAtCommand *command)
{
  const char *cursor = command->arguments;
  guint n = 0, length = 0;

  if (command->form == EMU_AT_TEST)
    {
      emu_phone_say (phone, "+CNMA: (0-2)");
      return EMU_AT_OK;
    }
  emu_at_next_number (&cursor, &n);
  phone->session.pdu_size = 0;
  if (emu_at_next_number (&cursor, &length) && length > 0)
    {
      phone->session.refused = n == 2;
      return EMU_AT_PROMPT;
    }
  return acknowledged (phone, n != 2);
}

/* Returns: bytes, or -1 where @hex isn't hexadecimal or is too long. */
static gssize
from_hex (const char *hex, guint8 bytes[PDU_MAX])
{
  gsize length = strlen (hex);

  if (length % 2 != 0 || length / 2 > PDU_MAX)
    return -1;
  for (gsize i = 0; i < length / 2; i++)
    {
      gint high = g_ascii_xdigit_value (hex[2 * i]);
      gint low = g_ascii_xdigit_value (hex[2 * i + 1]);

      if (high < 0 || low < 0)
        return -1;
      bytes[i] = (guint8)(high << 4 | low);
    }
  return (gssize)(length / 2);
}

static EmuAtResult
submit_pdu (EmuPhone *phone, const char *pdu)
{
  guint8 bytes[PDU_MAX];
  gssize size = from_hex (pdu, bytes);
  guint8 reference = 0;
  EmuSubmit submit;

  /* In front, the service centre's address, a length of 0 for the default one. */
  if (size < 1 || size < 1 + bytes[0] || (guint)(size - 1 - bytes[0]) != phone->session.pdu_size)
    return EMU_AT_CMS + EMU_CMS_INVALID_PDU;
  if (!emu_tpdu_parse_submit (bytes + 1 + bytes[0], phone->session.pdu_size,
                              g_get_real_time () / G_USEC_PER_SEC, &submit))
    return EMU_AT_CMS + EMU_CMS_INVALID_PDU;
  if (!emu_phone_registered (phone))
    return EMU_AT_CMS + EMU_CMS_NO_NETWORK;

  guint code = phone->ops->sms_submitted (phone, &submit, &reference, phone->user_data);
  if (code != 0)
    return EMU_AT_CMS + (EmuAtResult)code;
  phone->counters.sms_sent++;
  emu_phone_say (phone, "+CMGS: %u", reference);
  return EMU_AT_OK;
}

EmuAtResult
emu_at_sms_pdu (EmuPhone *phone, const char *pdu)
{
  if (phone->session.pdu_size == 0) /* after +CNMA */
    return acknowledged (phone, pdu != NULL && !phone->session.refused);
  if (pdu == NULL)
    return EMU_AT_OK;
  return submit_pdu (phone, pdu);
}

const EmuAtEntry emu_at_sms[] = {
  { "+CSMS", EMU_AT_SET | EMU_AT_READ | EMU_AT_TEST, service },
  { "+CMGF", EMU_AT_SET | EMU_AT_READ | EMU_AT_TEST, format },
  { "+CPMS", EMU_AT_SET | EMU_AT_READ | EMU_AT_TEST, storage },
  { "+CNMI", EMU_AT_SET | EMU_AT_TEST, indications },
  { "+CMGL", EMU_AT_SET, list_stored },
  { "+CMMS", EMU_AT_SET, list_stored },
  { "+CSCA", EMU_AT_READ | EMU_AT_SET, service_centre },
  { "+CMGS", EMU_AT_SET, send },
  { "+CNMA", EMU_AT_SET | EMU_AT_TEST | EMU_AT_EXECUTE, acknowledge },
  { NULL, 0, NULL },
};
