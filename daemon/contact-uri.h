/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A contact as text: "tacitel:+491701234567?key=BASE64URL&name=PERCENT-ENCODED" (RFC 3986, RFC 4648
 * §5 without padding). */
#pragma once
#include "codecs/noise.h"
#include <glib.h>

typedef struct
{
  char *number, *name; /* name: "" where it says none */
  guint8 key[TAC_KEY_SIZE];
} TacContactUri;
void tac_contact_uri_clear (TacContactUri *uri);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TacContactUri, tac_contact_uri_clear)

char *tac_contact_uri_format (const char *number, const char *name,
                              const guint8 key[TAC_KEY_SIZE]); /* (transfer full) */
/* False and INVALID_ARGUMENT or INVALID_NUMBER, which say what is wrong with which part. Unknown
 * parameters are ignored, known ones twice are refused. */
gboolean tac_contact_uri_parse (TacContactUri *uri, const char *text, GError **error);
