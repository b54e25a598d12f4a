/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes a pcapng capture of raw IP packets, each with its direction. */
#pragma once
#include <glib.h>

typedef struct _EmuPcapng EmuPcapng;

/**
 * emu_pcapng_new:
 * @path: file to replace, or a FIFO that somebody reads
 *
 * Writes the section header. A reader sees every packet at once: one system call writes it.
 * Source: draft-ietf-opsawg-pcapng, sections 4.1 to 4.3; LINKTYPE_RAW (101).
 */
EmuPcapng *emu_pcapng_new (const char *path, GError **error);
void emu_pcapng_free (EmuPcapng *pcapng);

/* Describes one more interface, time in nanoseconds. Returns: its number, from 0. */
guint emu_pcapng_add_interface (EmuPcapng *pcapng, const char *name);

/**
 * emu_pcapng_write:
 * @interface: number from emu_pcapng_add_interface()
 * @outbound: TRUE for what the phone sends
 * @time_ns: since 1970, UTC
 *
 * Allocates nothing. When the file cannot be written (disk full, reader gone), warns once and
 * writes no more, so that what is in the file stays whole blocks but for the last.
 */
void emu_pcapng_write (EmuPcapng *pcapng, guint interface, gboolean outbound, guint64 time_ns,
                       const guint8 *packet, gsize length);
