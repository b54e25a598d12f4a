/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Durations, keys and the words of the API, as people read them. */
#pragma once
#include <glib.h>

/* @ms as "0:42", "12:05", "1:02:03". Returns: (transfer full). */
char *cli_format_duration (gint64 ms);

/* @ms as "3.2 s" below a minute, else as cli_format_duration. Returns: (transfer full). */
char *cli_format_elapsed (gint64 ms);

/* A D-Bus member as a JSON member: "LossReceived" is "loss_received". Returns: (transfer full). */
char *cli_format_snake (const char *camel);

/* 32 hexadecimal digits in groups of four; anything else as it is. Returns: (transfer full). */
char *cli_format_fingerprint (const char *digits);

/* Unix µs as "2026-11-23 10:05", local; "" for 0. Returns: (transfer full). */
char *cli_format_time (gint64 us);

/*
 * What a value of the API is called in a sentence; an unknown one (of a newer daemon) stands for
 * itself. Returns: (transfer none), for as long as the argument lives.
 */
const char *cli_format_security (const char *security);
const char *cli_format_trust (const char *trust);
const char *cli_format_modem_state (const char *state);
