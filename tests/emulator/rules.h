/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules: what to do to which SMS, AT line or IP packet, and how often. Pure: no I/O, no clock. */
#pragma once
#include <glib.h>

typedef enum
{
  EMU_RULE_SMS,
  EMU_RULE_AT,
  EMU_RULE_IP
} EmuRuleKind;
typedef enum
{
  EMU_RULE_UP,
  EMU_RULE_DOWN,
  EMU_RULE_BOTH
} EmuRuleDirection;
typedef enum
{
  EMU_RULE_DROP,
  EMU_RULE_DELAY,
  EMU_RULE_DUPLICATE,
  EMU_RULE_FAIL,
  EMU_RULE_CORRUPT,
} EmuRuleAction;

typedef enum
{
  EMU_RULE_ANY_CODING,
  EMU_RULE_TEXT,
  EMU_RULE_DATA
} EmuRuleCoding;

typedef struct
{
  guint id;
  char *phone; /* NULL = any */
  EmuRuleKind kind;
  EmuRuleDirection direction;
  EmuRuleCoding coding; /* of an SMS */
  GRegex *pattern;      /* NULL = any text */
  GBytes *bytes;        /* NULL = any bytes */
  gsize offset;         /* of @bytes in the subject */
  guint nth;            /* the first matching subject it applies to, from 1 */
  guint times;          /* how many it applies to; 0 = all from the nth on */
  EmuRuleAction action;
  guint delay_ms;         /* DELAY */
  guint copies;           /* DUPLICATE: how many in all */
  guint code;             /* FAIL */
  gsize position;         /* CORRUPT: of the byte to change */
  guint8 mask;            /* CORRUPT: bits to flip */
  gboolean fix_checksums; /* CORRUPT, of an IP packet */
  guint matched;          /* subjects that matched so far */
  guint applied;
} EmuRule;

/* What a rule looks at. */
typedef struct
{
  const char *phone;
  EmuRuleKind kind;
  gboolean up;      /* from the phone to the network */
  gboolean binary;  /* of an SMS: 8-bit data */
  const char *text; /* what @pattern is matched with; may be NULL */
  const guint8 *bytes;
  gsize size;
} EmuRuleSubject;

typedef struct _EmuRules EmuRules;
EmuRules *emu_rules_new (void);
void emu_rules_free (EmuRules *rules);

/**
 * emu_rules_add:
 * @description: "a{sv}" as documented in org.tacitel.Emulator1.xml
 *
 * Returns: the rule's id, never 0; or 0 with @error naming the key that is wrong.
 */
guint emu_rules_add (EmuRules *rules, GVariant *description, GError **error);
gboolean emu_rules_remove (EmuRules *rules, guint id);
void emu_rules_clear (EmuRules *rules);
/* Returns: (transfer floating) "a(ua{sv})" in order of addition. */
GVariant *emu_rules_list (const EmuRules *rules);

/* The first rule, in order of addition, that matches @subject and isn't used up, counted as
 * applied. Rules before it that match count the subject too. Returns: NULL where none does. */
const EmuRule *emu_rules_apply (EmuRules *rules, const EmuRuleSubject *subject);
/* Whether any rule of this kind exists: lets a fast path skip making the subject. */
gboolean emu_rules_has_kind (const EmuRules *rules, EmuRuleKind kind);
/* Flips @rule's bits in @data; does nothing where its position lies outside. */
void emu_rule_corrupt (const EmuRule *rule, guint8 *data, gsize size);

/* rule-parse.c */
EmuRule *emu_rule_parse (GVariant *description, GError **error);
GVariant *emu_rule_describe (const EmuRule *rule);
void emu_rule_free (EmuRule *rule);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmuRules, emu_rules_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmuRule, emu_rule_free)
