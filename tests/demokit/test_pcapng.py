# SPDX-License-Identifier: GPL-3.0-or-later
"""The reader against captures made byte by byte, whole and broken."""

import pytest

from . import captures as make
from .pcapng import BadCapture, datagrams, packets

SECOND = 10**9


def read(tmp_path, *parts):
    path = tmp_path / "air.pcapng"
    path.write_bytes(b"".join(parts))
    return datagrams(path)


def test_time_direction_addresses_payload(tmp_path):
    found = read(tmp_path, make.section(), make.interface(),
                 make.packet(make.udp(b"abc"), 1_700_000_000 * SECOND + 20_000_000, True),
                 make.packet(make.udp(b"defgh", "10.0.0.2", "10.0.0.1", (50000, 40000)), 1, False),
                 make.packet(make.udp(b""), 2))
    assert [datagram.payload for datagram in found] == [b"abc", b"defgh", b""]
    assert [datagram.outbound for datagram in found] == [True, False, None]
    assert found[0].time_s == pytest.approx(1_700_000_000.02, abs=1e-6)
    assert found[0].source == ("10.0.0.1", 40000)
    assert found[0].target == ("10.0.0.2", 50000)


@pytest.mark.parametrize("payload,kind", [
    (make.HANDSHAKE, "handshake"),
    (make.CONTROL, "control"),
    (make.VOICE, "voice"),
    (make.STUN, "stun"),
    (make.VOICE[:-1], "other"),
    (make.VOICE + b"\0", "other"),
    (b"\xc1" + bytes(80), "other"),
    (bytes(20), "other"),
    (b"", "other"),
], ids=["handshake", "control", "voice", "stun", "short-voice", "long-voice", "short-handshake",
        "no-cookie", "empty"])
def test_kind(tmp_path, payload, kind):
    found = read(tmp_path, make.section(), make.interface(), make.packet(make.udp(payload), 0, True))
    assert [datagram.kind for datagram in found] == [kind]


@pytest.mark.parametrize("extension", [b"", bytes([17, 0]) + bytes(6)], ids=["plain", "destination-options"])
def test_ipv6(tmp_path, extension):
    data = make.udp(make.VOICE, "2001:db8::1", "2001:db8::2", extension=extension)
    found = read(tmp_path, make.section(), make.interface(), make.packet(data, 0, True))
    assert found[0].payload == make.VOICE
    assert found[0].source == ("2001:db8::1", 40000)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("resolution,unit", [(None, 1e-6), (9, 1e-9), (3, 1e-3), (0x8A, 2**-10)])
def test_byte_order_and_resolution(tmp_path, order, resolution, unit):
    found = read(tmp_path, make.section(order), make.interface(order, resolution=resolution),
                 make.packet(make.udp(b"x"), 5_000_000_000, True, order))
    assert found[0].time_s == pytest.approx(5_000_000_000 * unit)
    assert found[0].outbound is True


def test_sections_and_unknown_blocks(tmp_path):
    found = read(tmp_path, make.section(), make.interface(name=b"dummy0"), make.block(0x0BAD, b"1234"),
                 make.packet(make.udp(b"one"), 1),
                 make.section(">"), make.interface(">", name=b"dummy2"),
                 make.packet(make.udp(b"two"), 2, order=">"))
    assert [datagram.payload for datagram in found] == [b"one", b"two"]


def test_the_interface_that_oFono_named():
    capture = make.section() + make.interface(name=b"dummy2") + make.packet(make.udp(b"x"), 1)
    assert [packet.interface for packet in packets(capture)] == ["dummy2"]


def test_a_running_capture_ends_at_its_last_whole_block(tmp_path):
    whole = [make.section(), make.interface(), make.packet(make.udp(b"one"), 1)]
    cut = make.packet(make.udp(b"two"), 2)
    for length in range(len(cut)):
        assert len(read(tmp_path, *whole, cut[:length])) == 1


def tcp():
    data = bytearray(make.udp(b"xyz"))
    data[9] = 6
    return bytes(data)


def fragment():
    data = bytearray(make.udp(b"xyz"))
    data[6:8] = b"\x20\x00"
    return bytes(data)


@pytest.mark.parametrize("data", [tcp(), fragment(), make.udp(b"xyz")[:-1], make.udp(b"xyz")[:27],
                                  make.udp(b"x", "::1", "::2")[:41], b"", b"\x45", b"\x00" * 40],
                         ids=["tcp", "fragment", "cut", "cut-head", "cut-ipv6", "empty", "one-byte", "no-ip"])
def test_what_is_no_whole_datagram_is_left_out(tmp_path, data):
    assert read(tmp_path, make.section(), make.interface(), make.packet(data, 0)) == []


@pytest.mark.parametrize("capture", [
    b"",
    b"RIFF" + bytes(20),
    make.section()[:8] + bytes(20),
    make.section() + make.interface(link_type=1),
    make.section() + make.packet(make.udp(b"x"), 0),
    make.section() + bytes(12),
    make.section() + make.block(6, bytes(8)),
], ids=["empty", "wav", "no-magic", "ethernet", "no-interface", "zero-length-block", "short-packet"])
def test_refuses(capture):
    with pytest.raises(BadCapture):
        list(packets(capture))
