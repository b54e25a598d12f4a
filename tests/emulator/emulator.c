/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All phones, the SMS centre, the rules and the packet core, tied together. */
#include "emulator.h"
#include "at-dispatch.h"
#include "at-server.h"
#include "emulator-sms.h"
#include "ofono-process.h"
#include "packet-core.h"
#include <string.h>

struct _EmuEmulator
{
  EmuConfig *config;
  EmuRules *rules;
  EmuSmsc *smsc;
  EmuSmsRouter *router;
  EmuPacketCore *core; /* NULL where no phone has a TUN */
  EmuOfonoProcesses *processes;
  GPtrArray *phones;
  GHashTable *by_name;
  const EmuListener *listener;
  gpointer listener_data;
};

static void
on_phone_changed (EmuPhone *phone, gpointer user_data)
{
  EmuEmulator *emulator = user_data;

  if (phone->server == NULL) /* not ready, or going */
    return;
  emu_sms_router_phone_changed (emulator->router, phone);
  if (emulator->listener != NULL)
    emulator->listener->phone_changed (phone, emulator->listener_data);
}

static guint
on_sms_submitted (EmuPhone *phone, const EmuSubmit *submit, guint8 *reference, gpointer user_data)
{
  EmuEmulator *emulator = user_data;

  return emu_sms_router_submit (emulator->router, phone, submit, reference);
}

static void
on_sms_acknowledged (EmuPhone *phone, gboolean ok, gpointer user_data)
{
  EmuEmulator *emulator = user_data;

  emu_sms_router_acknowledged (emulator->router, phone, ok);
}

static guint
on_interfaces_made (EmuPhone *phone, guint count, gpointer user_data)
{
  EmuEmulator *emulator = user_data;

  return emu_ofono_processes_take (emulator->processes, emu_at_server_socket (phone->server),
                                   phone->config->netns, count);
}

static void
on_sms_changed (const EmuSmsRecord *record, gpointer user_data)
{
  EmuEmulator *emulator = user_data;

  if (emulator->listener != NULL)
    emulator->listener->sms_changed (record, emulator->listener_data);
}

static const EmuPhoneOps phone_ops = {
  .sms_submitted = on_sms_submitted,
  .sms_acknowledged = on_sms_acknowledged,
  .interfaces_made = on_interfaces_made,
  .changed = on_phone_changed,
};

/* Out of coverage, and asleep, nothing passes; then the rules have their say. */
static EmuPacketVerdict
filter_packet (const char *name, gboolean uplink, const guint8 *packet, gsize length,
               gpointer user_data)
{
  EmuEmulator *emulator = user_data;
  EmuPacketVerdict verdict = { .copies = 1, .delay_ms = 0 };
  const EmuPhone *phone = g_hash_table_lookup (emulator->by_name, name);
  const EmuRule *rule;

  if (phone == NULL || phone->suspended || !emu_phone_has_data (phone))
    return (EmuPacketVerdict){ .copies = 0 };
  if (!emu_rules_has_kind (emulator->rules, EMU_RULE_IP))
    return verdict;

  rule = emu_rules_apply (
      emulator->rules,
      &(EmuRuleSubject){
          .phone = name, .kind = EMU_RULE_IP, .up = uplink, .bytes = packet, .size = length });
  if (rule == NULL)
    return verdict;
  if (rule->action == EMU_RULE_DROP)
    verdict.copies = 0;
  else if (rule->action == EMU_RULE_DUPLICATE)
    verdict.copies = rule->copies;
  else if (rule->action == EMU_RULE_DELAY)
    verdict.delay_ms = rule->delay_ms;
  else if (rule->action == EMU_RULE_CORRUPT)
    {
      verdict.position = rule->position;
      verdict.mask = rule->mask;
      verdict.fix_checksums = rule->fix_checksums;
    }
  return verdict;
}

static EmuPacketCore *
new_core (EmuEmulator *emulator)
{
  EmuPacketCore *core = emu_packet_core_new (filter_packet, emulator);

  emu_packet_core_set_seed (core, emulator->config->seed);
  return core;
}

static gboolean
add_phone (EmuEmulator *emulator, const EmuPhoneConfig *config, GError **error)
{
  EmuPhone *phone = emu_phone_new (config, emulator->rules, &phone_ops, emulator);
  guint index = emulator->phones->len + 1;

  g_ptr_array_add (emulator->phones, phone);
  g_hash_table_insert (emulator->by_name, config->name, phone);
  emu_sms_router_add_phone (emulator->router, phone);
  if (!config->tun)
    return TRUE;
  if (emulator->core == NULL)
    emulator->core = new_core (emulator);
  phone->packet
      = emu_packet_core_add_phone (emulator->core, config->name, config->netns, index, error);
  return phone->packet != NULL;
}

static gboolean
add_internet (EmuEmulator *emulator, GError **error)
{
  if (emulator->config->internet_netns == NULL)
    return TRUE;
  if (emulator->core == NULL)
    emulator->core = new_core (emulator);
  return emu_packet_core_add_internet (emulator->core, emulator->config->internet_netns, error);
}

EmuEmulator *
emu_emulator_new (EmuConfig *config, GError **error)
{
  EmuEmulator *emulator = g_new0 (EmuEmulator, 1);
  gboolean ok = TRUE;

  emulator->config = config;
  emulator->rules = emu_rules_new ();
  emulator->router = emu_sms_router_new (config, emulator->rules, on_sms_changed, emulator);
  emulator->smsc = emu_sms_router_smsc (emulator->router);
  emulator->processes = emu_ofono_processes_new ();
  emulator->phones = g_ptr_array_new_with_free_func ((GDestroyNotify)emu_phone_free);
  emulator->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; ok && i < config->phones->len; i++)
    ok = add_phone (emulator, config->phones->pdata[i], error);
  if (ok && add_internet (emulator, error))
    return emulator;
  emu_emulator_free (emulator);
  return NULL;
}

void
emu_emulator_free (EmuEmulator *emulator)
{
  if (emulator == NULL)
    return;
  emulator->listener = NULL;
  g_ptr_array_unref (emulator->phones);
  g_clear_pointer (&emulator->core, emu_packet_core_free);
  g_hash_table_unref (emulator->by_name);
  emu_sms_router_free (emulator->router);
  emu_ofono_processes_free (emulator->processes);
  emu_rules_free (emulator->rules);
  emu_config_free (emulator->config);
  g_free (emulator);
}

gboolean
emu_emulator_start (EmuEmulator *emulator, GError **error)
{
  for (guint i = 0; i < emulator->phones->len; i++)
    if (!emu_phone_set_power (emulator->phones->pdata[i], TRUE, error))
      return FALSE;
  return TRUE;
}

void
emu_emulator_listen (EmuEmulator *emulator, const EmuListener *listener, gpointer user_data)
{
  emulator->listener = listener;
  emulator->listener_data = user_data;
}

GPtrArray *
emu_emulator_phones (EmuEmulator *emulator)
{
  return emulator->phones;
}

EmuRules *
emu_emulator_rules (EmuEmulator *emulator)
{
  return emulator->rules;
}

EmuSmsc *
emu_emulator_smsc (EmuEmulator *emulator)
{
  return emulator->smsc;
}

GArray *
emu_emulator_inject (EmuEmulator *emulator, EmuPhone *phone, const GArray *list)
{
  return emu_sms_router_inject (emulator->router, phone, list);
}

EmuSmsModel *
emu_emulator_sms_model (EmuEmulator *emulator)
{
  return emu_sms_router_model (emulator->router);
}

guint
emu_emulator_seed (const EmuEmulator *emulator)
{
  return emulator->config->seed;
}

void
emu_emulator_set_seed (EmuEmulator *emulator, guint seed)
{
  emulator->config->seed = seed;
  emu_sms_router_set_seed (emulator->router, seed);
  if (emulator->core != NULL)
    emu_packet_core_set_seed (emulator->core, seed);
}

gint64
emu_emulator_real_time (const EmuEmulator *emulator, gint64 time_us)
{
  return time_us + g_get_real_time () - g_get_monotonic_time ();
}
