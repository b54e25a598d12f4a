/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the parser of delay traces: a list of usable delays, or an error with a message. */
#include "tests/emulator/impair.h"

#include <math.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) trace = emu_impair_parse_trace (text, &error);

  g_assert_true ((trace == NULL) == (error != NULL));
  for (guint i = 0; trace != NULL && i < trace->len; i++)
    {
      double delay_ms = g_array_index (trace, double, i);

      g_assert_true (isnan (delay_ms) || (delay_ms >= 0 && delay_ms <= 3600000));
    }
  return 0;
}
