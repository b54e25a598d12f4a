/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A keyring file of anybody's: refused, or within the bounds of what it may cost, and tried without
 * a read past its end; sealed anew, it opens.
 * Input: the file. So that checksums stop no input, those of the header and of the slots are made
 * to fit where the byte after the file, which no keyring has, is there and odd. */
#include "daemon/keyring-image.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SUM_SIZE 16

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
require (gboolean holds)
{
  if (!holds)
    abort ();
}

static void
mend (uint8_t *bytes, size_t size)
{
  crypto_generichash (bytes + size, SUM_SIZE, bytes, size, NULL, 0);
}

static void
try_image (const TacKeyringImage *image)
{
  TacKeyringCost cost = tac_keyring_image_cost (image);
  TacKeyringTry found = { 0 };

  require (cost.ops >= 1 && cost.ops <= TAC_COST_OPS_MAX);
  require (cost.memory_kib >= 8 && cost.memory_kib <= TAC_COST_MEMORY_MAX_KIB);
  tac_keyring_image_open (image, &found);
  for (guint slot = 0; slot < TAC_KEYRING_SLOTS; slot++)
    {
      TacKeyringImage again = *image;
      TacKeys keys = { 0 };

      if (!found.opened[slot])
        require (sodium_is_zero (found.plain[slot], sizeof found.plain[slot]));
      memset (keys.store_key, (int)slot + 1, sizeof keys.store_key);
      tac_keyring_image_seal (&again, slot, TAC_SLOT_DURESS, &keys, found.key);
      tac_keyring_image_open (&again, &found);
      require (found.opened[slot] && tac_keyring_try_kind (&found, slot) == TAC_SLOT_DURESS);
      require (tac_keyring_image_slot_whole (&again, slot));
      require (tac_keyring_image_check (again.bytes, sizeof again.bytes, NULL));
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  TacKeyringImage image;
  g_autoptr (GError) error = NULL;

  if (tac_keyring_image_check (data, size, &error))
    {
      require (size == sizeof image.bytes && error == NULL);
      memcpy (image.bytes, data, size);
      try_image (&image);
      return 0;
    }
  require (error != NULL && error->message[0] != '\0');
  if (size != sizeof image.bytes + 1 || (data[size - 1] & 1) == 0)
    return 0;
  memcpy (image.bytes, data, sizeof image.bytes);
  mend (image.bytes, TAC_KEYRING_HEADER_SIZE - SUM_SIZE);
  for (guint slot = 0; slot < TAC_KEYRING_SLOTS; slot++)
    mend (image.bytes + tac_keyring_image_slot_offset (slot), TAC_KEYRING_SLOT_SIZE - SUM_SIZE);
  if (tac_keyring_image_check (image.bytes, sizeof image.bytes, NULL))
    try_image (&image);
  return 0;
}
