/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of the store, and how older ones become them. */
#pragma once
#include "daemon/store.h"

/* Brings the database to the newest version (PRAGMA user_version), each step in a transaction.
 * FAILED; DAMAGED where it is of a newer version. */
gboolean tac_store_migrate (TacStore *store, GError **error);
