/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stand-in for taciteld on a private bus: keeps contacts, and has the calls that a test says it
 * has. */
#pragma once
#include "service-audio.h"
#include "service-network.h"
#include "service-trust.h"

typedef struct TestService TestService;

/* Has the name and its objects when it returns. @bus stays the caller's. */
TestService *test_service_new (GDBusConnection *bus);
/* Gives up the name, as a daemon that ends does. */
void test_service_free (TestService *service);

/* The manager, for its properties and its signals. Returns: (transfer none). */
TacDbusManager1 *test_service_manager (TestService *service);

/* The keyring, the requests, the history. Returns: (transfer none). */
TestTrust *test_service_trust (TestService *service);

/* The network that it is in. Returns: (transfer none). */
TestNetwork *test_service_network (TestService *service);

/* Its microphone and speaker. Returns: (transfer none). */
TestAudio *test_service_audio (TestService *service);

/* What GetDecisions returns: aa{sv} in GVariant's text format. */
void test_service_decide (TestService *service, const char *decisions);

/* The contact @name has @key as its NewKey. */
void test_service_offer_key (TestService *service, const char *name, const char *key);

/* The next Dial fails so; NULL: it does not. @error is the name after org.tacitel.Error. */
void test_service_refuse (TestService *service, const char *error, const char *message);

/* An incoming call of a contact (by name) in state "ringing". */
void test_service_ring (TestService *service, const char *name);

/* The call there is, or NULL. Returns: (transfer none). */
TacDbusCall1 *test_service_call (TestService *service);

/* Sets @step of the time line to now, and State, and Waiting. */
void test_service_advance (TestService *service, const char *step, const char *state,
                           const char *waiting);

/* The call is answered and encrypted, with the four words. */
void test_service_talk (TestService *service);

/* The call ends and its object goes. */
void test_service_end (TestService *service, const char *reason, const char *text);

/* Orders that calls got: "Hangup", "SetMuted true", "SendTone 5", one a line. Returns: (transfer
 * none). */
const char *test_service_orders (TestService *service);
