/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules: what to do to which SMS, AT line or IP packet, and how often. */
#include "rules.h"
#include <string.h>

struct _EmuRules
{
  GPtrArray *list; /* EmuRule, in order of addition */
  guint last_id;
};

EmuRules *
emu_rules_new (void)
{
  EmuRules *rules = g_new0 (EmuRules, 1);

  rules->list = g_ptr_array_new_with_free_func ((GDestroyNotify)emu_rule_free);
  return rules;
}

void
emu_rules_free (EmuRules *rules)
{
  if (rules == NULL)
    return;
  g_ptr_array_unref (rules->list);
  g_free (rules);
}

guint
emu_rules_add (EmuRules *rules, GVariant *description, GError **error)
{
  EmuRule *rule = emu_rule_parse (description, error);

  if (rule == NULL)
    return 0;
  rule->id = ++rules->last_id;
  g_ptr_array_add (rules->list, rule);
  return rule->id;
}

gboolean
emu_rules_remove (EmuRules *rules, guint id)
{
  for (guint i = 0; i < rules->list->len; i++)
    {
      EmuRule *rule = rules->list->pdata[i];

      if (rule->id == id)
        return g_ptr_array_remove_index (rules->list, i) != NULL;
    }
  return FALSE;
}

void
emu_rules_clear (EmuRules *rules)
{
  g_ptr_array_set_size (rules->list, 0);
}

GVariant *
emu_rules_list (const EmuRules *rules)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ua{sv})"));
  for (guint i = 0; i < rules->list->len; i++)
    {
      const EmuRule *rule = rules->list->pdata[i];

      g_variant_builder_add (&builder, "(u@a{sv})", rule->id, emu_rule_describe (rule));
    }
  return g_variant_builder_end (&builder);
}

static gboolean
bytes_match (const EmuRule *rule, const EmuRuleSubject *subject)
{
  gsize size;
  const guint8 *bytes;

  if (rule->bytes == NULL)
    return TRUE;
  bytes = g_bytes_get_data (rule->bytes, &size);
  return rule->offset <= subject->size && size <= subject->size - rule->offset
         && memcmp (subject->bytes + rule->offset, bytes, size) == 0;
}

static gboolean
matches (const EmuRule *rule, const EmuRuleSubject *subject)
{
  if (rule->kind != subject->kind)
    return FALSE;
  if (rule->direction == (subject->up ? EMU_RULE_DOWN : EMU_RULE_UP))
    return FALSE;
  if (rule->coding != EMU_RULE_ANY_CODING && (rule->coding == EMU_RULE_DATA) != subject->binary)
    return FALSE;
  if (rule->phone != NULL && strcmp (rule->phone, subject->phone) != 0)
    return FALSE;
  if (rule->pattern != NULL
      && (subject->text == NULL || !g_regex_match (rule->pattern, subject->text, 0, NULL)))
    return FALSE;
  return bytes_match (rule, subject);
}

const EmuRule *
emu_rules_apply (EmuRules *rules, const EmuRuleSubject *subject)
{
  for (guint i = 0; i < rules->list->len; i++)
    {
      EmuRule *rule = rules->list->pdata[i];

      if (!matches (rule, subject))
        continue;
      rule->matched++;
      if (rule->matched < rule->nth || (rule->times > 0 && rule->applied >= rule->times))
        continue;
      rule->applied++;
      return rule;
    }
  return NULL;
}

gboolean
emu_rules_has_kind (const EmuRules *rules, EmuRuleKind kind)
{
  for (guint i = 0; i < rules->list->len; i++)
    if (((const EmuRule *)rules->list->pdata[i])->kind == kind)
      return TRUE;
  return FALSE;
}

void
emu_rule_corrupt (const EmuRule *rule, guint8 *data, gsize size)
{
  if (rule->position < size)
    data[rule->position] ^= rule->mask;
}
