/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two voice halves of one phone cost minute by minute, over a network that loses, delays,
 * doubles and reorders, as fast as it goes: an hour takes a minute.
 *
 *   voice-growth MINUTES LOSS JITTER_MS DOUBLED REORDERED SPEECH   (percent; raw S16, mono, 16 kHz)
 *
 * What it sends is what it receives. Prints one line of JSON: processor time and memory of each
 * minute, and what the playout buffer made of it. */
#include "codecs/voice-receiver.h"
#include "codecs/voice-sender.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RATE 16000
#define FRAME (RATE / 50)
#define TICK_US 20000
#define NETWORK_US 40000
#define OVERTAKEN_US 45000 /* later than it would have been */
#define FLYING_MOST 64

typedef struct
{
  int64_t at_us;
  uint8_t bytes[TAC_DATAGRAM_SIZE];
} Packet;

typedef struct
{
  double loss, doubled, reordered; /* 0 to 1 */
  double jitter_us;
  Packet flying[FLYING_MOST];
  unsigned n;
} Net;

typedef struct
{
  TacVoiceSender *sender;
  TacVoiceReceiver *receiver;
  Net net;
  int16_t *speech;
  size_t frames, next;
} Phone;

static double
cpu_s (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static long
resident_kb (void)
{
  FILE *file = fopen ("/proc/self/statm", "r");
  long whole, resident = 0;

  if (file == NULL || fscanf (file, "%ld %ld", &whole, &resident) != 2)
    exit (1);
  fclose (file);
  return resident * (sysconf (_SC_PAGESIZE) / 1024);
}

static void
fly (Net *net, int64_t now_us, const uint8_t *bytes)
{
  double late = drand48 () * net->jitter_us;
  Packet *packet;

  if (net->n == FLYING_MOST)
    return;
  if (drand48 () < net->reordered)
    late += OVERTAKEN_US;
  packet = &net->flying[net->n++];
  packet->at_us = now_us + NETWORK_US + (int64_t)late;
  memcpy (packet->bytes, bytes, TAC_DATAGRAM_SIZE);
}

static void
post (Net *net, int64_t now_us, const uint8_t *bytes)
{
  bool lost = drand48 () < net->loss;

  if (!lost)
    fly (net, now_us, bytes);
  if (drand48 () < net->doubled)
    fly (net, now_us, bytes);
}

/* What has arrived by now, in that order. */
static void
deliver (Phone *phone, int64_t now_us)
{
  Net *net = &phone->net;

  for (;;)
    {
      unsigned first = 0;

      for (unsigned i = 1; i < net->n; i++)
        if (net->flying[i].at_us < net->flying[first].at_us)
          first = i;
      if (net->n == 0 || net->flying[first].at_us > now_us)
        return;
      tac_voice_receiver_push (phone->receiver, net->flying[first].at_us, net->flying[first].bytes,
                               TAC_DATAGRAM_SIZE);
      net->flying[first] = net->flying[--net->n];
    }
}

static void
tick (Phone *phone, int64_t now_us)
{
  uint8_t packet[TAC_DATAGRAM_SIZE];
  int16_t pcm[FRAME];

  if (tac_voice_sender_begin (phone->sender) != FRAME
      || tac_voice_sender_make (phone->sender, phone->speech + phone->next * FRAME, packet)
             != TAC_VOICE_SENDER_OK)
    exit (1);
  phone->next = (phone->next + 1) % phone->frames;
  post (&phone->net, now_us, packet);
  deliver (phone, now_us + TICK_US / 2);
  tac_voice_receiver_take (phone->receiver, now_us + TICK_US / 2, pcm);
}

static void
read_speech (Phone *phone, const char *path)
{
  FILE *file = fopen (path, "rb");
  long size;

  if (file == NULL || fseek (file, 0, SEEK_END) != 0 || (size = ftell (file)) < FRAME * 2)
    {
      perror (path);
      exit (1);
    }
  rewind (file);
  phone->frames = (size_t)size / 2 / FRAME;
  phone->speech = malloc ((size_t)size);
  if (phone->speech == NULL
      || fread (phone->speech, 2 * FRAME, phone->frames, file) != phone->frames)
    exit (1);
  fclose (file);
}

static void
call (Phone *phone, const char *loss)
{
  TacVoiceSenderSettings settings;
  uint8_t chain[TAC_KEY_SIZE];

  randombytes_buf (chain, sizeof chain);
  phone->sender = tac_voice_sender_new ();
  phone->receiver = tac_voice_receiver_new ();
  if (phone->sender == NULL || phone->receiver == NULL)
    exit (1);
  tac_voice_sender_set_chain (phone->sender, chain);
  tac_voice_receiver_set_chain (phone->receiver, chain);
  tac_voice_sender_get (phone->sender, &settings);
  settings.complexity = TAC_VOICE_COMPLEXITY_DEFAULT;
  settings.loss = (unsigned)atoi (loss); /* as the other phone would report it */
  if (!tac_voice_sender_prepare (phone->sender, RATE)
      || !tac_voice_receiver_prepare (phone->receiver, RATE))
    exit (1);
  tac_voice_sender_set (phone->sender, &settings);
  tac_voice_receiver_set_running (phone->receiver, true);
}

int
main (int argc, char **argv)
{
  Phone phone = { 0 };
  TacVoiceReceiverStats stats;

  if (argc != 7 || sodium_init () < 0)
    {
      fprintf (stderr, "Usage: voice-growth MINUTES LOSS JITTER_MS DOUBLED REORDERED SPEECH\n");
      return 2;
    }
  phone.net.loss = atof (argv[2]) / 100;
  phone.net.jitter_us = atof (argv[3]) * 1000;
  phone.net.doubled = atof (argv[4]) / 100;
  phone.net.reordered = atof (argv[5]) / 100;
  read_speech (&phone, argv[6]);
  srand48 (1);
  call (&phone, argv[2]);
  printf ("{\"minutes\": [");
  for (int minute = 0; minute < atoi (argv[1]); minute++)
    {
      double before = cpu_s ();

      for (int64_t i = 0; i < 3000; i++)
        tick (&phone, (minute * 3000 + i) * TICK_US);
      printf ("%s{\"cpu_s\": %.4f, \"rss_kb\": %ld}", minute > 0 ? ", " : "", cpu_s () - before,
              resident_kb ());
    }
  tac_voice_receiver_get_stats (phone.receiver, &stats);
  printf ("], \"opened\": %lu, \"concealed\": %lu, \"recovered_fec\": %lu, \"delay_ms\": %.1f}\n",
          (unsigned long)stats.opened, (unsigned long)stats.playout.concealed,
          (unsigned long)stats.playout.recovered_fec,
          (double)(stats.playout.transit_us - NETWORK_US) / 1000);
  tac_voice_sender_free (phone.sender);
  tac_voice_receiver_free (phone.receiver);
  free (phone.speech);
  return 0;
}
