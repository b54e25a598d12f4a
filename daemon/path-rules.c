/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A call has one *current* way, by which it sends, and a *standby* of the next generation that
 * waits on both phones, told to the peer by PATH. Who moves makes its standby anew on the new
 * address and checks towards the peer's, which still waits where it said. Who hears nothing checks
 * from its standby, and every few seconds from a fresh *seeker* too, since an agent's checks end
 * long before the network is back. Both phones send by the newest generation on which a newer
 * control datagram than any before came, so a replayed one moves nothing. Where two ways of one
 * generation work, the caller's choice counts. */
#include "daemon/path-rules.h"

static void
add (TacPathsStep *step, TacPathsAction action, unsigned way)
{
  if (step->n < TAC_PATHS_ACTIONS_MAX)
    {
      step->list[step->n].action = action;
      step->list[step->n++].way = way;
    }
}

static bool
exists (const TacPathRules *rules, unsigned way)
{
  return way < TAC_WAYS && rules->ways[way].exists;
}

static uint8_t
next_generation (const TacPathRules *rules)
{
  return (uint8_t)(rules->ways[rules->current].generation + 1);
}

static void
drop (TacPathRules *rules, TacPathsStep *step, unsigned *way)
{
  if (exists (rules, *way))
    {
      rules->ways[*way] = (TacWay){ .exists = false };
      add (step, TAC_PATHS_DO_FREE, *way);
    }
  *way = TAC_WAY_NONE;
}

/* There is always room: each of the four has one way, and what is left over is dropped first. */
static unsigned
make (TacPathRules *rules, TacPathsStep *step)
{
  unsigned way = 0;

  while (way < TAC_WAYS && rules->ways[way].exists)
    way++;
  for (unsigned i = 0; way == TAC_WAYS && i < TAC_WAYS; i++)
    if (i != rules->current && i != rules->former && i != rules->standby && i != rules->seeker)
      {
        add (step, TAC_PATHS_DO_FREE, i);
        way = i;
      }
  rules->ways[way] = (TacWay){ .exists = true, .generation = next_generation (rules) };
  add (step, TAC_PATHS_DO_MAKE, way);
  return way;
}

static void
check (TacPathRules *rules, TacPathsStep *step, unsigned way)
{
  if (!rules->offered || !exists (rules, way))
    return;
  rules->ways[way].checked = true;
  add (step, TAC_PATHS_DO_CHECK, way);
}

static void
renew_standby (TacPathRules *rules, TacPathsStep *step)
{
  drop (rules, step, &rules->standby);
  if (rules->standing)
    rules->standby = make (rules, step);
}

static void
drop_left_over (TacPathRules *rules, TacPathsStep *step)
{
  for (unsigned i = 0; i < TAC_WAYS; i++)
    {
      unsigned way = i;

      if (i != rules->current && i != rules->standby && i != rules->seeker)
        drop (rules, step, &way);
    }
  rules->former = TAC_WAY_NONE;
}

/* The sending side changes: a generation ends, and the next standby is made. */
static void
advance (TacPathRules *rules, TacPathsStep *step, unsigned way)
{
  drop (rules, step, &rules->former);
  rules->former = rules->current;
  rules->current = way;
  /* The other one of this generation may be what the peer found: it stays until all is settled. */
  rules->standby = rules->seeker = TAC_WAY_NONE;
  rules->offered = rules->sms_due = rules->confirmed = false;
  add (step, TAC_PATHS_DO_USE, way);
  add (step, TAC_PATHS_DO_PING, way);
  add (step, TAC_PATHS_DO_STOP_SMS, TAC_WAY_NONE);
  add (step, TAC_PATHS_DO_START_SETTLE, TAC_WAY_NONE);
  renew_standby (rules, step);
}

static void
heard (TacPathRules *rules, TacPathsStep *step, unsigned way)
{
  uint8_t ahead = (uint8_t)(rules->ways[way].generation - rules->ways[rules->current].generation);

  if (way == rules->current)
    rules->confirmed = true;
  else if (ahead == 1)
    {
      rules->ways[way].connected = true;
      advance (rules, step, way);
      rules->confirmed = true;
    }
  else if (ahead == 0 && (!rules->caller || !rules->confirmed))
    {
      rules->current = way;
      rules->confirmed = true;
      add (step, TAC_PATHS_DO_USE, way);
      add (step, TAC_PATHS_DO_START_SETTLE, TAC_WAY_NONE);
    }
}

/* From a dead way to one that works: at once. Else the current one may still come back, and the
 * peer decides by hearing this one. */
static void
try_way (TacPathRules *rules, TacPathsStep *step, unsigned way)
{
  if (!rules->seeking || !exists (rules, way) || !rules->ways[way].connected
      || rules->ways[way].generation != next_generation (rules))
    return;
  if (rules->ways[rules->current].dead)
    advance (rules, step, way);
  else
    add (step, TAC_PATHS_DO_PING, way);
}

static void
begin_to_seek (TacPathRules *rules, TacPathsStep *step)
{
  if (rules->seeking)
    return;
  rules->seeking = true;
  rules->sms_left = TAC_PATHS_SMS_MOST;
  add (step, TAC_PATHS_DO_START_RETRY, TAC_WAY_NONE);
}

/* Nothing but the current way is kept, in name: nothing can be sent or heard by it. */
static void
lose_addresses (TacPathRules *rules, TacPathsStep *step)
{
  drop (rules, step, &rules->standby);
  drop (rules, step, &rules->seeker);
  drop_left_over (rules, step);
  rules->ways[rules->current].dead = true;
  rules->ways[rules->current].connected = false;
  rules->sms_due = false;
  begin_to_seek (rules, step);
}

static void
moved (TacPathRules *rules, TacPathsStep *step)
{
  lose_addresses (rules, step);
  renew_standby (rules, step);
  check (rules, step, rules->standby);
  add (step, TAC_PATHS_DO_START_SMS, TAC_WAY_NONE);
}

static void
tell_by_sms (TacPathRules *rules, TacPathsStep *step)
{
  bool known = exists (rules, rules->standby) && rules->ways[rules->standby].gathered;

  rules->sms_due = !known;
  if (!known || rules->sms_left == 0)
    return;
  rules->sms_left--;
  add (step, TAC_PATHS_DO_OFFER_BY_SMS, rules->standby);
}

static void
gathered (TacPathRules *rules, TacPathsStep *step, unsigned way)
{
  rules->ways[way].gathered = true;
  if (way != rules->standby)
    return;
  if (!rules->ways[rules->current].dead)
    add (step, TAC_PATHS_DO_OFFER, way);
  if (rules->sms_due)
    tell_by_sms (rules, step);
}

/* By SMS, in time, only what can not be said on any path. */
static void
sms (TacPathRules *rules, TacPathsStep *step)
{
  if (rules->seeking && rules->ways[rules->current].dead)
    tell_by_sms (rules, step);
}

/* One side may have changed to a path that the other never heard on: then the other takes the newer
 * generation, as soon as it is told. */
static void
catch_up (TacPathRules *rules, TacPathsStep *step)
{
  rules->ways[rules->current].generation++;
  drop (rules, step, &rules->seeker);
  renew_standby (rules, step);
}

static void
offered (TacPathRules *rules, TacPathsStep *step, uint8_t generation)
{
  uint8_t ahead = (uint8_t)(generation - next_generation (rules));

  if (ahead == 0xff && rules->seeking)
    {
      tell_by_sms (rules, step);
      return;
    }
  step->refused = ahead > 1;
  if (step->refused)
    return;
  if (ahead == 1)
    catch_up (rules, step);
  /* Said again, it asks for help: the peer hears nothing, though this phone does. */
  if (rules->offered || rules->seeking || ahead == 1)
    {
      rules->offered = true;
      check (rules, step, rules->standby);
      check (rules, step, rules->seeker);
    }
  rules->offered = true;
}

static void
found (TacPathRules *rules, TacPathsStep *step)
{
  if (!rules->seeking || rules->ways[rules->current].dead)
    return;
  rules->seeking = false;
  add (step, TAC_PATHS_DO_STOP_RETRY, TAC_WAY_NONE);
  drop (rules, step, &rules->seeker);
  /* Its checks may have ended: it would not begin again. */
  if (exists (rules, rules->standby) && rules->ways[rules->standby].checked
      && !rules->ways[rules->standby].connected)
    renew_standby (rules, step);
}

/* In case the peer hears this phone, though this one hears nothing. */
static void
offer_again (TacPathRules *rules, TacPathsStep *step)
{
  if (!rules->ways[rules->current].dead && exists (rules, rules->standby)
      && rules->ways[rules->standby].gathered)
    add (step, TAC_PATHS_DO_OFFER, rules->standby);
}

static void
retry (TacPathRules *rules, TacPathsStep *step)
{
  if (!rules->seeking)
    return;
  add (step, TAC_PATHS_DO_START_RETRY, TAC_WAY_NONE);
  offer_again (rules, step);
  try_way (rules, step, rules->standby);
  if (!rules->offered || !rules->standing)
    return;
  if (exists (rules, rules->seeker) && rules->ways[rules->seeker].connected)
    {
      try_way (rules, step, rules->seeker);
      return;
    }
  drop (rules, step, &rules->seeker);
  rules->seeker = make (rules, step);
  check (rules, step, rules->seeker);
}

static void
failed (TacPathRules *rules, unsigned way)
{
  rules->ways[way].exists = false;
  if (rules->standby == way)
    rules->standby = TAC_WAY_NONE;
  if (rules->seeker == way)
    rules->seeker = TAC_WAY_NONE;
}

static void
step_way (TacPathRules *rules, TacPathsStep *step, TacPathsEvent event)
{
  TacWay *way = &rules->ways[event.way];

  if (event.kind == TAC_PATHS_GATHERED)
    gathered (rules, step, event.way);
  else if (event.kind == TAC_PATHS_FAILED)
    failed (rules, event.way);
  else if (event.kind == TAC_PATHS_HEARD)
    heard (rules, step, event.way);
  else
    {
      way->connected = true;
      try_way (rules, step, event.way);
    }
}

void
tac_path_rules_init (TacPathRules *rules, bool caller)
{
  *rules = (TacPathRules){
    .caller = caller, .former = TAC_WAY_NONE, .standby = TAC_WAY_NONE, .seeker = TAC_WAY_NONE
  };
  rules->ways[0].exists = true;
}

TacPathsStep
tac_path_rules_step (TacPathRules *rules, TacPathsEvent event)
{
  TacPathsStep step = { 0 };

  switch (event.kind)
    {
    case TAC_PATHS_STAND:
      if (!rules->standing)
        {
          rules->standing = true;
          renew_standby (rules, &step);
        }
      break;
    case TAC_PATHS_GATHERED:
    case TAC_PATHS_CONNECTED:
    case TAC_PATHS_FAILED:
    case TAC_PATHS_HEARD:
      if (exists (rules, event.way))
        step_way (rules, &step, event);
      break;
    case TAC_PATHS_OFFERED:
      offered (rules, &step, event.generation);
      break;
    case TAC_PATHS_MOVED:
      moved (rules, &step);
      break;
    case TAC_PATHS_GONE:
      lose_addresses (rules, &step);
      break;
    case TAC_PATHS_SEEK:
      if (rules->seeking)
        break;
      begin_to_seek (rules, &step);
      offer_again (rules, &step);
      check (rules, &step, rules->standby);
      try_way (rules, &step, rules->standby);
      break;
    case TAC_PATHS_FOUND:
      found (rules, &step);
      break;
    case TAC_PATHS_RETRY:
      retry (rules, &step);
      break;
    case TAC_PATHS_SMS:
      sms (rules, &step);
      break;
    case TAC_PATHS_SETTLE:
      if (rules->confirmed)
        drop_left_over (rules, &step);
      else
        add (&step, TAC_PATHS_DO_START_SETTLE, TAC_WAY_NONE);
      break;
    }
  return step;
}
