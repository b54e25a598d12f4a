/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which form: as configured; else as the peer's last message came, since that form gets through at
 * least one way; else as the self-test found. */
#include "daemon/sms-form.h"

#include <string.h>

void
tac_sms_forms_init (TacSmsForms *forms, TacSignalling signalling)
{
  *forms = (TacSmsForms){ .signalling = signalling, .text = TAC_TEXT_DENSE };
}

static guint
find (const TacSmsForms *forms, const char *number)
{
  guint i;

  for (i = 0; i < TAC_SMS_PEERS && strcmp (forms->peers[i].number, number) != 0; i++)
    ;
  return i;
}

void
tac_sms_forms_note (TacSmsForms *forms, const char *number, TacTextForm came)
{
  guint i = find (forms, number);

  if (*number == '\0' || strlen (number) >= sizeof forms->peers[0].number)
    return;
  if (i == TAC_SMS_PEERS)
    i = forms->next++ % TAC_SMS_PEERS;
  g_strlcpy (forms->peers[i].number, number, sizeof forms->peers[i].number);
  forms->peers[i].came = came;
}

static TacTextForm
other_text (TacTextForm form)
{
  return form == TAC_TEXT_DENSE ? TAC_TEXT_PLAIN : TAC_TEXT_DENSE;
}

TacTextForm
tac_sms_forms_choose (const TacSmsForms *forms, const char *number, TacSmsForm wanted)
{
  guint peer = *number != '\0' ? find (forms, number) : TAC_SMS_PEERS;
  TacTextForm came = peer < TAC_SMS_PEERS ? forms->peers[peer].came : TAC_TEXT_NONE;
  TacTextForm text = came != TAC_TEXT_NONE ? came : forms->text;
  gboolean as_text = came != TAC_TEXT_NONE || forms->datagrams == TAC_DATAGRAMS_FAIL;

  switch (forms->signalling)
    {
    case TAC_SIGNALLING_DATAGRAM:
      return TAC_TEXT_NONE;
    case TAC_SIGNALLING_TEXT:
      return wanted == TAC_SMS_BEST ? text : other_text (text);
    case TAC_SIGNALLING_AUTO:
      return as_text == (wanted == TAC_SMS_BEST) ? text : TAC_TEXT_NONE;
    }
  g_return_val_if_reached (TAC_TEXT_NONE);
}
