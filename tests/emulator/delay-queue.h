/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets that wait for their time: earliest first, equal times in the order they came. */
#pragma once
#include <glib.h>

typedef struct _EmuDelayQueue EmuDelayQueue;

typedef struct
{
  gpointer leg; /* the caller's: where the packet goes on */
  gsize length;
  guint8 *bytes; /* the queue's own copy; the callback may change it */
} EmuDelayed;

typedef void (*EmuDelayQueueFunc) (const EmuDelayed *delayed, gpointer user_data);

/* @function is called when a packet's time has come, in the thread-default main context of the
 * caller of new(). An empty queue wakes nobody. */
EmuDelayQueue *emu_delay_queue_new (EmuDelayQueueFunc function, gpointer user_data);
void emu_delay_queue_free (EmuDelayQueue *queue);

/* Copies the packet. Returns: FALSE when the queue is full (EMU_DELAY_QUEUE_MAX packets). */
#define EMU_DELAY_QUEUE_MAX 16384
gboolean emu_delay_queue_push (EmuDelayQueue *queue, gint64 due_us, gpointer leg,
                               const guint8 *bytes, gsize length);
