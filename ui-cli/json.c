/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What --json prints: values of the API, their members in snake_case. */
#include "json.h"
#include "format.h"
#include "output.h"

static void add_value (JsonBuilder *builder, GVariant *value, gboolean snake);

static void
add_dictionary (JsonBuilder *builder, GVariant *value, gboolean snake)
{
  json_builder_begin_object (builder);
  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (value, i);
      g_autoptr (GVariant) key = g_variant_get_child_value (entry, 0);
      g_autoptr (GVariant) content = g_variant_get_child_value (entry, 1);
      g_autofree char *member = snake ? cli_format_snake (g_variant_get_string (key, NULL))
                                      : g_variant_dup_string (key, NULL);
      json_builder_set_member_name (builder, member);
      add_value (builder, content, snake);
    }
  json_builder_end_object (builder);
}

static void
add_list (JsonBuilder *builder, GVariant *value, gboolean snake)
{
  json_builder_begin_array (builder);
  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
      add_value (builder, child, snake);
    }
  json_builder_end_array (builder);
}

static void
add_value (JsonBuilder *builder, GVariant *value, gboolean snake)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT))
    {
      g_autoptr (GVariant) inner = g_variant_get_variant (value);
      add_value (builder, inner, snake);
    }
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE ("a{s*}")))
    add_dictionary (builder, value, snake);
  else if (g_variant_is_container (value))
    add_list (builder, value, snake);
  else
    json_builder_add_value (builder, json_gvariant_serialize (value));
}

void
cli_json_add_variant (JsonBuilder *builder, GVariant *value)
{
  add_value (builder, value, TRUE);
}

void
cli_json_add_verbatim (JsonBuilder *builder, GVariant *value)
{
  add_value (builder, value, FALSE);
}

void
cli_json_add_string (JsonBuilder *builder, const char *member, const char *value)
{
  json_builder_set_member_name (builder, member);
  json_builder_add_string_value (builder, value != NULL ? value : "");
}

static void
add_flag (JsonBuilder *builder, const char *member, gboolean value)
{
  json_builder_set_member_name (builder, member);
  json_builder_add_boolean_value (builder, value);
}

void
cli_json_add_call (JsonBuilder *builder, const CliCall *call)
{
  cli_json_add_string (builder, "path", call->path);
  cli_json_add_string (builder, "state", call->state_name);
  cli_json_add_string (builder, "waiting", call->waiting);
  cli_json_add_string (builder, "direction", call->incoming ? "incoming" : "outgoing");
  cli_json_add_string (builder, "name", call->name);
  cli_json_add_string (builder, "number", call->number);
  cli_json_add_string (builder, "key", call->key);
  cli_json_add_string (builder, "security", call->security);
  cli_json_add_string (builder, "trust", call->trust);
  cli_json_add_string (builder, "warning", call->warning);
  json_builder_set_member_name (builder, "sas_words");
  json_builder_begin_array (builder);
  for (char **word = call->words; *word != NULL; word++)
    json_builder_add_string_value (builder, *word);
  json_builder_end_array (builder);
  add_flag (builder, "muted", call->muted);
  add_flag (builder, "peer_holds", call->peer_holds);
  cli_json_add_string (builder, "reason", call->reason);
  cli_json_add_string (builder, "reason_text", call->reason_text);
  json_builder_set_member_name (builder, "timeline");
  if (call->timeline != NULL)
    cli_json_add_verbatim (builder, call->timeline);
  else
    {
      json_builder_begin_object (builder);
      json_builder_end_object (builder);
    }
}

char *
cli_json_line (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

JsonBuilder *
cli_json_event (const char *event, gint64 now_us)
{
  JsonBuilder *builder = json_builder_new ();
  json_builder_begin_object (builder);
  cli_json_add_string (builder, "event", event);
  json_builder_set_member_name (builder, "time");
  json_builder_add_double_value (builder, (double)now_us / G_USEC_PER_SEC);
  return builder;
}

gboolean
cli_json_write (JsonBuilder *builder)
{
  g_autoptr (JsonBuilder) owned = builder;
  json_builder_end_object (owned);
  g_autofree char *line = cli_json_line (owned);
  return cli_out ("%s\n", line);
}
