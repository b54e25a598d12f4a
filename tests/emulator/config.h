/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration: which phones there are, their SIMs, ports and networks. */
#pragma once
#include <glib.h>

#define EMU_PHONES_MAX 200 /* one address of 198.51.100.0/24 each */

#define EMU_SPN_MAX 16 /* bytes */

typedef struct
{
  char *name;
  char *number;
  char *netns;  /* NULL = the emulator's own */
  guint16 port; /* 0 = any free one */
  char *imsi;
  char *iccid;
  char *spn;
  char *pin; /* NULL = the SIM asks for none */
  char *operator_name;
  char *operator_code; /* MCC and MNC, 5 or 6 digits */
  gboolean tun;        /* data contexts get a TUN; else they only claim to be active */
} EmuPhoneConfig;

typedef struct
{
  GPtrArray *phones;    /* EmuPhoneConfig */
  char *internet_netns; /* NULL = none */
  guint sms_latency_ms;
  guint sms_acknowledge_ms;
  guint unknown_number_code; /* +CMS ERROR; 0 = accepted and lost */
  guint seed;                /* of all random numbers */
} EmuConfig;

/* Reads the key file @path and fills in what it leaves out.
 * Returns: (transfer full), or NULL with @error naming group and key. */
EmuConfig *emu_config_load (const char *path, GError **error);
EmuConfig *emu_config_load_data (const char *text, GError **error);
void emu_config_free (EmuConfig *config);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmuConfig, emu_config_free)
