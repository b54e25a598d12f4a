/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A STUN or TURN server (RFC 8489, RFC 8656) that the configuration names; nothing is looked up by
 * name, since a look-up could leave by another interface than the call. */
#pragma once
#include <gio/gio.h>

typedef enum
{
  TAC_SERVER_STUN, /* says what this phone's address looks like; relays nothing */
  TAC_SERVER_TURN,
} TacServerKind;

typedef struct
{
  char *name; /* of its group in the configuration, [relay NAME]; "" for none */
  TacServerKind kind;
  GInetSocketAddress *address;
  char *user, *password; /* long-term credentials; NULL for STUN */
  char *secret; /* instead of a password: user name and password are made from it for a time
                   (coturn's use-auth-secret) */
} TacServer;

/* Which way may voice go? */
typedef enum
{
  TAC_RELAY_DIRECT,        /* never by a relay; STUN only */
  TAC_RELAY_PREFER_DIRECT, /* by a relay where there is no other way */
  TAC_RELAY_ONLY,          /* always: the peer never learns an address of this phone's */
} TacRelayPolicy;

/* "192.0.2.1", "192.0.2.1:3478", "2001:db8::1", "[2001:db8::1]:3478"; port 3478 if not said.
 * Errors: G_IO_ERROR_INVALID_ARGUMENT, with the remedy; a host name is one. */
GInetSocketAddress *tac_server_parse_address (const char *text, GError **error);
void tac_server_free (TacServer *server); /* wipes its secrets; NULL is fine */
/* User name and password that are good at @now_s (Unix), for a day where they come from a secret;
 * (transfer full), the password to be wiped by the caller. */
void tac_server_credentials (const TacServer *server, gint64 now_s, char **user, char **password);
