/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One server's questions, one after the other; messages are libnice's. */
#include "daemon/stun-query.h"

#include "daemon/stun-filter.h"

#include <sodium.h>
#include <string.h>
#include <stun/stunagent.h>
#include <stun/usages/bind.h>
#include <stun/usages/turn.h>

typedef enum
{
  STEP_BINDING,
  STEP_ALLOCATE, /* without, then with credentials */
  STEP_REFRESH,  /* of lifetime 0: gives the allocation back */
  STEP_DONE,
} Step;

struct TacStunQuery
{
  StunAgent agent;
  Step step;
  guint requests;
  gboolean fell_back;
  gboolean authenticated; /* realm and nonce are known, and credentials are sent */
  guint8 challenge_bytes[TAC_STUN_DATAGRAM_MAX];
  StunMessage challenge; /* the error that had realm and nonce; in challenge_bytes */
  guint8 request[TAC_STUN_DATAGRAM_MAX];
  gsize request_size;
  StunMessage message; /* in request */
  char *user, *password;
  TacStunAnswer answer;
};

static const guint16 known[] = {
  STUN_ATTRIBUTE_MAPPED_ADDRESS,
  STUN_ATTRIBUTE_USERNAME,
  STUN_ATTRIBUTE_MESSAGE_INTEGRITY,
  STUN_ATTRIBUTE_ERROR_CODE,
  STUN_ATTRIBUTE_UNKNOWN_ATTRIBUTES,
  STUN_ATTRIBUTE_LIFETIME,
  STUN_ATTRIBUTE_REALM,
  STUN_ATTRIBUTE_NONCE,
  STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS,
  STUN_ATTRIBUTE_XOR_RELAYED_ADDRESS,
  STUN_ATTRIBUTE_RESERVATION_TOKEN,
  0,
};

static void
set_problem (TacStunQuery *query, const char *text)
{
  if (*query->answer.problem == '\0')
    g_strlcpy (query->answer.problem, text, sizeof query->answer.problem);
}

/* Requests */

static gsize
build_allocate (TacStunQuery *query)
{
  gboolean named = query->authenticated;

  return stun_usage_turn_create (
      &query->agent, &query->message, query->request, sizeof query->request,
      named ? &query->challenge : NULL, STUN_USAGE_TURN_REQUEST_PORT_NORMAL, -1, -1,
      named ? (uint8_t *)query->user : NULL, named ? strlen (query->user) : 0,
      named ? (uint8_t *)query->password : NULL, named ? strlen (query->password) : 0,
      STUN_USAGE_TURN_COMPATIBILITY_RFC5766);
}

static gsize
build_refresh (TacStunQuery *query)
{
  gboolean named = query->authenticated;

  return stun_usage_turn_create_refresh (
      &query->agent, &query->message, query->request, sizeof query->request,
      named ? &query->challenge : NULL, 0, named ? (uint8_t *)query->user : NULL,
      named ? strlen (query->user) : 0, named ? (uint8_t *)query->password : NULL,
      named ? strlen (query->password) : 0, STUN_USAGE_TURN_COMPATIBILITY_RFC5766);
}

static TacStunProgress
finish (TacStunQuery *query)
{
  query->step = STEP_DONE;
  query->request_size = 0;
  return TAC_STUN_DONE;
}

static TacStunProgress
ask (TacStunQuery *query, Step step)
{
  query->step = step;
  query->request_size = 0;
  if (query->requests++ < TAC_STUN_REQUESTS_MAX)
    switch (step)
      {
      case STEP_BINDING:
        query->request_size = stun_usage_bind_create (&query->agent, &query->message,
                                                      query->request, sizeof query->request);
        break;
      case STEP_ALLOCATE:
        query->request_size = build_allocate (query);
        break;
      case STEP_REFRESH:
        query->request_size = build_refresh (query);
        break;
      case STEP_DONE:
        break;
      }
  if (query->request_size > 0)
    return TAC_STUN_SEND;
  set_problem (query, "its answers make no sense");
  return finish (query);
}

/* Answers */

static const struct
{
  int code;
  const char *text;
} errors[] = {
  { 300, "points to another server (300): put that one into the configuration" },
  { 401, "wrong user name or password (401)" },
  { 403, "refuses this phone (403)" },
  { 437, "has an allocation of this phone already (437): is it configured twice?" },
  { 438, "accepts no nonce, not even its own (438)" },
  { 441, "wrong user name or password (441)" },
  { 442, "relays no UDP (442)" },
  { 486, "this user has too many allocations there (486)" },
  { 508, "has no address left to relay from (508)" },
};

static void
explain (TacStunQuery *query, int code)
{
  g_autofree char *text = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++)
    if (errors[i].code == code)
      {
        set_problem (query, errors[i].text);
        return;
      }
  text = g_strdup_printf ("answers with error %d", code);
  set_problem (query, text);
}

/* Realm and nonce, for the next request; FALSE: they are not there. */
static gboolean
take_challenge (TacStunQuery *query, const StunMessage *message, gsize size)
{
  if (query->user == NULL || query->password == NULL
      || !stun_message_has_attribute (message, STUN_ATTRIBUTE_REALM)
      || !stun_message_has_attribute (message, STUN_ATTRIBUTE_NONCE))
    return FALSE;
  memcpy (query->challenge_bytes, message->buffer, size);
  query->challenge = *message;
  query->challenge.buffer = query->challenge_bytes;
  query->challenge.buffer_len = size;
  query->authenticated = TRUE;
  return TRUE;
}

/* A server that gives no relay may still say what it sees. */
static TacStunProgress
take_error (TacStunQuery *query, const StunMessage *message, gsize size)
{
  gboolean first = !query->authenticated;
  int code;

  if (stun_message_find_error (message, &code) != STUN_MESSAGE_RETURN_SUCCESS)
    return TAC_STUN_IGNORED;
  query->answer.answered = TRUE;
  if (query->step != STEP_BINDING
      && ((code == STUN_ERROR_UNAUTHORIZED && first) || code == STUN_ERROR_STALE_NONCE)
      && take_challenge (query, message, size))
    return ask (query, query->step);
  if (query->step == STEP_REFRESH)
    return finish (query); /* it ends by itself, after its lifetime */
  explain (query, code);
  return query->step == STEP_ALLOCATE ? ask (query, STEP_BINDING) : finish (query);
}

static TacStunProgress
take_binding (TacStunQuery *query, StunMessage *message)
{
  struct sockaddr_storage other;
  socklen_t size = sizeof query->answer.mapped, other_size = sizeof other;

  query->answer.answered = TRUE;
  if (query->fell_back)
    set_problem (query, "answers as a STUN server, but not as a relay");
  if (stun_usage_bind_process (message, (struct sockaddr *)&query->answer.mapped, &size,
                               (struct sockaddr *)&other, &other_size)
      != STUN_USAGE_BIND_RETURN_SUCCESS)
    {
      query->answer.mapped.ss_family = AF_UNSPEC;
      set_problem (query, "its answers make no sense");
    }
  return finish (query);
}

static TacStunProgress
take_allocation (TacStunQuery *query, StunMessage *message)
{
  struct sockaddr_storage other, mapped = { 0 }, relayed = { 0 };
  socklen_t other_size = sizeof other, mapped_size = sizeof mapped, relayed_size = sizeof relayed;
  guint32 bandwidth, lifetime;
  StunUsageTurnReturn result = stun_usage_turn_process (
      message, &relayed, &relayed_size, &mapped, &mapped_size, &other, &other_size, &bandwidth,
      &lifetime, STUN_USAGE_TURN_COMPATIBILITY_RFC5766);

  query->answer.answered = TRUE;
  if (result != STUN_USAGE_TURN_RETURN_RELAY_SUCCESS
      && result != STUN_USAGE_TURN_RETURN_MAPPED_SUCCESS)
    {
      set_problem (query, "its answers make no sense");
      return finish (query);
    }
  query->answer.relayed = relayed;
  if (result == STUN_USAGE_TURN_RETURN_MAPPED_SUCCESS)
    query->answer.mapped = mapped;
  return ask (query, STEP_REFRESH);
}

static TacStunProgress
take_success (TacStunQuery *query, StunMessage *message)
{
  switch (query->step)
    {
    case STEP_BINDING:
      return take_binding (query, message);
    case STEP_ALLOCATE:
      return take_allocation (query, message);
    case STEP_REFRESH:
      return finish (query);
    case STEP_DONE:
      return TAC_STUN_DONE;
    }
  g_return_val_if_reached (TAC_STUN_DONE);
}

/* Compared before libnice looks: it remembers older requests, too. */
static gboolean
is_answer (const TacStunQuery *query, const guint8 *datagram)
{
  return memcmp (datagram + 4, query->request + 4, 16) == 0;
}

TacStunProgress
tac_stun_query_receive (TacStunQuery *query, const guint8 *datagram, gsize size)
{
  StunMessage message;
  StunValidationStatus status;

  if (query->step == STEP_DONE || size < STUN_MESSAGE_HEADER_LENGTH || size > TAC_STUN_DATAGRAM_MAX
      || !is_answer (query, datagram) || !tac_stun_is_harmless (datagram, size))
    return TAC_STUN_IGNORED;
  status = stun_agent_validate (&query->agent, &message, datagram, size, NULL, NULL);
  if (status == STUN_VALIDATION_SUCCESS && stun_message_get_class (&message) == STUN_RESPONSE)
    return take_success (query, &message);
  /* Servers leave errors unsigned whose user they do not know, or whose nonce is old. */
  if ((status == STUN_VALIDATION_SUCCESS || status == STUN_VALIDATION_UNAUTHORIZED)
      && stun_message_get_class (&message) == STUN_ERROR)
    return take_error (query, &message, size);
  return TAC_STUN_IGNORED;
}

TacStunProgress
tac_stun_query_fall_back (TacStunQuery *query)
{
  if (query->step != STEP_ALLOCATE || query->answer.answered)
    return TAC_STUN_IGNORED;
  query->fell_back = TRUE;
  return ask (query, STEP_BINDING);
}

const guint8 *
tac_stun_query_get_request (TacStunQuery *query, gsize *size)
{
  *size = query->request_size;
  return query->request_size > 0 ? query->request : NULL;
}

const TacStunAnswer *
tac_stun_query_get_answer (TacStunQuery *query)
{
  return &query->answer;
}

TacStunQuery *
tac_stun_query_new (TacServerKind kind, const char *user, const char *password)
{
  TacStunQuery *query = g_new0 (TacStunQuery, 1);

  query->user = g_strdup (user);
  query->password = g_strdup (password);
  stun_agent_init (&query->agent, known, STUN_COMPATIBILITY_RFC5389,
                   STUN_AGENT_USAGE_LONG_TERM_CREDENTIALS);
  ask (query, kind == TAC_SERVER_STUN ? STEP_BINDING : STEP_ALLOCATE);
  return query;
}

void
tac_stun_query_free (TacStunQuery *query)
{
  if (query == NULL)
    return;
  g_free (query->user);
  if (query->password != NULL)
    sodium_memzero (query->password, strlen (query->password));
  g_free (query->password);
  sodium_memzero (query, sizeof *query);
  g_free (query);
}
