# SPDX-License-Identifier: GPL-3.0-or-later
"""Datagrams of others during a call: garbage, replays from elsewhere, and forgeries that claim the peer's address."""

import os
import random
import sys
from pathlib import Path

import pytest
from couple import Couple, couple
from demokit.pcapng import CONTROL, HANDSHAKE, VOICE, datagrams

STRANGER = Path(__file__).parent / "stranger.py"
SEED = 1


@pytest.fixture(scope="module")
def pair():
    with couple(os.environ["TACITEL_BUILD"]) as pair:
        yield pair


def address(text: str) -> tuple[str, str]:
    """"10.0.0.1:5" or "[fd00::1]:5": host and port."""
    host, port = text.rsplit(":", 1)
    return host.strip("[]"), port


def throw(pair: Couple, payloads: list[bytes], target: str, source: str | None = None) -> None:
    words = [*address(target), *(address(source) if source else ())]
    done = pair.lab.run([sys.executable, "-B", STRANGER, *words], input="\n".join(map(bytes.hex, payloads)),
                        capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, str(len(payloads)), "")


def garbage() -> list[bytes]:
    """Of every first byte that means something, at every size about the right ones, and some of any."""
    dice = random.Random(SEED)
    sizes = [1, 2, 5, 19, 20, 21, 60, 80, 81, 82, 133, 134, 135, 1200]
    made = [bytes([first]) + dice.randbytes(size - 1) for first in (0x00, 0x01, 0x40, 0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xFF)
            for size in sizes]
    # binding requests and responses (RFC 8489): a true header, no credentials
    return made + [kind + b"\0\0\x21\x12\xa4\x42" + dice.randbytes(12) for kind in (b"\0\1", b"\1\1", b"\1\x11")] * 20


def goes_on(pair: Couple, ends, addresses) -> None:
    """Each hears on, what comes now and not what was buffered; over the same path."""
    for end in ends:
        before = end.statistics()["Played"]
        end.phone.service.wait(lambda end=end, before=before: end.statistics()["Played"] > before + 100, 10,
                               f"{end.phone.name} to hear two seconds more")
        assert end.properties["State"] == "active"
        assert "reconnecting" not in end.properties["Timeline"]
    assert [(end.statistics()["LocalAddress"], end.statistics()["RemoteAddress"]) for end in ends] == addresses


def refused(pair: Couple) -> int:
    return sum(count for name, count in pair.bob.counters().items() if name.startswith("datagram."))


@pytest.mark.sanitize
def test_datagrams_of_others_move_nothing(pair: Couple, tmp_path: Path):
    capture = tmp_path / "alice.pcapng"
    pair.network.start_capture("alice", capture)
    ends = pair.talk(pair.alice, pair.bob)
    addresses = [(end.statistics()["LocalAddress"], end.statistics()["RemoteAddress"]) for end in ends]
    alice, bob = (local for local, _ in addresses)
    goes_on(pair, ends, addresses)
    pair.network.stop_capture("alice")
    sent = [one for one in datagrams(capture) if one.outbound]
    kinds = {kind: [one.payload for one in sent if one.kind == kind] for kind in (CONTROL, VOICE)}
    handshakes = [one.payload for one in datagrams(capture) if one.kind == HANDSHAKE]
    assert len(kinds[VOICE]) >= 50 and len(kinds[CONTROL]) >= 3 and handshakes
    genuine = kinds[CONTROL] + kinds[VOICE][:100] + handshakes
    stun = [one.payload for one in sent if one.payload[0] < 4]
    assert stun

    throw(pair, garbage() + genuine + stun, bob)  # from elsewhere
    goes_on(pair, ends, addresses)

    before = refused(pair)
    flipped = [payload[:20] + bytes([payload[20] ^ 1]) + payload[21:] for payload in genuine]
    forgeries = garbage() + flipped + genuine + stun
    throw(pair, forgeries, bob, alice)  # as if they were alice's
    pair.bob.service.wait(lambda: refused(pair) >= before + len(flipped) + len(genuine), 10,
                          "forgeries and replays to be counted")
    goes_on(pair, ends, addresses)
    ends[0].call("Hangup")
    assert pair.gone(*ends) == ["hangup", "remote-hangup"]
