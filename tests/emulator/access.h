/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a phone is connected to the internet: which addresses it has, behind which NATs. Pure. */
#pragma once
#include "firewall.h"
#include "nat.h"

typedef enum
{
  EMU_IPV6_OPEN,
  EMU_IPV6_FIREWALL,
  EMU_IPV6_NONE,
} EmuIpv6;

typedef struct
{
  EmuNatConfig nat;
  guint inner_nat; /* EmuNatKind of a NAT at home, in front of @nat */
  guint ipv6;      /* EmuIpv6 */
  gboolean nat64;  /* IPv6 only; @nat is that of the NAT64 */
} EmuAccessConfig;

/* A phone with a public address of each family. */
void emu_access_init (EmuAccessConfig *config);

/* Changes what @values ("a{sv}", keys as in org.tacitel.Emulator1.xml) names; the key "share" is
 * the caller's. @shares: it is behind another phone's NAT.
 * Returns: FALSE with @error and nothing changed. */
gboolean emu_access_set (EmuAccessConfig *config, gboolean shares, GVariant *values,
                         GError **error);
/* Returns: (transfer floating) "a{sv}" */
GVariant *emu_access_describe (const EmuAccessConfig *config);
