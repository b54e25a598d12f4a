/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A STUN or TURN server that answers anything. First byte: what it is asked as; then answers, each
 * a byte (bit 7: with the transaction it was asked with), two of length, and so many bytes. */
#include "daemon/stun-query.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
require (gboolean holds)
{
  if (!holds)
    abort ();
}

static void
check_family (const struct sockaddr_storage *address)
{
  require (address->ss_family == AF_UNSPEC || address->ss_family == AF_INET
           || address->ss_family == AF_INET6);
}

static void
check (TacStunQuery *query, TacStunProgress progress)
{
  const TacStunAnswer *answer = tac_stun_query_get_answer (query);
  gsize request_size;
  const guint8 *request = tac_stun_query_get_request (query, &request_size);

  require (memchr (answer->problem, '\0', sizeof answer->problem) != NULL);
  require (request_size <= TAC_STUN_DATAGRAM_MAX);
  require ((request != NULL) == (request_size >= 20));
  require (progress != TAC_STUN_SEND || request != NULL);
  require (progress != TAC_STUN_DONE || request == NULL);
  check_family (&answer->mapped);
  check_family (&answer->relayed);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  gboolean turn = size > 0 && data[0] % 2 == 1;
  TacStunQuery *query = tac_stun_query_new (turn ? TAC_SERVER_TURN : TAC_SERVER_STUN,
                                            turn ? "user" : NULL, turn ? "password" : NULL);
  unsigned requests = 1;

  for (size_t at = 1; at + 3 <= size;)
    {
      gboolean mine = (data[at] & 0x80) != 0;
      size_t n = (size_t)data[at + 1] << 8 | data[at + 2];
      gsize request_size;
      const guint8 *request = tac_stun_query_get_request (query, &request_size);
      uint8_t *datagram;
      TacStunProgress progress;

      at += 3;
      n = MIN (n, size - at);
      datagram = malloc (n > 0 ? n : 1); /* of its very size, so that a sanitizer sees its end */
      memcpy (datagram, data + at, n);
      at += n;
      if (mine && request != NULL && n >= 20)
        memcpy (datagram + 4, request + 4, 16);
      progress = tac_stun_query_receive (query, datagram, n);
      free (datagram);
      check (query, progress);
      requests += progress == TAC_STUN_SEND;
      require (requests <= TAC_STUN_REQUESTS_MAX);
    }
  tac_stun_query_free (query);
  return 0;
}
