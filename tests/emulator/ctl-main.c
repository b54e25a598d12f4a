/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tacitel-emulatorctl: controls a running tacitel-emulator. */
#include "ctl.h"
#include "dbus-connect.h"
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_USAGE 2

static char *bus;
static gboolean json;
static gboolean version;
static char **words;

static const GOptionEntry options[] = {
  { "bus", 'b', 0, G_OPTION_ARG_STRING, &bus,
    "Bus of the emulator: session (default), system, or an address", "BUS" },
  { "json", 'j', 0, G_OPTION_ARG_NONE, &json, "Print JSON", NULL },
  { "version", 'V', 0, G_OPTION_ARG_NONE, &version, "Print the version and exit", NULL },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &words, NULL, "COMMAND…" },
  { NULL },
};

static const char summary[]
    = "Controls a running tacitel-emulator.\n"
      "\n"
      "Commands:\n"
      "  phones                        list the phones\n"
      "  show PHONE                    everything about one\n"
      "  set PHONE PROPERTY=VALUE…     Powered, Registration, OperatorName, OperatorCode,\n"
      "                                Technology, Signal, DataAllowed, SimInserted\n"
      "  set PROPERTY=VALUE…           SmsLatencyMs, SmsAcknowledgeMs, Seed\n"
      "  link PHONE [up|down|both] [KEY=VALUE…]\n"
      "                                its radio: preset=edge|umts|lte|ideal delay-ms loss …\n"
      "  fade PHONE up|down|both MS KEY=VALUE…\n"
      "  interrupt PHONE MS [hold]     no packet passes, lost or held back\n"
      "  access PHONE [KEY=VALUE…]     preset=public|eim|symmetric|double|ipv6-firewalled|\n"
      "                                ipv6-only nat=… share=PHONE …\n"
      "  move PHONE                    it gets other addresses\n"
      "  restart PHONE                 its modem restarts (+CRST)\n"
      "  reset PHONE MS                its modem vanishes, and comes back\n"
      "  suspend PHONE [sms-wakes]     it sleeps, and loses the next SMS\n"
      "  resume PHONE\n"
      "  capture PHONE [FILE]          record its IP packets as pcapng; without FILE, stop\n"
      "  sms                           the log of the SMS centre\n"
      "  sms send PHONE FROM TEXT      or data=hex:… port=N, or tpdu=hex:…; FROM '' = withheld\n"
      "  sms clear                     forget the log\n"
      "  sms network [KEY=VALUE…]      preset=instant|typical|poor loss latency-ms …\n"
      "  rules                         list the rules\n"
      "  rules add KEY=VALUE…          kind=sms|at|ip action=drop|delay|duplicate|fail|corrupt …\n"
      "  rules remove ID | rules clear\n"
      "  counters [PHONE]              of the SMS centre, or of a phone\n"
      "  monitor                       print what changes, until interrupted";

static const struct
{
  const char *name;
  gboolean (*run) (EmuCtl *ctl, char **arguments, GError **error);
} commands[] = {
  { "phones", emu_ctl_phones },   { "show", emu_ctl_show },
  { "set", emu_ctl_set },         { "link", emu_ctl_link },
  { "fade", emu_ctl_fade },       { "interrupt", emu_ctl_interrupt },
  { "access", emu_ctl_access },   { "move", emu_ctl_move },
  { "reset", emu_ctl_reset },     { "suspend", emu_ctl_suspend },
  { "resume", emu_ctl_resume },   { "restart", emu_ctl_restart },
  { "capture", emu_ctl_capture }, { "sms", emu_ctl_sms },
  { "rules", emu_ctl_rules },     { "counters", emu_ctl_counters },
  { "monitor", emu_ctl_monitor },
};

gboolean
emu_ctl_usage (GError **error, const char *usage)
{
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "usage: tacitel-emulatorctl %s",
               usage);
  return FALSE;
}

static gboolean
run (GError **error)
{
  EmuCtl ctl = { .json = json };
  gboolean ok = FALSE;
  gsize i = 0;

  if (words == NULL)
    return emu_ctl_usage (error, "COMMAND…");
  while (i < G_N_ELEMENTS (commands) && strcmp (commands[i].name, words[0]) != 0)
    i++;
  if (i == G_N_ELEMENTS (commands))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "there is no command '%s'",
                   words[0]);
      return FALSE;
    }
  ctl.connection = emu_dbus_connect (bus != NULL ? bus : "session", error);
  if (ctl.connection == NULL)
    {
      g_prefix_error (error, "no bus (give --bus): ");
      return FALSE;
    }
  g_dbus_connection_set_exit_on_close (ctl.connection, FALSE);
  ok = commands[i].run (&ctl, words + 1, error);
  g_object_unref (ctl.connection);
  return ok;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  setlinebuf (stdout);
  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, options, NULL);
  if (g_option_context_parse (context, &argc, &argv, &error))
    {
      if (version)
        {
          g_print ("tacitel-emulatorctl " EMU_VERSION "\n");
          return EXIT_SUCCESS;
        }
      if (run (&error))
        return EXIT_SUCCESS;
    }
  g_printerr ("tacitel-emulatorctl: %s\n", error->message);
  if (error->domain != G_OPTION_ERROR)
    return EXIT_FAILURE;
  g_printerr ("Try 'tacitel-emulatorctl --help'.\n");
  return EXIT_USAGE;
}
