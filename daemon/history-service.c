/* SPDX-License-Identifier: GPL-3.0-or-later */
/* org.tacitel.History1. */
#include "daemon/history-service.h"

#include "daemon/errors.h"
#include "daemon/quality.h"
#include "tacitel-dbus.h"

#define LIST_DEFAULT 100
#define LIST_MOST 10000

struct TacHistoryService
{
  TacVault *vault;
  TacDbusHistory1 *skeleton;
};

/* A filter and what it points to. */
typedef struct
{
  TacHistoryFilter filter;
  char *number;
} Filter;

static void
filter_clear (Filter *filter)
{
  g_free (filter->number);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Filter, filter_clear)

/* A contact that was removed, or never was one, can still be meant by its number. */
static gboolean
take_contact (TacHistoryService *service, Filter *filter, const char *which, GError **error)
{
  TacContacts *contacts = tac_vault_contacts (service->vault);
  g_autoptr (TacContact) contact = NULL;

  g_free (filter->number);
  filter->number = tac_number_normalise (which);
  if (filter->number == NULL)
    {
      contact = tac_contacts_find (contacts, which, error);
      filter->number = contact != NULL ? g_strdup (contact->number) : NULL;
    }
  filter->filter.number = filter->number;
  return filter->number != NULL;
}

/* An entry that is unknown, or of another type, is an error: "forget" must not mean more than the
 * caller said. Negative numbers and 0 would mean "any", too. */
static gboolean
take_entry (TacHistoryService *service, Filter *filter, const char *key, GVariant *value,
            GError **error)
{
  const struct
  {
    const char *key;
    gint64 *to;
  } numbers[] = {
    { "Id", &filter->filter.id },
    { "Since", &filter->filter.since_us },
    { "Until", &filter->filter.until_us },
  };

  if (g_str_equal (key, "Contact") && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return take_contact (service, filter, g_variant_get_string (value, NULL), error);
  if (g_str_equal (key, "Limit") && g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    filter->filter.limit = g_variant_get_uint32 (value);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (g_str_equal (key, numbers[i].key) && g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
      *numbers[i].to = g_variant_get_int64 (value);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (g_str_equal (key, numbers[i].key) && *numbers[i].to > 0)
      return TRUE;
  if (g_str_equal (key, "Limit") && filter->filter.limit > 0)
    return TRUE;
  g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
               "\"%s\" in a filter: it may have Id, Since, Until (int64, above 0), Limit (uint32, "
               "above 0) and Contact (string)",
               key);
  return FALSE;
}

static gboolean
take_filter (TacHistoryService *service, Filter *filter, GVariant *dictionary, GError **error)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  if (!tac_vault_check_open (service->vault, error))
    return FALSE;
  g_variant_iter_init (&iter, dictionary);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      gboolean ok = take_entry (service, filter, key, value, error);

      g_variant_unref (value);
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

static void
describe (const TacHistoryCall *call, gpointer user_data)
{
  GVariantBuilder *builder = user_data;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, "Id", "x", call->id);
  g_variant_dict_insert (&dict, "Time", "x", call->time_us);
  g_variant_dict_insert (&dict, "Direction", "s", call->outgoing ? "outgoing" : "incoming");
  g_variant_dict_insert (&dict, "Name", "s", call->name);
  g_variant_dict_insert (&dict, "Number", "s", call->number);
  g_variant_dict_insert (&dict, "Security", "s", call->security);
  g_variant_dict_insert (&dict, "Verified", "b", call->verified);
  g_variant_dict_insert (&dict, "Duration", "x", call->duration_ms);
  g_variant_dict_insert (&dict, "Loss", "d", call->loss);
  g_variant_dict_insert (&dict, "Jitter", "u", call->jitter_ms);
  g_variant_dict_insert (&dict, "RoundTrip", "u", call->round_trip_ms);
  g_variant_dict_insert (&dict, "Reason", "s", call->reason);
  g_variant_dict_insert (&dict, "Count", "u", call->count);
  g_variant_builder_add_value (builder, g_variant_dict_end (&dict));
}

static gboolean
on_list (TacHistoryService *service, GDBusMethodInvocation *invocation, GVariant *dictionary)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_auto (Filter) filter = { .filter.limit = LIST_DEFAULT };
  g_autoptr (GError) error = NULL;

  if (take_filter (service, &filter, dictionary, &error))
    {
      filter.filter.limit = MIN (filter.filter.limit, LIST_MOST);
      tac_history_foreach (tac_vault_history (service->vault), &filter.filter, describe, &builder);
      tac_store_check (tac_vault_store (service->vault), &error);
    }
  if (error == NULL)
    tac_dbus_history1_complete_list (service->skeleton, invocation,
                                     g_variant_builder_end (&builder));
  else
    g_dbus_method_invocation_return_gerror (invocation, error);
  return TRUE;
}

static gboolean
on_forget (TacHistoryService *service, GDBusMethodInvocation *invocation, GVariant *dictionary)
{
  g_auto (Filter) filter = { 0 };
  g_autoptr (GError) error = NULL;
  guint count;

  if (take_filter (service, &filter, dictionary, &error)
      && tac_history_forget (tac_vault_history (service->vault), &filter.filter, &count, &error))
    tac_dbus_history1_complete_forget (service->skeleton, invocation, count);
  else
    g_dbus_method_invocation_return_gerror (invocation, error);
  return TRUE;
}

static GVariant *
points_of (const TacQuality *quality)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(yyqqqss)"));
  for (guint i = 0; i < quality->n; i++)
    {
      const TacQualityPoint *point = &quality->points[i];

      g_variant_builder_add (&builder, "(yyqqqss)", point->loss, point->concealed, point->jitter_ms,
                             point->delay_ms, point->round_trip_ms,
                             tac_profile_name (point->profile),
                             tac_profile_name (point->peer_profile));
    }
  return g_variant_builder_end (&builder);
}

static gboolean
on_get_quality (TacHistoryService *service, GDBusMethodInvocation *invocation, gint64 id)
{
  g_autofree TacQuality *quality = g_new (TacQuality, 1);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  tac_quality_init (quality);
  if (!tac_vault_check_open (service->vault, &error)
      || !tac_history_get_quality (tac_vault_history (service->vault), id, &bytes, &error))
    {
      g_dbus_method_invocation_return_gerror (invocation, error);
      return TRUE;
    }
  if (bytes != NULL
      && !tac_quality_from_bytes (quality, g_bytes_get_data (bytes, NULL),
                                  g_bytes_get_size (bytes)))
    tac_quality_init (quality);
  tac_dbus_history1_complete_get_quality (service->skeleton, invocation, quality->step_s,
                                          points_of (quality));
  return TRUE;
}

/* The history comes and goes with the vault; its signal is followed while it is there. */
static void
on_opened (TacHistoryService *service)
{
  g_signal_connect_swapped (tac_vault_history (service->vault), "changed",
                            G_CALLBACK (tac_dbus_history1_emit_changed), service->skeleton);
  tac_dbus_history1_emit_changed (service->skeleton);
}

static void
on_closing (TacHistoryService *service)
{
  g_signal_handlers_disconnect_by_data (tac_vault_history (service->vault), service->skeleton);
  tac_dbus_history1_emit_changed (service->skeleton);
}

TacHistoryService *
tac_history_service_new (TacVault *vault, GDBusObjectSkeleton *object)
{
  TacHistoryService *service = g_new0 (TacHistoryService, 1);

  service->vault = vault;
  service->skeleton = tac_dbus_history1_skeleton_new ();
  g_signal_connect_swapped (service->skeleton, "handle-list", G_CALLBACK (on_list), service);
  g_signal_connect_swapped (service->skeleton, "handle-get-quality", G_CALLBACK (on_get_quality),
                            service);
  g_signal_connect_swapped (service->skeleton, "handle-forget", G_CALLBACK (on_forget), service);
  g_signal_connect_swapped (vault, "opened", G_CALLBACK (on_opened), service);
  g_signal_connect_swapped (vault, "closing", G_CALLBACK (on_closing), service);
  if (tac_vault_history (vault) != NULL)
    on_opened (service);
  g_dbus_object_skeleton_add_interface (object, G_DBUS_INTERFACE_SKELETON (service->skeleton));
  return service;
}

void
tac_history_service_free (TacHistoryService *service)
{
  if (tac_vault_history (service->vault) != NULL)
    g_signal_handlers_disconnect_by_data (tac_vault_history (service->vault), service->skeleton);
  g_signal_handlers_disconnect_by_data (service->vault, service);
  g_object_unref (service->skeleton);
  g_free (service);
}
