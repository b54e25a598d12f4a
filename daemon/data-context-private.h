/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of a data context share: data-context.c (its state, down), data-raise.c (up). */
#pragma once
#include "daemon/data-address.h"
#include "daemon/data-context.h"

typedef enum
{
  STEP_DOWN,
  STEP_ATTACH,   /* asking whether packet data is allowed; waiting to be attached */
  STEP_CONTEXTS, /* asking for the contexts */
  STEP_RENEW,    /* Active=false was sent to a context that the network has dropped */
  STEP_ACTIVATE, /* Active=true was sent */
  STEP_SETTINGS, /* asking which interface it got */
  STEP_ADDRESS,  /* waiting for an address on it */
  STEP_UP,
  STEP_UNDO,  /* Active=true was sent, and is not wanted any more */
  STEP_LOWER, /* Active=false was sent */
} TacContextStep;

struct _TacDataContext
{
  GObject parent_instance;
  TacModem *modem;
  char *wanted;

  TacContextStep step;
  gboolean patient;
  char *path;
  char *theirs;   /* path of the one that was found active; NULL: none */
  gboolean stale; /* it says Active, and the network has dropped it */
  gboolean ours;  /* activated here, and recorded */
  TacDataAddress *address;
  guint again, refusals; /* of lowering: oFono attaches or detaches meanwhile */
  GCancellable *attempt; /* of all calls from raising to down */
  guint watches[2];      /* of oFono's signals, while not down */
};

/* data-context.c */
void tac_data_context_set_step (TacDataContext *context, TacContextStep step);
/* A call to oFono, with a reference to @context for its callback; of this attempt. */
void tac_data_context_ask (TacDataContext *context, const char *path, const char *interface,
                           const char *method, GVariant *arguments, GAsyncReadyCallback callback);
void tac_data_context_set_active (TacDataContext *context, gboolean active,
                                  GAsyncReadyCallback callback);
/* Active=false, to be down with the answer. */
void tac_data_context_take_down (TacDataContext *context);
void tac_data_context_set_ours (TacDataContext *context, gboolean ours);
void tac_data_context_set_theirs (TacDataContext *context, const char *path); /* NULL: none */
/* Raising broke, or what was up is gone. */
void tac_data_context_fail (TacDataContext *context, const char *why);
void tac_data_context_moved (TacDataContext *context); /* there are other addresses */
