/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The count of calls while locked. */
#include "daemon/someone-called.h"

#include "daemon/store-file.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define COUNT_MAX 1000000
#define SIZE_MAX_TEXT 8 /* digits of COUNT_MAX, a line feed */

struct TacSomeoneCalled
{
  char *path;
  guint count;
};

TacSomeoneCalled *
tac_someone_called_new (const char *path)
{
  TacSomeoneCalled *called = g_new0 (TacSomeoneCalled, 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gboolean found;
  guint64 count = 0;
  gsize size;

  called->path = g_strdup (path);
  if (tac_store_file_read (path, SIZE_MAX_TEXT, &text, &size, &found, &error) && found)
    g_ascii_string_to_unsigned (g_strchomp (text), 10, 0, COUNT_MAX, &count, &error);
  if (error != NULL)
    g_warning ("calls while locked begin at 0 again: %s: %s", path, error->message);
  called->count = (guint)count;
  return called;
}

void
tac_someone_called_free (TacSomeoneCalled *called)
{
  g_free (called->path);
  g_free (called);
}

guint
tac_someone_called_get (const TacSomeoneCalled *called)
{
  return called->count;
}

void
tac_someone_called_add (TacSomeoneCalled *called)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  called->count = MIN (called->count + 1, COUNT_MAX);
  text = g_strdup_printf ("%u\n", called->count);
  if (!tac_store_file_write (called->path, text, strlen (text), &error))
    g_warning ("somebody called; that is forgotten when taciteld ends: %s", error->message);
}

guint
tac_someone_called_take (TacSomeoneCalled *called)
{
  guint count = called->count;

  called->count = 0;
  if (g_unlink (called->path) < 0 && errno != ENOENT)
    g_warning ("cannot remove %s: %s", called->path, g_strerror (errno));
  return count;
}
