/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel identity: this phone as others know it. */
#include "identity.h"
#include "commands.h"
#include "format.h"
#include "json.h"
#include "output.h"
#include "qr.h"
#include "report.h"
#include "safe-text.h"
#include "table.h"
#include <string.h>
#include <unistd.h>

typedef struct
{
  const char *number, *key, *fingerprint;
  const char *const *words;
  char *uri, *line; /* line: to type on the other phone */
} Identity;

static void
identity_clear (Identity *identity)
{
  g_free (identity->uri);
  g_free (identity->line);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Identity, identity_clear)

static const char *
or_text (const char *text, const char *otherwise)
{
  return text != NULL && *text != '\0' ? text : otherwise;
}

/* The line for the other phone; what is not known stays a word in capitals. */
static char *
contact_line (const char *name, const char *number, const char *key)
{
  g_autofree char *safe = name != NULL ? cli_safe_text (name) : NULL;
  g_autofree char *quoted = safe != NULL && safe[strcspn (safe, " '\"\\$`!*?()<>|&;#~")] != '\0'
                                ? g_shell_quote (safe)
                                : g_strdup (safe);
  return g_strdup_printf ("tacitel contact add %s %s %s", or_text (quoted, "NAME"),
                          or_text (number, "NUMBER"), key);
}

/* @uri with another name in it (RFC 3986, 2.1). */
static char *
rename_uri (const char *uri, const char *name)
{
  if (*uri == '\0' || name == NULL)
    return g_strdup (uri);
  g_auto (GStrv) parts = g_strsplit (uri, "&", -1);
  g_autofree char *escaped = g_uri_escape_string (name, NULL, FALSE);
  GString *out = g_string_new (parts[0]);
  for (char **part = parts + 1; *part != NULL; part++)
    if (!g_str_has_prefix (*part, "name="))
      g_string_append_printf (out, "&%s", *part);
  g_string_append_printf (out, "&name=%s", escaped);
  return g_string_free (out, FALSE);
}

static void
identity_read (Identity *identity, TacDbusManager1 *manager, const char *name)
{
  static const char *const nothing[] = { NULL };
  identity->number = or_text (tac_dbus_manager1_get_number (manager), "");
  identity->key = or_text (tac_dbus_manager1_get_identity (manager), "");
  identity->fingerprint = or_text (tac_dbus_manager1_get_fingerprint (manager), "");
  identity->words = tac_dbus_manager1_get_fingerprint_words (manager);
  if (identity->words == NULL)
    identity->words = nothing;
  identity->uri = rename_uri (or_text (tac_dbus_manager1_get_uri (manager), ""), name);
  identity->line = contact_line (name, identity->number, identity->key);
}

static int
show_json (const Identity *identity)
{
  JsonBuilder *builder = json_builder_new ();
  json_builder_begin_object (builder);
  cli_json_add_string (builder, "number", identity->number);
  cli_json_add_string (builder, "key", identity->key);
  cli_json_add_string (builder, "fingerprint", identity->fingerprint);
  json_builder_set_member_name (builder, "fingerprint_words");
  json_builder_begin_array (builder);
  for (const char *const *word = identity->words; *word != NULL; word++)
    json_builder_add_string_value (builder, *word);
  json_builder_end_array (builder);
  cli_json_add_string (builder, "uri", identity->uri);
  cli_json_add_string (builder, "contact_add", identity->line);
  return cli_done (cli_json_write (builder));
}

/* On a terminal that has room for it, or where it was asked for. */
static gboolean
show_qr (const Identity *identity, const CliRequest *request, const CliStyle *style)
{
  if (*identity->uri == '\0' || (style->columns == 0 && !request->qr))
    return TRUE;
  guint width = 0;
  g_autofree char *code = style->unicode ? cli_qr_render (identity->uri, style, &width) : NULL;
  if (code != NULL && (style->columns == 0 || width <= style->columns))
    return cli_out ("\n%s", code);
  if (!request->qr)
    return TRUE;
  g_autofree char *text
      = code == NULL ? g_strdup ("The QR code needs a UTF-8 locale.")
                     : g_strdup_printf ("The QR code needs %u columns, and the terminal has %u.",
                                        width, style->columns);
  return cli_out ("\n") && cli_paragraph (CLI_WARN, text);
}

int
cli_identity_show (CliDaemon *daemon, const CliRequest *request, GError **error)
{
  g_auto (Identity) identity = { 0 };
  if (!cli_daemon_check_open (daemon, error))
    return CLI_EXIT_FAILED;
  const char *own = or_text (tac_dbus_pairing1_get_own_name (daemon->pairing), NULL);
  const char *name = request->name != NULL ? request->name : own;
  identity_read (&identity, daemon->manager, name);
  if (request->json)
    return show_json (&identity);

  CliStyle style = cli_style_for (STDOUT_FILENO);
  g_autofree char *words = g_strjoinv (" ", (char **)identity.words);
  g_autofree char *fingerprint = cli_format_fingerprint (identity.fingerprint);
  const char *pairs[] = { "Number",      or_text (identity.number, "the SIM does not tell"),
                          "Fingerprint", fingerprint,
                          "Words",       words,
                          "Key",         identity.key,
                          "URI",         identity.uri,
                          NULL };
  g_autofree char *table = cli_table_pairs (pairs, &style);
  return cli_done (cli_out ("%s\nOn the other phone%s:\n%s\n", table,
                            name == NULL ? ", with your name for NAME" : "", identity.line)
                   && show_qr (&identity, request, &style));
}

int
cli_run_identity (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CliDaemon) daemon = cli_daemon_connect (&error);
  int status = daemon != NULL ? cli_identity_show (daemon, request, &error) : CLI_EXIT_FAILED;
  return error != NULL ? cli_fail (request, error) : status;
}
