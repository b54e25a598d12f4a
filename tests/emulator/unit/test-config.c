/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration: defaults, and what is refused. */
#include "config.h"
#include <string.h>

static void
test_defaults (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmuConfig) config = emu_config_load_data (
      "[phone alice]\n[phone bob]\nnetns=/run/netns/bob\nnumber=112\n[internet]\nnetns=x\n",
      &error);

  g_assert_no_error (error);
  g_assert_cmpuint (config->phones->len, ==, 2);
  g_assert_cmpstr (config->internet_netns, ==, "x");
  g_assert_cmpuint (config->sms_latency_ms, ==, 150);

  const EmuPhoneConfig *alice = config->phones->pdata[0];
  g_assert_cmpstr (alice->name, ==, "alice");
  g_assert_cmpstr (alice->number, ==, "+15551000001");
  g_assert_cmpstr (alice->imsi, ==, "001010000000001");
  g_assert_cmpstr (alice->iccid, ==, "89001010000000000018");
  g_assert_cmpstr (alice->spn, ==, alice->operator_name);
  g_assert_null (alice->netns);
  g_assert_cmpuint (alice->port, ==, 12345);
  g_assert_false (alice->tun);

  const EmuPhoneConfig *bob = config->phones->pdata[1];
  g_assert_cmpstr (bob->number, ==, "112");
  g_assert_cmpuint (bob->port, ==, 12345);
  g_assert_true (bob->tun);
}

static const struct
{
  const char *text;
  const char *reason; /* a part of the message */
} refused[] = {
  { "", "from 1 to" },
  { "[emulator]\n", "from 1 to" },
  { "[phone ]\n", "letters, digits" },
  { "[phone a-b]\n", "letters, digits" },
  { "[modem a]\n", "must be 'phone NAME'" },
  { "[phone a]\ncolour=red\n", "unknown key" },
  { "[emulator]\nlatency=1\n[phone a]\n", "unknown key" },
  { "[phone a]\nnumber=abc\n", "not a telephone number" },
  { "[phone a]\nnumber=+\n", "not a telephone number" },
  { "[phone a]\nport=65536\n", "from 0 to 65535" },
  { "[phone a]\nport=-1\n", "from 0 to 65535" },
  { "[phone a]\nimsi=12a456\n", "15 digits" },
  { "[phone a]\niccid=1\n", "18 to 20" },
  { "[phone a]\npin=12\n", "4 to 8" },
  { "[phone a]\nspn=much longer than sixteen\n", "at most 16" },
  { "[phone a]\noperator=a\"b\n", "without quotes" },
  { "[phone a]\noperator-code=1\n", "5 or 6 digits" },
  { "[phone a]\noperator-code=123456789012345678901\n", "5 or 6 digits" },
  { "[phone a]\ndata=wifi\n", "'tun' or 'none'" },
  { "[phone a]\nnumber=+1\n[phone b]\nnumber=001\n", "has it already" },
  { "[emulator]\nsms-latency-ms=x\n[phone a]\n", "must be a number" },
};

static void
test_refused (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EmuConfig) config = emu_config_load_data (refused[i].text, &error);

      g_test_message ("%s", refused[i].text);
      g_assert_null (config);
      g_assert_nonnull (strstr (error->message, refused[i].reason));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/defaults", test_defaults);
  g_test_add_func ("/config/refused", test_refused);
  return g_test_run ();
}
