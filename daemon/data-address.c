/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A timer runs for moments only, between the first part of a change and its last. */
#include "daemon/data-address.h"

#include "daemon/address-watch.h"

#include <net/if.h>

#define QUIET_MS 10    /* between the parts of one change, and until its route is there */
#define MISSING_MS 100 /* a family that was there is not; it may be on its way */

struct TacDataAddress
{
  char *interface;
  TacAddressWatch *watch;
  GPtrArray *told;
  gboolean seen; /* the interface */
  guint settle;
  void (*changed) (gpointer user_data);
  gpointer user_data;
};

static gboolean
has (GPtrArray *addresses, GInetAddress *wanted)
{
  for (guint i = 0; i < addresses->len; i++)
    if (g_inet_address_equal (addresses->pdata[i], wanted))
      return TRUE;
  return FALSE;
}

static gboolean
has_family (GPtrArray *addresses, GSocketFamily family)
{
  for (guint i = 0; i < addresses->len; i++)
    if (g_inet_address_get_family (addresses->pdata[i]) == family)
      return TRUE;
  return FALSE;
}

static gboolean
are_same (GPtrArray *one, GPtrArray *other)
{
  for (guint i = 0; i < one->len; i++)
    if (!has (other, one->pdata[i]))
      return FALSE;
  return one->len == other->len;
}

guint
tac_data_address_settle_ms (GPtrArray *told, GPtrArray *now)
{
  static const GSocketFamily families[] = { G_SOCKET_FAMILY_IPV4, G_SOCKET_FAMILY_IPV6 };

  if (now->len == 0 || are_same (told, now))
    return 0;
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    if (has_family (told, families[i]) && !has_family (now, families[i]))
      return MISSING_MS;
  return QUIET_MS;
}

static gboolean
on_settled (gpointer user_data)
{
  TacDataAddress *address = user_data;
  GPtrArray *now = tac_address_watch_get (address->watch);

  address->settle = 0;
  g_ptr_array_set_size (address->told, 0);
  for (guint i = 0; i < now->len; i++)
    g_ptr_array_add (address->told, g_object_ref (now->pdata[i]));
  address->changed (address->user_data);
  return G_SOURCE_REMOVE;
}

static void
on_changed (TacDataAddress *address)
{
  guint ms = tac_data_address_settle_ms (address->told, tac_address_watch_get (address->watch));
  gboolean present = if_nametoindex (address->interface) != 0;

  g_clear_handle_id (&address->settle, g_source_remove);
  address->seen |= present;
  if (address->seen && !present)
    address->changed (address->user_data);
  else if (ms > 0)
    address->settle = g_timeout_add (ms, on_settled, address);
}

TacDataAddress *
tac_data_address_new (const char *interface, void (*changed) (gpointer user_data),
                      gpointer user_data, GError **error)
{
  g_autoptr (TacAddressWatch) watch = tac_address_watch_new (interface, error);
  TacDataAddress *address;

  if (watch == NULL)
    return NULL;
  address = g_new0 (TacDataAddress, 1);
  address->interface = g_strdup (interface);
  address->watch = g_steal_pointer (&watch);
  address->told = g_ptr_array_new_with_free_func (g_object_unref);
  address->changed = changed;
  address->user_data = user_data;
  g_signal_connect_swapped (address->watch, "changed", G_CALLBACK (on_changed), address);
  return address;
}

void
tac_data_address_free (TacDataAddress *address)
{
  g_clear_handle_id (&address->settle, g_source_remove);
  g_signal_handlers_disconnect_by_data (address->watch, address);
  g_object_unref (address->watch);
  g_ptr_array_unref (address->told);
  g_free (address->interface);
  g_free (address);
}

const char *
tac_data_address_get_interface (TacDataAddress *address)
{
  return address->interface;
}

gboolean
tac_data_address_is_gone (TacDataAddress *address)
{
  return address->seen && if_nametoindex (address->interface) == 0;
}

GPtrArray *
tac_data_address_get (TacDataAddress *address)
{
  return address->told;
}
