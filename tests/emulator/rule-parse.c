/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A rule to and from its D-Bus description. */
#include "rules.h"
#include <gio/gio.h>
#include <string.h>

#define DELAY_MAX_MS 3600000
#define COPIES_MAX 100

static const char *const kinds[] = { "sms", "at", "ip", NULL };
static const char *const directions[] = { "up", "down", "both", NULL };
static const char *const codings[] = { "any", "text", "data", NULL };
static const char *const checksums[] = { "wrong", "fixed", NULL };
static const char *const actions[] = { "drop", "delay", "duplicate", "fail", "corrupt", NULL };

void
emu_rule_free (EmuRule *rule)
{
  if (rule == NULL)
    return;
  g_free (rule->phone);
  g_clear_pointer (&rule->pattern, g_regex_unref);
  g_clear_pointer (&rule->bytes, g_bytes_unref);
  g_free (rule);
}

static gboolean
refuse (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_autofree char *message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS, message);
  return FALSE;
}

static gboolean
word (GVariant *value, const char *key, const char *const *words, guint *index, GError **error)
{
  const char *text = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
                         ? g_variant_get_string (value, NULL)
                         : "";

  for (*index = 0; words[*index] != NULL; (*index)++)
    if (strcmp (text, words[*index]) == 0)
      return TRUE;

  g_autofree char *choices = g_strjoinv (", ", (char **)words);
  return refuse (error, "rule: '%s' must be one of: %s", key, choices);
}

static gboolean
number (GVariant *value, const char *key, guint min, guint max, guint *result, GError **error)
{
  guint64 given = 0;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    given = g_variant_get_uint32 (value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT32) && g_variant_get_int32 (value) >= 0)
    given = (guint64)g_variant_get_int32 (value);
  else
    return refuse (error, "rule: '%s' must be a number (u)", key);
  if (given < min || given > max)
    return refuse (error, "rule: '%s' must lie between %u and %u", key, min, max);
  *result = (guint)given;
  return TRUE;
}

static gboolean
set_text (EmuRule *rule, const char *key, GVariant *value, GError **error)
{
  g_autoptr (GError) reason = NULL;
  const char *text;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return refuse (error, "rule: '%s' must be a string", key);
  text = g_variant_get_string (value, NULL);
  if (strcmp (key, "phone") == 0)
    {
      rule->phone = g_strdup (text);
      return TRUE;
    }
  rule->pattern = g_regex_new (text, G_REGEX_OPTIMIZE | G_REGEX_RAW, 0, &reason);
  if (rule->pattern == NULL)
    return refuse (error, "rule: 'pattern' is not a regular expression: %s", reason->message);
  return TRUE;
}

static gboolean
set_bytes (EmuRule *rule, GVariant *value, GError **error)
{
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_BYTESTRING) || g_variant_n_children (value) == 0)
    return refuse (error, "rule: 'bytes' must be an array of at least one byte (ay)");
  rule->bytes = g_variant_get_data_as_bytes (value);
  return TRUE;
}

static gboolean
set (EmuRule *rule, const char *key, GVariant *value, GError **error)
{
  guint n = 0;
  gboolean ok;

  if (strcmp (key, "phone") == 0 || strcmp (key, "pattern") == 0)
    return set_text (rule, key, value, error);
  if (strcmp (key, "bytes") == 0)
    return set_bytes (rule, value, error);
  if (strcmp (key, "kind") == 0)
    {
      ok = word (value, key, kinds, &n, error);
      rule->kind = (EmuRuleKind)n;
      return ok;
    }
  if (strcmp (key, "direction") == 0)
    {
      ok = word (value, key, directions, &n, error);
      rule->direction = (EmuRuleDirection)n;
      return ok;
    }
  if (strcmp (key, "action") == 0)
    {
      ok = word (value, key, actions, &n, error);
      rule->action = (EmuRuleAction)n;
      return ok;
    }
  if (strcmp (key, "coding") == 0)
    {
      ok = word (value, key, codings, &n, error);
      rule->coding = (EmuRuleCoding)n;
      return ok;
    }
  if (strcmp (key, "checksums") == 0)
    {
      ok = word (value, key, checksums, &n, error);
      rule->fix_checksums = n == 1;
      return ok;
    }
  if (strcmp (key, "nth") == 0)
    return number (value, key, 1, G_MAXUINT, &rule->nth, error);
  if (strcmp (key, "times") == 0)
    return number (value, key, 0, G_MAXUINT, &rule->times, error);
  if (strcmp (key, "delay-ms") == 0)
    return number (value, key, 0, DELAY_MAX_MS, &rule->delay_ms, error);
  if (strcmp (key, "copies") == 0)
    return number (value, key, 1, COPIES_MAX, &rule->copies, error);
  if (strcmp (key, "code") == 0)
    return number (value, key, 0, 999, &rule->code, error);
  ok = TRUE;
  if (strcmp (key, "offset") == 0)
    {
      ok = number (value, key, 0, 65535, &n, error);
      rule->offset = n;
    }
  else if (strcmp (key, "position") == 0)
    {
      ok = number (value, key, 0, 65535, &n, error);
      rule->position = n;
    }
  else if (strcmp (key, "mask") == 0)
    {
      ok = number (value, key, 1, 255, &n, error);
      rule->mask = (guint8)n;
    }
  else
    ok = refuse (error, "rule: '%s' is not a key of a rule", key);
  return ok;
}

/* What no medium can do, so that a rule never silently does nothing. */
static gboolean
check (const EmuRule *rule, GError **error)
{
  if (rule->kind == EMU_RULE_IP && rule->action == EMU_RULE_FAIL)
    return refuse (error,
                   "rule: an IP packet can be dropped, delayed, duplicated or corrupted, but "
                   "it cannot 'fail'");
  if (rule->fix_checksums && (rule->kind != EMU_RULE_IP || rule->action != EMU_RULE_CORRUPT))
    return refuse (error, "rule: only a corrupted IP packet has checksums to be 'fixed'");
  if (rule->kind != EMU_RULE_SMS && rule->coding != EMU_RULE_ANY_CODING)
    return refuse (error, "rule: only an SMS has a 'coding'");
  if (rule->kind == EMU_RULE_IP && rule->pattern != NULL)
    return refuse (error, "rule: match an IP packet with 'bytes' and 'offset', not with 'pattern'");
  if (rule->kind == EMU_RULE_AT && rule->action == EMU_RULE_FAIL && rule->direction != EMU_RULE_UP)
    return refuse (error, "rule: only an AT command can fail: add direction 'up'");
  if (rule->kind == EMU_RULE_AT && rule->action == EMU_RULE_DUPLICATE
      && rule->direction != EMU_RULE_DOWN)
    return refuse (error, "rule: only what the modem says can be doubled: add direction 'down'");
  if (rule->action == EMU_RULE_DELAY && rule->delay_ms == 0)
    return refuse (error, "rule: the action 'delay' needs 'delay-ms'");
  return TRUE;
}

EmuRule *
emu_rule_parse (GVariant *description, GError **error)
{
  g_autoptr (EmuRule) rule = g_new0 (EmuRule, 1);
  g_autoptr (GVariant) kind = g_variant_lookup_value (description, "kind", NULL);
  g_autoptr (GVariant) action = g_variant_lookup_value (description, "action", NULL);
  GVariantIter iter;
  const char *key;
  GVariant *value;

  if (kind == NULL || action == NULL)
    {
      refuse (error, "rule: '%s' is missing", kind == NULL ? "kind" : "action");
      return NULL;
    }
  rule->direction = EMU_RULE_BOTH;
  rule->nth = 1;
  rule->copies = 2;
  rule->mask = 0xff;

  g_variant_iter_init (&iter, description);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    if (!set (rule, key, value, error))
      {
        g_variant_unref (value);
        return NULL;
      }
  return check (rule, error) ? g_steal_pointer (&rule) : NULL;
}

static void
describe_action (const EmuRule *rule, GVariantDict *dict)
{
  g_variant_dict_insert (dict, "action", "s", actions[rule->action]);
  switch (rule->action)
    {
    case EMU_RULE_DROP:
      break;
    case EMU_RULE_DELAY:
      g_variant_dict_insert (dict, "delay-ms", "u", rule->delay_ms);
      break;
    case EMU_RULE_DUPLICATE:
      g_variant_dict_insert (dict, "copies", "u", rule->copies);
      break;
    case EMU_RULE_FAIL:
      g_variant_dict_insert (dict, "code", "u", rule->code);
      break;
    case EMU_RULE_CORRUPT:
      g_variant_dict_insert (dict, "position", "u", (guint)rule->position);
      g_variant_dict_insert (dict, "mask", "u", (guint)rule->mask);
      if (rule->kind == EMU_RULE_IP)
        g_variant_dict_insert (dict, "checksums", "s", checksums[rule->fix_checksums]);
      break;
    }
}

GVariant *
emu_rule_describe (const EmuRule *rule)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, "kind", "s", kinds[rule->kind]);
  g_variant_dict_insert (&dict, "direction", "s", directions[rule->direction]);
  if (rule->phone != NULL)
    g_variant_dict_insert (&dict, "phone", "s", rule->phone);
  if (rule->coding != EMU_RULE_ANY_CODING)
    g_variant_dict_insert (&dict, "coding", "s", codings[rule->coding]);
  if (rule->pattern != NULL)
    g_variant_dict_insert (&dict, "pattern", "s", g_regex_get_pattern (rule->pattern));
  if (rule->bytes != NULL)
    {
      g_variant_dict_insert_value (
          &dict, "bytes", g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, rule->bytes, TRUE));
      g_variant_dict_insert (&dict, "offset", "u", (guint)rule->offset);
    }
  g_variant_dict_insert (&dict, "nth", "u", rule->nth);
  g_variant_dict_insert (&dict, "times", "u", rule->times);
  describe_action (rule, &dict);
  g_variant_dict_insert (&dict, "matched", "u", rule->matched);
  g_variant_dict_insert (&dict, "applied", "u", rule->applied);
  return g_variant_dict_end (&dict);
}
