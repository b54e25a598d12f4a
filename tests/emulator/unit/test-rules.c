/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules: what matches, which of them decides, how often; what is refused. */
#include "rules.h"
#include <string.h>

static guint
add (EmuRules *rules, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) description
      = g_variant_parse (G_VARIANT_TYPE ("a{sv}"), text, NULL, NULL, &error);

  g_assert_no_error (error);
  guint id = emu_rules_add (rules, description, &error);
  g_assert_no_error (error);
  return id;
}

/* One SMS from alice, "Hello", or something else where asked. */
static const EmuRule *
apply (EmuRules *rules, const char *phone, EmuRuleKind kind, gboolean up, const char *text)
{
  return emu_rules_apply (rules, &(EmuRuleSubject){ .phone = phone,
                                                    .kind = kind,
                                                    .up = up,
                                                    .text = text,
                                                    .bytes = (const guint8 *)text,
                                                    .size = strlen (text) });
}

static const struct
{
  const char *conditions;
  gboolean matches;
} rows[] = {
  { "", TRUE },
  { ", 'phone': <'alice'>", TRUE },
  { ", 'phone': <'bob'>", FALSE },
  { ", 'direction': <'up'>", TRUE },
  { ", 'direction': <'both'>", TRUE },
  { ", 'direction': <'down'>", FALSE },
  { ", 'pattern': <'^Hel+o$'>", TRUE },
  { ", 'pattern': <'hello'>", FALSE },
  { ", 'pattern': <'(?i)HELLO'>", TRUE },
  { ", 'bytes': <[byte 0x48]>", TRUE },
  { ", 'bytes': <[byte 0x6c, 0x6f]>, 'offset': <uint32 3>", TRUE },
  { ", 'bytes': <[byte 0x6c, 0x6f]>, 'offset': <uint32 2>", FALSE },
  { ", 'bytes': <[byte 0x6f]>, 'offset': <uint32 4>", TRUE },
  { ", 'bytes': <[byte 0x6f, 0]>, 'offset': <uint32 4>", FALSE },
  { ", 'bytes': <[byte 0]>, 'offset': <uint32 65535>", FALSE },
  { ", 'nth': <uint32 2>", FALSE },
};

static void
test_match (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (EmuRules) rules = emu_rules_new ();
      g_autofree char *text
          = g_strdup_printf ("{'kind': <'sms'>, 'action': <'drop'>%s}", rows[i].conditions);

      g_test_message ("%s", text);
      add (rules, text);
      g_assert_null (apply (rules, "alice", EMU_RULE_AT, TRUE, "Hello"));
      g_assert_cmpint (apply (rules, "alice", EMU_RULE_SMS, TRUE, "Hello") != NULL, ==,
                       rows[i].matches);
    }
}

static void
test_nth_and_times (void)
{
  g_autoptr (EmuRules) rules = emu_rules_new ();
  g_autoptr (GString) applied = g_string_new (NULL);

  add (rules, "{'kind': <'sms'>, 'action': <'drop'>, 'nth': <uint32 3>, 'times': <uint32 2>}");
  for (guint i = 0; i < 7; i++)
    g_string_append_c (applied, apply (rules, "a", EMU_RULE_SMS, TRUE, "x") != NULL ? '*' : '.');
  g_assert_cmpstr (applied->str, ==, "..**...");
}

static void
test_first_decides (void)
{
  g_autoptr (EmuRules) rules = emu_rules_new ();
  guint once = add (rules, "{'kind': <'at'>, 'action': <'drop'>, 'times': <uint32 1>}");
  guint always = add (rules, "{'kind': <'at'>, 'action': <'corrupt'>}");

  g_assert_cmpuint (apply (rules, "a", EMU_RULE_AT, TRUE, "AT")->id, ==, once);
  g_assert_cmpuint (apply (rules, "a", EMU_RULE_AT, TRUE, "AT")->id, ==, always);
  g_assert_true (emu_rules_remove (rules, always));
  g_assert_false (emu_rules_remove (rules, always));
  g_assert_null (apply (rules, "a", EMU_RULE_AT, TRUE, "AT"));
  g_assert_true (emu_rules_has_kind (rules, EMU_RULE_AT));
  emu_rules_clear (rules);
  g_assert_false (emu_rules_has_kind (rules, EMU_RULE_AT));
  g_assert_cmpuint (add (rules, "{'kind': <'at'>, 'action': <'drop'>}"), >, always);
}

static void
test_binary_text (void)
{
  g_autoptr (EmuRules) rules = emu_rules_new ();

  add (rules, "{'kind': <'at'>, 'action': <'drop'>, 'pattern': <'A.T'>}");
  g_assert_nonnull (apply (rules, "a", EMU_RULE_AT, TRUE, "A\xffT")); /* not UTF-8 */
}

static void
test_corrupt (void)
{
  g_autoptr (EmuRules) rules = emu_rules_new ();
  guint8 data[2] = { 0x0f, 0x0f };

  add (rules,
       "{'kind': <'sms'>, 'action': <'corrupt'>, 'position': <uint32 1>, 'mask': <uint32 3>}");
  const EmuRule *rule = apply (rules, "a", EMU_RULE_SMS, TRUE, "x");
  emu_rule_corrupt (rule, data, sizeof data);
  g_assert_cmpmem (data, sizeof data, "\x0f\x0c", 2);
  emu_rule_corrupt (rule, data, 1); /* too short to have it */
  g_assert_cmpmem (data, sizeof data, "\x0f\x0c", 2);
}

/* What is listed can be added again, and is then listed the same. */
static void
test_describe (void)
{
  static const char *const texts[] = {
    "{'kind': <'sms'>, 'action': <'fail'>, 'code': <uint32 38>, 'phone': <'bob'>}",
    "{'kind': <'at'>, 'action': <'delay'>, 'delay-ms': <uint32 9>, 'pattern': <'^AT'>}",
    "{'kind': <'ip'>, 'action': <'duplicate'>, 'copies': <3>, 'bytes': <[byte 6]>, 'offset': <9>}",
    "{'kind': <'sms'>, 'action': <'corrupt'>, 'position': <uint32 1>, 'mask': <uint32 3>}",
    "{'kind': <'ip'>, 'action': <'corrupt'>, 'checksums': <'fixed'>}",
    "{'kind': <'sms'>, 'action': <'drop'>, 'coding': <'data'>}",
  };
  g_autoptr (EmuRules) rules = emu_rules_new ();
  g_autoptr (EmuRules) again = emu_rules_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    add (rules, texts[i]);
  g_autoptr (GVariant) list = g_variant_ref_sink (emu_rules_list (rules));
  g_assert_cmpuint (g_variant_n_children (list), ==, G_N_ELEMENTS (texts));
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GVariant) description = NULL;
      g_auto (GVariantDict) dict = { 0 };
      g_autoptr (GError) error = NULL;

      g_variant_get_child (list, i, "(u@a{sv})", NULL, &description);
      g_variant_dict_init (&dict, description);
      g_variant_dict_remove (&dict, "matched");
      g_variant_dict_remove (&dict, "applied");
      g_autoptr (GVariant) rule = g_variant_ref_sink (g_variant_dict_end (&dict));
      emu_rules_add (again, rule, &error);
      g_assert_no_error (error);
    }
  g_autoptr (GVariant) list_again = g_variant_ref_sink (emu_rules_list (again));
  g_assert_true (g_variant_equal (list, list_again));
}

static const struct
{
  const char *text;
  const char *reason;
} refused[] = {
  { "{}", "'kind' is missing" },
  { "{'kind': <'sms'>}", "'action' is missing" },
  { "{'kind': <3>, 'action': <'drop'>}", "'kind' must be one of" },
  { "{'kind': <'sms'>, 'action': <'lose'>}", "'action' must be one of" },
  { "{'kind': <'sms'>, 'action': <'drop'>, 'direction': <'left'>}", "up, down, both" },
  { "{'kind': <'sms'>, 'action': <'drop'>, 'phone': <1>}", "'phone' must be a string" },
  { "{'kind': <'sms'>, 'action': <'drop'>, 'pattern': <'*'>}", "not a regular expression" },
  { "{'kind': <'sms'>, 'action': <'drop'>, 'bytes': <'x'>}", "array of at least one byte" },
  { "{'kind': <'sms'>, 'action': <'drop'>, 'nth': <-1>}", "'nth' must be a number" },
  { "{'kind': <'sms'>, 'action': <'drop'>, 'nth': <0>}", "between 1 and" },
  { "{'kind': <'sms'>, 'action': <'delay'>, 'delay-ms': <3600001>}", "between 0 and 3600000" },
  { "{'kind': <'sms'>, 'action': <'delay'>}", "needs 'delay-ms'" },
  { "{'kind': <'sms'>, 'action': <'duplicate'>, 'copies': <101>}", "between 1 and 100" },
  { "{'kind': <'sms'>, 'action': <'corrupt'>, 'mask': <256>}", "between 1 and 255" },
  { "{'kind': <'sms'>, 'action': <'corrupt'>, 'checksums': <'fixed'>}", "only a corrupted IP" },
  { "{'kind': <'ip'>, 'action': <'drop'>, 'checksums': <'fixed'>}", "only a corrupted IP" },
  { "{'kind': <'ip'>, 'action': <'corrupt'>, 'checksums': <'odd'>}", "wrong, fixed" },
  { "{'kind': <'at'>, 'action': <'drop'>, 'coding': <'data'>}", "only an SMS has" },
  { "{'kind': <'sms'>, 'action': <'drop'>, 'coding': <'8bit'>}", "any, text, data" },
  { "{'kind': <'at'>, 'action': <'fail'>}", "add direction 'up'" },
  { "{'kind': <'at'>, 'action': <'duplicate'>}", "add direction 'down'" },
  { "{'kind': <'sms'>, 'action': <'drop'>, 'when': <'now'>}", "'when' is not a key" },
};

static void
test_refused (void)
{
  g_autoptr (EmuRules) rules = emu_rules_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) description
          = g_variant_parse (G_VARIANT_TYPE ("a{sv}"), refused[i].text, NULL, NULL, NULL);

      g_test_message ("%s", refused[i].text);
      g_assert_cmpuint (emu_rules_add (rules, description, &error), ==, 0);
      g_assert_nonnull (strstr (error->message, refused[i].reason));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/match", test_match);
  g_test_add_func ("/rules/nth-and-times", test_nth_and_times);
  g_test_add_func ("/rules/first-decides", test_first_decides);
  g_test_add_func ("/rules/binary-text", test_binary_text);
  g_test_add_func ("/rules/corrupt", test_corrupt);
  g_test_add_func ("/rules/describe", test_describe);
  g_test_add_func ("/rules/refused", test_refused);
  return g_test_run ();
}
