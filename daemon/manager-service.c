/* SPDX-License-Identifier: GPL-3.0-or-later */
/* org.tacitel.Manager1. Properties follow the modem, the SMS agent and the data context. */
#include "daemon/manager-service.h"

#include "codecs/fingerprint.h"
#include "codecs/sas.h"
#include "daemon/contact-uri.h"
#include "tacitel-dbus.h"

#include <sodium.h>

struct TacManagerService
{
  TacCallParts parts;
  TacPairing *pairing;
  TacDecisions *decisions;
  TacCalls *calls;
  TacDbusManager1 *skeleton;
};

typedef struct
{
  const char *name, *text;
} State;

/* The first thing that stands in the way of a call. */
static State
find_state (const TacCallParts *parts)
{
  switch (tac_vault_get_state (parts->vault))
    {
    case TAC_VAULT_NONE:
      return (State){ "not-set-up", tac_vault_get_text (parts->vault) };
    case TAC_VAULT_LOCKED:
      return (State){ "locked", tac_vault_get_text (parts->vault) };
    case TAC_VAULT_DAMAGED:
      return (State){ "damaged", tac_vault_get_text (parts->vault) };
    case TAC_VAULT_OPEN:
      break;
    }
  switch (tac_modem_get_state (parts->modem))
    {
    case TAC_MODEM_NO_OFONO:
      return (State){ "no-ofono", "oFono is not running, or this user may not reach it on the "
                                  "system bus (see org.tacitel.ofono.conf)" };
    case TAC_MODEM_NONE:
      return (State){ "no-modem", "oFono knows no modem; is it switched on?" };
    case TAC_MODEM_OFF:
      return (State){ "modem-off", "the modem is off or in flight mode; switch it on" };
    case TAC_MODEM_NO_SIM:
      return (State){ "no-sim", "there is no SIM card, or it waits for its PIN" };
    case TAC_MODEM_NOT_REGISTERED:
      return (State){ "not-registered", "the modem has no network at the moment" };
    case TAC_MODEM_READY:
      break;
    }
  if (!tac_sms_ready (parts->sms))
    return (State){ "no-sms", tac_sms_get_problem (parts->sms) };
  return (State){ "ready", "" };
}

static void
show_identity (TacManagerService *service, const TacKeyPair *identity)
{
  const char *words[TAC_FINGERPRINT_SIZE + 1] = { NULL };
  char hex[2 * TAC_KEY_SIZE + 1] = "", print[2 * TAC_FINGERPRINT_SIZE + 1] = "";
  guint8 fingerprint[TAC_FINGERPRINT_SIZE];

  if (identity != NULL)
    {
      tac_fingerprint (fingerprint, identity->public);
      for (guint i = 0; i < TAC_FINGERPRINT_SIZE; i++)
        words[i] = tac_pgp_word (fingerprint[i], i);
      sodium_bin2hex (hex, sizeof hex, identity->public, TAC_KEY_SIZE);
      sodium_bin2hex (print, sizeof print, fingerprint, sizeof fingerprint);
    }
  tac_dbus_manager1_set_identity (service->skeleton, hex);
  tac_dbus_manager1_set_fingerprint (service->skeleton, print);
  tac_dbus_manager1_set_fingerprint_words (service->skeleton, words);
}

static void
show_uri (TacManagerService *service, const TacKeyPair *identity)
{
  const char *number = tac_modem_get_number (service->parts.modem);
  g_autofree char *name = NULL, *uri = NULL;

  if (identity != NULL && *number != '\0')
    {
      name = tac_pairing_get_own_name (service->pairing);
      uri = tac_contact_uri_format (number, name, identity->public);
    }
  tac_dbus_manager1_set_uri (service->skeleton, uri != NULL ? uri : "");
}

static void
on_changed (TacManagerService *service)
{
  static const char *const data_states[] = { "down", "raising", "up" };
  const TacCallParts *parts = &service->parts;
  TacDbusManager1 *skeleton = service->skeleton;
  State state = find_state (parts);
  const char *path = tac_modem_get_path (parts->modem);
  const char *interface = tac_data_call_get_interface (parts->data);

  tac_dbus_manager1_set_state (skeleton, state.name);
  tac_dbus_manager1_set_state_text (skeleton, state.text);
  tac_dbus_manager1_set_modem (skeleton, path != NULL ? path : "/");
  tac_dbus_manager1_set_number (skeleton, tac_modem_get_number (parts->modem));
  tac_dbus_manager1_set_operator (skeleton, tac_modem_get_operator (parts->modem));
  tac_dbus_manager1_set_technology (skeleton, tac_modem_get_technology (parts->modem));
  tac_dbus_manager1_set_strength (skeleton, tac_modem_get_strength (parts->modem));
  tac_dbus_manager1_set_data (skeleton, data_states[tac_data_call_get_state (parts->data)]);
  tac_dbus_manager1_set_interface (skeleton, interface != NULL ? interface : "");
  show_identity (service, tac_vault_identity (parts->vault));
  show_uri (service, tac_vault_identity (parts->vault));
}

static gboolean
on_dial (TacManagerService *service, GDBusMethodInvocation *invocation, const char *target)
{
  g_autoptr (GError) error = NULL;
  const char *path = tac_calls_dial (service->calls, target, &error);

  if (path != NULL)
    tac_dbus_manager1_complete_dial (service->skeleton, invocation, path);
  else
    g_dbus_method_invocation_return_gerror (invocation, error);
  return TRUE;
}

static gboolean
on_get_counters (TacManagerService *service, GDBusMethodInvocation *invocation)
{
  tac_dbus_manager1_complete_get_counters (service->skeleton, invocation,
                                           tac_counters_to_variant (service->parts.counters));
  return TRUE;
}

static gboolean
on_get_decisions (TacManagerService *service, GDBusMethodInvocation *invocation)
{
  tac_dbus_manager1_complete_get_decisions (service->skeleton, invocation,
                                            tac_decisions_to_variant (service->decisions));
  return TRUE;
}

static void
on_missed (TacManagerService *service, GVariant *info)
{
  tac_dbus_manager1_emit_missed_call (service->skeleton, info);
}

/* The keys are not there any more when this returns. */
static void
on_closing (TacManagerService *service)
{
  show_identity (service, NULL);
  show_uri (service, NULL);
}

static void
show_constants (TacManagerService *service)
{
  const TacPolicy *policy = &service->parts.config->policy;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{ss}"));
  for (guint party = 0; party < TAC_PARTIES; party++)
    g_variant_builder_add (&builder, "{ss}", tac_party_to_string ((TacParty)party),
                           tac_policy_action_to_string (policy->action[party]));
  tac_dbus_manager1_set_policy (service->skeleton, g_variant_builder_end (&builder));
  tac_dbus_manager1_set_version (service->skeleton, TAC_VERSION);
}

static void
connect_signals (TacManagerService *service)
{
  const TacCallParts *parts = &service->parts;

  g_signal_connect_swapped (parts->modem, "changed", G_CALLBACK (on_changed), service);
  g_signal_connect_swapped (parts->sms, "changed", G_CALLBACK (on_changed), service);
  g_signal_connect_swapped (parts->data, "changed", G_CALLBACK (on_changed), service);
  g_signal_connect_swapped (parts->vault, "changed", G_CALLBACK (on_changed), service);
  g_signal_connect_swapped (parts->vault, "closing", G_CALLBACK (on_closing), service);
  g_signal_connect_swapped (service->pairing, "changed", G_CALLBACK (on_changed), service);
  g_signal_connect_swapped (service->calls, "missed", G_CALLBACK (on_missed), service);
}

TacManagerService *
tac_manager_service_new (const TacCallParts *parts, TacPairing *pairing, TacDecisions *decisions,
                         TacCalls *calls, GDBusObjectSkeleton *object)
{
  TacManagerService *service = g_new0 (TacManagerService, 1);
  TacDbusManager1 *skeleton = tac_dbus_manager1_skeleton_new ();

  service->parts = *parts;
  service->pairing = pairing;
  service->decisions = decisions;
  service->calls = calls;
  service->skeleton = skeleton;
  g_signal_connect_swapped (skeleton, "handle-dial", G_CALLBACK (on_dial), service);
  g_signal_connect_swapped (skeleton, "handle-get-counters", G_CALLBACK (on_get_counters), service);
  g_signal_connect_swapped (skeleton, "handle-get-decisions", G_CALLBACK (on_get_decisions),
                            service);
  connect_signals (service);
  show_constants (service);
  on_changed (service);
  g_dbus_object_skeleton_add_interface (object, G_DBUS_INTERFACE_SKELETON (skeleton));
  return service;
}

void
tac_manager_service_free (TacManagerService *service)
{
  g_signal_handlers_disconnect_by_data (service->parts.modem, service);
  g_signal_handlers_disconnect_by_data (service->parts.sms, service);
  g_signal_handlers_disconnect_by_data (service->parts.data, service);
  g_signal_handlers_disconnect_by_data (service->parts.vault, service);
  g_signal_handlers_disconnect_by_data (service->pairing, service);
  g_signal_handlers_disconnect_by_data (service->calls, service);
  g_object_unref (service->skeleton);
  g_free (service);
}
