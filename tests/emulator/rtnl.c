/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Brings links up and sets their addresses and routes, by rtnetlink, in the namespace it is in. */
#include "rtnl.h"

#include <errno.h>
#include <gio/gio.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct _EmuRtnl
{
  int fd;
  guint32 sequence;
};

typedef struct
{
  struct nlmsghdr header;
  guint8 body[256];
} Request;

static gboolean
fail (GError **error, const char *what, int reason)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (reason), "Cannot %s: %s", what,
               g_strerror (reason));
  return FALSE;
}

EmuRtnl *
emu_rtnl_new (GError **error)
{
  /* The kernel answers at once; the limit is for a bug, so that it shows as an error. */
  struct timeval limit = { .tv_sec = 5 };
  struct sockaddr_nl local = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_IPV6_ROUTE };
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  EmuRtnl *rtnl;

  if (fd < 0 || bind (fd, (struct sockaddr *)&local, sizeof local) < 0
      || setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) < 0)
    {
      fail (error, "open a netlink socket", errno);
      if (fd >= 0)
        close (fd);
      return NULL;
    }
  rtnl = g_new0 (EmuRtnl, 1);
  rtnl->fd = fd;
  return rtnl;
}

void
emu_rtnl_free (EmuRtnl *rtnl)
{
  if (rtnl == NULL)
    return;
  close (rtnl->fd);
  g_free (rtnl);
}

/* Appends @length bytes; the requests here are far smaller than the body. */
static gpointer
append (Request *request, gconstpointer data, gsize length)
{
  gsize offset = NLMSG_ALIGN (request->header.nlmsg_len);
  guint8 *place = (guint8 *)request + offset;

  g_assert (offset + length <= sizeof *request);
  if (data != NULL)
    memcpy (place, data, length);
  request->header.nlmsg_len = (guint32)(offset + length);
  return place;
}

static struct rtattr *
append_attribute (Request *request, guint16 type, gconstpointer data, gsize length)
{
  struct rtattr head = { .rta_type = type, .rta_len = (guint16)RTA_LENGTH (length) };
  struct rtattr *attribute = append (request, &head, sizeof head);

  if (length > 0)
    append (request, data, length);
  return attribute;
}

static void
end_nested (Request *request, struct rtattr *nest)
{
  /* Padding behind the last attribute would reach beyond the message. */
  nest->rta_len = (guint16)((guint8 *)request + request->header.nlmsg_len - (guint8 *)nest);
}

static void
begin (Request *request, guint16 type, guint16 flags, gconstpointer head, gsize length)
{
  memset (request, 0, sizeof *request);
  request->header.nlmsg_len = NLMSG_HDRLEN;
  request->header.nlmsg_type = type;
  request->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
  append (request, head, length);
}

/* The kernel starts to receive for an IPv6 address by a worker of its own, after it has
 * acknowledged the address: with the local route, that it tells of. */
static gboolean
is_local_route (const struct nlmsghdr *header, const guint8 *address)
{
  const struct rtmsg *route = NLMSG_DATA (header);
  const struct rtattr *attribute = RTM_RTA (route);
  gssize rest = RTM_PAYLOAD (header);

  if (header->nlmsg_type != RTM_NEWROUTE || route->rtm_type != RTN_LOCAL)
    return FALSE;
  for (; RTA_OK (attribute, rest); attribute = RTA_NEXT (attribute, rest))
    if (attribute->rta_type == RTA_DST && RTA_PAYLOAD (attribute) == 16)
      return memcmp (RTA_DATA (attribute), address, 16) == 0;
  return FALSE;
}

/* Sends @request and waits for its acknowledgement, and for the local route to @local if not NULL.
 * The two come in any order. */
static gboolean
run_and_await (EmuRtnl *rtnl, Request *request, const guint8 *local, const char *what,
               GError **error)
{
  gboolean acknowledged = FALSE;
  union
  {
    struct nlmsghdr header;
    guint8 bytes[8192];
  } reply;

  request->header.nlmsg_seq = ++rtnl->sequence;
  if (send (rtnl->fd, request, request->header.nlmsg_len, 0) < 0)
    return fail (error, what, errno);

  while (!acknowledged || local != NULL)
    {
      gssize length = recv (rtnl->fd, &reply, sizeof reply, 0);
      const struct nlmsghdr *header = &reply.header;

      if (length < 0 && errno != EINTR)
        return fail (error, what, errno);
      for (; NLMSG_OK (header, length); header = NLMSG_NEXT (header, length))
        if (header->nlmsg_type == NLMSG_ERROR && header->nlmsg_seq == rtnl->sequence)
          {
            const struct nlmsgerr *answer = NLMSG_DATA (header);

            if (answer->error != 0)
              return fail (error, what, -answer->error);
            acknowledged = TRUE;
          }
        else if (local != NULL && is_local_route (header, local))
          local = NULL;
    }
  return TRUE;
}

static gboolean
run (EmuRtnl *rtnl, Request *request, const char *what, GError **error)
{
  return run_and_await (rtnl, request, NULL, what, error);
}

gboolean
emu_rtnl_link_up (EmuRtnl *rtnl, int ifindex, GError **error)
{
  struct ifinfomsg link = { .ifi_index = ifindex };
  guint8 no_generated_address = IN6_ADDR_GEN_MODE_NONE;
  struct rtattr *families, *v6;
  Request request;

  begin (&request, RTM_NEWLINK, 0, &link, sizeof link);
  families = append_attribute (&request, IFLA_AF_SPEC, NULL, 0);
  v6 = append_attribute (&request, AF_INET6, NULL, 0);
  append_attribute (&request, IFLA_INET6_ADDR_GEN_MODE, &no_generated_address, 1);
  end_nested (&request, v6);
  end_nested (&request, families);
  /* A kernel without IPv6 refuses this; then there is no address to keep away either. */
  run (rtnl, &request, "set the link's IPv6 mode", NULL);

  link.ifi_flags = link.ifi_change = IFF_UP;
  begin (&request, RTM_NEWLINK, 0, &link, sizeof link);
  return run (rtnl, &request, "bring the link up", error);
}

gboolean
emu_rtnl_add_address (EmuRtnl *rtnl, int ifindex, int family, const guint8 *address, guint prefix,
                      GError **error)
{
  gsize length = family == AF_INET ? 4 : 16;
  struct ifaddrmsg head = {
    .ifa_family = (guint8)family,
    .ifa_prefixlen = (guint8)prefix,
    .ifa_flags = IFA_F_NODAD,
    .ifa_index = (guint32)ifindex,
  };
  Request request;

  begin (&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, &head, sizeof head);
  append_attribute (&request, IFA_LOCAL, address, length);
  append_attribute (&request, IFA_ADDRESS, address, length);
  return run_and_await (rtnl, &request, family == AF_INET ? NULL : address,
                        family == AF_INET ? "set the IPv4 address" : "set the IPv6 address", error);
}

gboolean
emu_rtnl_remove_address (EmuRtnl *rtnl, int ifindex, int family, const guint8 *address,
                         guint prefix, GError **error)
{
  struct ifaddrmsg head = {
    .ifa_family = (guint8)family,
    .ifa_prefixlen = (guint8)prefix,
    .ifa_index = (guint32)ifindex,
  };
  Request request;

  begin (&request, RTM_DELADDR, 0, &head, sizeof head);
  append_attribute (&request, IFA_LOCAL, address, family == AF_INET ? 4 : 16);
  return run (rtnl, &request, "remove the address", error);
}

gboolean
emu_rtnl_remove_default_route (EmuRtnl *rtnl, int ifindex, int family, guint metric, GError **error)
{
  guint32 out = (guint32)ifindex, priority = metric;
  struct rtmsg head = {
    .rtm_family = (guint8)family,
    .rtm_table = RT_TABLE_MAIN,
    .rtm_scope = RT_SCOPE_NOWHERE,
  };
  Request request;

  begin (&request, RTM_DELROUTE, 0, &head, sizeof head);
  append_attribute (&request, RTA_OIF, &out, sizeof out);
  append_attribute (&request, RTA_PRIORITY, &priority, sizeof priority);
  return run (rtnl, &request, "remove the default route", error);
}

gboolean
emu_rtnl_add_route (EmuRtnl *rtnl, int ifindex, int family, const guint8 *destination, guint prefix,
                    guint metric, GError **error)
{
  guint32 out = (guint32)ifindex, priority = metric;
  struct rtmsg head = {
    .rtm_family = (guint8)family,
    .rtm_dst_len = (guint8)prefix,
    .rtm_table = RT_TABLE_MAIN,
    .rtm_protocol = RTPROT_STATIC,
    .rtm_scope = family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
    .rtm_type = RTN_UNICAST,
  };
  Request request;

  begin (&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, &head, sizeof head);
  if (destination != NULL)
    append_attribute (&request, RTA_DST, destination, family == AF_INET ? 4 : 16);
  append_attribute (&request, RTA_OIF, &out, sizeof out);
  append_attribute (&request, RTA_PRIORITY, &priority, sizeof priority);
  return run (rtnl, &request, family == AF_INET ? "set the IPv4 route" : "set the IPv6 route",
              error);
}
