/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SMS to and from their descriptions on D-Bus. */
#include "dbus-phone.h"
#include "sms-number.h"

#define DEFAULT_PORT 9204 /* vCard over SMS, what oFono's SmartMessaging listens on */

static GArray *
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS, message);
  return NULL;
}

static GArray *
from_tpdu (const char *from, GVariant *value, GError **error)
{
  gsize size;
  const guint8 *bytes = g_variant_get_fixed_array (value, &size, 1);
  EmuSubmit submit;

  if (!emu_tpdu_parse_submit (bytes, size, g_get_real_time () / G_USEC_PER_SEC, &submit))
    return refuse (error, "tpdu: is not a whole SMS-SUBMIT");
  g_strlcpy (submit.sms.address, from, sizeof submit.sms.address);
  GArray *list = g_array_new (FALSE, FALSE, sizeof (EmuSms));
  return g_array_append_val (list, submit.sms);
}

static GArray *
from_data (const char *from, GVariant *content, GVariant *value, GError **error)
{
  static guint8 concatenation;
  gsize size;
  const guint8 *bytes = g_variant_get_fixed_array (value, &size, 1);
  guint port = DEFAULT_PORT, source_port = 0;

  g_variant_lookup (content, "port", "u", &port);
  g_variant_lookup (content, "source-port", "u", &source_port);
  if (port > G_MAXUINT16 || source_port > G_MAXUINT16)
    return refuse (error, "port: must be from 0 to 65535");
  GArray *list
      = emu_sms_from_data (from, bytes, size, (guint16)port, (guint16)source_port, ++concatenation);
  return list != NULL ? list : refuse (error, "data: does not fit in 255 parts");
}

GArray *
emu_dbus_sms_from_content (const char *from, GVariant *content, GError **error)
{
  static guint8 concatenation;
  g_autoptr (GVariant) data = g_variant_lookup_value (content, "data", G_VARIANT_TYPE_BYTESTRING);
  g_autoptr (GVariant) tpdu = g_variant_lookup_value (content, "tpdu", G_VARIANT_TYPE_BYTESTRING);
  const char *text = NULL;

  g_variant_lookup (content, "text", "&s", &text);
  if ((text != NULL) + (data != NULL) + (tpdu != NULL) != 1)
    return refuse (error, "content: give one of text (s), data (ay) and tpdu (ay)");
  if (!emu_number_is_valid (from))
    return refuse (error, "from: must be a number, up to 11 letters, or empty for withheld");
  if (tpdu != NULL)
    return from_tpdu (from, tpdu, error);
  if (data != NULL)
    return from_data (from, content, data, error);
  GArray *list = emu_sms_from_text (from, text, ++concatenation);
  return list != NULL ? list : refuse (error, "text: does not fit in 255 parts");
}

static void
add_payload (GVariantDict *dict, const EmuSms *sms)
{
  static const char *const kinds[] = { "text", "data", "ucs2" };
  g_autofree char *text = emu_sms_text (sms);
  EmuSmsHeader header;

  g_variant_dict_insert (dict, "kind", "s", kinds[emu_sms_coding (sms)]);
  if (text != NULL)
    g_variant_dict_insert (dict, "text", "s", text);
  emu_sms_header (sms, &header);
  if (header.has_ports)
    {
      g_variant_dict_insert (dict, "port", "u", (guint)header.destination_port);
      g_variant_dict_insert (dict, "source-port", "u", (guint)header.source_port);
    }
  if (header.parts > 0)
    {
      g_variant_dict_insert (dict, "part", "u", (guint)header.part);
      g_variant_dict_insert (dict, "parts", "u", (guint)header.parts);
      g_variant_dict_insert (dict, "reference", "u", (guint)header.concatenation);
    }
}

GVariant *
emu_dbus_sms_entry (const EmuEmulator *emulator, const EmuSmsRecord *record)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  gint64 accepted_us = emu_emulator_real_time (emulator, record->accepted_us);
  g_autoptr (GString) hex = g_string_new (NULL);
  guint8 tpdu[EMU_DELIVER_MAX];
  gsize size = emu_tpdu_build_deliver (&record->sms, FALSE, accepted_us / G_USEC_PER_SEC, tpdu);

  for (gsize i = 0; i < size; i++)
    g_string_append_printf (hex, "%02X", tpdu[i]);
  g_variant_dict_insert (&dict, "id", "u", record->id);
  g_variant_dict_insert (&dict, "from", "s", record->from);
  g_variant_dict_insert (&dict, "to", "s", record->to);
  g_variant_dict_insert (&dict, "state", "s", emu_sms_state_names[record->state]);
  g_variant_dict_insert (&dict, "attempts", "u", record->attempts);
  g_variant_dict_insert (&dict, "accepted-us", "x", accepted_us);
  if (record->delivered_us != 0)
    {
      g_variant_dict_insert (&dict, "delivered-us", "x",
                             emu_emulator_real_time (emulator, record->delivered_us));
      g_variant_dict_insert (&dict, "latency-ms", "d",
                             (double)(record->delivered_us - record->accepted_us) / 1000);
    }
  if (record->state == EMU_SMS_REFUSED)
    g_variant_dict_insert (&dict, "code", "u", record->code);
  g_variant_dict_insert (&dict, "tpdu", "s", hex->str);
  add_payload (&dict, &record->sms);
  return g_variant_dict_end (&dict);
}
