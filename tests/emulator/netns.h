/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does something inside another network namespace; what it opens there stays bound to it. */
#pragma once
#include <glib.h>

/* What to do inside; returns FALSE with @error set on failure. Runs in a thread of its own. */
typedef gboolean (*EmuNetnsFunc) (gpointer data, GError **error);

/**
 * emu_netns_call:
 * @netns: path of a network namespace, such as /run/netns/alice; NULL or "" for the caller's own
 * @function: what to do inside it
 * @data: handed to @function
 *
 * Enters @netns in a short-lived thread, runs @function there and waits for it. Sockets and TUNs
 * that it opens belong to @netns for their whole life, so that one process can serve many.
 * Returns: TRUE, or FALSE with @error from entering or from @function.
 */
gboolean emu_netns_call (const char *netns, EmuNetnsFunc function, gpointer data, GError **error);
