/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Follows the addresses of one interface. The kernel is asked once for what is there; the same
 * socket tells of changes. */
#include "daemon/address-watch.h"

#include <errno.h>
#include <glib-unix.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DATAGRAM_MAX 32768 /* netlink(7): the kernel's dumps come in parts no longer than this */

struct _TacAddressWatch
{
  GObject parent_instance;
  char *interface;
  GPtrArray *addresses;
  int fd;
  guint source;
  gboolean dirty, present;
};

static guint signal_changed;

G_DEFINE_FINAL_TYPE (TacAddressWatch, tac_address_watch, G_TYPE_OBJECT)

static void
take (const TacAddressEvent *event, gpointer user_data)
{
  TacAddressWatch *watch = user_data;
  char name[IF_NAMESIZE] = "";
  guint i;

  for (i = 0; i < watch->addresses->len; i++)
    if (g_inet_address_equal (watch->addresses->pdata[i], event->address))
      break;
  if (event->added == (i < watch->addresses->len))
    return;
  if (event->added)
    {
      if (if_indextoname (event->index, name) == NULL || strcmp (name, watch->interface) != 0)
        return;
      g_ptr_array_add (watch->addresses, g_object_ref (event->address));
    }
  else
    /* A deleted interface has no name any more; an address is in one place only. */
    g_ptr_array_remove_index (watch->addresses, i);
  watch->dirty = TRUE;
}

static gboolean
ask (TacAddressWatch *watch)
{
  struct
  {
    struct nlmsghdr header;
    struct ifaddrmsg message;
  } request = { .header = { .nlmsg_len = NLMSG_LENGTH (sizeof (struct ifaddrmsg)),
                            .nlmsg_type = RTM_GETADDR,
                            .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
                .message = { .ifa_family = AF_UNSPEC } };

  return send (watch->fd, &request, request.header.nlmsg_len, 0) >= 0;
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer user_data)
{
  TacAddressWatch *watch = user_data;
  g_autofree guint8 *buffer = g_malloc (DATAGRAM_MAX);
  struct sockaddr_nl sender;
  socklen_t sender_size = sizeof sender;
  gboolean present;
  ssize_t size;

  watch->dirty = FALSE;
  while ((size = recvfrom (fd, buffer, DATAGRAM_MAX, MSG_DONTWAIT, (struct sockaddr *)&sender,
                           &sender_size))
         > 0)
    if (sender.nl_pid == 0) /* the kernel */
      tac_address_parse (buffer, (gsize)size, take, watch);
  if (size < 0 && errno == ENOBUFS)
    {
      /* Changes were lost: start over. */
      g_ptr_array_set_size (watch->addresses, 0);
      watch->dirty = TRUE;
      ask (watch);
    }
  present = if_nametoindex (watch->interface) != 0;
  watch->dirty |= present != watch->present;
  watch->present = present;
  if (watch->dirty)
    g_signal_emit (watch, signal_changed, 0);
  return G_SOURCE_CONTINUE;
}

static void
tac_address_watch_init (TacAddressWatch *watch)
{
  watch->fd = -1;
  watch->addresses = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
tac_address_watch_finalize (GObject *object)
{
  TacAddressWatch *watch = TAC_ADDRESS_WATCH (object);

  g_clear_handle_id (&watch->source, g_source_remove);
  if (watch->fd >= 0)
    close (watch->fd);
  g_ptr_array_unref (watch->addresses);
  g_free (watch->interface);
  G_OBJECT_CLASS (tac_address_watch_parent_class)->finalize (object);
}

static void
tac_address_watch_class_init (TacAddressWatchClass *class)
{
  G_OBJECT_CLASS (class)->finalize = tac_address_watch_finalize;
  signal_changed = g_signal_new ("changed", TAC_TYPE_ADDRESS_WATCH, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

TacAddressWatch *
tac_address_watch_new (const char *interface, GError **error)
{
  g_autoptr (TacAddressWatch) watch = g_object_new (TAC_TYPE_ADDRESS_WATCH, NULL);
  struct sockaddr_nl local = { .nl_family = AF_NETLINK,
                               .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR };

  watch->interface = g_strdup (interface);
  watch->fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (watch->fd < 0 || bind (watch->fd, (struct sockaddr *)&local, sizeof local) < 0
      || !ask (watch))
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                   "cannot watch the addresses of %s by rtnetlink: %s", interface,
                   g_strerror (errno));
      return NULL;
    }
  watch->source = g_unix_fd_add (watch->fd, G_IO_IN, on_readable, watch);
  return g_steal_pointer (&watch);
}

GPtrArray *
tac_address_watch_get (TacAddressWatch *watch)
{
  return watch->addresses;
}
