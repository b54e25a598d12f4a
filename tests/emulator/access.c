/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a phone is connected to the internet: keys and presets. */
#include "access.h"
#include "settings.h"

#include <stddef.h>

#define SECONDS_MAX 1000000

static const char *const kinds[] = { "none", "eim-eif", "eim-adf", "eim-apdf", "symmetric", NULL };
static const char *const ports[] = { "auto", "preserve", "random", NULL };
static const char *const ipv6s[] = { "open", "firewall", "none", NULL };

#define WORD(key, member, words)                                                                   \
  {                                                                                                \
    key, EMU_SETTING_WORD, offsetof (EmuAccessConfig, member), 0, 0, words                         \
  }
#define FLAG(key, member)                                                                          \
  {                                                                                                \
    key, EMU_SETTING_FLAG, offsetof (EmuAccessConfig, member), 0, 0, NULL                          \
  }
#define NUMBER(key, member, min, max)                                                              \
  {                                                                                                \
    key, EMU_SETTING_NUMBER, offsetof (EmuAccessConfig, member), min, max, NULL                    \
  }
static const EmuSetting settings[] = {
  WORD ("nat", nat.kind, kinds),
  WORD ("inner-nat", inner_nat, kinds),
  WORD ("ports", nat.ports, ports),
  FLAG ("hairpin", nat.hairpin),
  FLAG ("inbound-refresh", nat.inbound_refresh),
  NUMBER ("udp-timeout-s", nat.udp_timeout_s, 0.001, SECONDS_MAX),
  NUMBER ("tcp-timeout-s", nat.tcp_timeout_s, 0.001, SECONDS_MAX),
  NUMBER ("icmp-timeout-s", nat.icmp_timeout_s, 0.001, SECONDS_MAX),
  NUMBER ("max-mappings", nat.max_mappings, 1, 60000),
  WORD ("ipv6", ipv6, ipv6s),
  FLAG ("nat64", nat64),
  { NULL, 0, 0, 0, 0, NULL },
};
static const char *const other_keys[] = { "preset", "share", NULL };

/* What callers meet, each pure: no second way that would help. */
static const char *const preset_names[]
    = { "public", "eim", "symmetric", "double", "ipv6-firewalled", "ipv6-only", NULL };
static const struct
{
  EmuNatKind nat, inner;
  EmuIpv6 ipv6;
  gboolean nat64;
} presets[] = {
  { EMU_NAT_NONE, EMU_NAT_NONE, EMU_IPV6_OPEN, FALSE },
  { EMU_NAT_EIM_APDF, EMU_NAT_NONE, EMU_IPV6_NONE, FALSE },
  { EMU_NAT_SYMMETRIC, EMU_NAT_NONE, EMU_IPV6_NONE, FALSE },
  { EMU_NAT_EIM_APDF, EMU_NAT_EIM_APDF, EMU_IPV6_NONE, FALSE },
  { EMU_NAT_SYMMETRIC, EMU_NAT_NONE, EMU_IPV6_FIREWALL, FALSE },
  { EMU_NAT_EIM_ADF, EMU_NAT_NONE, EMU_IPV6_FIREWALL, TRUE }, /* filtering: RFC 6146, 3.5.1 */
};

void
emu_access_init (EmuAccessConfig *config)
{
  *config = (EmuAccessConfig){
    .nat = { .udp_timeout_s = 60,   /* RFC 4787 wants 120 and up; carriers do less */
             .tcp_timeout_s = 7440, /* RFC 5382, REQ-5 */
             .icmp_timeout_s = 60,  /* RFC 5508, REQ-2 */
             .max_mappings = 4096 },
  };
}

static gboolean
apply_preset (EmuAccessConfig *config, GVariant *value, GError **error)
{
  g_autofree char *list = g_strjoinv (", ", (char **)preset_names);
  guint index = G_N_ELEMENTS (presets);

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    index = emu_word_index (preset_names, g_variant_get_string (value, NULL));
  if (index == G_N_ELEMENTS (presets))
    return emu_settings_refuse (error, "preset: must be one of: %s", list);
  emu_access_init (config);
  config->nat.kind = presets[index].nat;
  config->inner_nat = presets[index].inner;
  config->ipv6 = presets[index].ipv6;
  config->nat64 = presets[index].nat64;
  return TRUE;
}

static gboolean
check (const EmuAccessConfig *config, gboolean shares, GError **error)
{
  if (config->nat64 && config->ipv6 == EMU_IPV6_NONE)
    return emu_settings_refuse (error, "nat64: the phone needs IPv6: set ipv6 to open or firewall");
  if (config->nat64 && config->nat.kind == EMU_NAT_NONE && !shares)
    return emu_settings_refuse (error, "nat64: choose what kind it is with nat, such as eim-adf");
  if (config->nat64 && config->inner_nat != EMU_NAT_NONE)
    return emu_settings_refuse (error, "inner-nat: there is no IPv4 at home with nat64");
  if (config->inner_nat != EMU_NAT_NONE && config->nat.kind == EMU_NAT_NONE && !shares)
    return emu_settings_refuse (error, "inner-nat: goes in front of another: set nat");
  return TRUE;
}

gboolean
emu_access_set (EmuAccessConfig *config, gboolean shares, GVariant *values, GError **error)
{
  g_autoptr (GVariant) preset = g_variant_lookup_value (values, "preset", NULL);
  EmuAccessConfig copy = *config;

  if ((preset != NULL && !apply_preset (&copy, preset, error))
      || !emu_settings_apply (settings, &copy, sizeof copy, values, other_keys, error)
      || !check (&copy, shares, error))
    return FALSE;
  *config = copy;
  return TRUE;
}

GVariant *
emu_access_describe (const EmuAccessConfig *config)
{
  return emu_settings_describe (settings, config);
}
