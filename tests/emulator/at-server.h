/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The AT port of one phone: a TCP port in its namespace, one connection at a time. */
#pragma once
#include "at-dispatch.h"
#include "phone.h"
#include <gio/gio.h>

EmuAtServer *emu_at_server_new (EmuPhone *phone);
void emu_at_server_free (EmuAtServer *server);
/* Listens on 127.0.0.1. Returns: FALSE with @error naming the port and the namespace. */
gboolean emu_at_server_start (EmuAtServer *server, GError **error);
/* Closes the connection and the port. */
void emu_at_server_stop (EmuAtServer *server);
guint16 emu_at_server_port (const EmuAtServer *server);
gboolean emu_at_server_connected (const EmuAtServer *server);
/* Returns: (nullable) (transfer none) the connection. */
GSocket *emu_at_server_socket (const EmuAtServer *server);
/* Puts @line between line ends and through the rules of kind "at", direction "down". */
void emu_at_server_write_line (EmuAtServer *server, const char *line);
/* Paused, nothing is read and nothing written; what either side says meanwhile waits. */
void emu_at_server_set_paused (EmuAtServer *server, gboolean paused);
