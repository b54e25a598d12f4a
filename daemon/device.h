/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps a socket, and what the kernel says about it, on the interface of the data connection. */
#pragma once
#include <gio/gio.h>

/**
 * tac_device_bind:
 * @socket: bound to an address of this phone
 *
 * Binds it to the interface that has this address, too (SO_BINDTODEVICE, for which Linux 5.7 asks
 * no rights). The address alone, and IPV6_UNICAST_IF beside it, leave the choice to the routes:
 * where Wi-Fi has the better default route, IPv6 packets would leave by it. Where it is refused,
 * a warning says so, and the routes decide.
 */
void tac_device_bind (GSocket *socket);

/**
 * tac_device_hold:
 * @socket: soon closed by its owner
 *
 * Keeps its port for some seconds more: where a datagram finds a closed port, the kernel answers by
 * ICMP, and that answer is bound to no interface. What comes is never read: a receive buffer of it
 * at most.
 */
void tac_device_hold (GSocket *socket);
