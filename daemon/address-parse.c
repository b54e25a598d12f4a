/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RTM_NEWADDR and RTM_DELADDR out of a netlink datagram. Every length is checked before it is
 * believed. */
#include "daemon/address-watch.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

/* The message's address: IFA_LOCAL where there is one (a point-to-point link's own end), else
 * IFA_ADDRESS. */
static GInetAddress *
find_address (const guint8 *attributes, gsize size, int family)
{
  gsize length = family == AF_INET ? 4 : 16;
  const guint8 *local = NULL, *address = NULL;

  while (size >= sizeof (struct rtattr))
    {
      struct rtattr attribute;
      gsize step;

      memcpy (&attribute, attributes, sizeof attribute);
      if (attribute.rta_len < RTA_LENGTH (0) || attribute.rta_len > size)
        break;
      if (attribute.rta_len == RTA_LENGTH (length))
        {
          if (attribute.rta_type == IFA_LOCAL)
            local = attributes + RTA_LENGTH (0);
          else if (attribute.rta_type == IFA_ADDRESS)
            address = attributes + RTA_LENGTH (0);
        }
      step = MIN (RTA_ALIGN ((gsize)attribute.rta_len), size);
      attributes += step;
      size -= step;
    }
  if (local == NULL)
    local = address;
  if (local == NULL)
    return NULL;
  return g_inet_address_new_from_bytes (local, family == AF_INET ? G_SOCKET_FAMILY_IPV4
                                                                 : G_SOCKET_FAMILY_IPV6);
}

static void
take_message (const struct nlmsghdr *header, const guint8 *payload, TacAddressFunc func,
              gpointer user_data)
{
  g_autoptr (GInetAddress) address = NULL;
  struct ifaddrmsg message;
  gsize size = header->nlmsg_len - NLMSG_HDRLEN;
  gsize offset = NLMSG_ALIGN (sizeof message);

  if ((header->nlmsg_type != RTM_NEWADDR && header->nlmsg_type != RTM_DELADDR) || size < offset)
    return;
  memcpy (&message, payload, sizeof message);
  if (message.ifa_scope != RT_SCOPE_UNIVERSE
      || (message.ifa_family != AF_INET && message.ifa_family != AF_INET6))
    return;
  address = find_address (payload + offset, size - offset, message.ifa_family);
  if (address == NULL)
    return;
  func (&(TacAddressEvent){ .added = header->nlmsg_type == RTM_NEWADDR
                                     && !(message.ifa_flags & (IFA_F_TENTATIVE | IFA_F_DEPRECATED)),
                            .index = message.ifa_index,
                            .address = address },
        user_data);
}

void
tac_address_parse (const guint8 *bytes, gsize size, TacAddressFunc func, gpointer user_data)
{
  while (size >= NLMSG_HDRLEN)
    {
      struct nlmsghdr header;
      gsize step;

      memcpy (&header, bytes, sizeof header);
      if (header.nlmsg_len < NLMSG_HDRLEN || header.nlmsg_len > size)
        return;
      take_message (&header, bytes + NLMSG_HDRLEN, func, user_data);
      step = MIN (NLMSG_ALIGN ((gsize)header.nlmsg_len), size);
      bytes += step;
      size -= step;
    }
}
