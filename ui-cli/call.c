/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One call as the daemon describes it, copied. */
#include "call.h"
#include "safe-text.h"

static CliCallState
state_from_name (const char *name)
{
  static const char *const names[] = {
    [CLI_CALL_UNKNOWN] = "",
    [CLI_CALL_PREPARING] = "preparing",
    [CLI_CALL_INVITING] = "inviting",
    [CLI_CALL_CONNECTING] = "connecting",
    [CLI_CALL_SECURING] = "securing",
    [CLI_CALL_RINGING] = "ringing",
    [CLI_CALL_ACTIVE] = "active",
    [CLI_CALL_HELD] = "held",
    [CLI_CALL_RECONNECTING] = "reconnecting",
    [CLI_CALL_ENDED] = "ended",
  };
  for (guint i = 1; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i], name))
      return (CliCallState)i;
  return CLI_CALL_UNKNOWN;
}

static char *
string_property (GVariant *properties, const char *name, gboolean safe)
{
  const char *value = "";
  g_variant_lookup (properties, name, "&s", &value);
  return safe ? cli_safe_text (value) : g_strdup (value);
}

CliCall *
cli_call_new (const char *path, GVariant *properties)
{
  CliCall *call = g_new0 (CliCall, 1);
  call->path = g_strdup (path);
  call->state_name = string_property (properties, "State", TRUE);
  call->state = state_from_name (call->state_name);
  call->waiting = string_property (properties, "Waiting", TRUE);
  g_autofree char *direction = string_property (properties, "Direction", FALSE);
  call->incoming = g_str_equal (direction, "incoming");
  call->name = string_property (properties, "PeerName", TRUE);
  call->number = string_property (properties, "PeerNumber", TRUE);
  call->key = string_property (properties, "PeerKey", TRUE);
  call->security = string_property (properties, "Security", TRUE);
  call->trust = string_property (properties, "Trust", TRUE);
  call->warning = string_property (properties, "Warning", TRUE);
  call->reason = string_property (properties, "Reason", TRUE);
  call->reason_text = string_property (properties, "ReasonText", TRUE);
  g_variant_lookup (properties, "Muted", "b", &call->muted);
  g_variant_lookup (properties, "PeerHolds", "b", &call->peer_holds);
  call->timeline = g_variant_lookup_value (properties, "Timeline", G_VARIANT_TYPE ("a{sx}"));
  if (!g_variant_lookup (properties, "SasWords", "^as", &call->words))
    call->words = g_new0 (char *, 1);
  for (char **word = call->words; *word != NULL; word++)
    {
      g_autofree char *raw = *word;
      *word = cli_safe_text (raw);
    }
  return call;
}

void
cli_call_free (CliCall *call)
{
  g_free (call->path);
  g_free (call->state_name);
  g_free (call->waiting);
  g_free (call->name);
  g_free (call->number);
  g_free (call->key);
  g_free (call->security);
  g_free (call->trust);
  g_free (call->warning);
  g_free (call->reason);
  g_free (call->reason_text);
  g_strfreev (call->words);
  g_clear_pointer (&call->timeline, g_variant_unref);
  g_clear_pointer (&call->statistics, g_variant_unref);
  g_free (call);
}

gboolean
cli_call_wants_words (const CliCall *call)
{
  return call->words[0] != NULL && cli_call_is_up (call) && !g_str_equal (call->trust, "verified");
}

gboolean
cli_call_is_up (const CliCall *call)
{
  return call->state == CLI_CALL_ACTIVE || call->state == CLI_CALL_HELD
         || call->state == CLI_CALL_RECONNECTING;
}

gboolean
cli_call_was_answered (const CliCall *call)
{
  return cli_call_is_up (call) || cli_call_step (call, "answered") != 0;
}

gint64
cli_call_step (const CliCall *call, const char *step)
{
  gint64 time = 0;
  if (call->timeline != NULL)
    g_variant_lookup (call->timeline, step, "x", &time);
  return time;
}

gint64
cli_call_began (const CliCall *call)
{
  gint64 first = 0, time;
  GVariantIter iter;
  if (call->timeline == NULL)
    return 0;
  g_variant_iter_init (&iter, call->timeline);
  while (g_variant_iter_next (&iter, "{&sx}", NULL, &time))
    if (time > 0 && (first == 0 || time < first))
      first = time;
  return first;
}

guint
cli_call_figure_u (const CliCall *call, const char *name)
{
  guint32 value = 0;
  if (call->statistics != NULL)
    g_variant_lookup (call->statistics, name, "u", &value);
  return value;
}

double
cli_call_figure_d (const CliCall *call, const char *name)
{
  double value = 0;
  if (call->statistics != NULL)
    g_variant_lookup (call->statistics, name, "d", &value);
  return value;
}

char *
cli_call_sound_problem (const CliCall *call)
{
  const char *problem = "";
  gboolean sound = TRUE;

  if (call->statistics != NULL)
    g_variant_lookup (call->statistics, "Sound", "b", &sound);
  if (!sound)
    g_variant_lookup (call->statistics, "SoundProblem", "&s", &problem);
  return cli_safe_text (problem);
}

const char *
cli_call_state_text (const CliCall *call)
{
  switch (call->state)
    {
    case CLI_CALL_UNKNOWN:
      return call->state_name;
    case CLI_CALL_PREPARING:
      return "Preparing";
    case CLI_CALL_INVITING:
      return "Inviting";
    case CLI_CALL_CONNECTING:
      return "Looking for a path";
    case CLI_CALL_SECURING:
      return "Encrypting";
    case CLI_CALL_RINGING:
      return call->incoming ? "Rings here" : "Ringing";
    case CLI_CALL_ACTIVE:
      return call->peer_holds ? "Held by the other side" : "In call";
    case CLI_CALL_HELD:
      return "On hold";
    case CLI_CALL_RECONNECTING:
      return "Reconnecting";
    case CLI_CALL_ENDED:
      return "Ended";
    }
  return call->state_name;
}
