/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets that wait for their time: earliest first, equal times in the order they came. */
#include "delay-queue.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

typedef struct
{
  gint64 due_us;
  EmuDelayed delayed;
  guint8 bytes[];
} Item;

struct _EmuDelayQueue
{
  GSequence *items;
  int timer; /* a timerfd, since the main loop's own timeouts are rounded to milliseconds */
  GSource *source;
  EmuDelayQueueFunc function;
  gpointer user_data;
};

/* g_sequence_insert_sorted() puts equal ones behind each other, which keeps their order. */
static int
compare (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const Item *first = a, *second = b;

  return first->due_us < second->due_us ? -1 : first->due_us > second->due_us;
}

static Item *
get_first (EmuDelayQueue *queue)
{
  GSequenceIter *first = g_sequence_get_begin_iter (queue->items);

  return g_sequence_iter_is_end (first) ? NULL : g_sequence_get (first);
}

/* Sets the timer to the first item's time; no item, no timer. */
static void
arm (EmuDelayQueue *queue)
{
  const Item *first = get_first (queue);
  struct itimerspec at = { 0 };

  if (first != NULL)
    {
      at.it_value.tv_sec = first->due_us / G_USEC_PER_SEC;
      at.it_value.tv_nsec = first->due_us % G_USEC_PER_SEC * 1000;
    }
  timerfd_settime (queue->timer, TFD_TIMER_ABSTIME, &at, NULL);
}

static gboolean
on_timer (int fd, GIOCondition condition, gpointer data)
{
  EmuDelayQueue *queue = data;
  gint64 now = g_get_monotonic_time ();
  guint64 expirations;
  Item *item;

  if (read (fd, &expirations, sizeof expirations) < 0 && errno != EAGAIN)
    g_warning ("The delay queue's timer: %s", g_strerror (errno));

  /* The item stays the first until it is dealt with, so that a push meanwhile leaves the timer to
   * arm() below. */
  while ((item = get_first (queue)) != NULL && item->due_us <= now)
    {
      GSequenceIter *place = g_sequence_get_begin_iter (queue->items);

      queue->function (&item->delayed, queue->user_data);
      g_sequence_remove (place);
    }
  arm (queue);
  return G_SOURCE_CONTINUE;
}

EmuDelayQueue *
emu_delay_queue_new (EmuDelayQueueFunc function, gpointer user_data)
{
  EmuDelayQueue *queue = g_new0 (EmuDelayQueue, 1);

  queue->items = g_sequence_new (g_free);
  queue->timer = timerfd_create (CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (queue->timer < 0)
    g_error ("Cannot make a timer: %s", g_strerror (errno));
  queue->source = g_unix_fd_source_new (queue->timer, G_IO_IN);
  g_source_set_callback (queue->source, G_SOURCE_FUNC (on_timer), queue, NULL);
  g_source_attach (queue->source, g_main_context_get_thread_default ());
  queue->function = function;
  queue->user_data = user_data;
  return queue;
}

void
emu_delay_queue_free (EmuDelayQueue *queue)
{
  if (queue == NULL)
    return;
  g_source_destroy (queue->source);
  g_source_unref (queue->source);
  close (queue->timer);
  g_sequence_free (queue->items);
  g_free (queue);
}

gboolean
emu_delay_queue_push (EmuDelayQueue *queue, gint64 due_us, gpointer leg, const guint8 *bytes,
                      gsize length)
{
  Item *item;

  if (g_sequence_get_length (queue->items) >= EMU_DELAY_QUEUE_MAX)
    return FALSE;

  item = g_malloc (sizeof *item + length);
  item->due_us = due_us;
  item->delayed = (EmuDelayed){ leg, length, item->bytes };
  memcpy (item->bytes, bytes, length);
  g_sequence_insert_sorted (queue->items, item, compare, NULL);
  if (get_first (queue) == item)
    arm (queue);
  return TRUE;
}
