/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps STUN messages away that libnice must not see. To strip quotes off USERNAME and REALM, it
 * (0.1.18 to 0.1.22) reads on where nothing but quotes and NULs is in them, and beyond the heap: a
 * relay, or who can speak for one, could end the daemon with one answer. */
#pragma once
#include <gio/gio.h>

/* FALSE: a STUN message (RFC 8489 §5) with an empty USERNAME or REALM, or one that begins with a
 * quote or a NUL, or with more attributes than anybody sends, or one that ends within an attribute.
 * Also data of a relay (RFC 8656 §12.4, §11.6) whose content is an error response that only a relay
 * itself would send. */
gboolean tac_stun_is_harmless (const guint8 *datagram, gsize size);
/* From here on the kernel drops what is not, before anybody reads it (SO_ATTACH_FILTER, socket(7)).
 * @socket: UDP. Where the kernel refuses, a warning says so. */
void tac_stun_filter_attach (GSocket *socket);
