/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A report on the network: what it is, the servers, the SMS, and whom calls can reach. */
#include "network-view.h"
#include "report.h"
#include "safe-text.h"
#include "table.h"
#include <unistd.h>

static guint
dict_number (GVariant *dictionary, const char *member)
{
  guint value = 0;
  g_variant_lookup (dictionary, member, "u", &value);
  return value;
}

/* A member of type aa{sv}, empty where there is none. Returns: (transfer full). */
static GVariant *
dict_list (GVariant *dictionary, const char *member)
{
  GVariant *list = g_variant_lookup_value (dictionary, member, G_VARIANT_TYPE ("aa{sv}"));
  return list != NULL ? list : g_variant_ref_sink (g_variant_new ("aa{sv}", NULL));
}

/* What the API's word means, or the word itself if it is new. */
static const char *
word (const char *const rows[][2], const char *name)
{
  for (gsize i = 0; rows[i][0] != NULL; i++)
    if (g_str_equal (rows[i][0], name))
      return rows[i][1];
  return name;
}

static const char *
peer_text (const char *peer)
{
  static const char *const rows[][2] = {
    { "public", "public" },
    { "endpoint-independent", "behind an ordinary NAT" },
    { "symmetric", "behind a symmetric NAT" },
    { "ipv6", "on IPv6, as this one" },
    { NULL, NULL },
  };
  return word (rows, peer);
}

static const char *
need_text (const char *need)
{
  static const char *const rows[][2] = {
    { "one-sms", "one SMS" },
    { "two-sms", "two SMS" },
    { "perhaps", "two SMS, perhaps a relay" },
    { "relay", "only with a relay" },
    { NULL, NULL },
  };
  return word (rows, need);
}

static gboolean
write_reach (GVariant *report, const CliStyle *style)
{
  static const char *const headings[]
      = { "The other phone is", "Calling it needs", "Its calls need", NULL };
  g_autoptr (CliTable) table = cli_table_new (headings);
  g_autoptr (GVariant) list = dict_list (report, "Reach");
  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) one = g_variant_get_child_value (list, i);
      const char *cells[] = { peer_text (cli_dict_string (one, "Peer")),
                              need_text (cli_dict_string (one, "Calling")),
                              need_text (cli_dict_string (one, "Called")) };
      cli_table_add (table, cells);
    }
  g_autofree char *text = cli_table_render (table, style);
  return cli_out ("%s", text)
         && (!cli_dict_flag (report, "Relay")
             || cli_paragraph (CLI_PLAIN,
                               "One SMS is enough where both phones use the same relay."));
}

static gboolean
write_servers (GVariant *report, const CliStyle *style)
{
  static const char *const headings[]
      = { "Server", "Kind", "Address", "Answer", "Sees", "Relays from", NULL };
  g_autoptr (CliTable) table = cli_table_new (headings);
  g_autoptr (GVariant) list = dict_list (report, "Servers");
  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) one = g_variant_get_child_value (list, i);
      gboolean answered = cli_dict_flag (one, "Answered");
      g_autofree char *time = g_strdup_printf ("%u ms", dict_number (one, "RttMs"));
      const char *cells[] = { cli_dict_string (one, "Name"),    cli_dict_string (one, "Kind"),
                              cli_dict_string (one, "Address"), answered ? time : "none",
                              cli_dict_string (one, "Mapped"),  cli_dict_string (one, "Relayed") };
      cli_table_add (table, cells);
    }
  g_autofree char *text = cli_table_render (table, style);
  return cli_out ("%s", text);
}

static gboolean
write_problems (GVariant *report)
{
  g_autoptr (GVariant) list = dict_list (report, "Servers");
  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) one = g_variant_get_child_value (list, i);
      const char *problem = cli_dict_string (one, "Problem");
      g_autofree char *line = g_strdup_printf ("%s: %s", cli_dict_string (one, "Name"), problem);
      g_autofree char *safe = cli_safe_text (line);
      if (*problem != '\0' && !cli_paragraph (CLI_BAD, safe))
        return FALSE;
    }
  return TRUE;
}

/* "Datagram SMS come through. (3.1 s)" */
static char *
describe_sms (GVariant *report)
{
  const char *text = cli_dict_string (report, "SmsText");
  g_autoptr (GVariant) list = dict_list (report, "SmsForms");
  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) one = g_variant_get_child_value (list, i);
      if (cli_dict_flag (one, "Back")
          && g_str_equal (cli_dict_string (one, "Form"), cli_dict_string (report, "Sms")))
        return g_strdup_printf ("%s It took %.1f s.", text, dict_number (one, "BackMs") / 1000.0);
    }
  return g_strdup (text);
}

static gboolean
write_pairs (GVariant *report, const CliStyle *style)
{
  g_autofree char *addresses = cli_dict_words (report, "Addresses");
  g_autofree char *sms = describe_sms (report);
  const char *pairs[]
      = { "Network", cli_dict_string (report, "Text"), "Addresses", addresses, "SMS", sms, NULL };
  g_autofree char *table = cli_table_pairs (pairs, style);
  return cli_out ("%s\n", table);
}

static const char *
summary (GVariant *report, gboolean well)
{
  if (well)
    return "As far as can be seen from here, calls will reach any phone, and any phone this one.";
  if (g_str_equal (cli_dict_string (report, "Sms"), "nothing"))
    return "No SMS comes through: no call will come about until one does.";
  if (!cli_dict_flag (report, "Relay"))
    return "Some calls will fail: no relay can be used. A TURN server under [relay] in "
           "tacitel.conf helps.";
  return "Calls will come about, but not all servers are as the configuration says.";
}

int
cli_show_network (const CliRequest *request, GVariant *report)
{
  CliStyle style = cli_style_for (STDOUT_FILENO);
  gboolean well = cli_dict_flag (report, "AllWell");
  gboolean written = request->json
                         ? cli_report_json (report) == CLI_EXIT_OK
                         : cli_paragraph (well ? CLI_GOOD : CLI_WARN, summary (report, well))
                               && write_pairs (report, &style) && write_servers (report, &style)
                               && write_problems (report) && cli_out ("\n")
                               && write_reach (report, &style);
  return !written ? CLI_EXIT_FAILED : well ? CLI_EXIT_OK : CLI_EXIT_NETWORK;
}
