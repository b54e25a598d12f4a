/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Brings links up and sets their addresses and routes, by rtnetlink, in the namespace it is in. */
#pragma once
#include <glib.h>

typedef struct _EmuRtnl EmuRtnl; /* a netlink socket, for one thread */

EmuRtnl *emu_rtnl_new (GError **error);
void emu_rtnl_free (EmuRtnl *rtnl);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmuRtnl, emu_rtnl_free)

/* Each waits for the kernel's answer. @family: AF_INET or AF_INET6, addresses of that length. */

/* Also keeps the kernel from giving the link an IPv6 address of its own and soliciting routers. */
gboolean emu_rtnl_link_up (EmuRtnl *rtnl, int ifindex, GError **error);
gboolean emu_rtnl_add_address (EmuRtnl *rtnl, int ifindex, int family, const guint8 *address,
                               guint prefix, GError **error);
gboolean emu_rtnl_remove_address (EmuRtnl *rtnl, int ifindex, int family, const guint8 *address,
                                  guint prefix, GError **error);
gboolean emu_rtnl_remove_default_route (EmuRtnl *rtnl, int ifindex, int family, guint metric,
                                        GError **error);
/* A route on @ifindex without a gateway; @destination NULL and @prefix 0 for the default route. */
gboolean emu_rtnl_add_route (EmuRtnl *rtnl, int ifindex, int family, const guint8 *destination,
                             guint prefix, guint metric, GError **error);
