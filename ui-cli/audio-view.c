/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A test of the sound, while it goes on and when it has ended. */
#include "audio-view.h"
#include "exit-status.h"
#include "output.h"
#include "report.h"
#include "safe-text.h"
#include "table.h"
#include <unistd.h>

#define FLOOR_DBFS (-60) /* an empty bar */
#define BESIDE_BARS 46u  /* columns of the words and numbers */
#define BAR_LEAST 4u
#define BAR_MOST 20u

static void
append_bar (GString *line, const CliStyle *style, guint width, int dbfs)
{
  int level = CLAMP (dbfs, FLOOR_DBFS, 0) - FLOOR_DBFS;
  guint full = (guint)(level * (int)width + -FLOOR_DBFS / 2) / -FLOOR_DBFS;
  for (guint i = 0; i < width; i++)
    g_string_append (line, i < full ? (style->unicode ? "█" : "#") : (style->unicode ? "░" : "."));
}

char *
cli_audio_meter (const CliStyle *style, int captured, int played, guint left_ms)
{
  guint room = style->columns > BESIDE_BARS ? (style->columns - BESIDE_BARS) / 2 : 0;
  guint width = CLAMP (room, BAR_LEAST, BAR_MOST);
  GString *line = g_string_new ("Microphone ");
  append_bar (line, style, width, captured);
  g_string_append_printf (line, " %3d dB  Speaker ", captured);
  append_bar (line, style, width, played);
  g_string_append_printf (line, " %3d dB  ", played);
  if (left_ms > 0)
    g_string_append_printf (line, "%u s", (left_ms + 999) / 1000);
  return g_string_free (line, FALSE);
}

static guint
dict_number (GVariant *dictionary, const char *member)
{
  guint value = 0;
  g_variant_lookup (dictionary, member, "u", &value);
  return value;
}

static gboolean
write_problems (GVariant *report)
{
  g_autoptr (GVariant) list
      = g_variant_lookup_value (report, "Problems", G_VARIANT_TYPE ("aa{sv}"));
  for (gsize i = 0; list != NULL && i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) one = g_variant_get_child_value (list, i);
      g_autofree char *safe = cli_safe_text (cli_dict_string (one, "Text"));
      if (!cli_paragraph (CLI_BAD, safe))
        return FALSE;
    }
  return TRUE;
}

/* "Headphones; echo canceller off, noise suppression off, gain off" */
static char *
describe_place (GVariant *report)
{
  const char *port = cli_dict_string (report, "SoundPort");
  const char *const words[] = { "off", "on" };
  return g_strdup_printf (
      "%s; echo canceller %s, noise suppression %s, gain %s", *port != '\0' ? port : "unknown",
      words[cli_dict_flag (report, "EchoCanceller")],
      words[cli_dict_flag (report, "NoiseSuppression")], words[cli_dict_flag (report, "Gain")]);
}

static char *
describe_level (GVariant *report, const char *member)
{
  int dbfs = 0;
  g_variant_lookup (report, member, "i", &dbfs);
  return g_strdup_printf ("%d dBFS at the loudest", dbfs);
}

static char *
describe_delay (GVariant *report)
{
  guint total = dict_number (report, "MouthToEar");
  if (total == 0)
    return g_strdup ("unknown");
  return g_strdup_printf (
      "%u ms from mouth to ear, without a network: microphone %u, codec %u, playout %u, speaker %u",
      total, dict_number (report, "CaptureDelay"), dict_number (report, "CodecDelay"),
      dict_number (report, "PlayoutDelay"), dict_number (report, "PlaybackDelay"));
}

static gboolean
write_pairs (GVariant *report)
{
  CliStyle style = cli_style_for (STDOUT_FILENO);
  g_autofree char *place = describe_place (report);
  g_autofree char *captured = describe_level (report, "CapturedLevel");
  g_autofree char *played = describe_level (report, "PlayedLevel");
  g_autofree char *delay = describe_delay (report);
  const char *pairs[]
      = { "Comes out", place, "Microphone", captured, "Speaker", played, "Delay", delay, NULL };
  g_autofree char *table = cli_table_pairs (pairs, &style);
  return cli_out ("%s", table);
}

static gboolean
write_summary (GVariant *report, gboolean well)
{
  if (g_str_equal (cli_dict_string (report, "Ended"), "call"))
    return cli_paragraph (CLI_WARN, "A call began, and the test has ended.");
  return cli_paragraph (well ? CLI_GOOD : CLI_WARN, well ? "The sound works, if you heard yourself."
                                                         : "The sound does not work as it should.");
}

int
cli_show_audio (const CliRequest *request, GVariant *report)
{
  gboolean well = cli_dict_flag (report, "AllWell");
  gboolean written = request->json ? cli_report_json (report) == CLI_EXIT_OK
                                   : write_summary (report, well) && write_problems (report)
                                         && write_pairs (report);
  if (!written)
    return CLI_EXIT_FAILED;
  if (g_str_equal (cli_dict_string (report, "Ended"), "call"))
    return CLI_EXIT_STATE;
  return well ? CLI_EXIT_OK : CLI_EXIT_SOUND;
}
