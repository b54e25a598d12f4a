/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Powered, then Online, each once oFono has told that the one before came true. While it refuses
 * (the modem does not answer), again, at longer and longer intervals; a timer runs only then. */
#include "daemon/modem-power.h"

#include "daemon/ofono.h"

/* A modem that resets is back after seconds, and a call may wait for it; one that is gone is gone
 * for long. So the pause is a part of the time it has been away. */
#define RETRY_FIRST_S 1
#define RETRY_MOST_S 60
#define RETRY_PART 8

struct TacModemPower
{
  GDBusConnection *bus;
  char *owner, *path;
  gboolean powered, online;
  gboolean flight_mode; /* somebody took it offline */
  GCancellable *call;   /* SetProperty under way */
  guint retry;
  gint64 since_us; /* monotonic: of the last progress */
};

static void step (TacModemPower *power);

static gboolean
on_retry (gpointer user_data)
{
  TacModemPower *power = user_data;

  power->retry = 0;
  step (power);
  return G_SOURCE_REMOVE;
}

static guint
get_retry_s (TacModemPower *power)
{
  gint64 away_s = (g_get_monotonic_time () - power->since_us) / G_USEC_PER_SEC;

  return (guint)CLAMP (away_s / RETRY_PART, RETRY_FIRST_S, RETRY_MOST_S);
}

static void
on_set (GObject *bus, GAsyncResult *result, gpointer user_data)
{
  TacModemPower *power = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (bus), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* and @power is gone */
  g_clear_object (&power->call);
  if (error != NULL)
    g_info ("%s does not come up: %s; trying again in %u s", power->path, error->message,
            get_retry_s (power));
  /* The property's change may follow the reply: it is waited for no longer than a refusal. */
  power->retry = g_timeout_add_seconds (get_retry_s (power), on_retry, power);
  if (power->powered && power->online)
    g_clear_handle_id (&power->retry, g_source_remove);
}

static void
step (TacModemPower *power)
{
  if (power->call != NULL || power->retry != 0
      || (power->powered && (power->online || power->flight_mode)))
    return;
  power->call = g_cancellable_new ();
  tac_ofono_set_property (power->bus, power->owner, power->path, OFONO_MODEM,
                          power->powered ? "Online" : "Powered", g_variant_new_boolean (TRUE),
                          OFONO_SLOW_TIMEOUT_MS, power->call, on_set, power);
}

void
tac_modem_power_follow (TacModemPower *power, gboolean powered, gboolean online)
{
  gboolean progress = (powered && !power->powered) || (online && !power->online);
  gboolean lost = power->powered && !powered;

  if (!powered)
    power->flight_mode = FALSE;
  else if (power->powered && power->online && !online)
    power->flight_mode = TRUE;
  power->powered = powered;
  power->online = online;
  if (progress || lost)
    power->since_us = g_get_monotonic_time ();
  if (progress)
    {
      g_clear_handle_id (&power->retry, g_source_remove);
      /* Its reply may still be on the way. */
      g_cancellable_cancel (power->call);
      g_clear_object (&power->call);
    }
  step (power);
}

void
tac_modem_power_sim_inserted (TacModemPower *power)
{
  power->flight_mode = FALSE;
  step (power);
}

TacModemPower *
tac_modem_power_new (GDBusConnection *bus, const char *owner, const char *path)
{
  TacModemPower *power = g_new0 (TacModemPower, 1);

  power->bus = g_object_ref (bus);
  power->owner = g_strdup (owner);
  power->path = g_strdup (path);
  power->since_us = g_get_monotonic_time ();
  return power;
}

void
tac_modem_power_free (TacModemPower *power)
{
  g_cancellable_cancel (power->call);
  g_clear_object (&power->call);
  g_clear_handle_id (&power->retry, g_source_remove);
  g_object_unref (power->bus);
  g_free (power->owner);
  g_free (power->path);
  g_free (power);
}
