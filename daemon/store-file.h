/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are written whole or not at all, readable by their owner only. */
#pragma once
#include <glib.h>

/* Writes @path, mode 0600, in a folder of mode 0700 that is made where missing; synced to the disk
 * before it returns. */
gboolean tac_store_file_write (const char *path, const void *bytes, gsize size, GError **error);
/* @bytes: (out) the caller frees, and wipes what is secret; a NUL follows them. Refuses a file that
 * is another user's, that others may read or write, or that is larger than @most.
 * *@found is FALSE, and no error set, where there is none. */
gboolean tac_store_file_read (const char *path, gsize most, char **bytes, gsize *size,
                              gboolean *found, GError **error);
