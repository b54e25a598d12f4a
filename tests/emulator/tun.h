/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes a TUN with addresses and routes inside a network namespace. */
#pragma once
#include <glib.h>

typedef struct
{
  guint8 v4[4];
  guint8 v6[16];
  guint v4_prefix, v6_prefix; /* 0 = no address, and no route, of that family */
  guint metric;               /* of the default routes */
} EmuTunConfig;

/**
 * emu_tun_open:
 * @netns: path, or NULL for the emulator's own
 * @ifname: the interface's name, under IFNAMSIZ
 *
 * The interface is up, addressed and routed when this returns, and goes when the descriptor is
 * closed. A kernel without IPv6 gets IPv4 only.
 * Returns: a non-blocking descriptor whose reads and writes are raw IP packets, or -1 with @error.
 */
int emu_tun_open (const char *netns, const char *ifname, const EmuTunConfig *config,
                  GError **error);

/* Takes the addresses and default routes of @before from the interface, then gives it those of
 * @after: what both have stays. Its descriptor is untouched. */
gboolean emu_tun_readdress (const char *netns, const char *ifname, const EmuTunConfig *before,
                            const EmuTunConfig *after, GError **error);
