/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the exit status of tacitel says; documented in tacitel(1). */
#include "exit-status.h"

typedef struct
{
  const char *reason;
  CliExit status;
  const char *text;
} Ending;

/* Reasons of org.tacitel.Call1. */
static const Ending endings[] = {
  { "hangup", CLI_EXIT_CANCELLED, "you hung up" },
  { "remote-hangup", CLI_EXIT_GIVEN_UP, "the other side hung up" },
  { "declined", CLI_EXIT_DECLINED, "you declined" },
  { "remote-declined", CLI_EXIT_DECLINED, "the other side declined" },
  { "busy", CLI_EXIT_BUSY, "the other phone is in a call" },
  { "no-answer", CLI_EXIT_NO_ANSWER, "nobody answered" },
  { "unreachable", CLI_EXIT_UNREACHABLE,
    "no sign of the other phone: it is off, has no network, or does not know this phone's key" },
  { "no-path", CLI_EXIT_NO_PATH, "the two networks let no call through" },
  { "no-data", CLI_EXIT_NO_DATA, "this phone has no data connection" },
  { "remote-no-data", CLI_EXIT_REMOTE_NO_DATA, "the other phone has no data connection" },
  { "sms-failed", CLI_EXIT_SMS_FAILED, "the network did not take the invitation's SMS" },
  { "modem-gone", CLI_EXIT_MODEM_GONE, "the modem went away" },
  { "media-failed", CLI_EXIT_MEDIA_FAILED, "this phone's sound does not work" },
  { "remote-media-failed", CLI_EXIT_REMOTE_MEDIA_FAILED, "the other phone's sound does not work" },
  { "lost", CLI_EXIT_LOST, "the connection was lost" },
  { "sas-mismatch", CLI_EXIT_SAS_MISMATCH,
    "ALARM: the words differ, or were tampered with: somebody may sit in the middle" },
  { "protocol-error", CLI_EXIT_PROTOCOL_ERROR, "the other phone sent what the protocol forbids" },
};

static const Ending *
find (const char *reason)
{
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_strcmp0 (endings[i].reason, reason) == 0)
      return &endings[i];
  return NULL;
}

CliExit
cli_exit_for_reason (const char *reason, gboolean talked)
{
  const Ending *ending = find (reason);
  if (ending == NULL)
    return CLI_EXIT_FAILED;
  if (talked && (ending->status == CLI_EXIT_CANCELLED || ending->status == CLI_EXIT_GIVEN_UP))
    return CLI_EXIT_OK;
  return ending->status;
}

const char *
cli_exit_reason_text (const char *reason, gboolean talked)
{
  const Ending *ending = find (reason);
  if (ending == NULL)
    return "the call is gone, and taciteld did not say why";
  if (!talked && ending->status == CLI_EXIT_GIVEN_UP)
    return "the other side gave up";
  return ending->text;
}
