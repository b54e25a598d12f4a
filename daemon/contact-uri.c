/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A contact as text: what a QR code or a file carries (docs/protocol.md §2). */
#include "daemon/contact-uri.h"

#include "daemon/contacts.h"
#include "daemon/errors.h"

#include <sodium.h>
#include <string.h>

#define SCHEME "tacitel"
#define TEXT_MOST 1024 /* the longest that format() makes has 294 bytes */
#define BASE64 sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define KEY_TEXT_SIZE sodium_base64_ENCODED_LEN (TAC_KEY_SIZE, BASE64)

void
tac_contact_uri_clear (TacContactUri *uri)
{
  g_clear_pointer (&uri->number, g_free);
  g_clear_pointer (&uri->name, g_free);
}

char *
tac_contact_uri_format (const char *number, const char *name, const guint8 key[TAC_KEY_SIZE])
{
  char key_text[KEY_TEXT_SIZE];
  g_autofree char *escaped = g_uri_escape_string (name, NULL, FALSE);

  sodium_bin2base64 (key_text, sizeof key_text, key, TAC_KEY_SIZE, BASE64);
  return g_strdup_printf (SCHEME ":%s?key=%s%s%s", number, key_text,
                          *escaped != '\0' ? "&name=" : "", escaped);
}

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_ARGUMENT,
               "%s; a contact looks like tacitel:+491701234567?key=…&name=…", what);
  return FALSE;
}

static gboolean
set_key (TacContactUri *uri, const char *text, GError **error)
{
  gsize size;
  gboolean ok
      = sodium_base642bin (uri->key, TAC_KEY_SIZE, text, strlen (text), NULL, &size, NULL, BASE64)
            == 0
        && size == TAC_KEY_SIZE;

  return ok
         || fail (error, "its key is not 43 characters of base64url: it was cut, or copied wrong");
}

static gboolean
set_parameters (TacContactUri *uri, const char *query, GError **error)
{
  GUriParamsIter iter;
  gboolean has_key = FALSE;
  char *raw_name, *raw_value;

  g_uri_params_iter_init (&iter, query, -1, "&", G_URI_PARAMS_NONE);
  for (;;)
    {
      g_autofree char *name = NULL, *value = NULL;
      g_autoptr (GError) problem = NULL;

      if (!g_uri_params_iter_next (&iter, &raw_name, &raw_value, &problem))
        return problem != NULL ? fail (error, "its parameters are malformed")
               : has_key       ? TRUE
                               : fail (error, "it has no key");
      name = raw_name;
      value = raw_value;
      if (g_str_equal (name, "key"))
        {
          if (has_key)
            return fail (error, "it has two keys");
          if (!set_key (uri, value, error))
            return FALSE;
          has_key = TRUE;
        }
      else if (g_str_equal (name, "name"))
        {
          if (uri->name != NULL)
            return fail (error, "it has two names");
          uri->name = tac_name_clean (value);
        }
    }
}

static gboolean
set_number (TacContactUri *uri, const char *path, GError **error)
{
  g_autofree char *shown = tac_name_clean (path); /* it goes into a message */

  uri->number = tac_number_normalise (path);
  if (uri->number == NULL)
    g_set_error (error, TAC_ERROR, TAC_ERROR_INVALID_NUMBER,
                 "its number \"%s\" is no telephone number with country code, as +4917012345678",
                 shown);
  return uri->number != NULL;
}

gboolean
tac_contact_uri_parse (TacContactUri *uri, const char *text, GError **error)
{
  g_auto (TacContactUri) read = { 0 };
  g_autoptr (GUri) parsed = NULL;

  if (strlen (text) > TEXT_MOST)
    return fail (error, "it is too long");
  if (!g_utf8_validate (text, -1, NULL))
    return fail (error, "it is not UTF-8");
  parsed = g_uri_parse (text, G_URI_FLAGS_ENCODED_QUERY, NULL);
  if (parsed == NULL)
    return fail (error, "it is not a URI");
  if (!g_str_equal (g_uri_get_scheme (parsed), SCHEME))
    return fail (error, "it does not begin with " SCHEME ":");
  if (g_uri_get_host (parsed) != NULL || g_uri_get_fragment (parsed) != NULL)
    return fail (error, "it has parts that a contact has not (\"//\" or \"#\")");
  if (!set_number (&read, g_uri_get_path (parsed), error))
    return FALSE;
  if (g_uri_get_query (parsed) == NULL)
    return fail (error, "it has no key");
  if (!set_parameters (&read, g_uri_get_query (parsed), error))
    return FALSE;
  if (read.name == NULL)
    read.name = g_strdup ("");
  *uri = read;
  memset (&read, 0, sizeof read);
  return TRUE;
}
