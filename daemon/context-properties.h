/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What oFono's answers say of data contexts (its doc/connman-api.txt). Pure. */
#pragma once
#include <gio/gio.h>

/* @contexts: a(oa{sv}). @wanted: an object path, NULL: the first of type "internet". Returns:
 * (transfer full): its path, NULL: there is none. @active: (out) */
char *tac_context_find (GVariant *contexts, const char *wanted, gboolean *active);
/* @properties: a{sv} of a context. Returns: (transfer full): its network interface, or NULL. */
char *tac_context_interface (GVariant *properties);
