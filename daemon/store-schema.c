/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of the store, and how older ones become them: one string a version. */
#include "daemon/store-schema.h"

/* Times are Unix milliseconds in contact (as in INVITE), microseconds elsewhere. */
static const char *const versions[] = {
  "CREATE TABLE contact ("
  " id INTEGER PRIMARY KEY AUTOINCREMENT,"
  " name TEXT NOT NULL UNIQUE,"
  " number TEXT NOT NULL UNIQUE,"
  " key BLOB NOT NULL UNIQUE CHECK (length (key) = 32),"
  " secret BLOB NOT NULL CHECK (length (secret) = 32)," /* ss with it */
  " trust INTEGER NOT NULL DEFAULT 0,"
  " blocked INTEGER NOT NULL DEFAULT 0,"
  " new_key BLOB CHECK (new_key IS NULL OR length (new_key) = 32),"
  " invite_in INTEGER NOT NULL DEFAULT 0,"   /* highest accepted */
  " invite_out INTEGER NOT NULL DEFAULT 0);" /* last sent */
  "CREATE TABLE pairing ("
  " number TEXT NOT NULL,"
  " outgoing INTEGER NOT NULL,"
  " key BLOB NOT NULL,"  /* incoming; empty: outgoing */
  " name TEXT NOT NULL," /* what the peer calls itself; outgoing: what the user gave */
  " answer INTEGER NOT NULL DEFAULT 0,"    /* it said that it answers us */
  " declined INTEGER NOT NULL DEFAULT 0,"  /* by the user, at time */
  " contested INTEGER NOT NULL DEFAULT 0," /* another key came meanwhile */
  " sent INTEGER NOT NULL DEFAULT 0,"      /* outgoing: the network took it */
  " time INTEGER NOT NULL,"
  " PRIMARY KEY (number, outgoing, key));"
  "CREATE TABLE pairing_count (" /* what the limits count, of a number or (empty) of all */
  " number TEXT NOT NULL,"
  " what INTEGER NOT NULL,"
  " start INTEGER NOT NULL,"
  " count INTEGER NOT NULL,"
  " PRIMARY KEY (number, what));"
  "CREATE TABLE call ("
  " id INTEGER PRIMARY KEY AUTOINCREMENT,"
  " time INTEGER NOT NULL,"
  " outgoing INTEGER NOT NULL,"
  " name TEXT NOT NULL, number TEXT NOT NULL,"
  " security TEXT NOT NULL, verified INTEGER NOT NULL,"
  " duration INTEGER NOT NULL, loss REAL NOT NULL, jitter INTEGER NOT NULL, round_trip INTEGER NOT "
  "NULL,"
  " reason TEXT NOT NULL,"
  " count INTEGER NOT NULL);"
  "CREATE INDEX call_time ON call (time);"
  "CREATE INDEX call_number ON call (number, time);"
  "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);",
};
