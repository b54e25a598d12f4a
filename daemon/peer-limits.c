/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rates and bursts of what a peer sends, and why they are what they are. */
#include "daemon/peer-limits.h"

typedef struct
{
  guint each_us; /* one more is allowed after this time */
  guint burst;   /* so many at once, after a pause */
  gboolean breach;
  const char *text;
} Limit;

#define PER_SECOND(n) (1000000 / (n))

/* An honest phone sends 50 voice datagrams a second, and a radio link may hold back the 1,500 of a
 * whole reconnect (30 s) and deliver them at once: that burst opens, and is no breach even twice in
 * a row. On the lane it sends about 5 a second: REPORT, PING and their answers; in a burst the 22
 * fragments of a key, or its whole queue of 64, resent every 2 s of an outage: 960.
 *
 * What is not opened yet may be anybody's with the peer's address. A tag costs about 2 µs, so those
 * limits are far higher: they bound the work, and where they bite the honest share is lost too. */
static const Limit limits_of[TAC_PEER_LIMITS] = {
  [TAC_LIMIT_VOICE] = { PER_SECOND (2000), 4000, FALSE, "too much voice" },
  [TAC_LIMIT_CONTROL] = { PER_SECOND (1000), 2000, FALSE, "too many control datagrams" },
  [TAC_LIMIT_HANDSHAKE] = { PER_SECOND (10), 50, FALSE, "too many handshakes" },
  [TAC_LIMIT_OPENED_VOICE] = { PER_SECOND (75), 3000, TRUE, "voice faster than real time" },
  [TAC_LIMIT_OPENED_CONTROL] = { PER_SECOND (40), 1200, TRUE, "too many control datagrams" },
  [TAC_LIMIT_MALFORMED] = { 10 * G_USEC_PER_SEC, 8, TRUE, "malformed control messages" },
  [TAC_LIMIT_PATH] = { G_USEC_PER_SEC, 64, TRUE, "too many PATH messages" },
  [TAC_LIMIT_EVENT] = { PER_SECOND (5), 100, TRUE, "too many tones and holds" },
  [TAC_LIMIT_PING] = { PER_SECOND (10), 50, FALSE, "too many PINGs" },
};

gboolean
tac_peer_limits_take (TacPeerLimits *limits, gint64 now_us, TacPeerLimit limit, guint64 n)
{
  const Limit *of = &limits_of[limit];
  gint64 *empty_us = &limits->empty_us[limit];
  gint64 from_us = MAX (*empty_us, now_us);
  gint64 full_us = now_us + (gint64)of->burst * of->each_us;

  if (n > of->burst || from_us + (gint64)n * of->each_us > full_us)
    return FALSE;
  *empty_us = from_us + (gint64)n * of->each_us;
  return TRUE;
}

gboolean
tac_peer_limit_is_breach (TacPeerLimit limit)
{
  return limits_of[limit].breach;
}

const char *
tac_peer_limit_to_text (TacPeerLimit limit)
{
  return limits_of[limit].text;
}
