/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration: what each key sets, which file wins, and what an error names. */
#include "daemon/config.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  char *folder, *system, *user;
} Files;

static void
set_up (Files *files, gconstpointer data)
{
  files->folder = g_dir_make_tmp ("tacitel-config-XXXXXX", NULL);
  files->system = g_build_filename (files->folder, "system.conf", NULL);
  files->user = g_build_filename (files->folder, "user.conf", NULL);
}

static void
tear_down (Files *files, gconstpointer data)
{
  g_remove (files->system);
  g_remove (files->user);
  g_rmdir (files->folder);
  g_free (files->system);
  g_free (files->user);
  g_free (files->folder);
}

static TacConfig *
load (const Files *files, GError **error)
{
  return tac_config_load_files ((const char *const[]){ files->system, files->user, NULL }, error);
}

static TacConfig *
load_text (const Files *files, const char *text, GError **error)
{
  g_assert_true (g_file_set_contents (files->system, text, -1, NULL));
  return load (files, error);
}

static void
assert_defaults (const TacConfig *config)
{
  g_assert_null (config->modem_path);
  g_assert_true (config->modem_power);
  g_assert_null (config->data_context);
  g_assert_false (config->data_keep);
  g_assert_cmpuint (config->data_timeout_s, ==, 20);
  g_assert_cmpuint (config->ring_timeout_s, ==, 45);
  g_assert_null (config->audio_source);
  g_assert_null (config->audio_sink);
  g_assert_cmpuint (config->audio_rate, ==, 16000);
  g_assert_cmpint (config->audio_complexity, ==, 5);
  g_assert_cmpint (config->audio_echo, ==, TAC_VOICE_AUTO);
  g_assert_cmpint (config->audio_noise, ==, TAC_VOICE_AUTO);
  g_assert_cmpint (config->audio_gain, ==, TAC_VOICE_AUTO);
}

static void
test_defaults (Files *files, gconstpointer data)
{
  static const char *const texts[]
      = { "", "# nothing\n", "[modem]\n[audio]\n", "[modem]\npath=\n[audio]\nsource=\n" };
  g_autoptr (TacConfig) none = load (files, NULL);

  g_assert_nonnull (none);
  assert_defaults (none);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TacConfig) config = load_text (files, texts[i], &error);

      g_assert_no_error (error);
      assert_defaults (config);
    }
}

/* The file that is installed documents the defaults: uncommented, it changes nothing. */
static void
test_documented (Files *files, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_autoptr (GRegex) commented
      = g_regex_new ("^#([a-z-]+=)([^ \n]*).*$", G_REGEX_MULTILINE, 0, NULL);
  g_autofree char *open = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TacConfig) config = NULL;

  g_assert_true (g_file_get_contents (TEST_DATA "/../daemon/tacitel.conf", &text, NULL, NULL));
  open = g_regex_replace (commented, text, -1, 0, "\\1\\2", 0, NULL);
  g_assert_nonnull (strstr (open, "\ntimeout=20\n"));
  g_assert_nonnull (strstr (open, "\necho-canceller=auto\n"));
  g_assert_nonnull (strstr (open, "\nnoise-suppression=auto\n"));
  g_assert_nonnull (strstr (open, "\ngain=auto\n"));
  config = load_text (files, open, &error);
  g_assert_no_error (error);
  assert_defaults (config);
}

static void
test_every_key (Files *files, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TacConfig) config
      = load_text (files,
                   "[modem]\npath=/quectel_0\npower=false\n"
                   "[data]\ncontext=/quectel_0/context2\nkeep=true\ntimeout=300\n"
                   "[call]\nring-timeout=1\n"
                   "[audio]\nsource=headset\nsink=speaker\nrate=48000\ncomplexity=0\n"
                   "echo-canceller=off\nnoise-suppression=on\ngain=off\n",
                   &error);

  g_assert_no_error (error);
  g_assert_cmpstr (config->modem_path, ==, "/quectel_0");
  g_assert_false (config->modem_power);
  g_assert_cmpstr (config->data_context, ==, "/quectel_0/context2");
  g_assert_true (config->data_keep);
  g_assert_cmpuint (config->data_timeout_s, ==, 300);
  g_assert_cmpuint (config->ring_timeout_s, ==, 1);
  g_assert_cmpstr (config->audio_source, ==, "headset");
  g_assert_cmpstr (config->audio_sink, ==, "speaker");
  g_assert_cmpuint (config->audio_rate, ==, 48000);
  g_assert_cmpint (config->audio_complexity, ==, 0);
  g_assert_cmpint (config->audio_echo, ==, TAC_VOICE_OFF);
  g_assert_cmpint (config->audio_noise, ==, TAC_VOICE_ON);
  g_assert_cmpint (config->audio_gain, ==, TAC_VOICE_OFF);
}

static void
test_later_file_wins (Files *files, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TacConfig) config = NULL;

  g_assert_true (g_file_set_contents (files->user,
                                      "[modem]\npath=/user\n[data]\nkeep=false\n"
                                      "[audio]\nsink=\necho-canceller=on\n",
                                      -1, NULL));
  config = load_text (files,
                      "[modem]\npath=/system\npower=false\n[data]\nkeep=true\ntimeout=7\n"
                      "[audio]\nsink=speaker\necho-canceller=off\n",
                      &error);
  g_assert_no_error (error);
  g_assert_cmpstr (config->modem_path, ==, "/user");
  g_assert_false (config->modem_power);
  g_assert_false (config->data_keep);
  g_assert_cmpuint (config->data_timeout_s, ==, 7);
  g_assert_null (config->audio_sink);
  g_assert_cmpint (config->audio_echo, ==, TAC_VOICE_ON);
}

static void
test_refused (Files *files, gconstpointer data)
{
  static const struct
  {
    const char *text, *named;
  } rows[] = {
    { "[modem]\npaht=/x\n", "paht" },
    { "[model]\npath=/x\n", "model" },
    { "[model]\n", "model" },
    { "[audio]\ntimeout=20\n", "timeout" },
    { "[modem]\npower=maybe\n", "power" },
    { "[data]\ntimeout=0\n", "timeout" },
    { "[data]\ntimeout=301\n", "timeout" },
    { "[data]\ntimeout=-1\n", "timeout" },
    { "[data]\ntimeout=20s\n", "timeout" },
    { "[data]\ntimeout=99999999999999999999\n", "timeout" },
    { "[data]\ntimeout=\n", "timeout" },
    { "[call]\nring-timeout=0\n", "ring-timeout" },
    { "[call]\nring-timeout=301\n", "ring-timeout" },
    { "[audio]\nrate=44100\n", "rate" },
    { "[audio]\nrate=7999\n", "rate" },
    { "[audio]\ncomplexity=11\n", "complexity" },
    { "[audio]\ncomplexity=-1\n", "complexity" },
    { "[audio]\necho-canceller=perhaps\n", "echo-canceller" },
    { "[audio]\nnoise-suppression=\n", "noise-suppression" },
    { "[audio]\ngain=loud\n", "gain" },
    { "[audio]\nsource=\xff\xfe\n", "source" },
    { "path=/x\n", "" },
    { "[modem\n", "" },
    { "[modem]\npath\n", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TacConfig) config = load_text (files, rows[i].text, &error);

      if (config != NULL || error == NULL || strstr (error->message, files->system) == NULL
          || strstr (error->message, rows[i].named) == NULL)
        g_error ("%s: %s", rows[i].text, error != NULL ? error->message : "accepted");
    }
}

/* The file with the error is the one that is named. */
static void
test_names_the_file (Files *files, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TacConfig) config = NULL;

  g_assert_true (g_file_set_contents (files->user, "[audio]\nrate=11025\n", -1, NULL));
  config = load_text (files, "[audio]\nrate=24000\n", &error);
  g_assert_null (config);
  g_assert_nonnull (strstr (error->message, files->user));
}

/* A folder is there but is no file: not the same as none. */
static void
test_unreadable (Files *files, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tac_config_load_files ((const char *const[]){ files->folder, NULL }, &error));
  g_assert_nonnull (strstr (error->message, files->folder));
}

/* Servers: each in its group, the later file's of one name instead of the earlier's. */
static void
test_servers (Files *files, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TacConfig) config = NULL;
  const TacServer *servers[3];
  g_autofree char *six = NULL;

  g_assert_true (g_file_set_contents (
      files->user, "[relay b]\naddress=[2001:db8::1]:443\nuser=u\npassword=p\n", -1, NULL));
  config = load_text (files,
                      "[relay]\npolicy=relay-only\n[sms]\nsignalling=text\n"
                      "[relay a]\ntype=stun\naddress=192.0.2.1\n"
                      "[relay b]\naddress=192.0.2.2\nuser=old\npassword=old\n"
                      "[relay c]\naddress=192.0.2.3:1\nsecret=s\n",
                      &error);
  g_assert_no_error (error);
  g_assert_cmpint (config->relay_policy, ==, TAC_RELAY_ONLY);
  g_assert_cmpint (config->signalling, ==, TAC_SIGNALLING_TEXT);
  g_assert_cmpuint (config->servers->len, ==, 3);
  memcpy (servers, config->servers->pdata, sizeof servers);
  g_assert_cmpstr (servers[0]->name, ==, "a");
  g_assert_cmpint (servers[0]->kind, ==, TAC_SERVER_STUN);
  g_assert_cmpuint (g_inet_socket_address_get_port (servers[0]->address), ==, 3478);
  six = g_inet_address_to_string (g_inet_socket_address_get_address (servers[1]->address));
  g_assert_cmpstr (six, ==, "2001:db8::1");
  g_assert_cmpuint (g_inet_socket_address_get_port (servers[1]->address), ==, 443);
  g_assert_cmpstr (servers[1]->user, ==, "u");
  g_assert_cmpstr (servers[2]->user, ==, "tacitel");
  g_assert_cmpstr (servers[2]->secret, ==, "s");
  g_assert_null (servers[2]->password);
}

static void
test_bad_servers (Files *files, gconstpointer data)
{
  static const struct
  {
    const char *text, *says;
  } rows[] = {
    { "[relay a]\n", "[relay a] address: it is missing" },
    { "[relay a]\naddress=relay.example.org\n", "looked up" },
    { "[relay a]\naddress=192.0.2.1:0\n", "no IP address" },
    { "[relay a]\naddress=192.0.2.1:70000\n", "no IP address" },
    { "[relay a]\naddress=[2001:db8::1\n", "no IP address" },
    { "[relay a]\naddress=192.0.2.1\n", "either a password or a secret" },
    { "[relay a]\naddress=192.0.2.1\nuser=u\npassword=p\nsecret=s\n", "either" },
    { "[relay a]\naddress=192.0.2.1\npassword=p\n", "[relay a] user: it is missing" },
    { "[relay a]\ntype=stun\naddress=192.0.2.1\nuser=u\n", "no user" },
    { "[relay a]\ntype=tls\naddress=192.0.2.1\n", "neither turn nor stun" },
    { "[relay a]\naddress=192.0.2.1\nsecret=\n", "[relay a] secret: it is empty" },
    { "[relay a]\nport=1\n", "[relay a] port: there is no such key" },
    { "[relay]\npolicy=relay-only\n", "needs a TURN server" },
    { "[relay]\npolicy=always\n", "none of direct, prefer-direct, relay-only" },
    { "[sms]\nsignalling=pigeon\n", "none of auto, datagram, text" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TacConfig) config = load_text (files, rows[i].text, &error);

      g_test_message ("%s", rows[i].text);
      g_assert_null (config);
      g_assert_nonnull (strstr (error->message, rows[i].says));
    }
}

/* coturn's use-auth-secret: name "expiry:user", password base64 (HMAC-SHA1 (secret, name)). Made by
 * Python's hmac. */
static void
test_credentials (void)
{
  const TacServer timed = { .user = (char *)"alice", .secret = (char *)"north" };
  const TacServer fixed = { .user = (char *)"alice", .password = (char *)"wonderland" };
  g_autofree char *user = NULL, *password = NULL, *user2 = NULL, *password2 = NULL;

  tac_server_credentials (&timed, 1700000000, &user, &password);
  g_assert_cmpstr (user, ==, "1700086400:alice");
  g_assert_cmpstr (password, ==, "SXua5ne/+mDhiHTp0pQJzRO4ESg=");
  tac_server_credentials (&fixed, 1700000000, &user2, &password2);
  g_assert_cmpstr (user2, ==, "alice");
  g_assert_cmpstr (password2, ==, "wonderland");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add (name, Files, NULL, set_up, func, tear_down)
  ADD ("/config/defaults", test_defaults);
  ADD ("/config/documented", test_documented);
  ADD ("/config/every-key", test_every_key);
  ADD ("/config/later-file-wins", test_later_file_wins);
  ADD ("/config/refused", test_refused);
  ADD ("/config/names-the-file", test_names_the_file);
  ADD ("/config/unreadable", test_unreadable);
  ADD ("/config/servers", test_servers);
  ADD ("/config/bad-servers", test_bad_servers);
  g_test_add_func ("/config/credentials", test_credentials);
  return g_test_run ();
}
