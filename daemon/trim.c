/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A call brings 90 libraries into the process, most of them because one of the others does: libnice
 * UPnP, with it HTTP, XML, Unicode tables and TLS. The linker touches them all, a call a few. */
#include "daemon/trim.h"

#include <glib.h>
#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

static int
trim_object (struct dl_phdr_info *object, size_t size, void *user_data)
{
  const guintptr page = *(const guintptr *)user_data;

  for (ElfW (Half) i = 0; i < object->dlpi_phnum; i++)
    {
      const ElfW (Phdr) *segment = &object->dlpi_phdr[i];
      guintptr begin = (object->dlpi_addr + segment->p_vaddr) & ~(page - 1);
      guintptr end = object->dlpi_addr + segment->p_vaddr + segment->p_memsz;

      /* Nothing was ever written to these: they are what the file says. */
      if (segment->p_type == PT_LOAD && (segment->p_flags & PF_W) == 0)
        madvise ((void *)begin, ((end + page - 1) & ~(page - 1)) - begin, MADV_DONTNEED);
    }
  return 0;
}

void
tac_trim (void)
{
  guintptr page = (guintptr)sysconf (_SC_PAGESIZE);

  dl_iterate_phdr (trim_object, &page);
  malloc_trim (0);
}
