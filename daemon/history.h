/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The history of calls, in the store. A call is there from its beginning, so a crash loses none. */
#pragma once
#include "daemon/config.h"
#include "daemon/store.h"
#include <glib-object.h>

typedef struct
{
  gint64 id;
  gint64 time_us; /* Unix, of its beginning */
  gboolean outgoing;
  const char *name, *number; /* as they were; "" unknown */
  const char *security;      /* as Call1.Security */
  gboolean verified;
  gint64 duration_ms; /* of conversation; -1 not answered */
  double loss;        /* percent of the voice heard */
  guint jitter_ms, round_trip_ms;
  const char *reason; /* as Call1.Reason; "" while it lasts */
  guint count;        /* 1, or so many of somebody while locked */
} TacHistoryCall;

typedef struct
{
  gint64 id;                 /* 0: any */
  const char *number;        /* NULL: any */
  gint64 since_us, until_us; /* from, and before; 0: any */
  guint limit;               /* the newest so many; 0: all */
} TacHistoryFilter;

#define TAC_TYPE_HISTORY (tac_history_get_type ())
G_DECLARE_FINAL_TYPE (TacHistory, tac_history, TAC, HISTORY, GObject)

/* Signal "changed". Calls that never ended are given the reason "crashed", what is older than the
 * configuration keeps is deleted. */
TacHistory *tac_history_new (TacStore *store, const TacConfig *config);
/* A new row of all that @call says (id but ignored). Returns: its id; 0 and FAILED. */
gint64 tac_history_add (TacHistory *history, const TacHistoryCall *call, GError **error);
/* The row call->id, once more. */
gboolean tac_history_update (TacHistory *history, const TacHistoryCall *call, GError **error);
/* What each second of the call @id was like (quality.h). */
gboolean tac_history_set_quality (TacHistory *history, gint64 id, GBytes *quality, GError **error);
/* FALSE, with INVALID_ARGUMENT: there is no such call. @quality: (out) (transfer full) NULL where nothing
 * is known of it. */
gboolean tac_history_get_quality (TacHistory *history, gint64 id, GBytes **quality,
                                  GError **error);
typedef void (*TacHistoryFunc) (const TacHistoryCall *call, gpointer user_data);
void tac_history_foreach (TacHistory *history, const TacHistoryFilter *filter, TacHistoryFunc func,
                          gpointer user_data); /* newest first; @func leaves the store alone */
/* Deletes, overwritten (tac_store_compact). A call that lasts stays. */
gboolean tac_history_forget (TacHistory *history, const TacHistoryFilter *filter, guint *count,
                             GError **error);
