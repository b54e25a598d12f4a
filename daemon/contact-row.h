/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A contact as a row of the store. */
#pragma once
#include "daemon/contacts.h"

#define TAC_CONTACT_COLUMNS "id, name, number, key, trust, blocked, new_key, invite_in"

/* The row at which @statement is, of these columns. The table sees to the keys' sizes. */
TacContact *tac_contact_read (sqlite3_stmt *statement);
