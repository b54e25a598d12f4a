/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a modem says, in order, on its way into a socket that may be full. */
#include "at-output.h"
#include <string.h>

typedef struct
{
  guint hold_ms; /* before the first byte */
  char *bytes;
  gsize size;
  gsize sent;
} Chunk;

struct _EmuAtOutput
{
  GSocket *socket; /* unowned */
  GQueue chunks;
  gboolean paused;
  GSource *waiting; /* for the socket to be writable, or for the first chunk's time */
};

static void flush_chunks (EmuAtOutput *output);

static void
chunk_free (gpointer data)
{
  Chunk *chunk = data;

  g_free (chunk->bytes);
  g_free (chunk);
}

EmuAtOutput *
emu_at_output_new (GSocket *socket)
{
  EmuAtOutput *output = g_new0 (EmuAtOutput, 1);

  output->socket = socket;
  g_queue_init (&output->chunks);
  return output;
}

static void
stop_waiting (EmuAtOutput *output)
{
  if (output->waiting != NULL)
    g_source_destroy (output->waiting);
  g_clear_pointer (&output->waiting, g_source_unref);
}

void
emu_at_output_free (EmuAtOutput *output)
{
  if (output == NULL)
    return;
  stop_waiting (output);
  g_queue_clear_full (&output->chunks, chunk_free);
  g_free (output);
}

static gboolean
on_held (gpointer user_data)
{
  EmuAtOutput *output = user_data;
  Chunk *chunk = g_queue_peek_head (&output->chunks);

  stop_waiting (output);
  chunk->hold_ms = 0;
  flush_chunks (output);
  return G_SOURCE_REMOVE;
}

static gboolean
on_writable (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  EmuAtOutput *output = user_data;

  stop_waiting (output);
  flush_chunks (output);
  return G_SOURCE_REMOVE;
}

static void
wait_for (EmuAtOutput *output, GSource *source, GSourceFunc function)
{
  output->waiting = source;
  g_source_set_callback (source, function, output, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static void
flush_chunks (EmuAtOutput *output)
{
  Chunk *chunk;

  while (!output->paused && output->waiting == NULL
         && (chunk = g_queue_peek_head (&output->chunks)) != NULL)
    {
      g_autoptr (GError) error = NULL;

      if (chunk->hold_ms > 0)
        {
          wait_for (output, g_timeout_source_new (chunk->hold_ms), on_held);
          return;
        }
      gssize sent = g_socket_send (output->socket, chunk->bytes + chunk->sent,
                                   chunk->size - chunk->sent, NULL, &error);
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          wait_for (output, g_socket_create_source (output->socket, G_IO_OUT, NULL),
                    G_SOURCE_FUNC (on_writable));
          return;
        }
      chunk->sent = sent < 0 ? chunk->size : chunk->sent + (gsize)sent;
      if (chunk->sent == chunk->size)
        chunk_free (g_queue_pop_head (&output->chunks));
    }
}

void
emu_at_output_write (EmuAtOutput *output, const char *bytes, guint hold_ms)
{
  Chunk *chunk = g_new0 (Chunk, 1);

  chunk->bytes = g_strdup (bytes);
  chunk->size = strlen (bytes);
  chunk->hold_ms = hold_ms;
  g_queue_push_tail (&output->chunks, chunk);
  flush_chunks (output);
}

void
emu_at_output_set_paused (EmuAtOutput *output, gboolean paused)
{
  output->paused = paused;
  flush_chunks (output);
}
