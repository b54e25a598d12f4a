/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes a TUN with addresses and routes inside a network namespace. */
#include "tun.h"

#include "netns.h"
#include "rtnl.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define TUN_DEVICE "/dev/net/tun"

typedef struct
{
  const char *ifname;
  const EmuTunConfig *config;
  const EmuTunConfig *before; /* of emu_tun_readdress() */
  int fd;
} Job;

static const char *
open_remedy (int reason)
{
  if (reason == ENOENT || reason == ENODEV || reason == ENXIO)
    return "; load the kernel module tun (modprobe tun)";
  if (reason == EACCES || reason == EPERM)
    return "; let this user open it (root: chmod 0666 " TUN_DEVICE ")";
  return "";
}

static const char *
create_remedy (int reason)
{
  if (reason == EBUSY)
    return "; an interface of that name exists already";
  if (reason == EPERM)
    return "; the emulator must be root where the network namespace was made";
  return "";
}

static gboolean
create (Job *job, GError **error)
{
  struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
  int reason;

  job->fd = open (TUN_DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (job->fd < 0)
    {
      reason = errno;
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (reason), "Cannot open %s: %s%s",
                   TUN_DEVICE, g_strerror (reason), open_remedy (reason));
      return FALSE;
    }

  g_strlcpy (request.ifr_name, job->ifname, sizeof request.ifr_name);
  if (ioctl (job->fd, TUNSETIFF, &request) == 0)
    return TRUE;

  reason = errno;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (reason), "Cannot make the TUN %s: %s%s",
               job->ifname, g_strerror (reason), create_remedy (reason));
  return FALSE;
}

static int
find_ifindex (const char *ifname)
{
  struct ifreq request = { 0 };
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  int index = -1;

  g_strlcpy (request.ifr_name, ifname, sizeof request.ifr_name);
  if (fd >= 0 && ioctl (fd, SIOCGIFINDEX, &request) == 0)
    index = request.ifr_ifindex;
  if (fd >= 0)
    close (fd);
  return index;
}

static gboolean
has_v6 (void)
{
  return access ("/proc/net/if_inet6", F_OK) == 0;
}

static gboolean
add (EmuRtnl *rtnl, int ifindex, int family, const guint8 *address, guint prefix, guint metric,
     GError **error)
{
  return emu_rtnl_add_address (rtnl, ifindex, family, address, prefix, error)
         && emu_rtnl_add_route (rtnl, ifindex, family, NULL, 0, metric, error);
}

static gboolean
configure (Job *job, GError **error)
{
  const EmuTunConfig *config = job->config;
  int ifindex = find_ifindex (job->ifname);
  g_autoptr (EmuRtnl) rtnl = emu_rtnl_new (error);

  return rtnl != NULL && emu_rtnl_link_up (rtnl, ifindex, error)
         && (config->v4_prefix == 0
             || add (rtnl, ifindex, AF_INET, config->v4, config->v4_prefix, config->metric, error))
         && (config->v6_prefix == 0 || !has_v6 ()
             || add (rtnl, ifindex, AF_INET6, config->v6, config->v6_prefix, config->metric,
                     error));
}

static gboolean
create_and_configure (gpointer data, GError **error)
{
  Job *job = data;

  if (!create (job, error))
    return FALSE;
  if (configure (job, error))
    return TRUE;
  g_prefix_error (error, "TUN %s: ", job->ifname);
  return FALSE;
}

int
emu_tun_open (const char *netns, const char *ifname, const EmuTunConfig *config, GError **error)
{
  Job job = { ifname, config, NULL, -1 };

  if (*ifname == '\0' || strlen (ifname) >= IFNAMSIZ)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "\"%s\" cannot name an interface: 1 to %d bytes", ifname, IFNAMSIZ - 1);
      return -1;
    }
  if (emu_netns_call (netns, create_and_configure, &job, error))
    return job.fd;

  if (job.fd >= 0)
    close (job.fd);
  return -1;
}

/* One family. The address goes first: whoever is bound to it must notice. */
static gboolean
exchange (EmuRtnl *rtnl, int ifindex, int family, const guint8 *before, guint before_prefix,
          const guint8 *after, guint after_prefix, guint metric, GError **error)
{
  gsize length = family == AF_INET ? 4 : 16;

  if (before_prefix == after_prefix && memcmp (before, after, length) == 0)
    return TRUE;
  if (before_prefix > 0)
    {
      /* IPv4's goes with the address; it may be gone already. */
      if (family == AF_INET6)
        emu_rtnl_remove_default_route (rtnl, ifindex, family, metric, NULL);
      if (!emu_rtnl_remove_address (rtnl, ifindex, family, before, before_prefix, error))
        return FALSE;
    }
  return after_prefix == 0 || add (rtnl, ifindex, family, after, after_prefix, metric, error);
}

static gboolean
readdress (gpointer data, GError **error)
{
  const Job *job = data;
  const EmuTunConfig *before = job->before, *after = job->config;
  int ifindex = find_ifindex (job->ifname);
  g_autoptr (EmuRtnl) rtnl = emu_rtnl_new (error);

  return rtnl != NULL
         && exchange (rtnl, ifindex, AF_INET, before->v4, before->v4_prefix, after->v4,
                      after->v4_prefix, after->metric, error)
         && (!has_v6 ()
             || exchange (rtnl, ifindex, AF_INET6, before->v6, before->v6_prefix, after->v6,
                          after->v6_prefix, after->metric, error));
}

gboolean
emu_tun_readdress (const char *netns, const char *ifname, const EmuTunConfig *before,
                   const EmuTunConfig *after, GError **error)
{
  Job job = { ifname, after, before, -1 };

  if (emu_netns_call (netns, readdress, &job, error))
    return TRUE;
  g_prefix_error (error, "TUN %s: ", ifname);
  return FALSE;
}
