/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stand-in's network, which is as a test says. */
#pragma once
#include "tacitel-dbus.h"

typedef struct
{
  TacDbusNetwork1 *network;
  GVariant *report; /* what Probe and SelfTest return; NULL: they fail with Busy */
  GString *orders;  /* of the service */
} TestNetwork;

/* @orders stays the caller's, and gets a line for each order: "Probe", "SelfTest {...}". */
TestNetwork *test_network_new (GString *orders);
void test_network_free (TestNetwork *network);

/* @text: a{sv} in GVariant's text format; NULL: Busy. */
void test_network_set (TestNetwork *network, const char *text);
