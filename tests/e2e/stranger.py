# SPDX-License-Identifier: GPL-3.0-or-later
"""Throws datagrams at a phone: somebody else on the network. Run inside of a lab.

Usage: stranger.py TARGET PORT [SOURCE PORT]

Standard input: payloads, a line of hexadecimal digits each. With SOURCE they are sent as if from there, through a raw
socket (raw(7), udp(7)), else from a socket of its own. Prints how many it has sent.
"""

import ipaddress
import socket
import struct
import sys

HEADER = struct.Struct("!HHHH")


def checksum(data: bytes) -> int:
    """RFC 1071."""
    total = sum(struct.unpack(f"!{len(data) // 2 + len(data) % 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def forged(source: tuple, target: tuple, payload: bytes) -> bytes:
    """An IP packet that says it comes from source (RFC 791, RFC 8200, RFC 768)."""
    ends = ipaddress.ip_address(source[0]).packed + ipaddress.ip_address(target[0]).packed
    length = HEADER.size + len(payload)
    pseudo = ends + struct.pack("!IHBB", length, 0, 0, socket.IPPROTO_UDP)
    udp = HEADER.pack(source[1], target[1], length, 0) + payload
    udp = HEADER.pack(source[1], target[1], length, checksum(pseudo + udp) or 0xFFFF) + payload
    if len(ends) == 32:
        return struct.pack("!IHBB", 6 << 28, length, socket.IPPROTO_UDP, 64) + ends + udp
    return struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, 0, 0, 64, socket.IPPROTO_UDP, 0) + ends + udp


def main() -> None:
    target = (sys.argv[1], int(sys.argv[2]))
    source = (sys.argv[3], int(sys.argv[4])) if len(sys.argv) > 3 else None
    family = socket.AF_INET6 if ":" in target[0] else socket.AF_INET
    payloads = [bytes.fromhex(line) for line in sys.stdin]
    if source:
        raw = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
        for payload in payloads:
            raw.sendto(forged(source, target, payload), (target[0], 0))
    else:
        own = socket.socket(family, socket.SOCK_DGRAM)
        for payload in payloads:
            own.sendto(payload, target)
    print(len(payloads))


main()
