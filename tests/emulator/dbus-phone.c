/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One phone on D-Bus: org.tacitel.Emulator1.Phone. */
#include "dbus-phone.h"
#include "at-server.h"
#include "dbus-service.h"
#include "emulator-generated.h"

struct _EmuDbusPhone
{
  EmuEmulator *emulator;
  EmuPhone *phone;
  EmuGdbusPhone *skeleton;
};

static GVariant *
describe_contexts (const EmuPhone *phone)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint cid = 1; cid <= EMU_CONTEXTS_MAX; cid++)
    {
      const EmuDataContext *context = &phone->contexts[cid - 1];
      g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

      if (!context->active)
        continue;
      g_variant_dict_insert (&dict, "id", "u", cid);
      g_variant_dict_insert (&dict, "apn", "s", context->apn);
      g_variant_dict_insert (&dict, "interface", "s", context->interface);
      g_variant_dict_insert (&dict, "tun", "b", context->packet != NULL);
      g_variant_builder_add_value (&builder, g_variant_dict_end (&dict));
    }
  return g_variant_builder_end (&builder);
}

void
emu_dbus_phone_update (EmuDbusPhone *object)
{
  static const char *const locks[] = { "ready", "pin", "puk", "blocked" };
  const EmuPhone *phone = object->phone;
  const EmuNetwork *network = &phone->network;
  EmuGdbusPhone *skeleton = object->skeleton;

  g_object_freeze_notify (G_OBJECT (skeleton));
  emu_gdbus_phone_set_port (skeleton, emu_at_server_port (phone->server));
  emu_gdbus_phone_set_powered (skeleton, phone->powered);
  emu_gdbus_phone_set_suspended (skeleton, phone->suspended);
  emu_gdbus_phone_set_connected (skeleton, emu_phone_connected (phone));
  emu_gdbus_phone_set_online (skeleton, phone->session.cfun == 1);
  emu_gdbus_phone_set_registration (skeleton, emu_registration_names[network->registration]);
  emu_gdbus_phone_set_operator_name (skeleton, network->operator_name);
  emu_gdbus_phone_set_operator_code (skeleton, network->operator_code);
  emu_gdbus_phone_set_technology (skeleton, emu_technology_names[network->technology]);
  emu_gdbus_phone_set_signal (skeleton, network->signal);
  emu_gdbus_phone_set_data_allowed (skeleton, network->data_allowed);
  emu_gdbus_phone_set_data_attached (skeleton, emu_phone_has_data (phone));
  emu_gdbus_phone_set_sim_inserted (skeleton, phone->sim.inserted);
  emu_gdbus_phone_set_sim_lock (skeleton, locks[emu_sim_lock (&phone->sim)]);
  emu_gdbus_phone_set_contexts (skeleton, describe_contexts (phone));
  g_object_thaw_notify (G_OBJECT (skeleton));
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (skeleton));
}

gboolean
emu_dbus_fail (GDBusMethodInvocation *invocation, GError *error)
{
  if (error->domain != G_DBUS_ERROR)
    g_dbus_method_invocation_return_error_literal (invocation, G_DBUS_ERROR, G_DBUS_ERROR_FAILED,
                                                   error->message);
  else
    g_dbus_method_invocation_return_gerror (invocation, error);
  g_error_free (error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

gboolean
emu_dbus_needs_tun (GDBusMethodInvocation *invocation, const EmuPhone *phone)
{
  if (phone->packet != NULL)
    return FALSE;
  return emu_dbus_fail (invocation,
                        g_error_new (G_DBUS_ERROR, G_DBUS_ERROR_FAILED,
                                     "phone %s has no TUN: set data=tun in its configuration",
                                     phone->config->name));
}

static gboolean
on_set (EmuGdbusPhone *skeleton, GDBusMethodInvocation *invocation, GVariant *values,
        EmuDbusPhone *object)
{
  GError *error = NULL;

  if (!emu_dbus_phone_set (object->phone, values, &error))
    return emu_dbus_fail (invocation, error);
  emu_gdbus_phone_complete_set (skeleton, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_restart_modem (EmuGdbusPhone *skeleton, GDBusMethodInvocation *invocation, EmuDbusPhone *object)
{
  emu_phone_restart_modem (object->phone);
  emu_gdbus_phone_complete_restart_modem (skeleton, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_reset_modem (EmuGdbusPhone *skeleton, GDBusMethodInvocation *invocation, guint off_ms,
                EmuDbusPhone *object)
{
  emu_phone_reset_modem (object->phone, off_ms);
  emu_gdbus_phone_complete_reset_modem (skeleton, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_suspend (EmuGdbusPhone *skeleton, GDBusMethodInvocation *invocation, gboolean sms_wakes,
            EmuDbusPhone *object)
{
  emu_phone_suspend (object->phone, sms_wakes);
  emu_gdbus_phone_complete_suspend (skeleton, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_resume (EmuGdbusPhone *skeleton, GDBusMethodInvocation *invocation, EmuDbusPhone *object)
{
  emu_phone_resume (object->phone);
  emu_gdbus_phone_complete_resume (skeleton, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_send_sms (EmuGdbusPhone *skeleton, GDBusMethodInvocation *invocation, const char *from,
             GVariant *content, EmuDbusPhone *object)
{
  GError *error = NULL;
  g_autoptr (GArray) list = emu_dbus_sms_from_content (from, content, &error);

  if (list == NULL)
    return emu_dbus_fail (invocation, error);
  g_autoptr (GArray) ids = emu_emulator_inject (object->emulator, object->phone, list);
  emu_gdbus_phone_complete_send_sms (
      skeleton, invocation,
      g_variant_new_fixed_array (G_VARIANT_TYPE_UINT32, ids->data, ids->len, sizeof (guint)));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
capture (EmuDbusPhone *object, GDBusMethodInvocation *invocation, const char *path)
{
  GError *error = NULL;

  if (emu_dbus_needs_tun (invocation, object->phone))
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  if (!emu_packet_phone_capture (object->phone->packet, path, &error))
    return emu_dbus_fail (invocation, error);
  g_dbus_method_invocation_return_value (invocation, NULL);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_start_capture (EmuGdbusPhone *skeleton, GDBusMethodInvocation *invocation, const char *path,
                  EmuDbusPhone *object)
{
  return capture (object, invocation, path);
}

static gboolean
on_stop_capture (EmuGdbusPhone *skeleton, GDBusMethodInvocation *invocation, EmuDbusPhone *object)
{
  return capture (object, invocation, NULL);
}

static gboolean
on_get_counters (EmuGdbusPhone *skeleton, GDBusMethodInvocation *invocation, EmuDbusPhone *object)
{
  const EmuPhoneCounters *counters = &object->phone->counters;
  g_autoptr (GVariant) packets = NULL;

  if (object->phone->packet != NULL)
    packets = g_variant_ref_sink (emu_packet_phone_counters (object->phone->packet));
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (packets);
  g_variant_dict_insert (&dict, "AtCommands", "t", counters->at_commands);
  g_variant_dict_insert (&dict, "AtErrors", "t", counters->at_errors);
  g_variant_dict_insert (&dict, "Connections", "t", counters->connections);
  g_variant_dict_insert (&dict, "SmsSent", "t", counters->sms_sent);
  g_variant_dict_insert (&dict, "SmsReceived", "t", counters->sms_received);
  g_variant_dict_insert (&dict, "SmsLost", "t", counters->sms_lost);
  emu_gdbus_phone_complete_get_counters (skeleton, invocation, g_variant_dict_end (&dict));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
connect_handlers (EmuDbusPhone *object)
{
  g_signal_connect (object->skeleton, "handle-set", G_CALLBACK (on_set), object);
  g_signal_connect (object->skeleton, "handle-restart-modem", G_CALLBACK (on_restart_modem),
                    object);
  g_signal_connect (object->skeleton, "handle-reset-modem", G_CALLBACK (on_reset_modem), object);
  g_signal_connect (object->skeleton, "handle-suspend", G_CALLBACK (on_suspend), object);
  g_signal_connect (object->skeleton, "handle-resume", G_CALLBACK (on_resume), object);
  g_signal_connect (object->skeleton, "handle-send-sms", G_CALLBACK (on_send_sms), object);
  g_signal_connect (object->skeleton, "handle-start-capture", G_CALLBACK (on_start_capture),
                    object);
  g_signal_connect (object->skeleton, "handle-stop-capture", G_CALLBACK (on_stop_capture), object);
  g_signal_connect (object->skeleton, "handle-get-counters", G_CALLBACK (on_get_counters), object);
}

EmuDbusPhone *
emu_dbus_phone_new (EmuEmulator *emulator, EmuPhone *phone, GDBusObjectManagerServer *objects)
{
  EmuDbusPhone *object = g_new0 (EmuDbusPhone, 1);
  const EmuPhoneConfig *config = phone->config;
  g_autofree char *path = g_strdup_printf (EMU_BUS_PATH "/phone/%s", config->name);
  g_autoptr (EmuGdbusObjectSkeleton) exported = emu_gdbus_object_skeleton_new (path);

  object->emulator = emulator;
  object->phone = phone;
  object->skeleton = emu_gdbus_phone_skeleton_new ();
  emu_gdbus_phone_set_name (object->skeleton, config->name);
  emu_gdbus_phone_set_number (object->skeleton, config->number);
  emu_gdbus_phone_set_imsi (object->skeleton, config->imsi);
  emu_gdbus_phone_set_iccid (object->skeleton, config->iccid);
  emu_gdbus_phone_set_service_provider (object->skeleton, config->spn);
  emu_gdbus_phone_set_network_namespace (object->skeleton,
                                         config->netns != NULL ? config->netns : "");
  emu_dbus_phone_update (object);
  connect_handlers (object);
  emu_dbus_link_connect (G_OBJECT (object->skeleton), phone);
  emu_gdbus_object_skeleton_set_phone (exported, object->skeleton);
  g_dbus_object_manager_server_export (objects, G_DBUS_OBJECT_SKELETON (exported));
  return object;
}

void
emu_dbus_phone_free (EmuDbusPhone *object)
{
  g_signal_handlers_disconnect_by_data (object->skeleton, object);
  g_signal_handlers_disconnect_by_data (object->skeleton, object->phone);
  g_object_unref (object->skeleton);
  g_free (object);
}
