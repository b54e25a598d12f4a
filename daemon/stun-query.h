/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked of one STUN or TURN server, and what its answers mean: a Binding (RFC 8489), or an
 * Allocate with long-term credentials that is given back at once (RFC 8656). No socket and no
 * clock: the caller sends, sends again, and gives up. */
#pragma once
#include "daemon/server.h"

#include <sys/socket.h>

typedef struct TacStunQuery TacStunQuery;

typedef enum
{
  TAC_STUN_IGNORED, /* not an answer to what was asked last */
  TAC_STUN_SEND,    /* there is another request to send */
  TAC_STUN_DONE,    /* nothing more to ask */
} TacStunProgress;

typedef struct
{
  gboolean answered;
  struct sockaddr_storage mapped, relayed; /* AF_UNSPEC: not said */
  char problem[128];                       /* for people, "" for none */
} TacStunAnswer;

/* @user, @password: for TURN; copied, wiped by free. */
TacStunQuery *tac_stun_query_new (TacServerKind kind, const char *user, const char *password);
/* The request to send now, and again until it is answered; NULL: none is left. */
const guint8 *tac_stun_query_get_request (TacStunQuery *query, gsize *size);
/**
 * tac_stun_query_receive:
 * @datagram: any bytes that came from the server's address
 *
 * Judged in this order: size, form, transaction, integrity where the request had one. A server can
 * make this ask at most TAC_STUN_REQUESTS_MAX (6) times in all.
 */
TacStunProgress tac_stun_query_receive (TacStunQuery *query, const guint8 *datagram, gsize size);
/* No answer came: a server that is no relay may keep silent to an Allocate, but answer a Binding.
 * TAC_STUN_IGNORED: there is nothing else to ask. */
TacStunProgress tac_stun_query_fall_back (TacStunQuery *query);
const TacStunAnswer *tac_stun_query_get_answer (TacStunQuery *query);
void tac_stun_query_free (TacStunQuery *query); /* NULL is fine */

#define TAC_STUN_REQUESTS_MAX 6
#define TAC_STUN_DATAGRAM_MAX 1280
