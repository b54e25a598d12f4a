/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the interface of a socket's own address, binds the socket to it, and keeps its port for as
 * long as the other side may not know that it was given up. */
#include "daemon/device.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOLD_S 4 /* the answer to a request that was sent again and again (RFC 8489 §6.2.1) */

typedef union
{
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
} Address;

static gboolean
same_host (const Address *one, const struct sockaddr *other)
{
  const Address *two = (const Address *)(const void *)other;

  if (other == NULL || one->any.sa_family != other->sa_family)
    return FALSE;
  if (other->sa_family == AF_INET)
    return one->v4.sin_addr.s_addr == two->v4.sin_addr.s_addr;
  return other->sa_family == AF_INET6
         && memcmp (&one->v6.sin6_addr, &two->v6.sin6_addr, sizeof one->v6.sin6_addr) == 0;
}

static void
bind_to (int fd, const char *interface)
{
  const socklen_t length = (socklen_t)strlen (interface);

  if (setsockopt (fd, SOL_SOCKET, SO_BINDTODEVICE, interface, length) != 0)
    g_warning ("A socket could not be bound to %s (%s): its packets go where the routes lead",
               interface, g_strerror (errno));
}

void
tac_device_bind (GSocket *socket)
{
  const int fd = g_socket_get_fd (socket);
  struct ifaddrs *interfaces, *i;
  Address own = { 0 };
  socklen_t size = sizeof own;

  if (getsockname (fd, &own.any, &size) != 0 || getifaddrs (&interfaces) != 0)
    return;
  for (i = interfaces; i != NULL && !same_host (&own, i->ifa_addr); i = i->ifa_next)
    continue;
  if (i != NULL)
    bind_to (fd, i->ifa_name);
  freeifaddrs (interfaces);
}

static gboolean
on_held (gpointer data)
{
  close (GPOINTER_TO_INT (data));
  return G_SOURCE_REMOVE;
}

void
tac_device_hold (GSocket *socket)
{
  const int fd = fcntl (g_socket_get_fd (socket), F_DUPFD_CLOEXEC, 0);

  if (fd >= 0)
    g_timeout_add_seconds (HOLD_S, on_held, GINT_TO_POINTER (fd));
}
