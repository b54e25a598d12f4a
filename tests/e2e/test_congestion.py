# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls over links too slow for their voice: the pace goes down, the queue does not fill, and wide comes back."""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from couple import Couple, couple, variant
from demokit.pcapng import VOICE, datagrams

UPLOAD = Path(__file__).parent / "upload.py"
PROBE_S = 9  # no faster pace is tried so soon after a slower one was seen
RADIO_MS = 25  # the LTE preset's one way
LOOK_AHEAD_MS = 6.5  # of the codec
FRAME_MS = {"wide": 20, "lean": 40, "thin": 60}


@pytest.fixture(scope="module")
def pair():
    with couple(os.environ["TACITEL_BUILD"]) as pair:
        yield pair


@pytest.fixture
def ends(pair: Couple):
    ends = pair.talk(pair.alice, pair.bob)
    yield ends
    ends[0].call("Hangup")
    pair.gone(*ends)


def link(phone, direction: str, **values) -> None:
    types = {str: "s", int: "u"}
    phone.emulated("SetLink", "(sa{sv})", direction,
                   {name.replace("_", "-"): variant(types[type(value)], value) for name, value in values.items()})


@dataclass
class Air:
    """What became of the voice that alice sent."""

    sent: dict[bytes, float]  # datagram → s
    heard: dict[bytes, float]

    def delays_ms(self, since_s: float, until_s: float) -> list[float]:
        """Of what was sent between these times and arrived, in the order of size."""
        return sorted(1000 * (self.heard[one] - sent) for one, sent in self.sent.items()
                      if since_s <= sent < until_s and one in self.heard)

    def kbps(self, since_s: float, until_s: float) -> float:
        return sum(8 * (len(one) + 28) for one, sent in self.sent.items()
                   if since_s <= sent < until_s) / (until_s - since_s) / 1000


class Captured:
    """Both phones' air while in the with block; afterwards .air."""

    def __init__(self, pair: Couple, folder: Path) -> None:
        self.network = pair.network
        self.files = {name: folder / f"{name}.pcapng" for name in ("alice", "bob")}

    def __enter__(self) -> "Captured":
        for name, path in self.files.items():
            self.network.start_capture(name, path)
        return self

    def __exit__(self, *exception) -> None:
        for name in self.files:
            self.network.stop_capture(name)
        seen = {name: {one.payload: one.time_s for one in datagrams(path)
                       if one.kind == VOICE and one.outbound == (name == "alice")}
                for name, path in self.files.items()}
        self.air = Air(seen["alice"], seen["bob"])


def percentile(values: list[float], percent: int) -> float:
    return values[len(values) * percent // 100]


def mouth_to_ear_ms(air: Air, at_s: float, then: dict) -> float:
    """At that time, by bob's statistics then, without the sound cards.

    PlayoutDelay counts from the quickest packet of the last seconds on.
    """
    return air.delays_ms(at_s - 5, at_s)[0] + then["PlayoutDelay"] + FRAME_MS[then["PeerProfile"]] + LOOK_AHEAD_MS


def concealed(before: dict, after: dict) -> float:
    """The share of what was heard between these statistics."""
    ticks = {key: after[key] - before[key] for key in ("Concealed", "Played", "RecoveredFec")}
    assert sum(ticks.values()), "nothing was played"
    return ticks["Concealed"] / sum(ticks.values())


def test_an_lte_cell_that_is_full_for_a_while(pair: Couple, ends, tmp_path: Path):
    """30 kbit/s behind a queue of two seconds, which 44 would fill."""
    ours, peer = ends
    link(pair.alice, "both", preset="lte")
    peer.wait_statistics(lambda now: now["PacketsReceived"] > 150, "voice before")
    with Captured(pair, tmp_path) as capture:
        full, start = time.time(), peer.statistics()
        link(pair.alice, "up", rate_kbps=30, queue_ms=2000)
        peer.wait_statistics(lambda now: now["PeerProfile"] != "wide", "a slower pace", timeout_s=5)
        slower = time.time()
        assert ours.statistics()["Profile"] != "wide"
        peer.wait_statistics(lambda now: now["DelayGrowth"] < 60, "the queue to drain", timeout_s=10)
        drained, before = time.time(), peer.statistics()
        peer.wait_statistics(lambda now: now["PacketsReceived"] > before["PacketsReceived"] + 100, "voice to go on")
        after = peer.wait_statistics(lambda now: now["PlayoutDelay"] < 250, "the playout buffer to follow")
        link(pair.alice, "both", preset="lte")
        room = time.time()
        for end, key in ((ours, "Profile"), (peer, "PeerProfile")):
            end.wait_statistics(lambda now, key=key: now[key] == "wide", "wide again", timeout_s=35)
    air, calm = capture.air, min(room, slower + PROBE_S)
    print(f"slower after {slower - full:.1f} s, drained after {drained - full:.1f} s; "
          f"the longest wait {air.delays_ms(full, drained)[-1] - RADIO_MS:.0f} ms, "
          f"95 % afterwards {percentile(air.delays_ms(drained, calm), 95) - RADIO_MS:.0f} ms, "
          f"{air.kbps(drained, calm):.0f} kbit/s, mouth to ear {mouth_to_ear_ms(air, room, after):.0f} ms; "
          f"{100 * concealed(start, after):.0f} % concealed; wide {time.time() - room:.1f} s after there was room")
    assert percentile(air.delays_ms(drained, calm), 95) < RADIO_MS + 150
    assert air.delays_ms(full, drained)[-1] < RADIO_MS + 1000
    assert air.kbps(drained, calm) < 30
    assert mouth_to_ear_ms(air, room, after) < 400
    assert concealed(start, after) < 0.2


def test_edge_with_an_upload(pair: Couple, ends, tmp_path: Path):
    """60 kbit/s up and 600 ms of queue, half of which others take: together they would fill it."""
    peer = ends[1]
    link(pair.alice, "up", preset="edge", delay_ms=100, queue_ms=600)
    peer.wait_statistics(lambda now: now["PacketsReceived"] > 150, "voice before")
    upload = pair.lab.phone("alice").popen([sys.executable, "-B", str(UPLOAD), str(pair.lab.phone("bob").ipv4), "30"])
    try:
        with Captured(pair, tmp_path) as capture:
            peer.wait_statistics(lambda now: now["PeerProfile"] != "wide", "a slower pace", timeout_s=10)
            peer.wait_statistics(lambda now: now["DelayGrowth"] < 100, "the queue to drain", timeout_s=10)
            drained, before = time.time(), peer.statistics()
            peer.wait_statistics(lambda now: now["PacketsReceived"] > before["PacketsReceived"] + 100, "voice")
            after = peer.wait_statistics(lambda now: now["PlayoutDelay"] < 180, "the playout buffer to follow")
            end = time.time()
    finally:
        upload.terminate()
        upload.wait()
        link(pair.alice, "both", preset="ideal")
    air = capture.air
    print(f"95 % take {percentile(air.delays_ms(drained, end), 95):.0f} ms, {air.kbps(drained, end):.0f} kbit/s, "
          f"mouth to ear {mouth_to_ear_ms(air, end, after):.0f} ms, {100 * concealed(before, after):.0f} % concealed")
    assert percentile(air.delays_ms(drained, end), 95) < 400
    assert mouth_to_ear_ms(air, end, after) < 400
    assert air.kbps(drained, end) < 30
    assert concealed(before, after) < 0.25
