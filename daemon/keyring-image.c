/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keyring file's bytes. Layout: the top of keyring.c. */
#include "daemon/keyring-image.h"

#include "daemon/errors.h"

#include <sodium.h>
#include <string.h>

#define MAGIC "tacitel keyring\n"
#define VERSION 1

/* Of the header. */
#define AT_VERSION 16
#define AT_OPS 20
#define AT_MEMORY 24
#define AT_SALT 28
#define AT_SUM 44
#define SUM_SIZE 16

/* Of a slot. */
#define AT_SEALED 24
#define AT_SLOT_SUM (AT_SEALED + TAC_KEYRING_PLAIN_SIZE + 16)

/* Of what is sealed. */
#define AT_IDENTITY 1
#define AT_STORE_KEY (AT_IDENTITY + TAC_KEY_SIZE)

G_STATIC_ASSERT (sizeof MAGIC - 1 == AT_VERSION);
G_STATIC_ASSERT (AT_SALT + TAC_SALT_SIZE == AT_SUM);
G_STATIC_ASSERT (AT_SUM + SUM_SIZE == TAC_KEYRING_HEADER_SIZE);
G_STATIC_ASSERT (AT_SEALED == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
G_STATIC_ASSERT (AT_SLOT_SUM + SUM_SIZE == TAC_KEYRING_SLOT_SIZE);
G_STATIC_ASSERT (AT_STORE_KEY + TAC_STORE_KEY_SIZE <= TAC_KEYRING_PLAIN_SIZE);
G_STATIC_ASSERT (TAC_KEYRING_HEADER_SIZE + TAC_KEYRING_SLOTS * TAC_KEYRING_SLOT_SIZE
                 == TAC_KEYRING_SIZE);

static guint32
get_u32 (const guint8 *bytes)
{
  guint32 value;

  memcpy (&value, bytes, sizeof value);
  return GUINT32_FROM_BE (value);
}

static void
put_u32 (guint8 *bytes, guint32 value)
{
  value = GUINT32_TO_BE (value);
  memcpy (bytes, &value, sizeof value);
}

/* Against decay of the medium, not against an enemy: it has no key. */
static void
put_sum (guint8 *bytes, gsize size)
{
  crypto_generichash (bytes + size, SUM_SIZE, bytes, size, NULL, 0);
}

static gboolean
sum_fits (const guint8 *bytes, gsize size)
{
  guint8 sum[SUM_SIZE];

  crypto_generichash (sum, sizeof sum, bytes, size, NULL, 0);
  return memcmp (sum, bytes + size, sizeof sum) == 0;
}

gsize
tac_keyring_image_slot_offset (guint slot)
{
  return TAC_KEYRING_HEADER_SIZE + (gsize)slot * TAC_KEYRING_SLOT_SIZE;
}

void
tac_keyring_image_start (TacKeyringImage *image, TacKeyringCost cost,
                         const guint8 salt[TAC_SALT_SIZE])
{
  memcpy (image->bytes, MAGIC, AT_VERSION);
  put_u32 (image->bytes + AT_VERSION, VERSION);
  put_u32 (image->bytes + AT_OPS, cost.ops);
  put_u32 (image->bytes + AT_MEMORY, cost.memory_kib);
  memcpy (image->bytes + AT_SALT, salt, TAC_SALT_SIZE);
  put_sum (image->bytes, AT_SUM);
  for (guint slot = 0; slot < TAC_KEYRING_SLOTS; slot++)
    tac_keyring_image_fill (image, slot);
}

TacKeyringCost
tac_keyring_image_cost (const TacKeyringImage *image)
{
  return (TacKeyringCost){ .ops = get_u32 (image->bytes + AT_OPS),
                           .memory_kib = get_u32 (image->bytes + AT_MEMORY) };
}

const guint8 *
tac_keyring_image_salt (const TacKeyringImage *image)
{
  return image->bytes + AT_SALT;
}

gboolean
tac_keyring_image_slot_whole (const TacKeyringImage *image, guint slot)
{
  return sum_fits (image->bytes + tac_keyring_image_slot_offset (slot), AT_SLOT_SUM);
}

static const char *
find_fault (const guint8 *bytes, gsize size)
{
  const TacKeyringImage *image = (const TacKeyringImage *)bytes;

  if (size < AT_VERSION || memcmp (bytes, MAGIC, AT_VERSION) != 0)
    return "no keyring of Tacitel's";
  if (size >= TAC_KEYRING_HEADER_SIZE && sum_fits (bytes, AT_SUM)
      && get_u32 (bytes + AT_VERSION) > VERSION)
    return "of a newer version of Tacitel: install that";
  if (size != TAC_KEYRING_SIZE)
    return size < TAC_KEYRING_SIZE ? "cut short" : "too long";
  if (!sum_fits (bytes, AT_SUM) || get_u32 (bytes + AT_VERSION) != VERSION)
    return "damaged in its header";
  if (!tac_keyring_cost_check (tac_keyring_image_cost (image)))
    return "not to be trusted: it asks for more memory or time than Tacitel ever does";
  for (guint slot = 0; slot < TAC_KEYRING_SLOTS; slot++)
    if (tac_keyring_image_slot_whole (image, slot))
      return NULL;
  return "damaged in both its halves";
}

gboolean
tac_keyring_image_check (const guint8 *bytes, gsize size, GError **error)
{
  const char *fault = find_fault (bytes, size);

  if (fault != NULL)
    g_set_error (error, TAC_ERROR, TAC_ERROR_DAMAGED, "is %s", fault);
  return fault == NULL;
}

void
tac_keyring_image_seal (TacKeyringImage *image, guint slot, TacSlotKind kind, const TacKeys *keys,
                        const guint8 key[TAC_KEYRING_KEY_SIZE])
{
  guint8 *bytes = image->bytes + tac_keyring_image_slot_offset (slot);
  guint8 plain[TAC_KEYRING_PLAIN_SIZE] = { 0 };

  plain[0] = (guint8)kind;
  memcpy (plain + AT_IDENTITY, keys->identity.secret, TAC_KEY_SIZE);
  memcpy (plain + AT_STORE_KEY, keys->store_key, TAC_STORE_KEY_SIZE);
  randombytes_buf (bytes, AT_SEALED);
  crypto_aead_xchacha20poly1305_ietf_encrypt (bytes + AT_SEALED, NULL, plain, sizeof plain,
                                              image->bytes, AT_SUM, NULL, bytes, key);
  put_sum (bytes, AT_SLOT_SUM);
  sodium_memzero (plain, sizeof plain);
}

void
tac_keyring_image_fill (TacKeyringImage *image, guint slot)
{
  guint8 *bytes = image->bytes + tac_keyring_image_slot_offset (slot);

  randombytes_buf (bytes, AT_SLOT_SUM);
  put_sum (bytes, AT_SLOT_SUM);
}

void
tac_keyring_image_open (const TacKeyringImage *image, TacKeyringTry *found)
{
  for (guint slot = 0; slot < TAC_KEYRING_SLOTS; slot++)
    {
      const guint8 *bytes = image->bytes + tac_keyring_image_slot_offset (slot);

      found->opened[slot] = crypto_aead_xchacha20poly1305_ietf_decrypt (
                                found->plain[slot], NULL, NULL, bytes + AT_SEALED,
                                AT_SLOT_SUM - AT_SEALED, image->bytes, AT_SUM, bytes, found->key)
                            == 0;
    }
}

TacSlotKind
tac_keyring_try_kind (const TacKeyringTry *found, guint slot)
{
  return found->plain[slot][0] == TAC_SLOT_DURESS ? TAC_SLOT_DURESS : TAC_SLOT_NORMAL;
}

void
tac_keyring_try_keys (const TacKeyringTry *found, guint slot, TacKeys *keys)
{
  tac_noise_key_pair (&keys->identity, found->plain[slot] + AT_IDENTITY);
  memcpy (keys->store_key, found->plain[slot] + AT_STORE_KEY, TAC_STORE_KEY_SIZE);
}
