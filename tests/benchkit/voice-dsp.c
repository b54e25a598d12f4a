/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tests/benchkit/rooms.py sends recorded speech through: raw 16-bit files of a loudspeaker and
 * of a microphone in, what would be encoded out. */
#include "codecs/voice-dsp.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define BLOCK_MAX (48000 / 50)

static double
cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
         + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

static void
run (TacVoiceDsp *dsp, unsigned block, unsigned delay_ms, FILE *far, FILE *near, FILE *out)
{
  int16_t far_pcm[BLOCK_MAX], pcm[BLOCK_MAX];

  while (fread (far_pcm, sizeof *far_pcm, block, far) == block
         && fread (pcm, sizeof *pcm, block, near) == block)
    {
      tac_voice_dsp_playback (dsp, far_pcm);
      tac_voice_dsp_capture (dsp, pcm, delay_ms);
      fwrite (pcm, sizeof *pcm, block, out);
    }
}

static void
report (TacVoiceDsp *dsp, double seconds)
{
  TacVoiceDspStats stats;

  tac_voice_dsp_get_stats (dsp, &stats);
  printf ("{\"blocks\": %lu, \"cancelled\": %lu, \"aligned\": %lu, \"resets\": %lu, "
          "\"delay_ms\": %u, \"gain_db\": %d, \"latency_ms\": %u, \"cpu_s\": %.4f}\n",
          (unsigned long)stats.blocks, (unsigned long)stats.cancelled, (unsigned long)stats.aligned,
          (unsigned long)stats.resets, stats.delay_ms, stats.gain_db,
          tac_voice_dsp_latency_ms (dsp), seconds);
}

int
main (int argc, char **argv)
{
  TacVoiceDspOptions options;
  TacVoiceDsp *dsp;
  FILE *far, *near, *out;
  unsigned rate;
  double before;

  if (argc != 9)
    {
      fprintf (stderr, "Usage: voice-dsp RATE TAIL_MS NOISE_DB GAIN(0|1) DELAY_MS FAR NEAR OUT\n");
      return 2;
    }
  rate = (unsigned)atoi (argv[1]);
  options = (TacVoiceDspOptions){ (unsigned)atoi (argv[2]), (unsigned)atoi (argv[3]),
                                  atoi (argv[4]) != 0 };
  dsp = tac_voice_dsp_new (rate, &options);
  far = fopen (argv[6], "rb");
  near = fopen (argv[7], "rb");
  out = fopen (argv[8], "wb");
  if (dsp == NULL || far == NULL || near == NULL || out == NULL)
    {
      perror ("voice-dsp");
      return 1;
    }
  before = cpu_seconds ();
  run (dsp, rate / 50, (unsigned)atoi (argv[5]), far, near, out);
  report (dsp, cpu_seconds () - before);
  tac_voice_dsp_free (dsp);
  return fclose (out) == 0 ? 0 : 1;
}
