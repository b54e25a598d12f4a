/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stand-in's keyring, requests for pairing and history. */
#pragma once
#include "tacitel-dbus.h"

typedef struct
{
  TacDbusKeyring1 *keyring;
  TacDbusPairing1 *pairing;
  TacDbusHistory1 *history;
  GVariant *requests, *calls; /* what List returns */
  GString *orders;            /* of the service */
} TestTrust;

/* The keyring is open, and there are no requests and no calls. @orders stays the caller's, and gets
 * a line for each order, passphrases in clear: "Setup correct horse", "Request +15550002 bob". */
TestTrust *test_trust_new (GString *orders);
void test_trust_free (TestTrust *trust);

/* @text: aa{sv} in GVariant's text format. */
void test_trust_set_requests (TestTrust *trust, const char *text);
void test_trust_set_calls (TestTrust *trust, const char *text);
