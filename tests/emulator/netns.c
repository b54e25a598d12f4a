/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does something inside another network namespace; what it opens there stays bound to it. */
#include "netns.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <sched.h>
#include <unistd.h>

typedef struct
{
  const char *netns;
  EmuNetnsFunc function;
  gpointer data;
  gboolean done;
  GError *error;
} Call;

static gboolean
enter (const char *netns, GError **error)
{
  int fd = open (netns, O_RDONLY | O_CLOEXEC);
  int reason = fd < 0 || setns (fd, CLONE_NEWNET) < 0 ? errno : 0;

  if (fd >= 0)
    close (fd);
  if (reason == 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (reason),
               "Cannot enter the network namespace %s: %s%s", netns, g_strerror (reason),
               reason == EPERM ? "; the emulator must be root where the namespace was made" : "");
  return FALSE;
}

static gpointer
run_inside (gpointer data)
{
  Call *call = data;

  call->done = enter (call->netns, &call->error) && call->function (call->data, &call->error);
  return NULL;
}

gboolean
emu_netns_call (const char *netns, EmuNetnsFunc function, gpointer data, GError **error)
{
  Call call = { netns, function, data, FALSE, NULL };
  GThread *thread;

  if (netns == NULL || *netns == '\0')
    return function (data, error);

  /* A thread, since a process cannot be sure to get back into the namespace that it left. */
  thread = g_thread_try_new ("netns", run_inside, &call, error);
  if (thread == NULL)
    return FALSE;
  g_thread_join (thread);

  if (call.error != NULL)
    g_propagate_error (error, call.error);
  return call.done;
}
