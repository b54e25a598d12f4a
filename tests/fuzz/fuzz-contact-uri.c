/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contact URIs of anybody: what is taken is a contact that could be shown and stored, and is said
 * the same way again. */
#include "daemon/contact-uri.h"

#include "daemon/contacts.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
require (gboolean holds)
{
  if (!holds)
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  g_autofree char *said = NULL, *number = NULL;
  g_auto (TacContactUri) uri = { 0 }, again = { 0 };
  g_autoptr (GError) error = NULL;

  if (!tac_contact_uri_parse (&uri, text, &error))
    {
      require (error != NULL && g_utf8_validate (error->message, -1, NULL));
      require (uri.number == NULL && uri.name == NULL);
      return 0;
    }
  number = tac_number_normalise (uri.number);
  require (g_strcmp0 (number, uri.number) == 0);
  require (*uri.name == '\0' || tac_name_check (uri.name));
  said = tac_contact_uri_format (uri.number, uri.name, uri.key);
  require (tac_contact_uri_parse (&again, said, NULL));
  require (strcmp (again.number, uri.number) == 0 && strcmp (again.name, uri.name) == 0
           && memcmp (again.key, uri.key, sizeof uri.key) == 0);
  return 0;
}
