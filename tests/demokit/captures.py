# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes pcapng captures for tests, block by block."""

import struct
from ipaddress import ip_address


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    length = len(body) + 12
    return struct.pack(order + "II", kind, length) + body + struct.pack(order + "I", length)


def option(code: int, value: bytes, order: str = "<") -> bytes:
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def section(order: str = "<") -> bytes:
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def interface(order: str = "<", name: bytes = b"dummy0", resolution: int | None = 9,
              link_type: int = 101) -> bytes:
    options = option(2, name, order)
    if resolution is not None:
        options += option(9, bytes([resolution]), order)
    return block(1, struct.pack(order + "HHI", link_type, 0, 0) + options + option(0, b"", order), order)


def packet(data: bytes, time: int, outbound: bool | None = None, order: str = "<", number: int = 0) -> bytes:
    body = struct.pack(order + "5I", number, time >> 32, time & 0xFFFFFFFF, len(data), len(data))
    body += data + bytes(-len(data) % 4)
    if outbound is not None:
        body += option(2, struct.pack(order + "I", 2 if outbound else 1), order) + option(0, b"", order)
    return block(6, body, order)


def udp(payload: bytes, source: str = "10.0.0.1", target: str = "10.0.0.2",
        ports: tuple[int, int] = (40000, 50000), extension: bytes = b"") -> bytes:
    """An IP packet, of the version of its addresses; `extension`: an IPv6 destination header."""
    body = struct.pack(">4H", *ports, 8 + len(payload), 0) + payload
    source, target = ip_address(source), ip_address(target)
    if source.version == 4:
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0x4000, 64, 17, 0)
        return head + source.packed + target.packed + body
    following = 60 if extension else 17
    head = struct.pack(">IHBB", 6 << 28, len(extension) + len(body), following, 64)
    return head + source.packed + target.packed + extension + body


STUN = bytes.fromhex("000100002112a442") + bytes(12)
HANDSHAKE = b"\xc1" + bytes(133)
CONTROL = b"\xc2" + bytes(80)
VOICE = b"\xc3" + bytes(80)
