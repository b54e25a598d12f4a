# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone on its loudspeaker in a simulated room, in a call where both talk: the other side does not hear itself."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from couple import Couple, couple
from demokit import voices
from demokit.align import find_delays, realign
from demokit.sound import RATE, Player, Recorder, common_span
from demokit.stoi import stoi
from scipy.signal import correlate

ROOM = Path(__file__).with_name("echo_room.py")
LEARN_S, ALONE_S, BOTH_S = 4, 5, 7  # the far end talks throughout, the near end in the last part
TALKS_DBFS = -30
LEAST_DB = 15
NEAR_S = LEARN_S + ALONE_S
OFF = "[audio]\necho-canceller=off\nnoise-suppression=off\ngain=off\n"


@contextmanager
def room(phone) -> Iterator[None]:
    """Around a phone."""
    process = phone.phone.popen(["/usr/bin/python3", "-B", str(ROOM)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "echoes\n"
        yield
    finally:
        process.terminate()
        process.communicate()


@dataclass(frozen=True)
class Heard:
    """What the far end heard, and said at the same time, from when it began to talk."""

    heard: np.ndarray
    said: np.ndarray

    def echo_dbfs(self) -> float:
        """Of what is heard while the far end alone talks, the canceller having learnt: the median of the half seconds in
        which it does."""
        part = slice(LEARN_S * RATE, NEAR_S * RATE)
        heard, said = (signal[part].reshape(-1, RATE // 2) for signal in (self.heard, self.said))
        return float(np.median([decibels(one) for one, other in zip(heard, said) if decibels(other) > TALKS_DBFS]))

    def own_voice_db(self) -> float:
        """How loud the far end hears its own voice while both talk, against how loud it talks: the part of what is heard
        that is like what was said, at the delay at which it is most so."""
        both = self.heard[NEAR_S * RATE:(NEAR_S + BOTH_S) * RATE]
        first = NEAR_S * RATE - RATE  # an echo comes back within a second
        said = self.said[first:(NEAR_S + BOTH_S) * RATE]
        likeness = correlate(said, both, "valid", "fft")
        power = np.cumsum(np.concatenate([[0], said**2]))
        power = power[both.size:] - power[:-both.size]
        return 10 * np.log10(np.max(likeness**2 / power) / np.sum(self.said[NEAR_S * RATE:][:both.size] ** 2))

    def near_stoi(self, near: np.ndarray) -> float:
        """How well one understands who talks in the room, while both talk."""
        start = max(lag(self.heard, near) - RATE // 2, 0)
        heard = self.heard[start:start + near.size + RATE]
        return stoi(near, realign(near, heard, RATE, find_delays(near, heard, RATE)), RATE)


def decibels(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(samples**2) + 1e-12))


def lag(heard: np.ndarray, said: np.ndarray) -> int:
    """Samples from the start of `heard` to where `said` begins in it."""
    return int(np.argmax(correlate(heard, said, "full", "fft"))) - (said.size - 1)


def talk(pair: Couple, here, far: np.ndarray, near: np.ndarray) -> Heard:
    """A call of bob's to a phone in a room, in which bob says `far`, and somebody there `near`, later."""
    ends = pair.talk(pair.bob, here)
    players = [Player(phone.phone.popen, "microphone") for phone in (pair.bob, here)]
    recorders = [Recorder(pair.bob.phone.popen, f"{device}.monitor") for device in ("speaker", "microphone")]
    try:
        for recorder in recorders:
            recorder.wait()
        players[0].say(far)
        players[1].say(np.concatenate([np.zeros(NEAR_S * RATE), near]))
        for player in players:
            player.wait(len(far) / RATE + 10)
        ends[1].wait_statistics(lambda now: now["CapturedLevel"] < -60, "what was said last to be over")
        assert ends[1].statistics()["EchoCanceller"] == (here is pair.alice)
        ends[0].call("Hangup")
        pair.gone(*ends)
    finally:
        recordings = [recorder.stop() for recorder in recorders]
        for player in players:
            player.stop()
    heard, said = (recording.cut(*common_span(recordings)) for recording in recordings)
    start = lag(said, far)
    return Heard(heard[start:], said[start:])


@pytest.mark.slow
def test_echo():
    """With the default configuration, against all off, which shows how loud the echo is."""
    far = voices.script(voices.MAN, NEAR_S + BOTH_S)
    near = voices.script(voices.WOMAN, BOTH_S)
    with couple(os.environ["TACITEL_BUILD"], ("alice", "bob", "carol"), {"alice": "", "bob": OFF, "carol": OFF}) as pair:
        with room(pair.phones["carol"]):
            off = talk(pair, pair.phones["carol"], far, near)
        # On a busy machine the sound servers stumble, which makes it another room to be learnt: three tries.
        for _ in range(3):
            with room(pair.alice):
                on = talk(pair, pair.alice, far, near)
            if on.echo_dbfs() < off.echo_dbfs() - LEAST_DB:
                break
    figures = {"far end alone": [each.echo_dbfs() for each in (off, on)],
               "own voice, both talk": [each.own_voice_db() for each in (off, on)],
               "STOI of the near end, both talk": [each.near_stoi(near) for each in (off, on)]}
    for name, (without, with_it) in figures.items():
        print(f"{name}: {without:.3g} without, {with_it:.3g} with the canceller")
    without, with_it = figures["far end alone"]
    assert without > -45, "there is no echo to be cancelled"
    assert with_it < without - LEAST_DB
    without, with_it = figures["own voice, both talk"]
    assert with_it < without - 3
    assert figures["STOI of the near end, both talk"][1] > 0.75
