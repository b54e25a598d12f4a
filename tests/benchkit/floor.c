/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The least that any encrypted call costs: bare libopus and an AEAD in one thread, for comparison.
 *
 * It does what one phone does in a call, and nothing else: every 20 ms it encodes a frame, seals
 * it, sends it over UDP, receives one, opens it and decodes it. It sends to itself over loopback,
 * so what it receives is as much as what a peer would send. No sound server, no path, no playout.
 *
 *   bench-floor paced SECONDS SPEECH [WAY]   with the pace of a call (timerfd)
 *   bench-floor hot FRAMES SPEECH [WAY]      as fast as it can
 *
 * SPEECH: raw 16-bit mono at 16 kHz. WAY to fill a packet: "cbr" (exactly 24 kbit/s), or "padded":
 * what codecs/voice-encoder.c does, VBR of 22 kbit/s, capped and padded. Prints one JSON object.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <opus.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define RATE 16000
#define FRAME (RATE / 50)
#define BIT_RATE 24000
#define PADDED_BIT_RATE 22000
#define COMPLEXITY 5
#define BODY 60
#define HEAD 5
#define PACKET (HEAD + BODY + crypto_aead_chacha20poly1305_ietf_ABYTES)

typedef struct
{
  OpusEncoder *encoder;
  OpusDecoder *decoder;
  bool padded;
  int out, in;
  unsigned char key[crypto_aead_chacha20poly1305_ietf_KEYBYTES];
  const opus_int16 *speech;
  size_t n_frames; /* of speech, repeated */
} Floor;

static void __attribute__ ((noreturn)) die (const char *what)
{
  fprintf (stderr, "bench-floor: %s: %s\n", what, strerror (errno));
  exit (EXIT_FAILURE);
}

static void
open_codec (Floor *it)
{
  int error;

  it->encoder = opus_encoder_create (RATE, 1, OPUS_APPLICATION_VOIP, &error);
  it->decoder = opus_decoder_create (RATE, 1, &error);
  if (it->encoder == NULL || it->decoder == NULL)
    die (opus_strerror (error));
  opus_encoder_ctl (it->encoder, OPUS_SET_BITRATE (it->padded ? PADDED_BIT_RATE : BIT_RATE));
  opus_encoder_ctl (it->encoder, OPUS_SET_VBR (it->padded));
  opus_encoder_ctl (it->encoder, OPUS_SET_VBR_CONSTRAINT (0));
  if (it->padded)
    opus_encoder_ctl (it->encoder, OPUS_SET_SIGNAL (OPUS_SIGNAL_VOICE));
  opus_encoder_ctl (it->encoder, OPUS_SET_COMPLEXITY (COMPLEXITY));
}

static void
open_sockets (Floor *it)
{
  struct sockaddr_in address
      = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;

  it->in = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  it->out = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (it->in < 0 || it->out < 0 || bind (it->in, (struct sockaddr *)&address, length) != 0
      || getsockname (it->in, (struct sockaddr *)&address, &length) != 0
      || connect (it->out, (struct sockaddr *)&address, length) != 0)
    die ("loopback socket");
}

static void
open_speech (Floor *it, const char *path)
{
  struct stat status;
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0 || fstat (fd, &status) != 0)
    die (path);
  it->n_frames = (size_t)status.st_size / (FRAME * sizeof (opus_int16));
  if (it->n_frames == 0)
    {
      errno = ENODATA;
      die (path);
    }
  it->speech = mmap (NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
  if (it->speech == MAP_FAILED)
    die (path);
  close (fd);
}

static void
make_nonce (const unsigned char head[HEAD], unsigned char nonce[static 12])
{
  memset (nonce, 0, 8);
  memcpy (nonce + 8, head + 1, 4);
}

static void
encode (Floor *it, const opus_int16 *frame, unsigned char body[static BODY])
{
  int size = opus_encode (it->encoder, frame, FRAME, body, BODY);

  if (size <= 0 || (size < BODY && opus_packet_pad (body, size, BODY) != OPUS_OK))
    die ("Opus did not fill 60 bytes");
}

static void
send_frame (Floor *it, unsigned tick)
{
  unsigned char body[BODY], packet[PACKET], nonce[12];
  const opus_int16 *frame = it->speech + tick % it->n_frames * FRAME;

  encode (it, frame, body);
  packet[0] = 0xc3;
  for (int i = 0; i < 4; i++)
    packet[1 + i] = (unsigned char)(tick >> (24 - 8 * i));
  make_nonce (packet, nonce);
  crypto_aead_chacha20poly1305_ietf_encrypt (packet + HEAD, NULL, body, BODY, packet, HEAD, NULL,
                                             nonce, it->key);
  if (send (it->out, packet, PACKET, 0) != PACKET)
    die ("send");
}

static void
receive_frame (Floor *it)
{
  unsigned char body[BODY], packet[PACKET], nonce[12];
  opus_int16 frame[FRAME];

  if (recv (it->in, packet, PACKET, 0) != PACKET)
    die ("receive");
  make_nonce (packet, nonce);
  if (crypto_aead_chacha20poly1305_ietf_decrypt (body, NULL, NULL, packet + HEAD, PACKET - HEAD,
                                                 packet, HEAD, nonce, it->key)
      != 0)
    die ("open");
  if (opus_decode (it->decoder, body, BODY, frame, FRAME, 0) != FRAME)
    die ("decode");
}

static int
start_timer (void)
{
  struct itimerspec every = { { 0, 20000000 }, { 0, 20000000 } };
  int timer = timerfd_create (CLOCK_MONOTONIC, TFD_CLOEXEC);

  if (timer < 0 || timerfd_settime (timer, 0, &every, NULL) != 0)
    die ("timerfd");
  return timer;
}

static double
cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
         + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Not ru_maxrss, which begins with what the parent had. */
static long
resident_kb (void)
{
  FILE *file = fopen ("/proc/self/statm", "r");
  long whole, resident;

  if (file == NULL || fscanf (file, "%ld %ld", &whole, &resident) != 2)
    die ("/proc/self/statm");
  fclose (file);
  return resident * (sysconf (_SC_PAGESIZE) / 1024);
}

static unsigned
run (Floor *it, unsigned n_frames, bool paced)
{
  int timer = paced ? start_timer () : -1;
  uint64_t expired = 1;
  unsigned done = 0;

  while (done < n_frames)
    {
      if (paced && read (timer, &expired, sizeof expired) != sizeof expired)
        die ("timerfd");
      /* More than one when the machine was late: the frames are made up for, as a phone would. */
      for (; expired > 0 && done < n_frames; expired--, done++)
        {
          send_frame (it, done);
          receive_frame (it);
        }
      expired = paced ? 0 : 1;
    }
  if (timer >= 0)
    close (timer);
  return done;
}

int
main (int argc, char **argv)
{
  bool good = argc == 4 || (argc == 5 && (!strcmp (argv[4], "cbr") || !strcmp (argv[4], "padded")));
  bool paced = good && strcmp (argv[1], "paced") == 0;
  unsigned wanted, done;
  Floor it = { .padded = argc == 5 && strcmp (argv[4], "padded") == 0 };
  double start, cpu;

  if (!good || (!paced && strcmp (argv[1], "hot") != 0) || atoi (argv[2]) <= 0)
    {
      fprintf (stderr, "Usage: bench-floor paced SECONDS | hot FRAMES SPEECH [cbr|padded]\n");
      return 2;
    }
  if (sodium_init () < 0)
    die ("libsodium");
  open_codec (&it);
  open_sockets (&it);
  open_speech (&it, argv[3]);
  crypto_aead_chacha20poly1305_ietf_keygen (it.key);

  wanted = (unsigned)atoi (argv[2]) * (paced ? 50 : 1);
  start = cpu_seconds ();
  done = run (&it, wanted, paced);
  cpu = cpu_seconds () - start;
  printf ("{\"mode\": \"%s\", \"frames\": %u, \"cpu_s\": %.6f, \"cpu_s_per_call_minute\": %.4f, "
          "\"rss_kb\": %ld}\n",
          argv[1], done, cpu, cpu / (done * 0.02) * 60, resident_kb ());
  opus_encoder_destroy (it.encoder);
  opus_decoder_destroy (it.decoder);
  return EXIT_SUCCESS;
}
