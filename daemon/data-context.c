/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Raising and lowering go through the steps below, one call to oFono at a time: it refuses a second
 * request for a context with InProgress.
 *
 * oFono's own word that a context is active proves nothing once the network has dropped it, so loss
 * is judged by the modem, by Attached and by the interface. A context that was active before
 * belongs to somebody else, the phone's network manager, and is left up; also where it was lost
 * and had to be raised again. */
#include "daemon/data-context-private.h"
#include "daemon/data-record.h"
#include "daemon/ofono.h"

#define LOWER_AGAIN_MS 200
#define LOWER_TRIES 50

static void on_lowered (GObject *bus, GAsyncResult *result, gpointer user_data);

enum
{
  SIGNAL_CHANGED,
  SIGNAL_BROKEN,
  SIGNAL_ADDRESS_CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TacDataContext, tac_data_context, G_TYPE_OBJECT)

void
tac_data_context_set_step (TacDataContext *context, TacContextStep step)
{
  TacContextState before = tac_data_context_get_state (context);

  context->step = step;
  if (tac_data_context_get_state (context) != before)
    g_signal_emit (context, signals[SIGNAL_CHANGED], 0);
}

void
tac_data_context_ask (TacDataContext *context, const char *path, const char *interface,
                      const char *method, GVariant *arguments, GAsyncReadyCallback callback)
{
  tac_ofono_call (tac_modem_get_bus (context->modem), tac_modem_get_owner (context->modem), path,
                  interface, method, arguments, OFONO_SLOW_TIMEOUT_MS, context->attempt, callback,
                  g_object_ref (context));
}

void
tac_data_context_set_active (TacDataContext *context, gboolean active, GAsyncReadyCallback callback)
{
  tac_data_context_ask (context, context->path, OFONO_CONTEXT, "SetProperty",
                        g_variant_new ("(sv)", "Active", g_variant_new_boolean (active)), callback);
}

static void
drop_interface (TacDataContext *context)
{
  g_clear_pointer (&context->address, tac_data_address_free);
}

void
tac_data_context_set_ours (TacDataContext *context, gboolean ours)
{
  if (ours)
    tac_data_record_write (tac_modem_get_bus (context->modem), tac_modem_get_owner (context->modem),
                           context->path);
  else if (context->ours)
    tac_data_record_remove ();
  context->ours = ours;
}

void
tac_data_context_set_theirs (TacDataContext *context, const char *path)
{
  g_free (context->theirs);
  context->theirs = g_strdup (path);
  context->stale = FALSE;
}

/* Down, whatever oFono still has to say. */
void
tac_data_context_forget (TacDataContext *context)
{
  tac_data_context_set_ours (context, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (context->watches); i++)
    {
      if (context->watches[i] != 0)
        g_dbus_connection_signal_unsubscribe (tac_modem_get_bus (context->modem),
                                              context->watches[i]);
      context->watches[i] = 0;
    }
  g_clear_handle_id (&context->again, g_source_remove);
  g_cancellable_cancel (context->attempt);
  g_clear_object (&context->attempt);
  drop_interface (context);
  g_clear_pointer (&context->path, g_free);
  tac_data_context_set_step (context, STEP_DOWN);
}

static gboolean
on_again (gpointer user_data)
{
  TacDataContext *context = user_data;

  context->again = 0;
  tac_data_context_set_active (context, FALSE, on_lowered);
  return G_SOURCE_REMOVE;
}

/* oFono refuses while it attaches or detaches, which is when a context is lost, and says nothing
 * when it has done so. */
static gboolean
is_busy (const GError *error)
{
  g_autofree char *name = error != NULL ? g_dbus_error_get_remote_error (error) : NULL;

  return name != NULL && (g_str_has_suffix (name, "InProgress") || g_str_has_suffix (name, "Busy"));
}

static void
on_lowered (GObject *bus, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TacDataContext) context = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (bus), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (is_busy (error) && context->refusals++ < LOWER_TRIES)
    context->again = g_timeout_add (LOWER_AGAIN_MS, on_again, context);
  else
    tac_data_context_forget (context);
}

void
tac_data_context_take_down (TacDataContext *context)
{
  context->refusals = 0;
  tac_data_context_set_step (context, STEP_LOWER);
  tac_data_context_set_active (context, FALSE, on_lowered);
}

/* Takes back what was done. */
static void
lower (TacDataContext *context)
{
  switch (context->step)
    {
    case STEP_ATTACH:
    case STEP_CONTEXTS:
      tac_data_context_forget (context);
      break;
    case STEP_RENEW:
    case STEP_ACTIVATE:
      tac_data_context_set_step (context, STEP_UNDO);
      break;
    case STEP_SETTINGS:
    case STEP_ADDRESS:
    case STEP_UP:
      drop_interface (context);
      if (context->ours)
        tac_data_context_take_down (context);
      else
        tac_data_context_forget (context);
      break;
    case STEP_DOWN:
    case STEP_UNDO:
    case STEP_LOWER:
      break;
    }
}

void
tac_data_context_lower (TacDataContext *context)
{
  lower (context);
  tac_data_context_set_theirs (context, NULL);
}

/* Raising broke, or what was up is gone. */
void
tac_data_context_fail (TacDataContext *context, const char *why)
{
  g_signal_emit (context, signals[SIGNAL_BROKEN], 0, why);
  lower (context);
}

void
tac_data_context_moved (TacDataContext *context)
{
  g_signal_emit (context, signals[SIGNAL_ADDRESS_CHANGED], 0);
}

void
tac_data_context_recover (TacDataContext *context)
{
  GDBusConnection *bus = tac_modem_get_bus (context->modem);
  g_autofree char *path = tac_data_record_read (bus, tac_modem_get_owner (context->modem));

  if (path == NULL)
    {
      tac_data_record_remove ();
      return;
    }
  context->path = g_steal_pointer (&path);
  context->ours = TRUE;
  context->attempt = g_cancellable_new ();
  tac_data_context_take_down (context);
}

/* The object */

static void
tac_data_context_init (TacDataContext *context)
{
}

static void
tac_data_context_dispose (GObject *object)
{
  TacDataContext *context = TAC_DATA_CONTEXT (object);

  if (context->modem != NULL)
    tac_data_context_forget (context);
  g_clear_object (&context->modem);
  g_clear_pointer (&context->theirs, g_free);
  g_clear_pointer (&context->wanted, g_free);
  G_OBJECT_CLASS (tac_data_context_parent_class)->dispose (object);
}

static void
tac_data_context_class_init (TacDataContextClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tac_data_context_dispose;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", TAC_TYPE_DATA_CONTEXT, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_BROKEN] = g_signal_new ("broken", TAC_TYPE_DATA_CONTEXT, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_ADDRESS_CHANGED]
      = g_signal_new ("address-changed", TAC_TYPE_DATA_CONTEXT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                      NULL, G_TYPE_NONE, 0);
}

TacDataContext *
tac_data_context_new (TacModem *modem, const char *wanted)
{
  TacDataContext *context = g_object_new (TAC_TYPE_DATA_CONTEXT, NULL);

  context->modem = g_object_ref (modem);
  context->wanted = g_strdup (wanted);
  return context;
}

void
tac_data_context_abandon (TacDataContext *context)
{
  if (context->step == STEP_ACTIVATE || context->step == STEP_UNDO)
    context->ours = FALSE; /* oFono is busy: it stays recorded, for the next daemon */
  if (context->ours)
    tac_ofono_set_property (
        tac_modem_get_bus (context->modem), tac_modem_get_owner (context->modem), context->path,
        OFONO_CONTEXT, "Active", g_variant_new_boolean (FALSE), OFONO_TIMEOUT_MS, NULL, NULL, NULL);
  tac_data_context_forget (context);
}

TacContextState
tac_data_context_get_state (TacDataContext *context)
{
  switch (context->step)
    {
    case STEP_DOWN:
      return TAC_CONTEXT_DOWN;
    case STEP_ATTACH:
    case STEP_CONTEXTS:
    case STEP_RENEW:
    case STEP_ACTIVATE:
    case STEP_SETTINGS:
    case STEP_ADDRESS:
      return TAC_CONTEXT_RAISING;
    case STEP_UP:
      return TAC_CONTEXT_UP;
    case STEP_UNDO:
    case STEP_LOWER:
      return TAC_CONTEXT_LOWERING;
    }
  g_return_val_if_reached (TAC_CONTEXT_DOWN);
}

const char *
tac_data_context_get_waiting (TacDataContext *context)
{
  if (context->step == STEP_ADDRESS)
    return "its interface got no address in time (is the network manager running?)";
  if (context->step == STEP_ATTACH)
    return "the network does not admit this phone to packet data (no coverage, or roaming?)";
  return "it did not come up in time";
}

const char *
tac_data_context_get_interface (TacDataContext *context)
{
  return context->address != NULL ? tac_data_address_get_interface (context->address) : NULL;
}

GPtrArray *
tac_data_context_get_addresses (TacDataContext *context)
{
  return context->address != NULL ? tac_data_address_get (context->address) : NULL;
}
