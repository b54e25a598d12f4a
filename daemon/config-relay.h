/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The servers of the configuration, a group each: [relay NAME]. */
#pragma once
#include "daemon/config.h"

#define TAC_CONFIG_RELAY "relay "

/* Errors: as of GKeyFile; they name group and key. */
gboolean tac_config_load_relay (TacConfig *config, GKeyFile *file, const char *group,
                                GError **error);
/* Can the policy be kept with these servers? */
gboolean tac_config_check_relays (const TacConfig *config, GError **error);
