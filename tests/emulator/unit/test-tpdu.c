/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SMS: SUBMIT in, DELIVER out, numbers, alphabets, headers. */
#include "gsm7.h"
#include "sms-number.h"
#include "tpdu.h"
#include <string.h>

#define NOW 1767225600 /* 2026-01-01 00:00:00 UTC */

static GBytes *
from_hex (const char *hex)
{
  GByteArray *bytes = g_byte_array_new ();

  for (; hex[0] != '\0'; hex += 2)
    {
      guint8 byte = (guint8)(g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]));

      g_byte_array_append (bytes, &byte, 1);
    }
  return g_byte_array_free_to_bytes (bytes);
}

static gboolean
parse (const char *hex, EmuSubmit *submit)
{
  g_autoptr (GBytes) bytes = from_hex (hex);

  return emu_tpdu_parse_submit (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NOW,
                                submit);
}

static const struct
{
  const char *hex;
  const char *to;
  EmuSmsCoding coding;
  const char *text;
  gint64 validity_s;
} submits[] = {
  { "11000b915155010000f20000a705c8329bfd06", "+15551000002", EMU_SMS_GSM7, "Hello", 86400 },
  { "0100048121430000"
    "05c8329bfd06",
    "1234", EMU_SMS_GSM7, "Hello", -1 },
  { "010004812143000804263a260e", "1234", EMU_SMS_UCS2, "☺☎", -1 },
  { "0100048121430008"
    "04d83ddc4b",
    "1234", EMU_SMS_UCS2, "👋", -1 },
  { "51010b915155010000f20004a70b06050423f4000063617264", "+15551000002", EMU_SMS_DATA, NULL,
    86400 },
  { "1100048121430000"
    "0000",
    "1234", EMU_SMS_GSM7, "", 300 },
  { "110004812143000090"
    "00",
    "1234", EMU_SMS_GSM7, "", 12 * 3600 + 1800 },
  { "1100048121430000c4"
    "00",
    "1234", EMU_SMS_GSM7, "", 30 * 86400 },
  { "1100048121430000ff"
    "00",
    "1234", EMU_SMS_GSM7, "", 63 * 7 * 86400 },
  { "1900048121430000"
    "62101010000000"
    "00",
    "1234", EMU_SMS_GSM7, "", 3600 },
  { "1900048121430000"
    "62101020000080"
    "00",
    "1234", EMU_SMS_GSM7, "", 0 },
  { "0900048121430000"
    "00000000000000"
    "00",
    "1234", EMU_SMS_GSM7, "", -1 },
};

static void
test_submit (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (submits); i++)
    {
      EmuSubmit submit;

      g_test_message ("%s", submits[i].hex);
      g_assert_true (parse (submits[i].hex, &submit));
      g_autofree char *text = emu_sms_text (&submit.sms);
      g_assert_cmpstr (submit.sms.address, ==, submits[i].to);
      g_assert_cmpint (emu_sms_coding (&submit.sms), ==, submits[i].coding);
      g_assert_cmpstr (text, ==, submits[i].text);
      g_assert_cmpint (submit.validity_s, ==, submits[i].validity_s);
    }
}

static const char *const malformed[] = {
  "",
  "11",
  "1000048121430000a700",                   /* a DELIVER, not a SUBMIT */
  "1100",                                   /* no destination */
  "110000810000a700",                       /* an empty one */
  "1100158111111111111111111111110000a700", /* 21 digits */
  "1100048121f30000a700",                   /* a digit that is none */
  "11000481214300",                         /* no coding */
  "1100048121430000",                       /* no validity */
  "1900048121430000621010100000",           /* an absolute validity cut off */
  "1100048121430000a7",                     /* no length */
  "1100048121430000a705c8329bfd",           /* a byte short */
  "1100048121430000a705c8329bfd0600",       /* a byte too many */
  "1100048121430000a7a1",                   /* 161 septets */
  "1100048121430004a78d",                   /* 141 bytes */
  "5100048121430004a700",                   /* a header announced, nothing there */
  "5100048121430004a70105",                 /* a header longer than the data */
  "5100048121430004a704030005"
  "04",                         /* an element longer than its header */
  "5100048121430004a703020005", /* an element without its length */
};

static void
test_submit_malformed (void)
{
  EmuSubmit submit;

  for (gsize i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      g_test_message ("%s", malformed[i]);
      g_assert_false (parse (malformed[i], &submit));
    }
}

static void
test_deliver (void)
{
  EmuSms sms = { .address = "+15551000001",
                 .dcs = 4,
                 .udhi = TRUE,
                 .user_data_length = 8,
                 .user_data_size = 8,
                 .user_data = { 6, 5, 4, 0x23, 0xf4, 0, 0, 'x' } };
  g_autoptr (GBytes) expected = from_hex ("440b915155010000f10004"
                                          "62101000000000"
                                          "0806050423f4000078");
  guint8 tpdu[EMU_DELIVER_MAX];
  gsize size = emu_tpdu_build_deliver (&sms, FALSE, NOW, tpdu);

  g_assert_cmpmem (tpdu, size, g_bytes_get_data (expected, NULL), g_bytes_get_size (expected));
  emu_tpdu_build_deliver (&sms, TRUE, NOW, tpdu);
  g_assert_cmphex (tpdu[0], ==, 0x40);
  sms.address[0] = '\0';
  emu_tpdu_build_deliver (&sms, TRUE, NOW, tpdu);
  g_assert_cmphex (tpdu[1], ==, 0);
}

static const struct
{
  const char *number;
  const char *hex; /* NULL = invalid */
} numbers[] = {
  { "+15551000001", "0b915155010000f1" },
  { "110", "038111f0" },
  { "", "0081" },
  { "*100#", "05811a00fb" },
  { "INFO", "07d049a7f109" },
  { "+", NULL },
  { "12 34", NULL },
  { "+1234567890123456789012", NULL },
  { "TwelveLetter", NULL },
  { "emoji☺", NULL },
};

static void
test_numbers (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      guint8 data[EMU_ADDRESS_MAX];
      char back[EMU_NUMBER_MAX];

      g_test_message ("%s", numbers[i].number);
      g_assert_cmpint (emu_number_is_valid (numbers[i].number), ==, numbers[i].hex != NULL);
      if (numbers[i].hex == NULL)
        continue;
      g_autoptr (GBytes) expected = from_hex (numbers[i].hex);
      gsize size = emu_number_encode (numbers[i].number, data);
      g_assert_cmpmem (data, size, g_bytes_get_data (expected, NULL), g_bytes_get_size (expected));
      g_assert_cmpuint (emu_number_decode (data, size, back), ==, size);
      g_assert_cmpstr (back, ==, numbers[i].number);
      g_assert_cmpuint (emu_number_decode (data, size - 1, back), ==, 0);
    }
}

static void
test_number_equal (void)
{
  g_assert_true (emu_number_equal ("+1555", "001555"));
  g_assert_true (emu_number_equal ("+1555", "1555"));
  g_assert_false (emu_number_equal ("+1555", "1556"));
  g_assert_false (emu_number_equal ("", ""));
}

/* Every septet there and back, alone and packed behind each fill. */
static void
test_alphabet (void)
{
  for (guint fill = 0; fill < 7; fill++)
    {
      guint8 septets[127], packed[128], back[127];
      gsize count = 0;

      for (guint8 septet = 0; septet < 128; septet++)
        if (septet != 0x1b)
          septets[count++] = septet;
      emu_gsm7_pack (septets, count, fill, packed);
      emu_gsm7_unpack (packed, count, fill, back);
      g_assert_cmpmem (back, count, septets, count);
      g_autofree char *text = emu_gsm7_to_utf8 (septets, count);
      g_autoptr (GByteArray) again = emu_gsm7_from_utf8 (text);
      g_assert_cmpmem (again->data, again->len, septets, count);
    }
  g_autoptr (GByteArray) euro = emu_gsm7_from_utf8 ("€");
  g_assert_cmpmem (euro->data, euro->len, "\x1b\x65", 2);
  g_assert_null (emu_gsm7_from_utf8 ("Ж"));
}

static char *
join_text (const GArray *parts)
{
  GString *all = g_string_new (NULL);

  for (guint i = 0; i < parts->len; i++)
    {
      g_autofree char *text = emu_sms_text (&g_array_index (parts, EmuSms, i));

      g_string_append (all, text);
    }
  return g_string_free (all, FALSE);
}

static const struct
{
  const char *unit;
  guint times;
  guint parts;
} texts[] = {
  { "x", 0, 1 },   { "x", 160, 1 }, { "x", 161, 2 }, { "x", 306, 2 }, { "x", 307, 3 },
  { "€", 80, 1 },  { "€", 81, 2 },  { "€", 153, 3 }, { "Ж", 70, 1 },  { "Ж", 71, 2 },
  { "Ж", 134, 2 }, { "Ж", 135, 3 }, { "👋", 35, 1 },  { "👋", 67, 3 },  { "x", 153 * 255, 255 },
};

static void
test_compose_text (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);

      for (guint n = 0; n < texts[i].times; n++)
        g_string_append (text, texts[i].unit);
      g_autoptr (GArray) parts = emu_sms_from_text ("+1", text->str, 7);
      g_autofree char *back = join_text (parts);
      g_test_message ("%u times %s", texts[i].times, texts[i].unit);
      g_assert_cmpuint (parts->len, ==, texts[i].parts);
      g_assert_cmpstr (back, ==, text->str);
    }
  g_autofree char *huge = g_strnfill (153 * 255 + 1, 'x');
  g_assert_null (emu_sms_from_text ("+1", huge, 7));
}

static void
test_compose_data (void)
{
  guint8 data[600];

  for (gsize i = 0; i < sizeof data; i++)
    data[i] = (guint8)g_test_rand_int ();
  for (gsize size = 0; size <= sizeof data; size++)
    {
      g_autoptr (GArray) parts = emu_sms_from_data ("+1", data, size, 9204, 1, 3);
      gsize at = 0;

      g_assert_cmpuint (parts->len, ==, size <= 133 ? 1 : (size + 127) / 128);
      for (guint i = 0; i < parts->len; i++)
        {
          const EmuSms *sms = &g_array_index (parts, EmuSms, i);
          gsize header_size = sms->user_data[0] + 1u;
          EmuSmsHeader header;

          g_assert_true (emu_sms_header (sms, &header));
          g_assert_cmpuint (header.destination_port, ==, 9204);
          g_assert_cmpuint (header.source_port, ==, 1);
          g_assert_cmpuint (header.part, ==, parts->len > 1 ? i + 1 : 0);
          g_assert_cmpmem (sms->user_data + header_size, sms->user_data_size - header_size,
                           data + at, sms->user_data_size - header_size);
          at += sms->user_data_size - header_size;
        }
      g_assert_cmpuint (at, ==, size);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tpdu/submit", test_submit);
  g_test_add_func ("/tpdu/submit-malformed", test_submit_malformed);
  g_test_add_func ("/tpdu/deliver", test_deliver);
  g_test_add_func ("/tpdu/numbers", test_numbers);
  g_test_add_func ("/tpdu/number-equal", test_number_equal);
  g_test_add_func ("/tpdu/alphabet", test_alphabet);
  g_test_add_func ("/tpdu/compose-text", test_compose_text);
  g_test_add_func ("/tpdu/compose-data", test_compose_data);
  return g_test_run ();
}
