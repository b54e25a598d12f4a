/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts the heap blocks that a program's own code asks for: LD_PRELOAD it into taciteld.
 *
 * A block is "ours" when the nearest caller outside libc and GLib is in the program itself or in
 * an object whose name has "tacitel" in it. What GStreamer or libnice allocate is counted only in
 * the total. The counters are two 64-bit numbers (all, ours) in the file $TACITEL_ALLOC_COUNT,
 * which can be read at any time.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <unwind.h>

#define DEPTH 8

extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *block, size_t size);

typedef struct
{
  _Atomic uint64_t all, ours;
} Counters;

typedef struct
{
  int depth;
  bool is_ours;
} Walk;

static Counters *counters;
static char program[256];
/* Initial-exec: a first access to it must not allocate. */
static __thread bool is_inside __attribute__ ((tls_model ("initial-exec")));

static bool
is_wrapper (const char *name)
{
  static const char *const wrappers[]
      = { "alloc-count", "libc.so", "libglib-2.0", "libgobject-2.0" };

  for (size_t i = 0; i < sizeof wrappers / sizeof *wrappers; i++)
    if (strstr (name, wrappers[i]) != NULL)
      return true;
  return false;
}

static _Unwind_Reason_Code
on_frame (struct _Unwind_Context *context, void *data)
{
  Walk *walk = data;
  Dl_info object;
  const char *slash;

  if (++walk->depth > DEPTH || dladdr ((void *)_Unwind_GetIP (context), &object) == 0
      || object.dli_fname == NULL)
    return _URC_END_OF_STACK;
  slash = strrchr (object.dli_fname, '/');
  slash = slash != NULL ? slash + 1 : object.dli_fname;
  if (is_wrapper (slash))
    return _URC_NO_REASON;
  walk->is_ours = strcmp (slash, program) == 0 || strstr (slash, "tacitel") != NULL;
  return _URC_END_OF_STACK;
}

static void
count (void)
{
  Walk walk = { 0 };

  if (counters == NULL || is_inside)
    return;
  is_inside = true;
  _Unwind_Backtrace (on_frame, &walk);
  atomic_fetch_add (&counters->all, 1);
  if (walk.is_ours)
    atomic_fetch_add (&counters->ours, 1);
  is_inside = false;
}

void *
malloc (size_t size)
{
  count ();
  return __libc_malloc (size);
}

void *
calloc (size_t n, size_t size)
{
  count ();
  return __libc_calloc (n, size);
}

void *
realloc (void *block, size_t size)
{
  count ();
  return __libc_realloc (block, size);
}

static void __attribute__ ((constructor)) start (void)
{
  const char *path = getenv ("TACITEL_ALLOC_COUNT");
  ssize_t length = readlink ("/proc/self/exe", program, sizeof program - 1);
  int fd = path != NULL ? open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
  char *slash;
  void *map;

  if (fd < 0 || length < 0 || ftruncate (fd, sizeof (Counters)) != 0)
    return;
  program[length] = '\0';
  slash = strrchr (program, '/');
  memmove (program, slash + 1, strlen (slash));
  map = mmap (NULL, sizeof (Counters), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close (fd);
  if (map != MAP_FAILED)
    counters = map;
}
