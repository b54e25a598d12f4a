/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stand-in's contacts. */
#pragma once
#include "tacitel-dbus.h"

typedef struct
{
  char *name, *number, *key, *new_key;
  const char *trust;
  gboolean blocked;
} TestContact;

/* Returns: (transfer full) of TestContact. */
GPtrArray *test_book_new (void);

/* By name or number; NULL if there is none. */
TestContact *test_book_look_up (GPtrArray *book, const char *target);

/* Answers the methods of @contacts out of @book. */
void test_book_serve (TacDbusContacts1 *contacts, GPtrArray *book);
