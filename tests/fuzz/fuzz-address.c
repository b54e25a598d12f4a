/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A netlink datagram: any bytes are walked to their end, and what comes out are addresses. */
#include "daemon/address-watch.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

static void
take (const TacAddressEvent *event, gpointer user_data)
{
  gsize *most = user_data;
  gsize length = g_inet_address_get_native_size (event->address);

  if ((length != 4 && length != 16) || (*most)-- == 0)
    abort ();
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  /* Of that size exactly and 4-byte aligned, as a datagram is: what is read beyond it is seen. */
  guint8 *copy = malloc (size);
  gsize most = size / 24; /* a header and an ifaddrmsg */

  if (size > 0)
    memcpy (copy, data, size);
  tac_address_parse (copy, size, take, &most);
  free (copy);
  return 0;
}
