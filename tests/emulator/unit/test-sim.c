/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SIM: its files, and its PIN from the first wrong one to the end. */
#include "sim.h"
#include <string.h>

static EmuPhoneConfig config = {
  .number = (char *)"+15551000001",
  .imsi = (char *)"001010000000001",
  .iccid = (char *)"89001010000000000018",
  .spn = (char *)"Provider",
  .pin = (char *)"4711",
  .operator_code = (char *)"001001",
};

static const struct
{
  guint command, file, p1, p2, p3;
  guint16 status;
  const char *response; /* hexadecimal */
} accesses[] = {
  { 192, 0x2fe2, 0, 0, 0, 0x9000, "0000000a2fe2040000000001020000" },
  { 192, 0x6f40, 0, 0, 0, 0x9000, "0000001c6f4004000000000102011c" },
  { 176, 0x2fe2, 0, 0, 10, 0x9000, "98000101000000000081" },
  { 176, 0x2fe2, 0, 4, 2, 0x9000, "0000" },
  { 176, 0x2fe2, 0, 9, 0, 0x9000, "81" },
  { 176, 0x6fad, 0, 0, 4, 0x9000, "00000003" },
  { 176, 0x6fae, 0, 0, 1, 0x9000, "03" },
  { 176, 0x6f46, 0, 0, 17, 0x9000, "0250726f7669646572ffffffffffffffff" },
  { 178, 0x6f40, 1, 4, 28, 0x9000, "ffffffffffffffffffffffffffff07915155010000f1ffffffffffff" },
  { 178, 0x6f40, 2, 4, 28, 0x9402, NULL },
  { 176, 0x6f40, 0, 0, 28, 0x6d00, NULL },
  { 178, 0x2fe2, 1, 4, 10, 0x6d00, NULL },
  { 176, 0x2fe2, 0, 0, 11, 0x6700, NULL },
  { 176, 0x2fe2, 0, 11, 0, 0x6700, NULL },
  { 176, 0x2fe2, 127, 255, 255, 0x6700, NULL },
  { 214, 0x2fe2, 0, 0, 1, 0x6d00, NULL },
  { 192, 0x6f3c, 0, 0, 0, 0x9404, NULL },
};

static void
test_files (void)
{
  EmuSim sim;

  emu_sim_init (&sim, &config);
  for (gsize i = 0; i < G_N_ELEMENTS (accesses); i++)
    {
      g_autoptr (GByteArray) response = NULL;
      g_autoptr (GString) hex = g_string_new (NULL);
      guint16 status = emu_sim_access (&sim, accesses[i].command, accesses[i].file, accesses[i].p1,
                                       accesses[i].p2, accesses[i].p3, &response);

      for (guint at = 0; response != NULL && at < response->len; at++)
        g_string_append_printf (hex, "%02x", response->data[at]);
      g_test_message ("row %" G_GSIZE_FORMAT, i);
      g_assert_cmphex (status, ==, accesses[i].status);
      g_assert_cmpstr (response != NULL ? hex->str : NULL, ==, accesses[i].response);
    }
}

static void
test_pin (void)
{
  EmuSim sim;

  emu_sim_init (&sim, &config);
  g_assert_cmpint (emu_sim_lock (&sim), ==, EMU_SIM_NEEDS_PIN);
  g_assert_false (emu_sim_verify_pin (&sim, "0000"));
  g_assert_cmpuint (sim.pin_tries, ==, 2);
  g_assert_true (emu_sim_verify_pin (&sim, "4711"));
  g_assert_cmpuint (sim.pin_tries, ==, 3);
  g_assert_cmpint (emu_sim_lock (&sim), ==, EMU_SIM_READY);
  emu_sim_reset (&sim);
  g_assert_cmpint (emu_sim_lock (&sim), ==, EMU_SIM_NEEDS_PIN);
}

static void
test_puk (void)
{
  EmuSim sim;

  emu_sim_init (&sim, &config);
  for (guint i = 0; i < EMU_SIM_PIN_TRIES; i++)
    emu_sim_verify_pin (&sim, "0000");
  g_assert_cmpint (emu_sim_lock (&sim), ==, EMU_SIM_NEEDS_PUK);
  g_assert_false (emu_sim_verify_pin (&sim, "4711"));
  g_assert_false (emu_sim_unblock (&sim, "87654321", "1111"));
  g_assert_true (emu_sim_unblock (&sim, EMU_SIM_PUK, "1111"));
  g_assert_cmpint (emu_sim_lock (&sim), ==, EMU_SIM_READY);
  g_assert_true (emu_sim_check_pin (&sim, "1111"));
}

static void
test_blocked_for_good (void)
{
  EmuSim sim;

  emu_sim_init (&sim, &config);
  for (guint i = 0; i < EMU_SIM_PIN_TRIES; i++)
    emu_sim_verify_pin (&sim, "0000");
  for (guint i = 0; i < EMU_SIM_PUK_TRIES; i++)
    emu_sim_unblock (&sim, "0", "1111");
  g_assert_cmpint (emu_sim_lock (&sim), ==, EMU_SIM_BLOCKED);
  g_assert_false (emu_sim_unblock (&sim, EMU_SIM_PUK, "1111"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sim/files", test_files);
  g_test_add_func ("/sim/pin", test_pin);
  g_test_add_func ("/sim/puk", test_puk);
  g_test_add_func ("/sim/blocked-for-good", test_blocked_for_good);
  return g_test_run ();
}
