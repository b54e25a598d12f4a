/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests to pair, and what the limits count, in the store. Decides nothing; expiry is the
 * caller's. */
#pragma once
#include "codecs/wire.h"
#include "daemon/store.h"

/* A copy of what is stored. */
typedef struct
{
  char *number, *name;      /* name: what the peer calls itself; outgoing: what the user gave */
  guint8 key[TAC_KEY_SIZE]; /* incoming */
  gboolean outgoing;
  gboolean answer;    /* incoming: it said that it answers this phone */
  gboolean declined;  /* incoming: at time_us */
  gboolean contested; /* incoming: another key came meanwhile */
  gboolean sent;      /* outgoing: the network took it */
  gint64 time_us;
} TacPairingRequest;
void tac_pairing_request_free (TacPairingRequest *request); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TacPairingRequest, tac_pairing_request_free)

/* Of all numbers, declined ones too, newest first. (transfer full) (element-type
 * TacPairingRequest) */
GPtrArray *tac_pairing_store_list (TacStore *store);
/* The one that waits (is not declined): at most one of a number and direction. NULL: none.
 * (transfer full) */
TacPairingRequest *tac_pairing_store_find (TacStore *store, const char *number, gboolean outgoing);
gboolean tac_pairing_store_is_declined (TacStore *store, const char *number,
                                        const guint8 key[TAC_KEY_SIZE]);
guint tac_pairing_store_waiting (TacStore *store); /* incoming ones */
/* Adds, or replaces the one of the same number, direction and key. */
gboolean tac_pairing_store_put (TacStore *store, const TacPairingRequest *request, GError **error);
gboolean tac_pairing_store_remove (TacStore *store, const TacPairingRequest *request,
                                   GError **error);
/* Both directions, declined ones too. */
gboolean tac_pairing_store_remove_number (TacStore *store, const char *number, GError **error);

typedef enum
{
  TAC_PAIRING_TAKEN,    /* incoming requests, of a number; of all: number "" */
  TAC_PAIRING_ANSWERED, /* answers repeated to it */
  TAC_PAIRING_SENT,     /* requests sent to it */
} TacPairingWhat;

/* @start_us: (out) (nullable) when the window began; 0 and 0: nothing counted yet */
guint tac_pairing_store_get_count (TacStore *store, const char *number, TacPairingWhat what,
                                   gint64 *start_us);
gboolean tac_pairing_store_set_count (TacStore *store, const char *number, TacPairingWhat what,
                                      gint64 start_us, guint count, GError **error);
/* Forgets the windows that began at or before @oldest_us, or at or after @newest_us. */
gboolean tac_pairing_store_trim_counts (TacStore *store, gint64 oldest_us, gint64 newest_us,
                                        GError **error);
