/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The emulator on D-Bus: org.tacitel.Emulator1. */
#include "dbus-service.h"
#include "dbus-phone.h"
#include "emulator-generated.h"

#define MS_MAX 86400000

struct _EmuDbusService
{
  EmuEmulator *emulator;
  GDBusObjectManagerServer *objects;
  EmuGdbusManager *skeleton;
  GHashTable *phones; /* EmuPhone → EmuDbusPhone */
};

static gboolean
fail (GDBusMethodInvocation *invocation, GError *error)
{
  g_dbus_method_invocation_take_error (invocation, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
update (EmuDbusService *service)
{
  const EmuSmscSettings *settings = emu_smsc_settings (emu_emulator_smsc (service->emulator));

  emu_gdbus_manager_set_sms_latency_ms (
      service->skeleton, (guint)emu_emulator_sms_model (service->emulator)->latency_ms);
  emu_gdbus_manager_set_sms_acknowledge_ms (
      service->skeleton, (guint)(settings->acknowledge_us / G_TIME_SPAN_MILLISECOND));
  emu_gdbus_manager_set_seed (service->skeleton, emu_emulator_seed (service->emulator));
}

static gboolean
on_set (EmuGdbusManager *skeleton, GDBusMethodInvocation *invocation, GVariant *values,
        EmuDbusService *service)
{
  EmuSmscSettings *settings = emu_smsc_settings (emu_emulator_smsc (service->emulator));
  guint latency = emu_gdbus_manager_get_sms_latency_ms (skeleton);
  guint acknowledge = emu_gdbus_manager_get_sms_acknowledge_ms (skeleton);
  gsize known = 0;
  guint seed = 0;
  gboolean has_seed = g_variant_lookup (values, "Seed", "u", &seed);

  known += has_seed;
  known += g_variant_lookup (values, "SmsLatencyMs", "u", &latency);
  known += g_variant_lookup (values, "SmsAcknowledgeMs", "u", &acknowledge);
  if (known != g_variant_n_children (values) || latency > MS_MAX || acknowledge > MS_MAX)
    return fail (
        invocation,
        g_error_new (G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                     "SmsLatencyMs (u) and SmsAcknowledgeMs (u), up to %d, and Seed (u) can be set",
                     MS_MAX));
  emu_emulator_sms_model (service->emulator)->latency_ms = latency;
  settings->acknowledge_us = acknowledge * G_TIME_SPAN_MILLISECOND;
  if (has_seed)
    emu_emulator_set_seed (service->emulator, seed);
  update (service);
  emu_gdbus_manager_complete_set (skeleton, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_set_sms_network (EmuGdbusManager *skeleton, GDBusMethodInvocation *invocation, GVariant *values,
                    EmuDbusService *service)
{
  GError *error = NULL;

  if (!emu_sms_model_set (emu_emulator_sms_model (service->emulator), values, &error))
    return fail (invocation, error);
  update (service);
  emu_gdbus_manager_complete_set_sms_network (skeleton, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_get_sms_network (EmuGdbusManager *skeleton, GDBusMethodInvocation *invocation,
                    EmuDbusService *service)
{
  emu_gdbus_manager_complete_get_sms_network (
      skeleton, invocation, emu_sms_model_describe (emu_emulator_sms_model (service->emulator)));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_add_rule (EmuGdbusManager *skeleton, GDBusMethodInvocation *invocation, GVariant *rule,
             EmuDbusService *service)
{
  GError *error = NULL;
  guint id = emu_rules_add (emu_emulator_rules (service->emulator), rule, &error);

  if (id == 0)
    return fail (invocation, error);
  emu_gdbus_manager_complete_add_rule (skeleton, invocation, id);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_remove_rule (EmuGdbusManager *skeleton, GDBusMethodInvocation *invocation, guint id,
                EmuDbusService *service)
{
  if (!emu_rules_remove (emu_emulator_rules (service->emulator), id))
    return fail (invocation, g_error_new (G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                                          "there is no rule %u: see ListRules", id));
  emu_gdbus_manager_complete_remove_rule (skeleton, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_clear_rules (EmuGdbusManager *skeleton, GDBusMethodInvocation *invocation,
                EmuDbusService *service)
{
  emu_rules_clear (emu_emulator_rules (service->emulator));
  emu_gdbus_manager_complete_clear_rules (skeleton, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_list_rules (EmuGdbusManager *skeleton, GDBusMethodInvocation *invocation,
               EmuDbusService *service)
{
  emu_gdbus_manager_complete_list_rules (skeleton, invocation,
                                         emu_rules_list (emu_emulator_rules (service->emulator)));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_list_sms (EmuGdbusManager *skeleton, GDBusMethodInvocation *invocation, guint after,
             EmuDbusService *service)
{
  EmuSmsc *smsc = emu_emulator_smsc (service->emulator);
  const EmuSmsRecord *record;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; (record = emu_smsc_record (smsc, i)) != NULL; i++)
    if (record->id > after)
      g_variant_builder_add_value (&builder, emu_dbus_sms_entry (service->emulator, record));
  emu_gdbus_manager_complete_list_sms (skeleton, invocation, g_variant_builder_end (&builder));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_clear_sms (EmuGdbusManager *skeleton, GDBusMethodInvocation *invocation, EmuDbusService *service)
{
  emu_smsc_clear_log (emu_emulator_smsc (service->emulator));
  emu_gdbus_manager_complete_clear_sms (skeleton, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static guint64
count (EmuSmsc *smsc, EmuSmsState state)
{
  return emu_smsc_count (smsc, state);
}

static gboolean
on_get_counters (EmuGdbusManager *skeleton, GDBusMethodInvocation *invocation,
                 EmuDbusService *service)
{
  EmuSmsc *smsc = emu_emulator_smsc (service->emulator);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, "SmsAccepted", "t", count (smsc, EMU_SMS_STORED));
  g_variant_dict_insert (&dict, "SmsDelivered", "t", count (smsc, EMU_SMS_DELIVERED));
  g_variant_dict_insert (&dict, "SmsExpired", "t", count (smsc, EMU_SMS_EXPIRED));
  g_variant_dict_insert (&dict, "SmsDropped", "t", count (smsc, EMU_SMS_DROPPED));
  g_variant_dict_insert (&dict, "SmsRefused", "t", count (smsc, EMU_SMS_REFUSED));
  emu_gdbus_manager_complete_get_counters (skeleton, invocation, g_variant_dict_end (&dict));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
connect_handlers (EmuDbusService *service)
{
  g_signal_connect (service->skeleton, "handle-set", G_CALLBACK (on_set), service);
  g_signal_connect (service->skeleton, "handle-set-sms-network", G_CALLBACK (on_set_sms_network),
                    service);
  g_signal_connect (service->skeleton, "handle-get-sms-network", G_CALLBACK (on_get_sms_network),
                    service);
  g_signal_connect (service->skeleton, "handle-add-rule", G_CALLBACK (on_add_rule), service);
  g_signal_connect (service->skeleton, "handle-remove-rule", G_CALLBACK (on_remove_rule), service);
  g_signal_connect (service->skeleton, "handle-clear-rules", G_CALLBACK (on_clear_rules), service);
  g_signal_connect (service->skeleton, "handle-list-rules", G_CALLBACK (on_list_rules), service);
  g_signal_connect (service->skeleton, "handle-list-sms", G_CALLBACK (on_list_sms), service);
  g_signal_connect (service->skeleton, "handle-clear-sms", G_CALLBACK (on_clear_sms), service);
  g_signal_connect (service->skeleton, "handle-get-counters", G_CALLBACK (on_get_counters),
                    service);
}

static void
on_phone_changed (EmuPhone *phone, gpointer user_data)
{
  EmuDbusService *service = user_data;

  emu_dbus_phone_update (g_hash_table_lookup (service->phones, phone));
}

static void
on_sms_changed (const EmuSmsRecord *record, gpointer user_data)
{
  EmuDbusService *service = user_data;

  emu_gdbus_manager_emit_sms_changed (service->skeleton,
                                      emu_dbus_sms_entry (service->emulator, record));
}

EmuDbusService *
emu_dbus_service_new (EmuEmulator *emulator, GDBusConnection *connection, GError **error)
{
  static const EmuListener listener = { on_phone_changed, on_sms_changed };
  EmuDbusService *service = g_new0 (EmuDbusService, 1);
  GPtrArray *phones = emu_emulator_phones (emulator);

  service->emulator = emulator;
  service->phones = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)emu_dbus_phone_free);
  service->objects = g_dbus_object_manager_server_new (EMU_BUS_PATH);
  service->skeleton = emu_gdbus_manager_skeleton_new ();
  emu_gdbus_manager_set_version (service->skeleton, EMU_VERSION);
  update (service);
  connect_handlers (service);
  for (guint i = 0; i < phones->len; i++)
    g_hash_table_insert (service->phones, phones->pdata[i],
                         emu_dbus_phone_new (emulator, phones->pdata[i], service->objects));
  if (!g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (service->skeleton), connection,
                                         EMU_BUS_PATH, error))
    {
      emu_dbus_service_free (service);
      return NULL;
    }
  g_dbus_object_manager_server_set_connection (service->objects, connection);
  emu_emulator_listen (emulator, &listener, service);
  return service;
}

void
emu_dbus_service_free (EmuDbusService *service)
{
  if (service == NULL)
    return;
  emu_emulator_listen (service->emulator, NULL, NULL);
  g_dbus_object_manager_server_set_connection (service->objects, NULL);
  g_hash_table_unref (service->phones);
  g_object_unref (service->objects);
  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (service->skeleton));
  g_object_unref (service->skeleton);
  g_free (service);
}
