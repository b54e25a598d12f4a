/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keyring file's bytes: laid out, checked, sealed and opened. No file, no Argon2id. */
#pragma once
#include "daemon/keyring-cost.h"
#include "daemon/keyring.h"

#define TAC_KEYRING_SIZE 364
#define TAC_KEYRING_SLOTS 2
#define TAC_KEYRING_HEADER_SIZE 60
#define TAC_KEYRING_SLOT_SIZE 152
#define TAC_KEYRING_PLAIN_SIZE 96
#define TAC_KEYRING_KEY_SIZE 32

typedef struct
{
  guint8 bytes[TAC_KEYRING_SIZE];
} TacKeyringImage;

typedef enum
{
  TAC_SLOT_NORMAL = 1,
  TAC_SLOT_DURESS = 2, /* opening it destroys the other slot */
} TacSlotKind;

/* What a try of both slots found. In guarded memory, as it holds the keys. */
typedef struct
{
  guint8 key[TAC_KEYRING_KEY_SIZE]; /* (in) */
  gboolean opened[TAC_KEYRING_SLOTS];
  guint8 plain[TAC_KEYRING_SLOTS][TAC_KEYRING_PLAIN_SIZE];
} TacKeyringTry;

/* A new one of this cost and salt, both slots random. */
void tac_keyring_image_start (TacKeyringImage *image, TacKeyringCost cost,
                              const guint8 salt[TAC_SALT_SIZE]);
/* Is it one, whole, of this version, its cost within bounds, and one slot at least undamaged?
 * DAMAGED says why not ("… is …" after the file's name). Nothing of @bytes is trusted before. */
gboolean tac_keyring_image_check (const guint8 *bytes, gsize size, GError **error);
TacKeyringCost tac_keyring_image_cost (const TacKeyringImage *image);
const guint8 *tac_keyring_image_salt (const TacKeyringImage *image); /* TAC_SALT_SIZE */

void tac_keyring_image_seal (TacKeyringImage *image, guint slot, TacSlotKind kind,
                             const TacKeys *keys, const guint8 key[TAC_KEYRING_KEY_SIZE]);
/* Random bytes, which look like a sealed slot. */
void tac_keyring_image_fill (TacKeyringImage *image, guint slot);
gsize tac_keyring_image_slot_offset (guint slot);
/* The checksum of @slot fits: it is as it was written. */
gboolean tac_keyring_image_slot_whole (const TacKeyringImage *image, guint slot);

/* Tries found->key on both slots, always. */
void tac_keyring_image_open (const TacKeyringImage *image, TacKeyringTry *found);
TacSlotKind tac_keyring_try_kind (const TacKeyringTry *found, guint slot);
void tac_keyring_try_keys (const TacKeyringTry *found, guint slot, TacKeys *keys);
