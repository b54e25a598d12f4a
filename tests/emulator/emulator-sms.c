/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Brings phones, rules, the clock and the SMS centre together. */
#include "emulator-sms.h"
#include "at-dispatch.h"
#include "sms-number.h"
#include <string.h>

struct _EmuSmsRouter
{
  EmuSmsc *smsc;
  EmuSmsModel model;
  GRand *random;
  EmuRules *rules; /* unowned */
  guint unknown_number_code;
  GPtrArray *phones; /* EmuPhone, unowned */
  GSource *timer;
  gint64 timer_us; /* when it fires */
  gboolean running;
  void (*changed) (const EmuSmsRecord *record, gpointer user_data);
  gpointer user_data;
};

static void run (EmuSmsRouter *router);

static EmuPhone *
find_phone (EmuSmsRouter *router, const char *number)
{
  for (guint i = 0; i < router->phones->len; i++)
    {
      EmuPhone *phone = router->phones->pdata[i];

      if (emu_number_equal (phone->config->number, number))
        return phone;
    }
  return NULL;
}

/* Rules see the payload: the bytes after the header; as text where it is text, else as digits. */
static const EmuRule *
apply_rules (EmuSmsRouter *router, const EmuPhone *phone, gboolean up, const EmuSms *sms)
{
  gsize header = sms->udhi ? sms->user_data[0] + 1u : 0;
  g_autofree char *text = emu_sms_text (sms);
  g_autoptr (GString) hex = g_string_new (NULL);

  for (gsize i = header; text == NULL && i < sms->user_data_size; i++)
    g_string_append_printf (hex, "%02X", sms->user_data[i]);
  return emu_rules_apply (router->rules,
                          &(EmuRuleSubject){ .phone = phone->config->name,
                                             .kind = EMU_RULE_SMS,
                                             .up = up,
                                             .binary = emu_sms_coding (sms) == EMU_SMS_DATA,
                                             .text = text != NULL ? text : hex->str,
                                             .bytes = sms->user_data + header,
                                             .size = sms->user_data_size - header });
}

static void
corrupt (const EmuRule *rule, EmuSms *sms)
{
  gsize header = sms->udhi ? sms->user_data[0] + 1u : 0;

  emu_rule_corrupt (rule, sms->user_data + header, sms->user_data_size - header);
}

static gboolean
on_deliver (const EmuSmsRecord *record, gboolean more, gpointer user_data)
{
  EmuSmsRouter *router = user_data;
  EmuPhone *phone = find_phone (router, record->to);
  const EmuRule *rule = record->postponed ? NULL : apply_rules (router, phone, FALSE, &record->sms);
  gint64 now_us = g_get_monotonic_time ();
  EmuSms sms = record->sms;
  guint8 tpdu[EMU_DELIVER_MAX];
  guint copies = 1;

  if (rule != NULL)
    switch (rule->action)
      {
      case EMU_RULE_DROP:
        emu_smsc_drop (router->smsc, record->id, now_us);
        return TRUE;
      case EMU_RULE_FAIL:
        return FALSE;
      case EMU_RULE_DELAY:
        emu_smsc_postpone (router->smsc, record->id, rule->delay_ms * G_TIME_SPAN_MILLISECOND,
                           now_us);
        return TRUE;
      case EMU_RULE_DUPLICATE:
        copies = rule->copies;
        break;
      case EMU_RULE_CORRUPT:
        corrupt (rule, &sms);
        break;
      }
  gsize size = emu_tpdu_build_deliver (
      &sms, more, (record->accepted_us - now_us + g_get_real_time ()) / G_USEC_PER_SEC, tpdu);
  gboolean taken = FALSE;
  for (guint i = 0; i < copies; i++)
    taken = emu_phone_deliver (phone, tpdu, size);
  return taken;
}

static void
on_changed (const EmuSmsRecord *record, gpointer user_data)
{
  EmuSmsRouter *router = user_data;

  g_debug ("sms %u from %s to %s: %s", record->id, record->from, record->to,
           emu_sms_state_names[record->state]);
  router->changed (record, router->user_data);
}

static const EmuSmscOps smsc_ops = { .deliver = on_deliver, .changed = on_changed };

EmuSmsRouter *
emu_sms_router_new (const EmuConfig *config, EmuRules *rules,
                    void (*changed) (const EmuSmsRecord *record, gpointer user_data),
                    gpointer user_data)
{
  EmuSmsRouter *router = g_new0 (EmuSmsRouter, 1);

  router->rules = rules;
  router->changed = changed;
  router->user_data = user_data;
  router->unknown_number_code = config->unknown_number_code;
  router->phones = g_ptr_array_new ();
  router->smsc = emu_smsc_new (&smsc_ops, router);
  emu_sms_model_init (&router->model, config->sms_latency_ms);
  emu_smsc_settings (router->smsc)->latency_us = 0; /* the model's is the whole */
  router->random = g_rand_new_with_seed (config->seed);
  emu_smsc_settings (router->smsc)->acknowledge_us
      = config->sms_acknowledge_ms * G_TIME_SPAN_MILLISECOND;
  return router;
}

static void
stop_timer (EmuSmsRouter *router)
{
  if (router->timer != NULL)
    g_source_destroy (router->timer);
  g_clear_pointer (&router->timer, g_source_unref);
}

void
emu_sms_router_free (EmuSmsRouter *router)
{
  stop_timer (router);
  emu_smsc_free (router->smsc);
  g_rand_free (router->random);
  g_ptr_array_unref (router->phones);
  g_free (router);
}

EmuSmsc *
emu_sms_router_smsc (EmuSmsRouter *router)
{
  return router->smsc;
}

EmuSmsModel *
emu_sms_router_model (EmuSmsRouter *router)
{
  return &router->model;
}

void
emu_sms_router_set_seed (EmuSmsRouter *router, guint32 seed)
{
  g_rand_set_seed (router->random, seed);
}

static gboolean
on_timer (gpointer user_data)
{
  EmuSmsRouter *router = user_data;

  stop_timer (router);
  run (router);
  return G_SOURCE_REMOVE;
}

/* One timer for the centre, set only while something will be due. */
static void
set_timer (EmuSmsRouter *router)
{
  gint64 next_us = emu_smsc_next (router->smsc);

  if (router->timer != NULL && router->timer_us == next_us)
    return;
  stop_timer (router);
  if (next_us == G_MAXINT64)
    return;
  router->timer_us = next_us;
  router->timer = g_timeout_source_new (0);
  g_source_set_ready_time (router->timer, next_us);
  g_source_set_callback (router->timer, on_timer, router, NULL);
  g_source_attach (router->timer, g_main_context_get_thread_default ());
}

/* Delivering changes phones, which calls back here: the loop in the centre goes on by itself. */
static void
run (EmuSmsRouter *router)
{
  if (router->running)
    return;
  router->running = TRUE;
  emu_smsc_run (router->smsc, g_get_monotonic_time ());
  router->running = FALSE;
  set_timer (router);
}

void
emu_sms_router_add_phone (EmuSmsRouter *router, EmuPhone *phone)
{
  g_ptr_array_add (router->phones, phone);
  emu_smsc_add_subscriber (router->smsc, phone->config->number);
}

void
emu_sms_router_phone_changed (EmuSmsRouter *router, EmuPhone *phone)
{
  emu_smsc_set_reachable (router->smsc, phone->config->number, emu_phone_takes_sms (phone),
                          g_get_monotonic_time ());
  run (router);
}

void
emu_sms_router_acknowledged (EmuSmsRouter *router, EmuPhone *phone, gboolean ok)
{
  emu_smsc_acknowledge (router->smsc, phone->config->number, ok, g_get_monotonic_time ());
  run (router);
}

static guint
refuse (EmuSmsRouter *router, const EmuSms *sms, const char *to, guint code, gint64 now_us)
{
  emu_smsc_note (router->smsc, sms, to, code != 0 ? EMU_SMS_REFUSED : EMU_SMS_DROPPED, code,
                 now_us);
  return code;
}

/* Accepts an SMS as the network does on such a day. Returns: its id, of the first copy. */
static guint
accept_sms (EmuSmsRouter *router, const EmuSms *sms, const char *to, gint64 validity_s,
            gint64 delay_us, gint64 now_us)
{
  EmuSmsFate fate
      = emu_sms_model_decide (&router->model, router->random, emu_sms_coding (sms) == EMU_SMS_DATA);
  guint first = 0;

  if (fate.copies == 0)
    return emu_smsc_note (router->smsc, sms, to, EMU_SMS_DROPPED, 0, now_us);
  for (guint i = 0; i < fate.copies; i++)
    {
      guint id = emu_smsc_accept (router->smsc, sms, to, validity_s, delay_us + fate.delay_us[i],
                                  now_us);

      first = i == 0 ? id : first;
    }
  return first;
}

guint
emu_sms_router_submit (EmuSmsRouter *router, EmuPhone *sender, const EmuSubmit *submit,
                       guint8 *reference)
{
  gint64 now_us = g_get_monotonic_time ();
  const char *to = submit->sms.address;
  const EmuRule *rule = apply_rules (router, sender, TRUE, &submit->sms);
  EmuSms sms = submit->sms;
  gint64 delay_us = 0;
  guint copies = 1;

  *reference = ++sender->sms_reference;
  g_strlcpy (sms.address, sender->config->number, sizeof sms.address);
  if (rule != NULL)
    switch (rule->action)
      {
      case EMU_RULE_DROP:
        return refuse (router, &sms, to, 0, now_us);
      case EMU_RULE_FAIL:
        return refuse (router, &sms, to, rule->code != 0 ? rule->code : EMU_CMS_UNKNOWN, now_us);
      case EMU_RULE_DELAY:
        delay_us = rule->delay_ms * G_TIME_SPAN_MILLISECOND;
        break;
      case EMU_RULE_DUPLICATE:
        copies = rule->copies;
        break;
      case EMU_RULE_CORRUPT:
        corrupt (rule, &sms);
        break;
      }
  if (!emu_smsc_has_subscriber (router->smsc, to))
    return refuse (router, &sms, to, router->unknown_number_code, now_us);
  for (guint i = 0; i < copies; i++)
    accept_sms (router, &sms, to, submit->validity_s, delay_us, now_us);
  set_timer (router);
  return 0;
}

GArray *
emu_sms_router_inject (EmuSmsRouter *router, EmuPhone *phone, const GArray *list)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < list->len; i++)
    {
      guint id = accept_sms (router, &g_array_index (list, EmuSms, i), phone->config->number, -1, 0,
                             g_get_monotonic_time ());

      g_array_append_val (ids, id);
    }
  set_timer (router);
  return ids;
}
