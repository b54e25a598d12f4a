/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the file of contacts: every line that is reported is inside it, text, and in order. */
#include "import-file.h"
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  CliImport import = { (const char *)data, size, 0 };
  const char *end = (const char *)data + size;
  guint before = 0;
  char *uri = NULL;
  GError *error = NULL;
  while (cli_import_next (&import, &uri, &error))
    {
      g_assert_true ((uri == NULL) == (error != NULL));
      g_assert_cmpuint (import.line, >, before);
      g_assert_true (import.text + import.size == end);
      if (uri != NULL)
        {
          gsize length = strlen (uri);
          g_assert_true (length > 0 && length <= CLI_IMPORT_LINE_MAX && *uri != '#');
          g_assert_true (g_utf8_validate (uri, -1, NULL) && strchr (uri, '\n') == NULL);
        }
      before = import.line;
      g_clear_pointer (&uri, g_free);
      g_clear_error (&error);
    }
  g_assert_cmpuint (import.size, ==, 0);
  return 0;
}
