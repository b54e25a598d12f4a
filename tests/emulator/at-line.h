/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Splits the bytes of an AT port into command lines and PDUs. Pure: no I/O. */
#pragma once
#include <glib.h>

#define EMU_AT_LINE_MAX 2048     /* a command line, without its carriage return */
#define EMU_AT_PDU_MAX 1024      /* hexadecimal digits after a prompt */
#define EMU_AT_BACKLOG_MAX 65536 /* bytes pushed and not yet taken */

typedef enum
{
  EMU_AT_EVENT_NONE,      /* nothing complete: push more */
  EMU_AT_EVENT_COMMAND,   /* a line, not empty, without its end */
  EMU_AT_EVENT_PDU,       /* what followed a prompt, up to ^Z */
  EMU_AT_EVENT_CANCELLED, /* ESC after a prompt */
  EMU_AT_EVENT_OVERLONG,  /* a line or PDU over its limit, thrown away */
} EmuAtEvent;

typedef struct
{
  GByteArray *backlog;
  GString *current;
  char *taken;       /* the text handed out last */
  gboolean pdu;      /* between a prompt and ^Z */
  gboolean overlong; /* discarding up to the end */
} EmuAtLine;

EmuAtLine *emu_at_line_new (void);
void emu_at_line_free (EmuAtLine *line);

/* Returns: FALSE, with nothing taken, where the backlog would pass EMU_AT_BACKLOG_MAX. */
gboolean emu_at_line_push (EmuAtLine *line, const guint8 *data, gsize length);

/* The next complete thing, in order. @text: NUL-terminated, any byte but NUL, CR and LF; owned by
 * @line and valid until the next call. NUL bytes are dropped as line noise. */
EmuAtEvent emu_at_line_next (EmuAtLine *line, const char **text);

/* The modem has sent its "> " prompt: what follows is a PDU. */
void emu_at_line_expect_pdu (EmuAtLine *line);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmuAtLine, emu_at_line_free)
