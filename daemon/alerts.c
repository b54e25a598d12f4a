/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From signals of the calls to events of the hook. */
#include "daemon/alerts.h"

#include "daemon/notify.h"

static void
tell (const TacConfig *config, const char *event, TacCall *call)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "Name", "s", tac_call_get_peer_name (call));
  g_variant_dict_insert (&dict, "Number", "s", tac_call_get_peer_number (call));
  g_variant_dict_insert (&dict, "Trust", "s", tac_trust_to_string (tac_call_get_trust (call)));
  g_variant_dict_insert (&dict, "Warning", "s", tac_call_get_warning (call));
  tac_notify (config, event, g_variant_dict_end (&dict));
}

static void
on_ringing (TacCalls *calls, TacCall *call, gpointer config)
{
  tell (config, "incoming-call", call);
}

static void
on_mismatch (TacCalls *calls, TacCall *call, gpointer config)
{
  tell (config, "sas-mismatch", call);
}

static void
on_missed (TacCalls *calls, GVariant *info, gpointer config)
{
  tac_notify (config, "missed-call", info);
}

void
tac_alerts_follow (TacCalls *calls, const TacConfig *config)
{
  g_signal_connect (calls, "ringing", G_CALLBACK (on_ringing), (gpointer)config);
  g_signal_connect (calls, "mismatch", G_CALLBACK (on_mismatch), (gpointer)config);
  g_signal_connect (calls, "missed", G_CALLBACK (on_missed), (gpointer)config);
}
