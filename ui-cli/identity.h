/* SPDX-License-Identifier: GPL-3.0-or-later */
/* This phone as others know it: number, key, fingerprint, URI and its QR code. */
#pragma once
#include "bus.h"
#include "command.h"

/* Shows it, or fails with @error if the store is not open. Returns: exit status. */
int cli_identity_show (CliDaemon *daemon, const CliRequest *request, GError **error);
