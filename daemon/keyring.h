/* SPDX-License-Identifier: GPL-3.0-or-later */
/* This phone's identity: one X25519 key pair in guarded memory, kept in a file of mode 0600. */
#pragma once
#include "codecs/noise.h"
#include <glib.h>

typedef struct TacKeyring TacKeyring;

/* Opens @path, or makes a new identity there (written whole or not at all). A file that is damaged,
 * foreign or readable by others is an error that names it; it is never overwritten. */
TacKeyring *tac_keyring_open (const char *path, GError **error);
void tac_keyring_free (TacKeyring *keyring); /* wipes */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TacKeyring, tac_keyring_free)
const TacKeyPair *
tac_keyring_identity (const TacKeyring *keyring); /* valid as long as the keyring */
