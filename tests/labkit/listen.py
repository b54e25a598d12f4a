# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes an interface that leads nowhere, and prints what is sent into it: `listen.py INTERFACE`.

A packet a line, in hexadecimal, from its IP header on. What the kernel itself says to its neighbours is left
out: it would say it without any program. The interface lives as long as this.
"""

import fcntl
import os
import struct
import sys

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
ICMPV6, KERNEL_TYPES = 58, (b"\x85", b"\x87", b"\x8f")  # router and neighbour solicitations, multicast listeners
HOP_BY_HOP = 0


def is_chatter(packet):
    """Whether a packet is the kernel's own."""
    if packet[0] >> 4 != 6 or len(packet) < 48:
        return False
    # Listener reports come behind a hop-by-hop header of 8 bytes.
    following, offset = (packet[40], 48) if packet[6] == HOP_BY_HOP else (packet[6], 40)
    return following == ICMPV6 and packet[offset:offset + 1] in KERNEL_TYPES


def main():
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", sys.argv[1].encode(), IFF_TUN | IFF_NO_PI))
    print("listening", flush=True)
    while True:
        packet = os.read(tun, 65536)
        if not is_chatter(packet):
            print(packet.hex(), flush=True)


if __name__ == "__main__":
    main()
