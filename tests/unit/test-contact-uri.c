/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The contact URI: one text a contact, and what is refused. */
#include "daemon/contact-uri.h"

#include "daemon/errors.h"

#include <gio/gio.h>
#include <string.h>

#define NUMBER "+491701234567"
/* base64.urlsafe_b64encode(bytes(range(0xe0, 0x100))).rstrip(b"=") of Python */
#define KEY "4OHi4-Tl5ufo6err7O3u7_Dx8vP09fb3-Pn6-_z9_v8"

static void
make_key (guint8 key[TAC_KEY_SIZE])
{
  for (guint i = 0; i < TAC_KEY_SIZE; i++)
    key[i] = (guint8)(0xe0 + i);
}

static void
test_format (void)
{
  static const struct
  {
    const char *name, *uri;
  } rows[] = {
    { "", "tacitel:" NUMBER "?key=" KEY },
    { "Bob", "tacitel:" NUMBER "?key=" KEY "&name=Bob" },
    { "J\xc3\xbcrgen & S\xc3\xb6hne",
      "tacitel:" NUMBER "?key=" KEY "&name=J%C3%BCrgen%20%26%20S%C3%B6hne" },
    { "a=b;c#d?e/f%20+g", "tacitel:" NUMBER "?key=" KEY "&name=a%3Db%3Bc%23d%3Fe%2Ff%2520%2Bg" },
  };
  guint8 key[TAC_KEY_SIZE];

  make_key (key);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = tac_contact_uri_format (NUMBER, rows[i].name, key);
      g_auto (TacContactUri) uri = { 0 };

      g_assert_cmpstr (text, ==, rows[i].uri);
      g_assert_true (tac_contact_uri_parse (&uri, text, NULL));
      g_assert_cmpstr (uri.number, ==, NUMBER);
      g_assert_cmpstr (uri.name, ==, rows[i].name);
      g_assert_cmpmem (uri.key, sizeof uri.key, key, sizeof key);
    }
}

/* What others write the same way. */
static void
test_accepted (void)
{
  static const struct
  {
    const char *text, *name;
  } rows[] = {
    { "TACITEL:" NUMBER "?key=" KEY, "" },
    { "tacitel:%2B491701234567?key=" KEY, "" },
    { "tacitel:+49-170-1234567?key=" KEY, "" },
    { "tacitel:" NUMBER "?name=Bob&key=" KEY, "Bob" },
    { "tacitel:" NUMBER "?key=" KEY "&later=x&later=y", "" },
    { "tacitel:" NUMBER "?key=" KEY "&name=", "" },
    { "tacitel:" NUMBER "?key=" KEY "&name=%1B%5B31mBob", "[31mBob" },
    { "tacitel:" NUMBER "?key=" KEY "&name=%E2%80%AEBob", "Bob" }, /* U+202E */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_auto (TacContactUri) uri = { 0 };

      tac_contact_uri_parse (&uri, rows[i].text, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (uri.number, ==, NUMBER);
      g_assert_cmpstr (uri.name, ==, rows[i].name);
    }
}

static void
test_refused (void)
{
  g_autofree char *padding = g_strnfill (1024, 'x');
  g_autofree char *too_long = g_strconcat ("tacitel:" NUMBER "?key=" KEY "&name=", padding, NULL);
  const struct
  {
    const char *text;
    TacError code;
    const char *says;
  } rows[] = {
    { "", TAC_ERROR_INVALID_ARGUMENT, "not a URI" },
    { NUMBER, TAC_ERROR_INVALID_ARGUMENT, "not a URI" },
    { "BEGIN:VCARD", TAC_ERROR_INVALID_ARGUMENT, "tacitel:" },
    { "tel:" NUMBER "?key=" KEY, TAC_ERROR_INVALID_ARGUMENT, "does not begin" },
    { "tacitel://" NUMBER "?key=" KEY, TAC_ERROR_INVALID_ARGUMENT, "//" },
    { "tacitel:" NUMBER "?key=" KEY "#x", TAC_ERROR_INVALID_ARGUMENT, "#" },
    { "tacitel:?key=" KEY, TAC_ERROR_INVALID_NUMBER, "number" },
    { "tacitel:bob?key=" KEY, TAC_ERROR_INVALID_NUMBER, "bob" },
    { "tacitel:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx%C3%BC%1B?key=" KEY, TAC_ERROR_INVALID_NUMBER,
      "x\xc3\xbc\"" }, /* whole characters, no control */
    { "tacitel:01701234567?key=" KEY, TAC_ERROR_INVALID_NUMBER, "country code" },
    { "tacitel:" NUMBER, TAC_ERROR_INVALID_ARGUMENT, "no key" },
    { "tacitel:" NUMBER "?", TAC_ERROR_INVALID_ARGUMENT, "no key" },
    { "tacitel:" NUMBER "?name=Bob", TAC_ERROR_INVALID_ARGUMENT, "no key" },
    { "tacitel:" NUMBER "?key", TAC_ERROR_INVALID_ARGUMENT, "malformed" },
    { "tacitel:" NUMBER "?key=", TAC_ERROR_INVALID_ARGUMENT, "base64url" },
    { "tacitel:" NUMBER "?key=" KEY "A", TAC_ERROR_INVALID_ARGUMENT, "base64url" },
    { "tacitel:" NUMBER "?key=" KEY "=", TAC_ERROR_INVALID_ARGUMENT, "base64url" },
    { "tacitel:" NUMBER "?key=4OHi4-Tl5ufo6err7O3u7_Dx8vP09fb3-Pn6-_z9_v", /* cut */
      TAC_ERROR_INVALID_ARGUMENT, "base64url" },
    { "tacitel:" NUMBER "?key=4OHi4-Tl5ufo6err7O3u7_Dx8vP09fb3-Pn6-_z9_v9", /* loose bits */
      TAC_ERROR_INVALID_ARGUMENT, "base64url" },
    { "tacitel:" NUMBER "?key=4OHi4+Tl5ufo6err7O3u7/Dx8vP09fb3+Pn6+/z9/v8", /* not for URLs */
      TAC_ERROR_INVALID_ARGUMENT, "base64url" },
    { "tacitel:" NUMBER "?key=" KEY "&key=" KEY, TAC_ERROR_INVALID_ARGUMENT, "two keys" },
    { "tacitel:" NUMBER "?key=" KEY "&name=a&name=b", TAC_ERROR_INVALID_ARGUMENT, "two names" },
    { "tacitel:" NUMBER "?key=" KEY "&name=a%00b", TAC_ERROR_INVALID_ARGUMENT, "malformed" },
    { "tacitel:" NUMBER "?key=" KEY "&name=%FF", TAC_ERROR_INVALID_ARGUMENT, "malformed" },
    { "tacitel:" NUMBER "?key=" KEY "&name=\xff", TAC_ERROR_INVALID_ARGUMENT, "UTF-8" },
    { too_long, TAC_ERROR_INVALID_ARGUMENT, "too long" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      TacContactUri uri = { 0 }, untouched = { 0 };

      if (tac_contact_uri_parse (&uri, rows[i].text, &error)
          || !g_error_matches (error, TAC_ERROR, (int)rows[i].code)
          || strstr (error->message, rows[i].says) == NULL)
        g_error ("\"%s\": %s", rows[i].text, error != NULL ? error->message : "accepted");
      g_assert_cmpmem (&uri, sizeof uri, &untouched, sizeof untouched);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/contact-uri/format", test_format);
  g_test_add_func ("/contact-uri/accepted", test_accepted);
  g_test_add_func ("/contact-uri/refused", test_refused);
  return g_test_run ();
}
