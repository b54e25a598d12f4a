/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a command says when it is done, and the little that all of them need for it. */
#include "report.h"
#include "output.h"
#include "safe-text.h"
#include <string.h>
#include <unistd.h>

int
cli_done (gboolean written)
{
  return written ? CLI_EXIT_OK : CLI_EXIT_FAILED;
}

int
cli_report (const CliRequest *request, const char *member, const char *value, const char *sentence)
{
  if (!request->json)
    {
      g_autofree char *safe = cli_safe_text (sentence);
      return cli_done (cli_paragraph (CLI_PLAIN, safe));
    }
  JsonBuilder *builder = json_builder_new ();
  json_builder_begin_object (builder);
  cli_json_add_string (builder, member, value);
  return cli_done (cli_json_write (builder));
}

int
cli_report_json (GVariant *value)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  cli_json_add_variant (builder, value);
  g_autofree char *line = cli_json_line (builder);
  return cli_done (cli_out ("%s\n", line));
}

gboolean
cli_paragraph (CliEmphasis emphasis, const char *text)
{
  CliStyle style = cli_style_for (STDOUT_FILENO);
  g_autofree char *lines = cli_text_wrap (text, style.columns);
  g_autofree char *shown = cli_style_wrap (&style, emphasis, lines);
  return cli_out ("%s\n", shown);
}

const char *
cli_dict_string (GVariant *dictionary, const char *member)
{
  const char *value = "";
  g_variant_lookup (dictionary, member, "&s", &value);
  return value;
}

gint64
cli_dict_time (GVariant *dictionary, const char *member)
{
  gint64 value = 0;
  g_variant_lookup (dictionary, member, "x", &value);
  return value;
}

gboolean
cli_dict_flag (GVariant *dictionary, const char *member)
{
  gboolean value = FALSE;
  g_variant_lookup (dictionary, member, "b", &value);
  return value;
}

char *
cli_dict_words (GVariant *dictionary, const char *member)
{
  g_auto (GStrv) words = NULL;
  if (!g_variant_lookup (dictionary, member, "^as", &words))
    return g_strdup ("");
  return g_strjoinv (" ", words);
}

gboolean
cli_is_meant (const char *contact, const char *name, const char *number)
{
  if (g_str_equal (contact, name) || g_str_equal (contact, number))
    return TRUE;
  GString *digits = g_string_new (NULL);
  for (const char *p = contact; *p != '\0'; p++)
    if (strchr (" -()", *p) == NULL)
      g_string_append_c (digits, *p);
  gboolean same = digits->str[0] == '+' && g_str_equal (digits->str, number);
  g_string_free (digits, TRUE);
  return same;
}
