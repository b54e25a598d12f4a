/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trace through GStreamer's rtpjitterbuffer at a constant latency, for tests/bench: what it cost
 * in delay and what came too late.
 *
 *   jitterbuffer-trace LATENCY_MS [PHASE_US…] < trace
 *
 * trace: "arrival_us tick ticks" a line, in the order of arrival. Time is a test clock's: as fast
 * as it goes, and the same each time. The sink is the one that playout-trace has: it takes 20 ms at
 * PHASE_US after each of the sender's ticks, so a packet that is due in the middle of that must
 * have come before it began; at a PHASE_US of -1 it takes every sample when that is due. Prints one
 * line of JSON: a delay and a count of missing ticks a phase.
 */
#include <dirent.h>
#include <gst/check/gstharness.h>
#include <gst/check/gsttestclock.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#define TICK_US 20000
#define TICK_RTP 960 /* at Opus's 48 kHz */
#define FLUSH_US 3000000
#define PAUSE_US 5

typedef struct
{
  gint64 at_us;
  guint32 tick;
  guint ticks;
} Arrival;

typedef struct
{
  gint64 out_us, due_us; /* when it left the buffer; when the sink is to play it */
  guint32 tick;
} Leaving;

typedef struct
{
  GstHarness *harness;
  GstTestClock *clock;
  gint64 latency_us;
  GArray *leaving; /* Leaving; the streaming thread's while others run */
} Run;

static GstPadProbeReturn
on_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Run *run = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  Leaving leaving
      = { .out_us = GST_TIME_AS_USECONDS (gst_clock_get_time ((GstClock *)run->clock)),
          .due_us = (gint64)GST_TIME_AS_USECONDS (GST_BUFFER_PTS (buffer)) + run->latency_us };

  (void)pad;
  gst_buffer_extract (buffer, 12, &leaving.tick, sizeof leaving.tick);
  g_array_append_val (run->leaving, leaving);
  return GST_PAD_PROBE_OK;
}

static gboolean
is_asleep (const char *thread)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/task/%s/stat", thread);
  char line[400] = "";
  FILE *file = fopen (path, "r");
  const char *state = NULL;

  if (file == NULL)
    return TRUE; /* it has ended */
  if (fgets (line, sizeof line, file) != NULL)
    state = strrchr (line, ')');
  fclose (file);
  return state != NULL && state[2] == 'S';
}

/* Until every other thread sleeps: whoever was told something has then done what follows of it. By
 * short sleeps, since who yields on a busy machine is last in the queue. */
static void
settle (void)
{
  gboolean quiet = FALSE;

  while (!quiet)
    {
      DIR *threads = opendir ("/proc/self/task");
      struct dirent *thread;

      quiet = TRUE;
      while (quiet && (thread = readdir (threads)) != NULL)
        if (thread->d_name[0] != '.' && atoi (thread->d_name) != getpid ())
          quiet = is_asleep (thread->d_name);
      closedir (threads);
      if (!quiet)
        g_usleep (PAUSE_US);
    }
}

/* Lets time pass, and each timer of the buffer at its own time. */
static void
advance (Run *run, gint64 to_us)
{
  GstClockTime to = (GstClockTime)to_us * GST_USECOND;
  GstClockID next;

  while (gst_test_clock_peek_next_pending_id (run->clock, &next))
    {
      GstClockTime at = gst_clock_id_get_time (next);

      gst_clock_id_unref (next);
      if (at > to)
        break;
      if (at > gst_clock_get_time ((GstClock *)run->clock))
        gst_test_clock_set_time (run->clock, at);
      next = gst_test_clock_process_next_clock_id (run->clock);
      if (next != NULL)
        gst_clock_id_unref (next);
      settle ();
    }
  gst_test_clock_set_time (run->clock, to);
}

static void
push (Run *run, const Arrival *arrival)
{
  guint8 packet[12 + 4] = { 0x80, 96 };
  GstBuffer *buffer;

  GST_WRITE_UINT16_BE (packet + 2, arrival->tick / arrival->ticks);
  GST_WRITE_UINT32_BE (packet + 4, arrival->tick * TICK_RTP);
  GST_WRITE_UINT32_BE (packet + 8, 0x7ac17e1);
  memcpy (packet + 12, &arrival->tick, 4);
  buffer = gst_buffer_new_memdup (packet, sizeof packet);
  GST_BUFFER_DTS (buffer) = GST_BUFFER_PTS (buffer) = (GstClockTime)arrival->at_us * GST_USECOND;
  gst_harness_push (run->harness, buffer);
  settle ();
}

static void
play (Run *run, const GArray *arrivals)
{
  gint64 end_us = 0;

  for (guint i = 0; i < arrivals->len; i++)
    {
      const Arrival *arrival = &g_array_index (arrivals, Arrival, i);

      advance (run, arrival->at_us);
      push (run, arrival);
      end_us = arrival->at_us;
    }
  advance (run, end_us + FLUSH_US);
}

/* When the sink takes the first samples of what is due then. */
static gint64
taken_us (gint64 due_us, gint64 phase_us)
{
  gint64 since = (due_us - phase_us) % TICK_US;

  return phase_us < 0 ? due_us : due_us - (since + TICK_US) % TICK_US;
}

/* Returns: the ticks that were missing when they were to be played, from the first one on that was
 * not: before it nothing is expected. */
static guint
judge (const Run *run, guint packet_ticks, guint32 ticks, gint64 fastest_us, gint64 phase_us,
       double *delay_ms)
{
  g_autofree gboolean *played = g_new0 (gboolean, ticks);
  guint32 first = ticks;
  guint heard = 0;
  double sum = 0;

  for (guint i = 0; i < run->leaving->len; i++)
    {
      const Leaving *it = &g_array_index (run->leaving, Leaving, i);

      if (it->tick >= ticks || played[it->tick] || it->out_us > taken_us (it->due_us, phase_us))
        continue;
      played[it->tick] = TRUE;
      first = MIN (first, it->tick);
      sum += (double)(it->due_us - (gint64)it->tick * TICK_US - fastest_us);
      heard++;
    }
  *delay_ms = heard > 0 ? sum / heard / 1000 : 0;
  return heard > 0 ? ticks - first - MIN (heard * packet_ticks, ticks - first) : ticks;
}

static GArray *
read_trace (void)
{
  GArray *arrivals = g_array_new (FALSE, FALSE, sizeof (Arrival));
  char line[100];

  while (fgets (line, sizeof line, stdin) != NULL)
    {
      Arrival it = { .ticks = 1 };

      if (sscanf (line, "%" G_GINT64_FORMAT " %" G_GUINT32_FORMAT " %u", &it.at_us, &it.tick,
                  &it.ticks)
              < 2
          || it.at_us < 0 || it.ticks < 1)
        exit (2);
      g_array_append_val (arrivals, it);
    }
  if (arrivals->len == 0)
    exit (2);
  return arrivals;
}

static void
report (const Run *run, const GArray *arrivals, char **phases)
{
  gint64 fastest_us = G_MAXINT64;
  guint32 ticks = 0;
  guint packet_ticks = 1;

  for (guint i = 0; i < arrivals->len; i++)
    {
      const Arrival *it = &g_array_index (arrivals, Arrival, i);

      fastest_us = MIN (fastest_us, it->at_us - (gint64)it->tick * TICK_US);
      ticks = MAX (ticks, it->tick + it->ticks);
      packet_ticks = it->ticks;
    }
  printf ("{\"ticks\": %u, \"packets\": %u, \"left\": %u, \"phases\": [", ticks, arrivals->len,
          run->leaving->len);
  for (guint i = 0; phases[i] != NULL; i++)
    {
      double delay_ms;
      guint missing = judge (run, packet_ticks, ticks, fastest_us, atoll (phases[i]), &delay_ms);

      printf ("%s{\"delay_ms\": %.2f, \"missing\": %u}", i > 0 ? ", " : "", delay_ms, missing);
    }
  printf ("]}\n");
}

int
main (int argc, char **argv)
{
  static char *middle[] = { (char *)"10000", NULL };
  g_autoptr (GArray) arrivals = NULL;
  Run run = { 0 };

  prctl (PR_SET_TIMERSLACK, 1000); /* ns */
  gst_init (NULL, NULL);
  if (argc < 2)
    {
      fprintf (stderr, "usage: jitterbuffer-trace LATENCY_MS [PHASE_US…] < trace\n");
      return 2;
    }
  arrivals = read_trace ();
  run.latency_us = atoll (argv[1]) * 1000;
  run.leaving = g_array_new (FALSE, FALSE, sizeof (Leaving));
  run.harness = gst_harness_new ("rtpjitterbuffer");
  g_object_set (run.harness->element, "latency", (guint)(run.latency_us / 1000), "do-lost", TRUE,
                NULL);
  gst_harness_use_testclock (run.harness);
  run.clock = gst_harness_get_testclock (run.harness);
  gst_harness_set_drop_buffers (run.harness, TRUE);
  gst_pad_add_probe (run.harness->sinkpad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, &run, NULL);
  gst_harness_set_src_caps_str (run.harness, "application/x-rtp, media=audio, clock-rate=48000, "
                                             "encoding-name=OPUS, payload=96");
  settle ();
  play (&run, arrivals);
  report (&run, arrivals, argc > 2 ? argv + 2 : middle);
  gst_harness_teardown (run.harness);
  gst_object_unref (run.clock);
  g_array_unref (run.leaving);
  return 0;
}
