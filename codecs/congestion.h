/* SPDX-License-Identifier: GPL-3.0-or-later */
/* At which pace to send, by what the peer reports of the voice it receives (docs/voice.md,
 * "Congestion"). Packets have one size; a network too slow for them gets fewer.
 * Pure: time is injected (microseconds, monotonic); no allocation. One call, one thread. */
#pragma once
#include "control-message.h"
#include "profile.h"

typedef enum
{
  TAC_CONGESTION_START,  /* wide, until something is known */
  TAC_CONGESTION_DELAY,  /* queues grow */
  TAC_CONGESTION_LOSS,   /* the network drops as a full queue or a policer does */
  TAC_CONGESTION_ROOM,   /* it was clear for long enough to try a faster pace */
  TAC_CONGESTION_RETURN, /* the slower pace did not help: the loss is not of our making */
} TacCongestionReason;
#define TAC_CONGESTION_REASONS 5

typedef struct
{
  /* to be read */
  TacProfile profile;         /* to be sent now */
  TacCongestionReason reason; /* of the last change */
  unsigned delay_ms;          /* that our packets stand in queues, as far as it is believed */
  uint64_t lowered, raised;   /* changes */
  uint64_t ignored;           /* reports: older than another, or of what was never sent */

  /* the module's own */
  uint64_t reports;         /* that counted */
  int64_t now_us, since_us; /* of the last one; nothing has spoken against a faster pace since */
  uint32_t highest;         /* tick in the newest report */
  uint32_t settled;         /* reports of earlier ticks tell of the pace before */
  unsigned high;            /* reports in a row that spoke of a queue */
  unsigned smooth_ms;       /* delay_ms, smoothed */
  unsigned loss;            /* smoothed, 1/10 percent */
  unsigned lossy;           /* reports in a row with great loss and no delay */
  unsigned base_ms;         /* growth that is the path's, not a queue's */
  int64_t base_until_us;
  unsigned lag_least, lag_before; /* ms: of this half of the window, of the one before */
  int64_t lag_us;                 /* when this half began */
  bool probing;                   /* the pace was raised, and is not yet trusted */
  int64_t wait_us[TAC_PROFILES];  /* how long it must be clear before this profile is tried */
  bool trying;                    /* the pace was lowered to see whether the loss goes */
  unsigned trial_loss;            /* as it was before */
  int64_t trial_us, trial_wait_us;
} TacCongestion;

void tac_congestion_init (TacCongestion *congestion);
/**
 * tac_congestion_report:
 * @report: as tac_control_report_decode() gave it; else anything
 * @sent_tick: the newest that was sent
 *
 * Whatever the peer says, and how often: the pace stays one of the three, is raised at most once in
 * TAC_CONGESTION_WAIT_US and by one step. Nothing heard says nothing: no report, no change.
 * Returns: true where @congestion->profile is another one now.
 */
bool tac_congestion_report (TacCongestion *congestion, int64_t now_us,
                            const TacControlReport *report, uint32_t sent_tick);
/* The path is another one: what was measured of queues was the old one's. */
void tac_congestion_moved (TacCongestion *congestion, int64_t now_us);
const char *tac_congestion_reason_name (TacCongestionReason reason);

#define TAC_CONGESTION_WAIT_US 10000000       /* before a faster pace is tried for the first time */
#define TAC_CONGESTION_WAIT_MOST_US 120000000 /* after it failed again and again */
