/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which path a call uses: single steps, and two phones that move, lose the network and find each
 * other again. */
#include "daemon/path-rules.h"

#include <glib.h>

static TacPathsStep
step (TacPathRules *rules, TacPathsEventKind kind, unsigned way, guint8 generation)
{
  return tac_path_rules_step (rules, (TacPathsEvent){ kind, way, generation });
}

static unsigned
count (TacPathsStep done, TacPathsAction action)
{
  unsigned n = 0;

  for (unsigned i = 0; i < done.n; i++)
    n += done.list[i].action == action;
  return n;
}

static TacPathRules
standing (gboolean caller)
{
  TacPathRules rules;

  tac_path_rules_init (&rules, caller);
  step (&rules, TAC_PATHS_CONNECTED, 0, 0);
  step (&rules, TAC_PATHS_STAND, TAC_WAY_NONE, 0);
  step (&rules, TAC_PATHS_GATHERED, rules.standby, 0);
  step (&rules, TAC_PATHS_OFFERED, TAC_WAY_NONE, 1);
  return rules;
}

static void
test_standby_is_offered (void)
{
  TacPathRules rules;
  TacPathsStep done;

  tac_path_rules_init (&rules, TRUE);
  done = step (&rules, TAC_PATHS_STAND, TAC_WAY_NONE, 0);
  g_assert_cmpuint (count (done, TAC_PATHS_DO_MAKE), ==, 1);
  g_assert_cmpuint (rules.ways[rules.standby].generation, ==, 1);
  done = step (&rules, TAC_PATHS_GATHERED, rules.standby, 0);
  g_assert_cmpuint (count (done, TAC_PATHS_DO_OFFER), ==, 1);
  done = step (&rules, TAC_PATHS_STAND, TAC_WAY_NONE, 0);
  g_assert_cmpuint (done.n, ==, 0);
}

/* Of the next, or of the one after that: then the peer is one ahead. */
static void
test_offers_of_other_generations (void)
{
  for (guint generation = 0; generation < 256; generation++)
    {
      TacPathRules rules = standing (TRUE);
      TacPathsStep done = step (&rules, TAC_PATHS_OFFERED, TAC_WAY_NONE, (guint8)generation);

      g_assert_cmpint (done.refused, ==, generation != 1 && generation != 2);
      g_assert_cmpuint (rules.ways[rules.standby].generation, ==, generation == 2 ? 2 : 1);
    }
}

static void
test_who_moves_switches_when_connected (void)
{
  TacPathRules rules = standing (FALSE);
  unsigned before = rules.current, standby;
  TacPathsStep done = step (&rules, TAC_PATHS_MOVED, TAC_WAY_NONE, 0);

  standby = rules.standby;
  g_assert_cmpuint (count (done, TAC_PATHS_DO_MAKE), ==, 1);
  g_assert_cmpuint (count (done, TAC_PATHS_DO_CHECK), ==, 1);
  g_assert_cmpuint (count (done, TAC_PATHS_DO_USE), ==, 0);
  done = step (&rules, TAC_PATHS_CONNECTED, standby, 0);
  g_assert_cmpuint (count (done, TAC_PATHS_DO_USE), ==, 1);
  g_assert_cmpuint (count (done, TAC_PATHS_DO_PING), ==, 1);
  g_assert_cmpuint (rules.current, ==, standby);
  g_assert_cmpuint (rules.former, ==, before);
  g_assert_cmpuint (rules.ways[rules.standby].generation, ==, 2);
}

/* A peer that checks towards the standby moves nothing: a datagram newer than any before does. */
static void
test_who_stays_switches_when_it_hears (void)
{
  TacPathRules rules = standing (TRUE);
  unsigned standby = rules.standby;
  TacPathsStep done = step (&rules, TAC_PATHS_CONNECTED, standby, 0);

  g_assert_cmpuint (done.n, ==, 0);
  done = step (&rules, TAC_PATHS_HEARD, standby, 0);
  g_assert_cmpuint (count (done, TAC_PATHS_DO_USE), ==, 1);
  g_assert_cmpuint (rules.current, ==, standby);
  g_assert_true (rules.confirmed);
  /* What was in use before brings late ones: they do not turn it back. */
  done = step (&rules, TAC_PATHS_HEARD, rules.former, 0);
  g_assert_cmpuint (done.n, ==, 0);
  done = step (&rules, TAC_PATHS_SETTLE, TAC_WAY_NONE, 0);
  g_assert_cmpuint (count (done, TAC_PATHS_DO_FREE), ==, 1);
}

/* The current path may come back: nobody leaves it before the other way was heard. */
static void
test_silence_does_not_switch (void)
{
  TacPathRules rules = standing (TRUE);
  unsigned before = rules.current, standby = rules.standby;
  TacPathsStep done = step (&rules, TAC_PATHS_SEEK, TAC_WAY_NONE, 0);

  g_assert_cmpuint (count (done, TAC_PATHS_DO_CHECK), ==, 1);
  done = step (&rules, TAC_PATHS_CONNECTED, standby, 0);
  g_assert_cmpuint (count (done, TAC_PATHS_DO_USE), ==, 0);
  g_assert_cmpuint (count (done, TAC_PATHS_DO_PING), ==, 1);
  g_assert_cmpuint (rules.current, ==, before);
  done = step (&rules, TAC_PATHS_FOUND, TAC_WAY_NONE, 0);
  g_assert_false (rules.seeking);
  g_assert_cmpuint (rules.current, ==, before);
  g_assert_cmpuint (rules.standby, ==, standby);
}

/* An SMS costs money: only where no path is left, and only so many. */
static void
test_sms_are_counted (void)
{
  TacPathRules rules = standing (TRUE);
  unsigned sent = 0;

  step (&rules, TAC_PATHS_SEEK, TAC_WAY_NONE, 0);
  g_assert_cmpuint (step (&rules, TAC_PATHS_SMS, TAC_WAY_NONE, 0).n, ==, 0);
  for (guint i = 0; i < 10; i++)
    {
      step (&rules, TAC_PATHS_MOVED, TAC_WAY_NONE, 0);
      sent += count (step (&rules, TAC_PATHS_SMS, TAC_WAY_NONE, 0), TAC_PATHS_DO_OFFER_BY_SMS);
      sent
          += count (step (&rules, TAC_PATHS_GATHERED, rules.standby, 0), TAC_PATHS_DO_OFFER_BY_SMS);
    }
  g_assert_cmpuint (sent, ==, TAC_PATHS_SMS_MOST);
}

static void
test_without_addresses (void)
{
  TacPathRules rules = standing (FALSE);
  TacPathsStep done = step (&rules, TAC_PATHS_GONE, TAC_WAY_NONE, 0);

  g_assert_cmpuint (count (done, TAC_PATHS_DO_MAKE), ==, 0);
  g_assert_cmpuint (rules.standby, ==, TAC_WAY_NONE);
  done = step (&rules, TAC_PATHS_RETRY, TAC_WAY_NONE, 0);
  if (rules.seeker != TAC_WAY_NONE)
    step (&rules, TAC_PATHS_FAILED, rules.seeker, 0);
  g_assert_cmpuint (rules.seeker, ==, TAC_WAY_NONE);
  done = step (&rules, TAC_PATHS_MOVED, TAC_WAY_NONE, 0);
  g_assert_cmpuint (count (done, TAC_PATHS_DO_CHECK), ==, 1);
}

/* Two phones and a network, a second a tick. An agent can be reached where it exists and its
 * address does; a way works while both of its agents do and nothing cut it. */
typedef struct Phone Phone;

typedef struct
{
  guint serial; /* of the agent; 0: none */
  guint peer;   /* the peer's agent that it is connected to */
  guint target; /* the peer's agent that it was told of */
} Agent;

typedef struct
{
  guint8 generation;
  guint serial, due; /* ticks */
  guint counter;     /* of the SMS */
} Offer;

struct Phone
{
  TacPathRules rules;
  Agent agents[TAC_WAYS];
  Offer theirs; /* the newest that was heard */
  GArray *lane; /* Offer: sent, not yet delivered */
  GArray *sms;  /* Offer, on its way to this phone */
  guint silent, retry, sms_timer, settle;
  guint pings; /* bits of ways */
  guint sms_sent, sms_highest;
  Phone *peer;
};

static guint last_serial;
static gboolean network_up;

static void run (Phone *phone, TacPathsEventKind kind, unsigned way, guint8 generation);

static unsigned
find (const Phone *phone, guint serial)
{
  for (unsigned i = 0; serial != 0 && i < TAC_WAYS; i++)
    if (phone->agents[i].serial == serial && !phone->rules.ways[i].dead)
      return i;
  return TAC_WAY_NONE;
}

/* The peer's end of a way that works, else none. */
static unsigned
other_end (Phone *phone, unsigned way)
{
  unsigned end;

  if (!network_up || way >= TAC_WAYS || phone->agents[way].serial == 0
      || phone->rules.ways[way].dead)
    return TAC_WAY_NONE;
  end = find (phone->peer, phone->agents[way].peer);
  return end;
}

static void
connect_agents (Phone *phone, unsigned way)
{
  Phone *peer = phone->peer;
  unsigned end = find (peer, phone->agents[way].target);

  if (!network_up || end == TAC_WAY_NONE || phone->agents[way].peer != 0
      || phone->rules.ways[way].dead
      || peer->rules.ways[end].generation != phone->rules.ways[way].generation)
    return;
  phone->agents[way].peer = peer->agents[end].serial;
  peer->agents[end].peer = phone->agents[way].serial;
  run (phone, TAC_PATHS_CONNECTED, way, 0);
  end = find (peer, phone->agents[way].peer);
  if (end != TAC_WAY_NONE)
    run (peer, TAC_PATHS_CONNECTED, end, 0);
}

static void
take_offer (Phone *phone, Offer offer)
{
  guint8 current = phone->rules.ways[phone->rules.current].generation;

  if ((guint8)(offer.generation - current - 1) <= 1)
    phone->theirs = offer;
  run (phone, TAC_PATHS_OFFERED, TAC_WAY_NONE, offer.generation);
}

/* A control datagram, newer than all before; what waits on the lane goes with it. */
static gboolean
say (Phone *phone, unsigned way)
{
  Phone *peer = phone->peer;
  unsigned end = other_end (phone, way);

  if (end == TAC_WAY_NONE)
    return FALSE;
  peer->silent = 0;
  run (peer, TAC_PATHS_HEARD, end, 0);
  while (phone->lane->len > 0)
    {
      Offer offer = g_array_index (phone->lane, Offer, 0);

      g_array_remove_index (phone->lane, 0);
      take_offer (peer, offer);
    }
  run (peer, TAC_PATHS_FOUND, TAC_WAY_NONE, 0);
  return TRUE;
}

static void
perform (Phone *phone, TacPathsAction action, unsigned way)
{
  Agent *agent = way < TAC_WAYS ? &phone->agents[way] : NULL;
  Offer mine = { .due = (guint)g_test_rand_int_range (1, 9) };

  switch (action)
    {
    case TAC_PATHS_DO_MAKE:
      *agent = (Agent){ .serial = ++last_serial };
      break;
    case TAC_PATHS_DO_CHECK:
      agent->target = phone->theirs.serial;
      break;
    case TAC_PATHS_DO_FREE:
      *agent = (Agent){ 0 };
      break;
    case TAC_PATHS_DO_OFFER:
    case TAC_PATHS_DO_OFFER_BY_SMS:
      mine.generation = phone->rules.ways[way].generation;
      mine.serial = agent->serial;
      mine.counter = ++phone->sms_sent;
      g_array_append_val (action == TAC_PATHS_DO_OFFER ? phone->lane : phone->peer->sms, mine);
      break;
    case TAC_PATHS_DO_PING:
      phone->pings |= 1u << way;
      break;
    case TAC_PATHS_DO_START_RETRY:
      phone->retry = 5;
      break;
    case TAC_PATHS_DO_STOP_RETRY:
      phone->retry = 0;
      break;
    case TAC_PATHS_DO_START_SMS:
      phone->sms_timer = 3;
      break;
    case TAC_PATHS_DO_STOP_SMS:
      phone->sms_timer = 0;
      break;
    case TAC_PATHS_DO_START_SETTLE:
      phone->settle = 2;
      break;
    case TAC_PATHS_DO_USE:
      break;
    }
}

static void
run (Phone *phone, TacPathsEventKind kind, unsigned way, guint8 generation)
{
  TacPathsStep done = step (&phone->rules, kind, way, generation);

  g_assert_cmpuint (done.n, <, TAC_PATHS_ACTIONS_MAX);
  for (unsigned i = 0; i < done.n; i++)
    perform (phone, done.list[i].action, done.list[i].way);
  for (unsigned i = 0; i < TAC_WAYS; i++)
    g_assert_cmpint (phone->rules.ways[i].exists, ==, phone->agents[i].serial != 0);
  g_assert_true (phone->rules.ways[phone->rules.current].exists);
}

static void
count_down (Phone *phone, guint *timer, TacPathsEventKind kind)
{
  if (*timer > 0 && --*timer == 0)
    run (phone, kind, TAC_WAY_NONE, 0);
}

static void
take_sms (Phone *phone)
{
  for (guint i = 0; i < phone->sms->len;)
    {
      Offer *offer = &g_array_index (phone->sms, Offer, i);
      Offer taken = *offer;

      if (--offer->due > 0)
        {
          i++;
          continue;
        }
      g_array_remove_index (phone->sms, i);
      if (taken.counter > phone->sms_highest)
        {
          phone->sms_highest = taken.counter;
          take_offer (phone, taken);
        }
      i = 0;
    }
}

static void
tick (Phone *phone)
{
  for (unsigned i = 0; i < TAC_WAYS; i++)
    if (phone->agents[i].serial != 0 && !phone->rules.ways[i].gathered)
      run (phone, TAC_PATHS_GATHERED, i, 0);
  for (unsigned i = 0; i < TAC_WAYS; i++)
    if (phone->agents[i].target != 0)
      connect_agents (phone, i);
  count_down (phone, &phone->retry, TAC_PATHS_RETRY);
  count_down (phone, &phone->sms_timer, TAC_PATHS_SMS);
  count_down (phone, &phone->settle, TAC_PATHS_SETTLE);
  take_sms (phone);
  for (unsigned i = 0; i < TAC_WAYS; i++)
    if ((phone->pings & (1u << i)) != 0)
      say (phone, i);
  phone->pings = 0;
  say (phone, phone->rules.current);
  if (++phone->silent > 3)
    run (phone, TAC_PATHS_SEEK, TAC_WAY_NONE, 0);
}

static void
begin (Phone phones[2])
{
  network_up = TRUE;
  for (guint i = 0; i < 2; i++)
    {
      phones[i] = (Phone){ .peer = &phones[1 - i] };
      tac_path_rules_init (&phones[i].rules, i == 0);
      phones[i].agents[0].serial = ++last_serial;
      phones[i].lane = g_array_new (FALSE, FALSE, sizeof (Offer));
      phones[i].sms = g_array_new (FALSE, FALSE, sizeof (Offer));
    }
  for (guint i = 0; i < 2; i++)
    {
      phones[i].agents[0].peer = phones[1 - i].agents[0].serial;
      phones[i].rules.ways[0].gathered = TRUE;
      run (&phones[i], TAC_PATHS_CONNECTED, 0, 0);
      run (&phones[i], TAC_PATHS_STAND, TAC_WAY_NONE, 0);
    }
}

static void
whim (Phone phones[2])
{
  Phone *phone = &phones[g_test_rand_int_range (0, 2)];

  switch (g_test_rand_int_range (0, 12))
    {
    case 0:
      run (phone, TAC_PATHS_MOVED, TAC_WAY_NONE, 0);
      break;
    case 1:
      run (phone, TAC_PATHS_GONE, TAC_WAY_NONE, 0);
      run (phone, TAC_PATHS_MOVED, TAC_WAY_NONE, 0);
      break;
    case 2:
      run (&phones[0], TAC_PATHS_MOVED, TAC_WAY_NONE, 0);
      run (&phones[1], TAC_PATHS_MOVED, TAC_WAY_NONE, 0);
      break;
    case 3: /* the relay dies, or a NAT forgets */
      phone->agents[phone->rules.current].peer = 0;
      break;
    case 4:
      network_up = FALSE;
      break;
    default:
      network_up = TRUE;
    }
}

/* Moved, again and again, with nothing between the two but SMS: at some point that is enough. */
static gboolean
gave_up (const Phone phones[2])
{
  for (guint i = 0; i < 2; i++)
    if (phones[i].rules.seeking && phones[i].rules.ways[phones[i].rules.current].dead
        && phones[i].rules.sms_left == 0)
      return TRUE;
  return FALSE;
}

static void
check_settled (Phone phones[2])
{
  for (guint i = 0; i < 2; i++)
    {
      Phone *phone = &phones[i];
      guint ways = 0;

      for (unsigned way = 0; way < TAC_WAYS; way++)
        ways += phone->rules.ways[way].exists;
      g_assert_cmpuint (ways, ==, 2);
      g_assert_false (phone->rules.seeking);
      g_assert_cmpuint (phone->silent, <=, 1);
      g_assert_true (phone->rules.offered);
      g_assert_cmpuint (other_end (phone, phone->rules.current), ==, phone->peer->rules.current);
    }
}

static void
test_two_find_each_other (void)
{
  guint given_up = 0;

  for (guint life = 0; life < 2000; life++)
    {
      Phone phones[2];

      begin (phones);
      for (guint second = 0; second < 120; second++)
        {
          if (second < 40 && g_test_rand_int_range (0, 4) == 0)
            whim (phones);
          if (second == 40)
            network_up = TRUE;
          tick (&phones[0]);
          tick (&phones[1]);
        }
      if (gave_up (phones))
        given_up++;
      else
        check_settled (phones);
      for (guint i = 0; i < 2; i++)
        {
          g_array_unref (phones[i].lane);
          g_array_unref (phones[i].sms);
        }
    }
  g_assert_cmpuint (given_up, <, 40);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/path-rules/standby-is-offered", test_standby_is_offered);
  g_test_add_func ("/path-rules/offers-of-other-generations", test_offers_of_other_generations);
  g_test_add_func ("/path-rules/who-moves-switches-when-connected",
                   test_who_moves_switches_when_connected);
  g_test_add_func ("/path-rules/who-stays-switches-when-it-hears",
                   test_who_stays_switches_when_it_hears);
  g_test_add_func ("/path-rules/silence-does-not-switch", test_silence_does_not_switch);
  g_test_add_func ("/path-rules/sms-are-counted", test_sms_are_counted);
  g_test_add_func ("/path-rules/without-addresses", test_without_addresses);
  g_test_add_func ("/path-rules/two-find-each-other", test_two_find_each_other);
  return g_test_run ();
}
