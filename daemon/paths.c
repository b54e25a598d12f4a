/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does what path-rules say: makes and frees ICE agents, sends by the one in use. A path is freed
 * from the main loop, never from within one of its own events. */
#include "daemon/paths.h"

#include "daemon/path-rules.h"

#include <sodium.h>
#include <string.h>

typedef struct
{
  TacPaths *owner;
  guint number;
  TacPath *path;
  GPtrArray *addresses;
  TacCandidates local; /* once gathered */
} Way;

struct TacPaths
{
  const TacEngine *engine;
  const TacConfig *config;
  const TacHandshake *handshake;
  gboolean caller;
  TacPathsEvents events;
  gpointer user_data;

  TacPathRules rules;
  Way *ways[TAC_WAYS];
  GPtrArray *addresses; /* GInetAddress; NULL: none */
  TacCandidates remote; /* of the first path */
  gboolean has_remote;
  TacPathOffer offer; /* the peer's newest */
  guint retry, sms, settle, changes;
  GPtrArray *trash; /* Way, until the main loop is back */
  guint sweep;

  GMutex lock; /* of sending: the capture thread sends while the main thread changes paths */
  TacPath *sending;
};

static gboolean step (TacPaths *paths, TacPathsEvent event);

static void
close_way (Way *way, GDestroyNotify closed, gpointer user_data)
{
  if (way->path != NULL)
    way->owner->engine->path_free (way->path, closed, user_data);
  g_ptr_array_unref (way->addresses);
  g_free (way);
}

static void
way_free (gpointer data)
{
  close_way (data, NULL, NULL);
}

/* A path's events */

static gboolean
is_first (const Way *way)
{
  return way->owner->rules.ways[way->number].generation == 0 && way->owner->changes == 0
         && way->number == way->owner->rules.current;
}

static void
on_gathered (const TacCandidates *local, gpointer user_data)
{
  Way *way = user_data;

  way->local = *local;
  if (is_first (way))
    way->owner->events.gathered (local, way->owner->user_data);
  else
    step (way->owner, (TacPathsEvent){ TAC_PATHS_GATHERED, way->number, 0 });
}

static void
on_connected (gpointer user_data)
{
  Way *way = user_data;
  gboolean first = is_first (way);

  step (way->owner, (TacPathsEvent){ TAC_PATHS_CONNECTED, way->number, 0 });
  if (first)
    way->owner->events.connected (way->owner->user_data);
}

static void
on_received (const guint8 *packet, gsize size, gpointer user_data)
{
  Way *way = user_data;

  if (way->owner->ways[way->number] == way)
    way->owner->events.received (way->number, packet, size, way->owner->user_data);
}

/* Doing */

static GPtrArray *
copy_addresses (GPtrArray *addresses)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < addresses->len; i++)
    g_ptr_array_add (copy, g_object_ref (addresses->pdata[i]));
  return copy;
}

static gboolean
make (TacPaths *paths, guint number, GError **error)
{
  static const TacPathEvents events
      = { .gathered = on_gathered, .connected = on_connected, .received = on_received };
  TacIceCredentials credentials;
  const TacPathOptions options = { .caller = paths->caller,
                                   .credentials = &credentials,
                                   .addresses = paths->addresses,
                                   .servers = paths->config->servers,
                                   .policy = paths->config->relay_policy };
  Way *way = g_new0 (Way, 1);

  way->owner = paths;
  way->number = number;
  way->addresses = copy_addresses (paths->addresses);
  tac_handshake_ice (paths->handshake, paths->rules.ways[number].generation, &credentials);
  way->path = paths->engine->path_new (&options, &events, way, error);
  sodium_memzero (&credentials, sizeof credentials);
  if (way->path == NULL)
    {
      way_free (way);
      return FALSE;
    }
  paths->ways[number] = way;
  return TRUE;
}

static void
make_next (TacPaths *paths, guint number)
{
  g_autoptr (GError) error = NULL;

  if (paths->addresses != NULL && make (paths, number, &error))
    return;
  if (error != NULL)
    g_info ("another path cannot be made: %s", error->message);
  step (paths, (TacPathsEvent){ TAC_PATHS_FAILED, number, 0 });
}

static gboolean
on_sweep (gpointer user_data)
{
  TacPaths *paths = user_data;

  paths->sweep = 0;
  g_ptr_array_set_size (paths->trash, 0);
  return G_SOURCE_REMOVE;
}

static void
throw_away (TacPaths *paths, guint number)
{
  Way *way = g_steal_pointer (&paths->ways[number]);

  if (way == NULL)
    return;
  g_mutex_lock (&paths->lock);
  if (paths->sending == way->path)
    paths->sending = NULL;
  g_mutex_unlock (&paths->lock);
  g_ptr_array_add (paths->trash, way);
  if (paths->sweep == 0)
    paths->sweep = g_idle_add (on_sweep, paths);
}

static void
use (TacPaths *paths, guint number)
{
  g_mutex_lock (&paths->lock);
  paths->sending = paths->ways[number] != NULL ? paths->ways[number]->path : NULL;
  g_mutex_unlock (&paths->lock);
  paths->changes++;
  paths->events.changed (paths->user_data);
}

static void
offer (TacPaths *paths, guint number, gboolean by_sms)
{
  const TacPathOffer mine = { .generation = paths->rules.ways[number].generation,
                              .candidates = paths->ways[number]->local };

  paths->events.offer (&mine, by_sms, paths->user_data);
}

/* Timers */

static gboolean
on_retry (gpointer user_data)
{
  TacPaths *paths = user_data;

  paths->retry = 0;
  step (paths, (TacPathsEvent){ TAC_PATHS_RETRY, TAC_WAY_NONE, 0 });
  return G_SOURCE_REMOVE;
}

static gboolean
on_sms (gpointer user_data)
{
  TacPaths *paths = user_data;

  paths->sms = 0;
  step (paths, (TacPathsEvent){ TAC_PATHS_SMS, TAC_WAY_NONE, 0 });
  return G_SOURCE_REMOVE;
}

static gboolean
on_settle (gpointer user_data)
{
  TacPaths *paths = user_data;

  paths->settle = 0;
  step (paths, (TacPathsEvent){ TAC_PATHS_SETTLE, TAC_WAY_NONE, 0 });
  return G_SOURCE_REMOVE;
}

static void
start (guint *timer, guint ms, GSourceFunc function, TacPaths *paths)
{
  g_clear_handle_id (timer, g_source_remove);
  *timer = g_timeout_add (ms, function, paths);
}

static void
perform (TacPaths *paths, TacPathsAction action, guint way)
{
  switch (action)
    {
    case TAC_PATHS_DO_MAKE:
      make_next (paths, way);
      break;
    case TAC_PATHS_DO_CHECK:
      if (paths->ways[way] != NULL)
        paths->engine->path_set_remote (paths->ways[way]->path, &paths->offer.candidates);
      break;
    case TAC_PATHS_DO_USE:
      use (paths, way);
      break;
    case TAC_PATHS_DO_FREE:
      throw_away (paths, way);
      break;
    case TAC_PATHS_DO_OFFER:
    case TAC_PATHS_DO_OFFER_BY_SMS:
      offer (paths, way, action == TAC_PATHS_DO_OFFER_BY_SMS);
      break;
    case TAC_PATHS_DO_PING:
      paths->events.ping (way, paths->user_data);
      break;
    case TAC_PATHS_DO_START_RETRY:
      start (&paths->retry, TAC_PATHS_RETRY_MS, on_retry, paths);
      break;
    case TAC_PATHS_DO_STOP_RETRY:
      g_clear_handle_id (&paths->retry, g_source_remove);
      break;
    case TAC_PATHS_DO_START_SMS:
      start (&paths->sms, TAC_PATHS_SMS_MS, on_sms, paths);
      break;
    case TAC_PATHS_DO_STOP_SMS:
      g_clear_handle_id (&paths->sms, g_source_remove);
      break;
    case TAC_PATHS_DO_START_SETTLE:
      start (&paths->settle, TAC_PATHS_SETTLE_MS, on_settle, paths);
      break;
    }
}

/* FALSE: an offer that fits nothing. */
static gboolean
step (TacPaths *paths, TacPathsEvent event)
{
  TacPathsStep done = tac_path_rules_step (&paths->rules, event);

  for (guint i = 0; i < done.n; i++)
    perform (paths, done.list[i].action, done.list[i].way);
  return !done.refused;
}

/* The object */

TacPaths *
tac_paths_new (const TacEngine *engine, const TacConfig *config, gboolean caller,
               const TacHandshake *handshake, GPtrArray *addresses, const TacPathsEvents *events,
               gpointer user_data, GError **error)
{
  TacPaths *paths = g_new0 (TacPaths, 1);

  paths->engine = engine;
  paths->config = config;
  paths->handshake = handshake;
  paths->caller = caller;
  paths->events = *events;
  paths->user_data = user_data;
  paths->addresses = copy_addresses (addresses);
  paths->trash = g_ptr_array_new_with_free_func (way_free);
  g_mutex_init (&paths->lock);
  tac_path_rules_init (&paths->rules, caller);
  if (!make (paths, paths->rules.current, error))
    {
      tac_paths_free (paths, NULL, NULL);
      return NULL;
    }
  paths->sending = paths->ways[paths->rules.current]->path;
  return paths;
}

typedef struct
{
  guint left; /* paths, and one for who counts them */
  GDestroyNotify closed;
  gpointer user_data;
} Closing;

static void
on_closed (gpointer user_data)
{
  Closing *closing = user_data;

  if (--closing->left > 0)
    return;
  if (closing->closed != NULL)
    closing->closed (closing->user_data);
  g_free (closing);
}

static gboolean
on_counted (gpointer user_data)
{
  on_closed (user_data);
  return G_SOURCE_REMOVE;
}

void
tac_paths_free (TacPaths *paths, GDestroyNotify closed, gpointer user_data)
{
  Closing *closing = g_new0 (Closing, 1);

  *closing = (Closing){ .left = 1, .closed = closed, .user_data = user_data };
  g_clear_handle_id (&paths->retry, g_source_remove);
  g_clear_handle_id (&paths->sms, g_source_remove);
  g_clear_handle_id (&paths->settle, g_source_remove);
  g_clear_handle_id (&paths->sweep, g_source_remove);
  for (guint i = 0; i < TAC_WAYS; i++)
    if (paths->ways[i] != NULL && ++closing->left > 0)
      close_way (g_steal_pointer (&paths->ways[i]), on_closed, closing);
  g_ptr_array_unref (paths->trash);
  g_clear_pointer (&paths->addresses, g_ptr_array_unref);
  g_mutex_clear (&paths->lock);
  g_free (paths);
  g_idle_add (on_counted, closing);
}

void
tac_paths_set_remote (TacPaths *paths, const TacCandidates *remote)
{
  paths->remote = *remote;
  paths->has_remote = TRUE;
  if (paths->ways[paths->rules.current] != NULL)
    paths->engine->path_set_remote (paths->ways[paths->rules.current]->path, remote);
}

gboolean
tac_paths_send (TacPaths *paths, const guint8 *packet, gsize size)
{
  gboolean sent;

  g_mutex_lock (&paths->lock);
  sent = paths->sending != NULL && paths->engine->path_send (paths->sending, packet, size);
  g_mutex_unlock (&paths->lock);
  return sent;
}

gboolean
tac_paths_send_by (TacPaths *paths, guint way, const guint8 *packet, gsize size)
{
  return paths->ways[way] != NULL
         && paths->engine->path_send (paths->ways[way]->path, packet, size);
}

void
tac_paths_stand (TacPaths *paths)
{
  step (paths, (TacPathsEvent){ TAC_PATHS_STAND, TAC_WAY_NONE, 0 });
}

static gboolean
has_address (GPtrArray *addresses, GInetAddress *wanted)
{
  for (guint i = 0; addresses != NULL && i < addresses->len; i++)
    if (g_inet_address_equal (addresses->pdata[i], wanted))
      return TRUE;
  return FALSE;
}

/* One of two addresses is enough for the path in use, but nobody says which one that is. */
static gboolean
lost_address (const Way *way, GPtrArray *addresses)
{
  if (way == NULL)
    return TRUE;
  for (guint i = 0; i < way->addresses->len; i++)
    if (!has_address (addresses, way->addresses->pdata[i]))
      return TRUE;
  return FALSE;
}

/* During the set-up there is no standby, but nothing that would be lost either: the first path
 * begins anew. The peer knows its credentials, and so answers it wherever it comes from. */
static void
begin_anew (TacPaths *paths)
{
  guint first = paths->rules.current;
  g_autoptr (GError) error = NULL;

  throw_away (paths, first);
  if (!make (paths, first, &error))
    {
      g_info ("the path cannot be made anew: %s", error->message);
      return;
    }
  g_mutex_lock (&paths->lock);
  paths->sending = paths->ways[first]->path;
  g_mutex_unlock (&paths->lock);
  if (paths->has_remote)
    tac_paths_set_remote (paths, &paths->remote);
}

gboolean
tac_paths_move (TacPaths *paths, GPtrArray *addresses)
{
  gboolean none = addresses == NULL || addresses->len == 0;
  const TacPathRules *rules = &paths->rules;
  gboolean lost
      = rules->ways[rules->current].dead || lost_address (paths->ways[rules->current], addresses);

  g_clear_pointer (&paths->addresses, g_ptr_array_unref);
  if (!none)
    paths->addresses = copy_addresses (addresses);
  if (!rules->standing)
    {
      if (lost && !none)
        begin_anew (paths);
      return FALSE;
    }
  if (none)
    step (paths, (TacPathsEvent){ TAC_PATHS_GONE, TAC_WAY_NONE, 0 });
  else if (lost)
    step (paths, (TacPathsEvent){ TAC_PATHS_MOVED, TAC_WAY_NONE, 0 });
  return none || lost;
}

void
tac_paths_seek (TacPaths *paths)
{
  step (paths, (TacPathsEvent){ TAC_PATHS_SEEK, TAC_WAY_NONE, 0 });
}

void
tac_paths_found (TacPaths *paths)
{
  step (paths, (TacPathsEvent){ TAC_PATHS_FOUND, TAC_WAY_NONE, 0 });
}

void
tac_paths_heard (TacPaths *paths, guint way)
{
  step (paths, (TacPathsEvent){ TAC_PATHS_HEARD, way, 0 });
}

gboolean
tac_paths_offered (TacPaths *paths, const TacPathOffer *theirs)
{
  guint8 current = paths->rules.ways[paths->rules.current].generation;

  if ((guint8)(theirs->generation - current - 1) <= 1) /* of the next, or the one after */
    paths->offer = *theirs;
  return step (paths, (TacPathsEvent){ TAC_PATHS_OFFERED, TAC_WAY_NONE, theirs->generation });
}

void
tac_paths_get_info (TacPaths *paths, TacPathInfo *info)
{
  const Way *way = paths->ways[paths->rules.current];

  *info = (TacPathInfo){ .kind = "" };
  if (way != NULL)
    paths->engine->path_get_info (way->path, info);
}

guint
tac_paths_get_changes (TacPaths *paths)
{
  return paths->changes;
}

gboolean
tac_paths_stands_by (TacPaths *paths)
{
  const TacPathRules *rules = &paths->rules;

  return rules->standby != TAC_WAY_NONE && rules->ways[rules->standby].gathered && rules->offered;
}
