/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keyring file on the disk: read, replaced, overwritten. tac_keyring_look() and
 * tac_keyring_wipe() are here too. */
#pragma once
#include "daemon/keyring-image.h"

/* Reads and checks it. NONE: with NOT_SET_UP. */
TacKeyringState tac_keyring_file_load (const char *path, TacKeyringImage *image, GError **error);
/* Writes it whole or not at all, then overwrites what it replaced, whose blocks still hold what an
 * old passphrase opens (where a medium writes elsewhere that is in vain, and costs nothing). What
 * has another name, as a hard-linked backup has, stays. */
gboolean tac_keyring_file_replace (const char *path, const TacKeyringImage *image, GError **error);
/* Random bytes over one slot, in place, on the disk when it returns; step 1 of a duress open. */
gboolean tac_keyring_file_destroy_slot (const char *path, TacKeyringImage *image, guint slot,
                                        GError **error);
