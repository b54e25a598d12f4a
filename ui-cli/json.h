/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What --json prints: values of the API, their members in snake_case. */
#pragma once
#include "call.h"
#include <json-glib/json-glib.h>

/* Adds @value of any D-Bus type; dictionaries with string keys are objects, keys as
 * cli_format_snake. */
void cli_json_add_variant (JsonBuilder *builder, GVariant *value);

/* As above, but the keys stay as they are (counters, whose names are data). */
void cli_json_add_verbatim (JsonBuilder *builder, GVariant *value);

void cli_json_add_string (JsonBuilder *builder, const char *member, const char *value);

/* Adds the members of @call to the object that is open. */
void cli_json_add_call (JsonBuilder *builder, const CliCall *call);

/* One line, without the newline. @builder must be complete. Returns: (transfer full). */
char *cli_json_line (JsonBuilder *builder);

/* Opens an object with "event" and "time" (Unix seconds, to the µs). Returns: (transfer full). */
JsonBuilder *cli_json_event (const char *event, gint64 now_us);

/* Closes the object and writes it as a line; FALSE if nobody reads any more. Takes @builder. */
gboolean cli_json_write (JsonBuilder *builder);
