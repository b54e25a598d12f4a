/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel contact export and import: contacts as URIs, alone or in a file. */
#include "bus.h"
#include "commands.h"
#include "import-file.h"
#include "output.h"
#include "report.h"
#include "safe-text.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static gboolean
check_export (const CliRequest *request, GError **error)
{
  if ((request->n_arguments == 1) != request->all)
    return TRUE;
  g_set_error_literal (error, CLI_ERROR, CLI_ERROR_USAGE,
                       "\"tacitel contact export\" needs either a NAME or --all");
  return FALSE;
}

static gboolean
export_one (CliDaemon *daemon, const char *contact, GPtrArray *uris, GError **error)
{
  char *uri = NULL;
  if (!tac_dbus_contacts1_call_export_sync (daemon->contacts, contact, &uri, NULL, error))
    return FALSE;
  g_ptr_array_add (uris, uri);
  return TRUE;
}

static gboolean
export_all (CliDaemon *daemon, GPtrArray *uris, GError **error)
{
  g_autoptr (GVariant) contacts = NULL;
  if (!tac_dbus_contacts1_call_list_sync (daemon->contacts, &contacts, NULL, error))
    return FALSE;
  for (gsize i = 0; i < g_variant_n_children (contacts); i++)
    {
      g_autoptr (GVariant) contact = g_variant_get_child_value (contacts, i);
      if (!export_one (daemon, cli_dict_string (contact, "Number"), uris, error))
        return FALSE;
    }
  return TRUE;
}

static int
write_uris (const CliRequest *request, GPtrArray *uris)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < uris->len; i++)
    g_string_append_printf (text, "%s\n", (char *)g_ptr_array_index (uris, i));
  if (request->file != NULL)
    {
      g_autofree char *sentence = g_strdup_printf ("%u contact%s written to %s.", uris->len,
                                                   uris->len == 1 ? "" : "s", request->file);
      if (!g_file_set_contents (request->file, text->str, (gssize)text->len, &error))
        return cli_fail (request, error);
      return cli_report (request, "file", request->file, sentence);
    }
  if (!request->json)
    return cli_done (cli_out ("%s", text->str));
  g_autoptr (GVariant) list
      = g_variant_ref_sink (g_variant_new_strv ((const char *const *)uris->pdata, uris->len));
  return cli_report_json (list);
}

int
cli_run_contact_export (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) uris = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (CliDaemon) daemon
      = check_export (request, &error) ? cli_daemon_connect (&error) : NULL;
  if (daemon == NULL
      || !(request->all ? export_all (daemon, uris, &error)
                        : export_one (daemon, request->arguments[0], uris, &error)))
    return cli_fail (request, error);
  return write_uris (request, uris);
}

typedef struct
{
  const CliRequest *request;
  CliDaemon *daemon;
  const char *name; /* of the file */
  guint added, refused;
  int status;           /* of the first failure */
  JsonBuilder *builder; /* an open array; NULL without --json */
} Run;

static gboolean
tell_added (Run *run, guint line, const char *contact)
{
  run->added++;
  if (run->builder == NULL)
    {
      g_autofree char *safe = cli_safe_text (contact);
      return cli_out ("%s added.\n", safe);
    }
  json_builder_begin_object (run->builder);
  json_builder_set_member_name (run->builder, "line");
  json_builder_add_int_value (run->builder, line);
  cli_json_add_string (run->builder, "added", contact);
  json_builder_end_object (run->builder);
  return TRUE;
}

static void
tell_refused (Run *run, guint line, const GError *error)
{
  CliFailure failure = cli_failure_from (error);
  g_autofree char *message = failure.message;
  g_autofree char *file = cli_safe_text (run->name);
  run->refused++;
  if (run->status == CLI_EXIT_OK)
    run->status = (int)failure.status;
  if (run->builder == NULL)
    {
      g_printerr ("tacitel: %s:%u: %s\n", file, line, message);
      return;
    }
  json_builder_begin_object (run->builder);
  json_builder_set_member_name (run->builder, "line");
  json_builder_add_int_value (run->builder, line);
  cli_json_add_string (run->builder, "error", failure.name);
  cli_json_add_string (run->builder, "message", message);
  json_builder_end_object (run->builder);
}

/* What has nothing to do with a line, and would come for each of them again. */
static gboolean
is_fatal (const GError *error)
{
  CliFailure failure = cli_failure_from (error);
  g_free (failure.message);
  return failure.status != CLI_EXIT_USAGE && !g_str_equal (failure.name, "Exists");
}

static gboolean
import_lines (Run *run, const char *text, gsize size, GError **error)
{
  CliImport import = { text, size, 0 };
  g_autoptr (GError) wrong = NULL;
  char *line = NULL;
  while (cli_import_next (&import, &line, &wrong))
    {
      g_autofree char *uri = line;
      g_autofree char *contact = NULL;
      if (uri != NULL
          && tac_dbus_contacts1_call_import_sync (run->daemon->contacts, uri, "", &contact, NULL,
                                                  &wrong))
        {
          if (!tell_added (run, import.line, contact))
            return TRUE;
          continue;
        }
      if (is_fatal (wrong))
        {
          g_propagate_error (error, g_steal_pointer (&wrong));
          return FALSE;
        }
      tell_refused (run, import.line, wrong);
      g_clear_error (&wrong);
    }
  return TRUE;
}

/* Of what may be a pipe or grow meanwhile, one byte more than may be is read, and no more. */
static char *
read_file (const char *name, gsize *size, GError **error)
{
  int fd = g_str_equal (name, "-") ? dup (STDIN_FILENO) : open (name, O_RDONLY | O_CLOEXEC);
  g_autofree char *text = g_malloc (CLI_IMPORT_MAX + 1);
  ssize_t n = fd >= 0 ? 1 : -1;
  for (*size = 0; n > 0 && *size <= CLI_IMPORT_MAX;)
    {
      n = read (fd, text + *size, CLI_IMPORT_MAX + 1 - *size);
      if (n < 0 && errno == EINTR)
        n = 1;
      else if (n > 0)
        *size += (gsize)n;
    }
  int reason = errno;
  if (fd >= 0)
    close (fd);
  g_autofree char *safe = cli_safe_text (name);
  if (n >= 0 && *size <= CLI_IMPORT_MAX)
    return g_steal_pointer (&text);
  if (n < 0)
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "%s: %s", safe, g_strerror (reason));
  else
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE,
                 "%s is larger than 1 MB: no list of contacts; or split it", safe);
  return NULL;
}

static int
import_file (const CliRequest *request, CliDaemon *daemon)
{
  g_autoptr (GError) error = NULL;
  Run run = { .request = request, .daemon = daemon, .name = request->arguments[0] };
  gsize size;
  g_autofree char *text = read_file (run.name, &size, &error);
  g_autoptr (JsonBuilder) builder = request->json ? json_builder_new () : NULL;
  if (text == NULL)
    return cli_fail (request, error);
  run.builder = builder;
  if (builder != NULL)
    json_builder_begin_array (builder);
  gboolean done = import_lines (&run, text, size, &error);
  if (builder != NULL)
    {
      json_builder_end_array (builder);
      g_autofree char *line = cli_json_line (builder);
      cli_out ("%s\n", line);
    }
  else
    cli_out ("%u added, %u refused.\n", run.added, run.refused);
  return done ? run.status : cli_fail (request, error);
}

int
cli_run_contact_import (const CliRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *contact = NULL;
  const char *source = request->arguments[0];
  gboolean uri = g_ascii_strncasecmp (source, "tacitel:", strlen ("tacitel:")) == 0;
  if (!uri && request->name != NULL)
    g_set_error_literal (&error, CLI_ERROR, CLI_ERROR_USAGE,
                         "--name is for one URI: the contacts of a file have their own names");
  g_autoptr (CliDaemon) daemon = error == NULL ? cli_daemon_connect (&error) : NULL;
  if (daemon == NULL)
    return cli_fail (request, error);
  if (!uri)
    return import_file (request, daemon);
  if (!tac_dbus_contacts1_call_import_sync (daemon->contacts, source,
                                            request->name != NULL ? request->name : "", &contact,
                                            NULL, &error))
    return cli_fail (request, error);
  g_autofree char *sentence = g_strdup_printf ("%s added.", contact);
  return cli_report (request, "added", contact, sentence);
}
