/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A call that keeps to the limits of what its peer may send. */
#include "daemon/call-private.h"

gboolean
tac_call_allows (TacCall *call, TacPeerLimit limit, guint64 n)
{
  if (tac_peer_limits_take (&call->limits, g_get_monotonic_time (), limit, n))
    return TRUE;
  tac_counters_add (call->parts.counters, "datagram.flood", n);
  if (tac_peer_limit_is_breach (limit))
    tac_call_fail (call, TAC_EVENT_VIOLATION, tac_peer_limit_to_text (limit));
  return FALSE;
}

gboolean
tac_call_allows_lane (TacCall *call)
{
  guint64 malformed = tac_control_stats (call->lane)->malformed;
  guint64 more = malformed - call->malformed_counted;

  call->malformed_counted = malformed;
  if (more > 0)
    tac_counters_add (call->parts.counters, "datagram.malformed", more);
  return tac_call_allows (call, TAC_LIMIT_OPENED_CONTROL, 1)
         && tac_call_allows (call, TAC_LIMIT_MALFORMED, more);
}
