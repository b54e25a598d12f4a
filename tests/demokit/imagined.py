# SPDX-License-Identifier: GPL-3.0-or-later
"""A call that never took place: evidence for the tests of the report."""

import random

import numpy as np

from .figures import Evidence, Voice
from .pcapng import Datagram
from .speech import speech

RATE = 16_000
START_S = 1_760_000_000.0
ALICE, BOB = ("10.70.0.2", 40000), ("10.70.0.3", 50000)


def later(said: np.ndarray, delay_ms: float) -> np.ndarray:
    return np.concatenate([np.zeros(int(delay_ms * RATE / 1000)), said])[: said.size]


def evidence(seconds: float = 6, said: tuple | None = None, delays_ms: tuple = (140, 155)) -> Evidence:
    """A good call; said: what alice and bob said, at RATE."""
    alice, bob = said or (speech(RATE, seconds), speech(RATE, seconds, seed=3, pitch_hz=200))
    dialed = int((START_S - 2.5) * 1e6)
    steps = {
        "alice": {"dialed": 0, "data-up": 180, "invite-sent": 230, "path-found": 1120, "secured": 1180,
                  "ringing": 1185, "answered": 2390, "first-voice-sent": 2400, "first-voice-heard": 2455},
        "bob": {"invite-received": 730, "data-up": 905, "path-found": 1100, "secured": 1160, "ringing": 1165,
                "answered": 2385, "first-voice-sent": 2400, "first-voice-heard": 2470},
    }
    timelines = {phone: {step: dialed + 1000 * ms for step, ms in of.items()} for phone, of in steps.items()}
    return Evidence(
        voices={
            "alice_to_bob": Voice(alice, later(alice, delays_ms[0]), RATE, 0.1),
            "bob_to_alice": Voice(bob, later(bob, delays_ms[1]), RATE, 0.0),
        },
        recorded_us=int(START_S * 1e6),
        datagrams=datagrams(seconds),
        timelines=timelines,
        sms=[(dialed + 230_000, dialed + 730_000)],
        security="noise-kk",
        words={phone: ["adult", "bravado", "crackdown", "decadence"] for phone in ("alice", "bob")},
    )


def datagrams(seconds: float, seed: int = 1) -> list[Datagram]:
    """STUN, a handshake, control and voice both ways, as alice's air interface sees them."""
    chance = random.Random(seed)
    found = []

    def add(time_s: float, outbound: bool, payload: bytes) -> None:
        ends = (ALICE, BOB) if outbound else (BOB, ALICE)
        found.append(Datagram(START_S + time_s, outbound, *ends, payload))

    for turn in range(6):
        size = chance.choice((72, 96, 108))
        add(-1.5 + 0.02 * turn, turn % 2 == 0, bytes.fromhex("000100002112a442") + chance.randbytes(size))
    add(-1.36, False, b"\xc1" + chance.randbytes(133))
    for turn in range(8):
        add(-1.34 + 0.008 * turn, turn % 2 == 0, b"\xc2" + turn.to_bytes(4, "big") + chance.randbytes(76))
    for tick in range(int(seconds / 0.02)):
        for outbound in (True, False):
            add(0.02 * tick + abs(chance.gauss(0, 0.0004)), outbound,
                b"\xc3" + tick.to_bytes(4, "big") + chance.randbytes(76))
    return sorted(found, key=lambda datagram: datagram.time_s)
