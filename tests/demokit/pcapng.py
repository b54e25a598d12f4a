# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads captures of raw IP and tells what an observer of the network learns from them.

Sources: draft-ietf-opsawg-pcapng (sections 3 and 4), RFC 791, RFC 8200, RFC 768; the kinds of
datagram are those of docs/protocol.md.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

SECTION = 0x0A0D0D0A
INTERFACE = 1
PACKET = 6
BYTE_ORDER_MAGIC = 0x1A2B3C4D
LINKTYPE_RAW = 101
OPTION_END = 0
OPTION_NAME = 2
OPTION_FLAGS = 2
OPTION_RESOLUTION = 9
UDP = 17
# IPv6 extension headers that may stand before UDP: hop-by-hop, routing, destination options.
EXTENSIONS = {0, 43, 60}

HANDSHAKE, CONTROL, VOICE, STUN, OTHER = "handshake", "control", "voice", "stun", "other"
KINDS = {(0xC1, 134): HANDSHAKE, (0xC2, 81): CONTROL, (0xC3, 81): VOICE}


class BadCapture(ValueError):
    """The file is not a pcapng capture of raw IP packets."""


@dataclass(frozen=True)
class Packet:
    """One captured packet, as it was on the air."""

    time_s: float  # since 1970, UTC
    interface: str
    outbound: bool | None  # None when the capture does not say
    data: bytes


@dataclass(frozen=True)
class Datagram:
    """One UDP datagram."""

    time_s: float
    outbound: bool | None
    source: tuple[str, int]
    target: tuple[str, int]
    payload: bytes

    @property
    def kind(self) -> str:
        """What it is to somebody who knows the protocol."""
        known = self.payload and KINDS.get((self.payload[0], len(self.payload)))
        if known:
            return known
        # RFC 7983: STUN begins with 0 to 3, and RFC 8489 has its magic cookie at byte 4.
        is_stun = len(self.payload) >= 20 and self.payload[0] < 4
        return STUN if is_stun and self.payload[4:8] == b"\x21\x12\xa4\x42" else OTHER


def datagrams(path: str | Path) -> list[Datagram]:
    """Every whole UDP datagram of a capture, in the order of capture.

    A last block that is cut short (the capture still runs) is left out.
    Raises BadCapture when the file is something else, OSError when it cannot be read.
    """
    found = (_udp(packet) for packet in packets(Path(path).read_bytes()))
    return [datagram for datagram in found if datagram is not None]


def packets(capture: bytes) -> Iterator[Packet]:
    """The packets of a pcapng file's bytes, of either byte order and any number of sections."""
    order, interfaces, offset = "", [], 0
    if len(capture) < 12 or capture[:4] != SECTION.to_bytes(4, "big"):
        raise BadCapture("this is no pcapng file")
    while offset + 12 <= len(capture):
        if capture[offset : offset + 4] == SECTION.to_bytes(4, "big"):
            order, interfaces = _byte_order(capture[offset + 8 : offset + 12]), []
        kind, length = struct.unpack_from(order + "II", capture, offset)
        if length < 12 or length % 4:
            raise BadCapture(f"byte {offset}: a block of {length} bytes")
        if offset + length > len(capture):
            return
        body = capture[offset + 8 : offset + length - 4]
        if kind == INTERFACE:
            interfaces.append(_interface(order, body))
        elif kind == PACKET:
            yield _packet(order, body, interfaces)
        offset += length


def _byte_order(magic: bytes) -> str:
    for order in "<>":
        if struct.unpack(order + "I", magic)[0] == BYTE_ORDER_MAGIC:
            return order
    raise BadCapture("a section of unknown byte order")


def _interface(order: str, body: bytes) -> tuple[str, float]:
    """Its name and how many seconds one unit of its time stamps is."""
    if len(body) < 8:
        raise BadCapture("an interface description that is too short")
    if struct.unpack_from(order + "H", body)[0] != LINKTYPE_RAW:
        raise BadCapture("the capture holds another link type than raw IP")
    options = _options(order, body[8:])
    resolution = options.get(OPTION_RESOLUTION, b"\x06")[0]
    base = 2 if resolution & 0x80 else 10
    return options.get(OPTION_NAME, b"").decode(errors="replace"), base ** -(resolution & 0x7F)


def _packet(order: str, body: bytes, interfaces: list) -> Packet:
    if len(body) < 20:
        raise BadCapture("a packet block that is too short")
    number, high, low, captured, _ = struct.unpack_from(order + "5I", body)
    if number >= len(interfaces) or captured > len(body) - 20:
        raise BadCapture("a packet of an unknown interface or of more bytes than its block has")
    name, unit = interfaces[number]
    flags = _options(order, body[20 + captured + -captured % 4 :]).get(OPTION_FLAGS)
    direction = struct.unpack(order + "I", flags)[0] & 3 if flags and len(flags) == 4 else 0
    outbound = {1: False, 2: True}.get(direction)
    return Packet((high << 32 | low) * unit, name, outbound, body[20 : 20 + captured])


def _options(order: str, area: bytes) -> dict[int, bytes]:
    options, offset = {}, 0
    while offset + 4 <= len(area):
        code, length = struct.unpack_from(order + "HH", area, offset)
        if code == OPTION_END:
            break
        options[code] = area[offset + 4 : offset + 4 + length]
        offset += 4 + length + -length % 4
    return options


def _udp(packet: Packet) -> Datagram | None:
    """The UDP datagram in an IP packet; None for other packets, fragments and broken ones."""
    data = packet.data
    found = {4: _ipv4, 6: _ipv6}.get(data[0] >> 4 if data else 0, lambda _: None)(data)
    if found is None:
        return None
    source, target, body = found
    if len(body) < 8:
        return None
    from_port, to_port, length, _ = struct.unpack_from(">4H", body)
    if not 8 <= length <= len(body):
        return None
    return Datagram(packet.time_s, packet.outbound, (source, from_port), (target, to_port), body[8:length])


def _ipv4(data: bytes) -> tuple[str, str, bytes] | None:
    head = (data[0] & 15) * 4
    if len(data) < max(20, head) or head < 20 or data[9] != UDP:
        return None
    total, fragment = struct.unpack_from(">2xH2xH", data)
    if fragment & 0x3FFF or not head <= total <= len(data):
        return None
    return str(ip_address(data[12:16])), str(ip_address(data[16:20])), data[head:total]


def _ipv6(data: bytes) -> tuple[str, str, bytes] | None:
    if len(data) < 40:
        return None
    end, following, offset = 40 + struct.unpack_from(">4xH", data)[0], data[6], 40
    if end > len(data):
        return None
    while following in EXTENSIONS and offset + 8 <= end:
        following, offset = data[offset], offset + 8 + 8 * data[offset + 1]
    if following != UDP or offset > end:
        return None
    return str(ip_address(data[8:24])), str(ip_address(data[24:40])), data[offset:end]
