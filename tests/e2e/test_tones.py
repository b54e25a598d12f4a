# SPDX-License-Identifier: GPL-3.0-or-later
"""What a caller hears of how the call stands: it rings there, it is busy there, it is over."""

import os
import time

import numpy as np
import pytest
from couple import Couple, couple
from demokit.sound import RATE, Recorder

TONE_HZ = 425
BLOCK = RATE // 50
HEARD_DBFS = -40  # the tones have -27
HOLE = 4  # blocks: a busy machine's; the tones' own pauses are longer


@pytest.fixture(scope="module")
def pair():
    with couple(os.environ["TACITEL_BUILD"], config={"alice": "", "bob": "[policy]\nunverified=refuse\n"}) as pair:
        yield pair


class Ear:
    """Records what a phone's user hears."""

    def __init__(self, phone) -> None:
        self._recorder = Recorder(phone.phone.popen, "speaker.monitor")
        self._recorder.wait()

    def beeps(self) -> list[float]:
        """Lengths, in seconds, of what was heard of the tone; nothing else may be there."""
        samples = self._recorder.stop().samples
        samples = samples[: samples.size // BLOCK * BLOCK].reshape(-1, BLOCK)
        levels = 10 * np.log10(np.mean(samples**2, axis=1) + 1e-12)
        on = np.concatenate([[False], levels > HEARD_DBFS, [False]])
        edges = np.flatnonzero(np.diff(on.astype(int)))
        holes = np.flatnonzero(edges[2::2] - edges[1:-1:2] <= HOLE)
        edges = np.delete(edges, np.concatenate([2 * holes + 1, 2 * holes + 2]))
        for start, end in zip(edges[::2], edges[1::2]):
            sound = samples[start:end].ravel()
            power = np.abs(np.fft.rfft(sound)) ** 2
            near = np.abs(np.fft.rfftfreq(sound.size, 1 / RATE) - TONE_HZ) < 100  # a beep cut off is wide
            assert power[near].sum() > 0.7 * power.sum(), f"{(end - start) / 50} s of something else than the tone"
        return [(end - start) / 50 for start, end in zip(edges[::2], edges[1::2])]


def streams(phone) -> str:
    done = phone.run("pactl", "list", "short", "sink-inputs")
    assert done.returncode == 0, done.stderr
    return done.stdout


def wait_quiet(phone) -> None:
    """Asks, ten times a second, until it has given the ear piece back."""
    deadline = time.monotonic() + 10
    while left := streams(phone):
        assert time.monotonic() < deadline, left
        time.sleep(0.1)


def test_ring_back_and_ended(pair: Couple):
    """The caller hears it ring, until the answer, and three beeps when the other hangs up."""
    ear = Ear(pair.bob)
    ends = pair.ring(pair.bob, pair.alice)
    ends[0].wait_statistics(lambda now: now["PlayedLevel"] > HEARD_DBFS, "to hear it ring")
    ends[0].wait_statistics(lambda now: now["PlayedLevel"] == -96, "the pause")
    ends[1].call("Answer")
    for end in ends:
        end.wait_step("first-voice-heard")
    ends[1].call("Hangup")
    assert pair.gone(*ends) == ["remote-hangup", "hangup"]
    assert streams(pair.bob), "the tone is played, the call is gone"
    wait_quiet(pair.bob)
    assert not streams(pair.alice), "who hung up knows"
    ring, *ended = ear.beeps()
    assert ring == pytest.approx(1, abs=0.1)
    assert ended == pytest.approx([0.1] * 3, abs=0.05)


def test_declined_is_busy_and_holds_nobody_up(pair: Couple):
    """A busy tone, in the middle of which the next call begins."""
    ends = pair.ring(pair.bob, pair.alice)
    ear = Ear(pair.bob)
    ends[1].call("Hangup")
    assert pair.gone(*ends) == ["remote-declined", "declined"]
    ends = pair.talk(pair.bob, pair.alice)
    ends[0].call("Hangup")
    assert pair.gone(*ends) == ["hangup", "remote-hangup"]
    wait_quiet(pair.bob)
    beeps = ear.beeps()
    assert beeps and max(beeps) < 1.2


def test_busy_before_any_sound(pair: Couple):
    """An SMS said no, so there was no sound yet: it is opened for the tone, and given back."""
    ear = Ear(pair.alice)
    end = pair.dial(pair.alice, pair.bob)
    assert pair.gone(end) == ["remote-declined"]
    wait_quiet(pair.alice)
    assert ear.beeps() == pytest.approx([0.5, 0.4], abs=0.1)
