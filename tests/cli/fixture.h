/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One private bus with a stand-in daemon a test, and how to try a command on it. */
#pragma once
#include "cli-run.h"
#include "service.h"

#define KEY "b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2"

typedef struct
{
  GTestDBus *bus;
  GDBusConnection *connection;
  TestService *service; /* NULL in a test whose data is "no daemon" */
} Fixture;

void fixture_set_up (Fixture *fixture, gconstpointer data);
void fixture_tear_down (Fixture *fixture, gconstpointer data);

#define ADD(path, data, func)                                                                      \
  g_test_add ("/cli/" path, Fixture, data, fixture_set_up, func, fixture_tear_down)

/*
 * Runs @line (words between blanks) to its end and checks its exit status, and parts of what it
 * prints; with
 * @errors NULL, that nothing is on standard error.
 */
void check (const char *line, int status, const char *output, const char *errors);

/* Starts @line on pipes. */
CliRun *start (const char *line);

/* The same on a terminal of 60 columns. */
CliRun *start_terminal (const char *line);

/* Serves until it has ended with @status, and @output is in its output. */
void finish (CliRun *run, int status, const char *output);

/* Serves until the calls got @orders (test_service_orders). */
void expect_orders (Fixture *fixture, const char *orders);
