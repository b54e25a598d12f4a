/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A passphrase: read from a file descriptor into guarded memory, and nowhere else. */
#pragma once
#include <gio/gio.h>

#define TAC_PASSPHRASE_MAX 1024

typedef struct
{
  gsize size; /* without the line feed at its end; may be 0 */
  guint8 bytes[TAC_PASSPHRASE_MAX];
} TacPassphrase;

/* Reads @fd (a pipe, a memfd, a file; it is closed) up to its end, which must come within
 * @timeout_ms. Blocks: for a worker thread. NULL and TAC_ERROR_INVALID_ARGUMENT: too long, no end,
 * not UTF-8. */
TacPassphrase *tac_passphrase_read (int fd, guint timeout_ms, GError **error);
void tac_passphrase_free (TacPassphrase *passphrase); /* wipes; NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TacPassphrase, tac_passphrase_free)
