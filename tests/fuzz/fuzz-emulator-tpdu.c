/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the emulator's SMS: what is accepted can be delivered, and says the same. */
#include "tests/emulator/tpdu.h"
#include <stdint.h>
#include <string.h>

#define NOW 1767225600 /* 2026-01-01 */

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  guint8 tpdu[EMU_DELIVER_MAX];
  EmuSmsHeader header;
  EmuSubmit submit;

  if (!emu_tpdu_parse_submit (data, size, NOW, &submit))
    return 0;
  g_assert (emu_sms_header (&submit.sms, &header));
  g_assert (submit.sms.user_data_size <= EMU_USER_DATA_MAX);
  g_autofree char *text = emu_sms_text (&submit.sms);
  g_assert (text == NULL || g_utf8_validate (text, -1, NULL));

  g_strlcpy (submit.sms.address, "+15551000001", sizeof submit.sms.address);
  gsize length = emu_tpdu_build_deliver (&submit.sms, FALSE, NOW, tpdu);
  g_assert (length <= sizeof tpdu);
  g_assert (memcmp (tpdu + length - submit.sms.user_data_size, submit.sms.user_data,
                    submit.sms.user_data_size)
            == 0);
  return 0;
}
