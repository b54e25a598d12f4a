/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why calls end. */
#include "daemon/reasons.h"

#include <glib.h>

/* %s is the peer's name. */
static const struct
{
  const char *name, *text, *missed;
  TacByeReason bye;
} reasons[TAC_CALL_REASONS] = {
  [TAC_REASON_NONE] = { "", "", NULL, TAC_BYE_HANGUP },
  [TAC_REASON_HANGUP] = { "hangup", "You hung up.", NULL, TAC_BYE_HANGUP },
  [TAC_REASON_REMOTE_HANGUP] = { "remote-hangup", "%s hung up.", "cancelled", TAC_BYE_HANGUP },
  [TAC_REASON_DECLINED] = { "declined", "You declined the call.", NULL, TAC_BYE_DECLINED },
  [TAC_REASON_REMOTE_DECLINED]
  = { "remote-declined", "%s declined the call.", NULL, TAC_BYE_DECLINED },
  [TAC_REASON_BUSY] = { "busy", "%s is in another call. Try again later.", "busy", TAC_BYE_BUSY },
  [TAC_REASON_NO_ANSWER]
  = { "no-answer", "Nobody answered. Try again later.", "no-answer", TAC_BYE_NO_ANSWER },
  [TAC_REASON_UNREACHABLE]
  = { "unreachable",
      "No sign of %s within a minute: that phone is off or without network, or does not have this "
      "phone's key. Try again later, or compare `tacitel identity` with its contact entry.",
      "cancelled", TAC_BYE_LOST },
  [TAC_REASON_NO_PATH] = { "no-path",
                           "The networks found no way between the two phones. Try from another "
                           "network, or place an ordinary call.",
                           "no-path", TAC_BYE_LOST },
  [TAC_REASON_NO_DATA] = { "no-data",
                           "This phone has no mobile data: check that it is switched on, paid for "
                           "and not roaming, and its access point (APN).",
                           "no-data", TAC_BYE_LOST },
  [TAC_REASON_REMOTE_NO_DATA]
  = { "remote-no-data",
      "%s has no mobile data at the moment. Try again later, or place an ordinary call.", NULL,
      TAC_BYE_LOST },
  [TAC_REASON_SMS_FAILED]
  = { "sms-failed",
      "The network did not take the SMS that invites: check reception, credit and the SMS "
      "centre's number.",
      NULL, TAC_BYE_LOST },
  [TAC_REASON_MODEM_GONE] = { "modem-gone",
                              "The modem, or oFono, went away during the call. When `tacitel "
                              "status` says ready, call again.",
                              "cancelled", TAC_BYE_LOST },
  [TAC_REASON_MEDIA_FAILED]
  = { "media-failed",
      "The sound of this phone failed: start PulseAudio, or PipeWire's Pulse server, and call "
      "again.",
      NULL, TAC_BYE_MEDIA },
  [TAC_REASON_REMOTE_MEDIA_FAILED]
  = { "remote-media-failed", "The sound on the phone of %s failed. Try again later.", "cancelled",
      TAC_BYE_MEDIA },
  [TAC_REASON_LOST]
  = { "lost", "The connection to %s broke. Call again.", "cancelled", TAC_BYE_LOST },
  [TAC_REASON_SAS_MISMATCH]
  = { "sas-mismatch",
      "ALARM: the key exchange with %s was tampered with, so the call was cut. Do not trust this "
      "network; call again from another one.",
      "cancelled", TAC_BYE_SAS_MISMATCH },
  [TAC_REASON_PROTOCOL_ERROR]
  = { "protocol-error",
      "The phone of %s broke the protocol. Install the newest Tacitel on both phones.", "cancelled",
      TAC_BYE_PROTOCOL },
};

const char *
tac_reason_to_string (TacCallReason reason)
{
  return reasons[reason].name;
}

char *
tac_reason_to_text (TacCallReason reason, const char *peer_name, const char *detail)
{
  g_auto (GStrv) halves = g_strsplit (reasons[reason].text, "%s", 2);
  g_autofree char *text = g_strjoinv (peer_name, halves);

  if (detail == NULL)
    return g_steal_pointer (&text);
  return g_strdup_printf ("%s Exactly: %s%s", text, detail,
                          g_str_has_suffix (detail, ".") || g_str_has_suffix (detail, "?") ? ""
                                                                                           : ".");
}

TacByeReason
tac_reason_to_bye (TacCallReason reason)
{
  return reasons[reason].bye;
}

TacCallReason
tac_reason_from_bye (TacByeReason bye)
{
  switch (bye)
    {
    case TAC_BYE_HANGUP:
      return TAC_REASON_REMOTE_HANGUP;
    case TAC_BYE_DECLINED:
      return TAC_REASON_REMOTE_DECLINED;
    case TAC_BYE_BUSY:
      return TAC_REASON_BUSY;
    case TAC_BYE_NO_ANSWER:
      return TAC_REASON_NO_ANSWER;
    case TAC_BYE_LOST:
      return TAC_REASON_LOST;
    case TAC_BYE_SAS_MISMATCH:
      return TAC_REASON_SAS_MISMATCH;
    case TAC_BYE_MEDIA:
      return TAC_REASON_REMOTE_MEDIA_FAILED;
    case TAC_BYE_PROTOCOL:
      return TAC_REASON_PROTOCOL_ERROR;
    }
  return TAC_REASON_PROTOCOL_ERROR; /* of a later version */
}

const char *
tac_reason_to_missed (TacCallReason reason)
{
  return reasons[reason].missed;
}

TacToneKind
tac_reason_to_tone (TacCallReason reason, bool dialed, bool answered)
{
  if (!dialed && !answered)
    return TAC_TONE_NONE;
  switch (reason)
    {
    case TAC_REASON_NONE:
    case TAC_REASON_HANGUP: /* this user's own doing */
    case TAC_REASON_DECLINED:
    case TAC_REASON_MEDIA_FAILED:
      return TAC_TONE_NONE;
    case TAC_REASON_BUSY:
    case TAC_REASON_REMOTE_DECLINED:
      return TAC_TONE_BUSY;
    case TAC_REASON_REMOTE_HANGUP:
    case TAC_REASON_NO_ANSWER:
    case TAC_REASON_UNREACHABLE:
    case TAC_REASON_NO_PATH:
    case TAC_REASON_NO_DATA:
    case TAC_REASON_REMOTE_NO_DATA:
    case TAC_REASON_SMS_FAILED:
    case TAC_REASON_MODEM_GONE:
    case TAC_REASON_REMOTE_MEDIA_FAILED:
    case TAC_REASON_LOST:
    case TAC_REASON_SAS_MISMATCH:
    case TAC_REASON_PROTOCOL_ERROR:
      return TAC_TONE_ENDED;
    }
  return TAC_TONE_NONE;
}
