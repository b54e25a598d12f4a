/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telephone numbers: E.164, "+" and 7 to 15 digits, the first not 0. */
#include "daemon/contacts.h"

#include <string.h>

#define DIGITS_LEAST 7
#define DIGITS_MOST 15

char *
tac_number_normalise (const char *text)
{
  char number[1 + DIGITS_MOST + 1] = "+";
  gsize digits = 0;

  while (*text == ' ')
    text++;
  if (*text++ != '+')
    return NULL;
  for (; *text != '\0'; text++)
    {
      if (strchr (" -()./", *text) != NULL)
        continue;
      if (!g_ascii_isdigit (*text) || digits == DIGITS_MOST || (digits == 0 && *text == '0'))
        return NULL;
      number[1 + digits++] = *text;
    }
  number[1 + digits] = '\0';
  return digits >= DIGITS_LEAST ? g_strdup (number) : NULL;
}
