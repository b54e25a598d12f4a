/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stand-in's sound, which is as a test says. */
#pragma once
#include "tacitel-dbus.h"

typedef struct
{
  TacDbusAudio1 *audio;
  GVariant *report;               /* what Test returns; NULL: it fails with Busy */
  gboolean waits;                 /* Test returns after Stop, and not before */
  GDBusMethodInvocation *waiting; /* Test, meanwhile */
  GString *orders;                /* of the service */
} TestAudio;

/* @orders stays the caller's, and gets a line for each order: "Test {...}", "Stop". */
TestAudio *test_audio_new (GString *orders);
void test_audio_free (TestAudio *audio);

/* @text: a{sv} in GVariant's text format; NULL: Busy. */
void test_audio_set (TestAudio *audio, const char *text, gboolean waits);
