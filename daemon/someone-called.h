/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "Somebody called while it was locked": how often, in a file of its own that nobody has to unlock,
 * and nothing else of it. */
#pragma once
#include <glib.h>

typedef struct TacSomeoneCalled TacSomeoneCalled;

TacSomeoneCalled *tac_someone_called_new (const char *path); /* reads it; a damaged one counts 0 */
void tac_someone_called_free (TacSomeoneCalled *called);
guint tac_someone_called_get (const TacSomeoneCalled *called);
void tac_someone_called_add (TacSomeoneCalled *called); /* on disk when it returns, or a warning */
guint tac_someone_called_take (TacSomeoneCalled *called); /* and removes the file */
