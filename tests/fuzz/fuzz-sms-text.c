/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts of anybody: refused, or the one text that its message has in that form. */
#include "codecs/sms-text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
require (bool holds)
{
  if (!holds)
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  uint8_t sms[TAC_SMS_SIZE];
  char text[TAC_TEXT_SIZE];
  TacTextForm form = tac_sms_text_decode (sms, (const char *)data, size);

  if (form == TAC_TEXT_NONE)
    return 0;
  require (sms[0] == TAC_SMS_MAGIC);
  require (tac_sms_text_encode (text, form, sms));
  require (strlen (text) == size && memcmp (text, data, size) == 0);
  return 0;
}
