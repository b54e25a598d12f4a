/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pairing by SMS: the requests that there are, their expiry, and what changed contacts make of
 * them. What comes is in pairing-receive.c, what the user does in pairing-user.c, the rules are in
 * pairing-rules.c.
 *
 * A request is nothing but a row of the store; what it means is seen from the contacts as they are
 * now. So whatever happens meanwhile, a replaced key, a contact made by hand, a crash between two
 * steps, update() has the requests fit again. */
#include "daemon/pairing-private.h"

#include "daemon/errors.h"
#include "daemon/notify.h"

#include "codecs/fingerprint.h"

#include <sodium.h>
#include <string.h>

enum
{
  SIGNAL_REQUESTED,
  SIGNAL_COMPLETED,
  SIGNAL_CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TacPairing, tac_pairing, G_TYPE_OBJECT)

gboolean
tac_pairing_check_open (TacPairing *pairing, GError **error)
{
  if (!tac_vault_check_open (pairing->vault, error))
    return FALSE;
  if (pairing->store == NULL) /* it is being closed */
    g_set_error_literal (error, TAC_ERROR, TAC_ERROR_LOCKED,
                         "the phone is being locked; to open it: tacitel unlock");
  return pairing->store != NULL;
}

/* Describing */

TacPairingKind
tac_pairing_kind_of (TacPairing *pairing, const TacPairingRequest *request)
{
  g_autoptr (TacContact) by_number = tac_contacts_find_number (pairing->contacts, request->number);
  g_autoptr (TacContact) by_key = tac_contacts_find_key (pairing->contacts, request->key);

  return request->outgoing ? TAC_PAIRING_OUTGOING
                           : tac_pairing_kind (request->answer, request->key, by_number, by_key);
}

static void
describe_key (GVariantDict *dict, const TacPairingRequest *request)
{
  char key[2 * TAC_KEY_SIZE + 1] = "", print[2 * TAC_FINGERPRINT_SIZE + 1] = "";
  guint8 fingerprint[TAC_FINGERPRINT_SIZE];

  if (!request->outgoing)
    {
      tac_fingerprint (fingerprint, request->key);
      sodium_bin2hex (key, sizeof key, request->key, TAC_KEY_SIZE);
      sodium_bin2hex (print, sizeof print, fingerprint, sizeof fingerprint);
    }
  g_variant_dict_insert (dict, "Key", "s", key);
  g_variant_dict_insert (dict, "Fingerprint", "s", print);
}

static GVariant *
describe (TacPairing *pairing, const TacPairingRequest *request)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (TacContact) by_number = tac_contacts_find_number (pairing->contacts, request->number);
  g_autoptr (TacContact) by_key = tac_contacts_find_key (pairing->contacts, request->key);
  TacPairingKind kind = tac_pairing_kind_of (pairing, request);
  g_autofree char *text = tac_pairing_text (kind, request->number, by_number, by_key,
                                            request->contested, request->sent);

  describe_key (&dict, request);
  g_variant_dict_insert (&dict, "Number", "s", request->number);
  g_variant_dict_insert (&dict, "Direction", "s", request->outgoing ? "outgoing" : "incoming");
  g_variant_dict_insert (&dict, "Time", "x", request->time_us);
  g_variant_dict_insert (&dict, "Expires", "x", request->time_us + TAC_PAIRING_LIFE_US);
  g_variant_dict_insert (&dict, "Name", "s", request->name);
  g_variant_dict_insert (&dict, "Kind", "s", tac_pairing_kind_to_string (kind));
  g_variant_dict_insert (&dict, "Text", "s", text);
  return g_variant_dict_end (&dict);
}

GVariant *
tac_pairing_list (TacPairing *pairing, GError **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_autoptr (GPtrArray) list = NULL;

  if (!tac_pairing_check_open (pairing, error))
    return NULL;
  tac_pairing_expire (pairing, g_get_real_time ());
  list = tac_pairing_store_list (pairing->store);
  for (guint i = 0; i < list->len; i++)
    if (!((TacPairingRequest *)list->pdata[i])->declined)
      g_variant_builder_add_value (&builder, describe (pairing, list->pdata[i]));
  return g_variant_builder_end (&builder);
}

void
tac_pairing_tell_completed (TacPairing *pairing, const char *name, const char *number)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, "Name", "s", name);
  g_variant_dict_insert (&dict, "Number", "s", number);
  tac_notify (pairing->config, "paired", g_variant_dict_end (&dict));
  g_signal_emit (pairing, signals[SIGNAL_COMPLETED], 0, name, number);
}

void
tac_pairing_tell_requested (TacPairing *pairing, const TacPairingRequest *request)
{
  g_autoptr (GVariant) details = g_variant_ref_sink (describe (pairing, request));
  gboolean changed_key = tac_pairing_kind_of (pairing, request) == TAC_PAIRING_CHANGED_KEY;

  tac_notify (pairing->config, changed_key ? "key-changed" : "pairing-request", details);
  g_signal_emit (pairing, signals[SIGNAL_REQUESTED], 0, details);
}

/* Expiry, and fitting the requests to the contacts */

static gboolean
on_sync (gpointer user_data)
{
  TacPairing *pairing = user_data;

  pairing->sync = 0;
  tac_pairing_update (pairing);
  return G_SOURCE_REMOVE;
}

/* When contacts change, there may be more to come, or a transaction is not at its end: later. */
static void
schedule_update (TacPairing *pairing)
{
  if (pairing->sync == 0)
    pairing->sync = g_idle_add (on_sync, pairing);
}

/* A new key waits as long as the request that brought it. */
void
tac_pairing_forget_new_key (TacPairing *pairing, const TacPairingRequest *request)
{
  g_autoptr (TacContact) contact = tac_contacts_find_number (pairing->contacts, request->number);
  g_autoptr (GError) error = NULL;

  if (contact != NULL && contact->has_new_key && !request->outgoing && !request->declined
      && memcmp (contact->new_key, request->key, TAC_KEY_SIZE) == 0
      && !tac_contacts_set_new_key (pairing->contacts, contact->id, NULL, &error))
    g_warning ("a new key that has expired stays with its contact: %s", error->message);
}

void
tac_pairing_expire (TacPairing *pairing, gint64 now_us)
{
  g_autoptr (GPtrArray) list = tac_pairing_store_list (pairing->store);
  g_autoptr (GError) error = NULL;
  gboolean any = FALSE;
  gboolean ok = tac_pairing_store_trim_counts (pairing->store, now_us - TAC_PAIRING_WINDOW_US,
                                               now_us + TAC_PAIRING_WINDOW_US, &error);

  for (guint i = 0; i < list->len && ok; i++)
    {
      const TacPairingRequest *request = list->pdata[i];

      if (!tac_pairing_expired (request->time_us, now_us))
        continue;
      tac_pairing_forget_new_key (pairing, request);
      ok = tac_pairing_store_remove (pairing->store, request, &error);
      any = any || !request->declined;
    }
  if (any)
    schedule_update (pairing);
  if (!ok)
    g_warning ("requests to pair that have expired could not be deleted: %s", error->message);
}

static gboolean
on_expiry (gpointer user_data)
{
  TacPairing *pairing = user_data;

  pairing->expiry = 0;
  tac_pairing_expire (pairing, g_get_real_time ());
  tac_pairing_update (pairing);
  return G_SOURCE_REMOVE;
}

/* One timer, and none while nothing waits. */
static void
arm (TacPairing *pairing, gboolean any, gint64 oldest_us)
{
  gint64 left_us;

  g_clear_handle_id (&pairing->expiry, g_source_remove);
  if (!any)
    return;
  left_us = CLAMP (oldest_us + TAC_PAIRING_LIFE_US - g_get_real_time (), 0, TAC_PAIRING_LIFE_US);
  pairing->expiry
      = g_timeout_add_seconds ((guint)(left_us / G_TIME_SPAN_SECOND) + 1, on_expiry, pairing);
}

/* The contact has this key already: the user replaced its key or added it by hand, while its owner
 * waits for ours. */
static void
settle (TacPairing *pairing, const TacPairingRequest *request, const TacContact *contact)
{
  g_autoptr (GError) error = NULL;

  if (!tac_pairing_store_remove_number (pairing->store, request->number, &error))
    g_warning ("a request to pair that is settled could not be deleted: %s", error->message);
  else
    tac_pairing_answer (pairing, contact->number, contact->name);
}

/* An incoming request that waits, and the contact of its number. */
static void
fit (TacPairing *pairing, const TacPairingRequest *request, const TacContact *contact)
{
  g_autoptr (GError) error = NULL;

  if (memcmp (contact->key, request->key, TAC_KEY_SIZE) == 0)
    settle (pairing, request, contact);
  else if ((!contact->has_new_key || memcmp (contact->new_key, request->key, TAC_KEY_SIZE) != 0)
           && !tac_contacts_set_new_key (pairing->contacts, contact->id, request->key, &error))
    g_warning ("a new key could not be kept with its contact: %s", error->message);
}

void
tac_pairing_update (TacPairing *pairing)
{
  g_autoptr (GPtrArray) list = tac_pairing_store_list (pairing->store);
  gint64 oldest_us = G_MAXINT64;
  gboolean any = FALSE;

  g_clear_handle_id (&pairing->sync, g_source_remove);
  for (guint i = 0; i < list->len; i++)
    {
      const TacPairingRequest *request = list->pdata[i];
      g_autoptr (TacContact) contact = NULL;

      if (request->declined)
        continue;
      any = TRUE;
      oldest_us = MIN (oldest_us, request->time_us);
      contact = tac_contacts_find_number (pairing->contacts, request->number);
      if (contact != NULL && !contact->blocked && !request->outgoing)
        fit (pairing, request, contact);
    }
  arm (pairing, any, oldest_us);
  g_clear_handle_id (&pairing->sync, g_source_remove); /* what was asked for meanwhile is done */
  g_signal_emit (pairing, signals[SIGNAL_CHANGED], 0);
}

/* The vault */

static void
on_opened (TacPairing *pairing)
{
  pairing->store = tac_vault_store (pairing->vault);
  pairing->contacts = tac_vault_contacts (pairing->vault);
  pairing->session = g_cancellable_new ();
  pairing->contacts_changed = g_signal_connect_swapped (pairing->contacts, "changed",
                                                        G_CALLBACK (schedule_update), pairing);
  tac_pairing_expire (pairing, g_get_real_time ());
  tac_pairing_update (pairing);
}

static void
close_session (TacPairing *pairing)
{
  if (pairing->store == NULL)
    return;
  g_clear_handle_id (&pairing->sync, g_source_remove);
  g_clear_handle_id (&pairing->expiry, g_source_remove);
  g_clear_signal_handler (&pairing->contacts_changed, pairing->contacts);
  pairing->store = NULL;
  pairing->contacts = NULL;
  g_cancellable_cancel (pairing->session);
  g_clear_object (&pairing->session);
}

static void
on_closing (TacPairing *pairing)
{
  close_session (pairing);
  g_signal_emit (pairing, signals[SIGNAL_CHANGED], 0);
}

TacPairing *
tac_pairing_new (const TacConfig *config, TacVault *vault, TacModem *modem, TacSms *sms,
                 TacCounters *counters)
{
  TacPairing *pairing = g_object_new (TAC_TYPE_PAIRING, NULL);

  pairing->config = config;
  pairing->vault = g_object_ref (vault);
  pairing->modem = g_object_ref (modem);
  pairing->sms = g_object_ref (sms);
  pairing->counters = counters;
  g_signal_connect_object (vault, "opened", G_CALLBACK (on_opened), pairing, G_CONNECT_SWAPPED);
  g_signal_connect_object (vault, "closing", G_CALLBACK (on_closing), pairing, G_CONNECT_SWAPPED);
  if (tac_vault_get_state (vault) == TAC_VAULT_OPEN)
    on_opened (pairing);
  return pairing;
}

static void
tac_pairing_init (TacPairing *pairing)
{
}

static void
tac_pairing_dispose (GObject *object)
{
  TacPairing *pairing = TAC_PAIRING (object);

  close_session (pairing);
  g_clear_object (&pairing->sms);
  g_clear_object (&pairing->modem);
  g_clear_object (&pairing->vault);
  G_OBJECT_CLASS (tac_pairing_parent_class)->dispose (object);
}

static void
tac_pairing_class_init (TacPairingClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tac_pairing_dispose;
  signals[SIGNAL_REQUESTED] = g_signal_new ("requested", TAC_TYPE_PAIRING, G_SIGNAL_RUN_LAST, 0,
                                            NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_VARIANT);
  signals[SIGNAL_COMPLETED]
      = g_signal_new ("completed", TAC_TYPE_PAIRING, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", TAC_TYPE_PAIRING, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
}
