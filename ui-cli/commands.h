/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each command does; the table of them is in commands.c. All return an exit status. */
#pragma once
#include "command.h"

int cli_run_status (const CliRequest *request);
/* With --network; also in selftest.c. */
int cli_run_status_network (const CliRequest *request);
int cli_run_selftest (const CliRequest *request);
int cli_run_audio_test (const CliRequest *request);
int cli_run_identity (const CliRequest *request);
int cli_run_contact_add (const CliRequest *request);
int cli_run_contact_list (const CliRequest *request);
int cli_run_contact_show (const CliRequest *request);
int cli_run_contact_remove (const CliRequest *request);
int cli_run_contact_rename (const CliRequest *request);
int cli_run_contact_block (const CliRequest *request);
int cli_run_contact_unblock (const CliRequest *request);
int cli_run_contact_replace_key (const CliRequest *request);
int cli_run_contact_export (const CliRequest *request);
int cli_run_contact_import (const CliRequest *request);
int cli_run_setup (const CliRequest *request);
int cli_run_unlock (const CliRequest *request);
int cli_run_lock (const CliRequest *request);
int cli_run_passphrase_change (const CliRequest *request);
int cli_run_passphrase_duress (const CliRequest *request);
int cli_run_wipe (const CliRequest *request);
int cli_run_pair (const CliRequest *request);
int cli_run_pair_list (const CliRequest *request);
int cli_run_pair_accept (const CliRequest *request);
int cli_run_pair_decline (const CliRequest *request);
int cli_run_verify (const CliRequest *request);
int cli_run_history (const CliRequest *request);
int cli_run_history_show (const CliRequest *request);
int cli_run_call (const CliRequest *request);
int cli_run_answer (const CliRequest *request);
int cli_run_view (const CliRequest *request);
int cli_run_calls (const CliRequest *request);
int cli_run_decline (const CliRequest *request);
int cli_run_hangup (const CliRequest *request);
int cli_run_mute (const CliRequest *request);
int cli_run_unmute (const CliRequest *request);
int cli_run_hold (const CliRequest *request);
int cli_run_resume (const CliRequest *request);
int cli_run_tone (const CliRequest *request);
int cli_run_monitor (const CliRequest *request);
