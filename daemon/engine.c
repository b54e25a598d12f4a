/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds and loads the call engine: beside the daemon (a build tree), else where it was installed.
 */
#include "daemon/engine.h"

#include "daemon/errors.h"

#include <gmodule.h>

#define FILE_NAME "tacitel-engine.so"

static char *
find_file (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : g_strdup (".");
  g_autofree char *beside = g_build_filename (folder, FILE_NAME, NULL);

  if (g_file_test (beside, G_FILE_TEST_IS_REGULAR))
    return g_steal_pointer (&beside);
  return g_build_filename (TAC_ENGINE_DIR, FILE_NAME, NULL);
}

const TacEngine *
tac_engine_load (GError **error)
{
  static const TacEngine *engine; /* stays for the process's life: GLib types cannot be unloaded */
  g_autofree char *path = NULL;
  GModule *module;
  gpointer symbol;

  if (engine != NULL)
    return engine;
  path = find_file ();
  module = g_module_open (path, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL);
  if (module == NULL || !g_module_symbol (module, TAC_ENGINE_SYMBOL, &symbol))
    {
      g_set_error (error, TAC_ERROR, TAC_ERROR_FAILED,
                   "the call engine does not load: %s; install Tacitel again", g_module_error ());
      g_clear_pointer (&module, g_module_close);
      return NULL;
    }
  if (((const TacEngine *)symbol)->abi != TAC_ENGINE_ABI)
    {
      g_set_error (error, TAC_ERROR, TAC_ERROR_FAILED,
                   "the call engine %s is of another version than taciteld; install Tacitel again",
                   path);
      g_module_close (module);
      return NULL;
    }
  g_module_make_resident (module);
  engine = symbol;
  return engine;
}
