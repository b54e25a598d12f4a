/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Puts the packet core alone on standard input and output, so that a test can drive it: one
 * command a line, answered by one line, "ok …" or "error …". */
#include "packet-core.h"

#include <glib-unix.h>
#include <stdio.h>
#include <string.h>

typedef struct
{
  EmuPacketCore *core;
  GHashTable *phones;   /* name → EmuPacketPhone, the core's */
  GHashTable *contexts; /* "NAME CID" → EmuPacketContext */
  EmuPacketVerdict up, down;
  GMainLoop *loop;
  GIOChannel *input;
} Driver;

static EmuPacketVerdict
on_packet (const char *phone, gboolean uplink, const guint8 *packet, gsize length, gpointer data)
{
  Driver *driver = data;

  return uplink ? driver->up : driver->down;
}

static guint
number (const char *text)
{
  return (guint)g_ascii_strtoull (text, NULL, 10);
}

static gboolean
activate (Driver *driver, EmuPacketPhone *phone, char **words, GError **error)
{
  EmuPacketContext *context = emu_packet_phone_activate (phone, number (words[2]), words[3], error);

  if (context != NULL)
    g_hash_table_insert (driver->contexts, g_strconcat (words[1], " ", words[2], NULL), context);
  return context != NULL;
}

static gboolean
deactivate (Driver *driver, char **words)
{
  g_autofree char *key = g_strconcat (words[1], " ", words[2], NULL);
  EmuPacketContext *context = g_hash_table_lookup (driver->contexts, key);

  if (context == NULL)
    return FALSE;
  emu_packet_context_deactivate (context);
  return g_hash_table_remove (driver->contexts, key);
}

static gboolean
set_verdict (Driver *driver, char **words)
{
  *(strcmp (words[1], "up") == 0 ? &driver->up : &driver->down)
      = (EmuPacketVerdict){ .copies = number (words[2]), .delay_ms = number (words[3]) };
  return TRUE;
}

/* link PHONE up|down VALUES, a GVariant's text without spaces in it. */
static gboolean
set_link (EmuPacketPhone *phone, char **words, GError **error)
{
  g_autoptr (GVariant) values
      = g_variant_parse (G_VARIANT_TYPE_VARDICT, words[3], NULL, NULL, error);

  return values != NULL
         && emu_impair_set (emu_packet_phone_link (phone, strcmp (words[2], "up") == 0), values,
                            error);
}

/* access PHONE VALUES, likewise. */
static gboolean
set_access (EmuPacketPhone *phone, char **words, GError **error)
{
  g_autoptr (GVariant) values
      = g_variant_parse (G_VARIANT_TYPE_VARDICT, words[2], NULL, NULL, error);

  return values != NULL && emu_packet_phone_set_access (phone, values, error);
}

/* corrupt POSITION MASK FIX: of every packet. */
static gboolean
set_corrupt (Driver *driver, char **words)
{
  driver->up = (EmuPacketVerdict){
    .copies = 1,
    .position = number (words[1]),
    .mask = (guint8)number (words[2]),
    .fix_checksums = number (words[3]) != 0,
  };
  return TRUE;
}

static gboolean
add_phone (Driver *driver, char **words, GError **error)
{
  EmuPacketPhone *phone
      = emu_packet_core_add_phone (driver->core, words[1], words[2], number (words[3]), error);

  return phone != NULL && g_hash_table_insert (driver->phones, g_strdup (words[1]), phone);
}

/* Runs one command; @words are never fewer than they should be. */
static gboolean
run (Driver *driver, char **words, GError **error)
{
  EmuPacketPhone *phone = g_hash_table_lookup (driver->phones, words[1]);

  if (strcmp (words[0], "phone") == 0)
    return add_phone (driver, words, error);
  if (strcmp (words[0], "internet") == 0)
    return emu_packet_core_add_internet (driver->core, words[1], error);
  if (strcmp (words[0], "verdict") == 0)
    return set_verdict (driver, words);
  if (strcmp (words[0], "corrupt") == 0)
    return set_corrupt (driver, words);
  if (strcmp (words[0], "seed") == 0)
    {
      emu_packet_core_set_seed (driver->core, number (words[1]));
      return TRUE;
    }
  if (phone == NULL)
    return FALSE;
  if (strcmp (words[0], "link") == 0)
    return set_link (phone, words, error);
  if (strcmp (words[0], "access") == 0)
    return set_access (phone, words, error);
  if (strcmp (words[0], "move") == 0)
    return emu_packet_phone_change_address (phone, error);
  if (strcmp (words[0], "activate") == 0)
    return activate (driver, phone, words, error);
  if (strcmp (words[0], "deactivate") == 0)
    return deactivate (driver, words);
  if (strcmp (words[0], "capture") == 0)
    return emu_packet_phone_capture (phone, strcmp (words[2], "-") != 0 ? words[2] : NULL, error);
  return FALSE;
}

static gboolean
on_input (int fd, GIOCondition condition, gpointer data)
{
  Driver *driver = data;
  g_autofree char *line = NULL;
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) error = NULL;

  if (g_io_channel_read_line (driver->input, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL)
    {
      g_main_loop_quit (driver->loop);
      return G_SOURCE_REMOVE;
    }

  g_strchomp (line);
  words = g_strsplit (line, " ", -1);
  if (strcmp (words[0], "counters") == 0 && g_hash_table_contains (driver->phones, words[1]))
    {
      g_autoptr (GVariant) counters = g_variant_ref_sink (
          emu_packet_phone_counters (g_hash_table_lookup (driver->phones, words[1])));
      g_autofree char *text = g_variant_print (counters, FALSE);

      printf ("ok %s\n", text);
    }
  else if (run (driver, words, &error))
    puts ("ok");
  else
    printf ("error %s\n", error != NULL ? error->message : "no such command or phone");
  fflush (stdout);
  return G_SOURCE_CONTINUE;
}

int
main (void)
{
  Driver driver = { .up = { .copies = 1 }, .down = { .copies = 1 } };

  driver.core = emu_packet_core_new (on_packet, &driver);
  driver.phones = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  driver.contexts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  driver.loop = g_main_loop_new (NULL, FALSE);
  driver.input = g_io_channel_unix_new (0);
  g_unix_fd_add (0, G_IO_IN | G_IO_HUP, on_input, &driver);
  g_main_loop_run (driver.loop);

  g_hash_table_unref (driver.contexts);
  emu_packet_core_free (driver.core);
  g_hash_table_unref (driver.phones);
  g_io_channel_unref (driver.input);
  g_main_loop_unref (driver.loop);
  return 0;
}
