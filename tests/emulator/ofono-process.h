/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which oFono process is at the other end, and what it calls its data interfaces. */
#pragma once
#include <gio/gio.h>

typedef struct _EmuOfonoProcesses EmuOfonoProcesses;
EmuOfonoProcesses *emu_ofono_processes_new (void);
void emu_ofono_processes_free (EmuOfonoProcesses *processes);

/**
 * emu_ofono_processes_take:
 * @connection: from oFono, over the loopback of @netns
 * @count: how many data interfaces it has just made
 *
 * oFono's phonesim driver numbers its interfaces (dummy0, dummy1, …) as long as the process lives,
 * over all of its modems. So this counts for each process; where the process cannot be found (it
 * belongs to another user) one count serves for the port.
 * Returns: the number of the first of them.
 */
guint emu_ofono_processes_take (EmuOfonoProcesses *processes, GSocket *connection,
                                const char *netns, guint count);
