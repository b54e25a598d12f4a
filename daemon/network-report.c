/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a test found, as org.tacitel.Network1 tells it. */
#include "daemon/self-test.h"

static const char *const forms[TAC_TEXT_FORMS] = { "datagram", "text", "two-texts" };

static GVariant *
describe_server (const TacProbeResult *result)
{
  const TacServer *server = result->server;
  g_autofree char *address
      = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (server->address));
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "Name", "s", server->name);
  g_variant_dict_insert (&dict, "Kind", "s", server->kind == TAC_SERVER_STUN ? "stun" : "turn");
  g_variant_dict_insert (&dict, "Address", "s", address);
  g_variant_dict_insert (&dict, "Answered", "b", result->answered);
  g_variant_dict_insert (&dict, "RttMs", "u", result->rtt_ms);
  g_variant_dict_insert (&dict, "Mapped", "s", result->mapped);
  g_variant_dict_insert (&dict, "Relayed", "s", result->relayed);
  g_variant_dict_insert (&dict, "Problem", "s", result->problem);
  return g_variant_dict_end (&dict);
}

static GVariant *
describe_servers (const GArray *results)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < results->len; i++)
    g_variant_builder_add_value (&builder,
                                 describe_server (&g_array_index (results, TacProbeResult, i)));
  return g_variant_builder_end (&builder);
}

static GVariant *
describe_reach (const TacNetworkKind *kind)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < TAC_PEERS; i++)
    {
      GVariantDict dict;

      if (i == TAC_PEER_IPV6 && !tac_network_kind_has_ipv6 (kind))
        continue;
      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "Peer", "s", tac_peer_to_string ((TacPeer)i));
      g_variant_dict_insert (&dict, "Calling", "s", tac_need_to_string (kind->calling[i]));
      g_variant_dict_insert (&dict, "Called", "s", tac_need_to_string (kind->called[i]));
      g_variant_builder_add_value (&builder, g_variant_dict_end (&dict));
    }
  return g_variant_builder_end (&builder);
}

/* The best form that came back; TAC_TEXT_FORMS: none did. */
static guint
best_form (const TacNetworkReport *report)
{
  guint form = 0;

  while (form < TAC_TEXT_FORMS && !report->sms.loops[form].back)
    form++;
  return form;
}

static const char *
explain_sms (const TacNetworkReport *report)
{
  static const char *const texts[TAC_TEXT_FORMS + 1] = {
    "Datagram SMS come through.",
    "Datagram SMS do not come through, text does: invitations travel as one text SMS.",
    "Datagram SMS do not come through, nor accented letters: invitations travel as two text SMS.",
    "No SMS came back, in whatever form: the network is slow, or loses them; or the number is not "
    "this phone's.",
  };

  if (!report->sms_tested)
    return "SMS were not tested.";
  return report->sms_problem != NULL ? report->sms_problem : texts[best_form (report)];
}

static GVariant *
describe_forms (const TacSmsLoopback *sms)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < TAC_TEXT_FORMS; i++)
    {
      const TacSmsLoop *loop = &sms->loops[i];
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "Form", "s", forms[i]);
      g_variant_dict_insert (&dict, "Tried", "b", loop->tried);
      g_variant_dict_insert (&dict, "Accepted", "b", loop->accepted);
      g_variant_dict_insert (&dict, "Back", "b", loop->back);
      g_variant_dict_insert (&dict, "AcceptedMs", "u", loop->accepted ? loop->sent_ms : 0);
      g_variant_dict_insert (&dict, "BackMs", "u", loop->back ? loop->back_ms : 0);
      g_variant_builder_add_value (&builder, g_variant_dict_end (&dict));
    }
  return g_variant_builder_end (&builder);
}

GVariant *
tac_network_report_to_variant (const TacNetworkReport *report, gboolean sms)
{
  const TacNetworkKind *kind = &report->kind;
  g_autofree char *text = tac_network_kind_describe (kind);
  guint form = best_form (report);
  gboolean sms_well = !sms || !report->sms_tested || form < TAC_TEXT_FORMS;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "Access", "s", tac_access_to_string (kind->access));
  g_variant_dict_insert (&dict, "Addresses", "^as", report->addresses);
  g_variant_dict_insert (&dict, "Nat", "s", tac_nat_to_string (kind->nat));
  g_variant_dict_insert (&dict, "Nat64", "b", kind->nat64);
  g_variant_dict_insert (&dict, "Text", "s", text);
  g_variant_dict_insert (&dict, "Relay", "b", kind->relay);
  g_variant_dict_insert_value (&dict, "Servers", describe_servers (report->results));
  g_variant_dict_insert_value (&dict, "Reach", describe_reach (kind));
  g_variant_dict_insert (&dict, "AllWell", "b", tac_network_kind_all_well (kind) && sms_well);
  if (!sms)
    return g_variant_dict_end (&dict);
  g_variant_dict_insert (&dict, "Sms", "s",
                         !report->sms_tested     ? "untested"
                         : form < TAC_TEXT_FORMS ? forms[form]
                                                 : "nothing");
  g_variant_dict_insert (&dict, "SmsText", "s", explain_sms (report));
  g_variant_dict_insert_value (&dict, "SmsForms", describe_forms (&report->sms));
  return g_variant_dict_end (&dict);
}
