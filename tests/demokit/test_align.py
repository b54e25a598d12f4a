# SPDX-License-Identifier: GPL-3.0-or-later
"""The delay must be right to a millisecond, and right while it moves."""

import numpy as np
import pytest

from .align import NothingHeard, find_delays, realign
from .speech import speech
from .stoi import stoi

RATE = 16_000


def delayed(said, delay_s, tail_s=2.0):
    """`said` heard `delay_s` later (a number, or one for each sample), by interpolation."""
    time = np.arange(said.size + int(tail_s * RATE)) / RATE
    delay = np.broadcast_to(delay_s, said.size) if np.ndim(delay_s) else np.full(said.size, delay_s)
    source = np.arange(said.size) / RATE
    return np.interp(time, source + delay, said, left=0, right=0)


def with_noise(signal, level=0.01, seed=4):
    return signal + level * np.random.default_rng(seed).standard_normal(signal.size)


@pytest.mark.parametrize("delay_ms", [0, 0.4, 26.5, 80, 163.3, 400, 1250, 1900])
def test_fixed_delay(delay_ms):
    said = speech(RATE, 6)
    delays = find_delays(said, with_noise(delayed(said, delay_ms / 1000)), RATE)
    assert delays.median_ms == pytest.approx(delay_ms, abs=0.1)
    assert delays.found > 0.95


def test_drift():
    """A clock 500 ppm slow: 10 ms more after 20 s, found window by window."""
    said = speech(RATE, 20)
    drift = 0.1 + 500e-6 * np.arange(said.size) / RATE
    delays = find_delays(said, delayed(said, drift), RATE)
    assert delays.delays_s == pytest.approx(0.1 + 500e-6 * delays.times_s, abs=3e-4)
    assert delays.median_ms == pytest.approx(105, abs=0.5)
    assert delays.found > 0.9


def test_a_jump_of_the_playout_delay():
    """60 ms, then a burst of late packets makes it 140 ms."""
    said = speech(RATE, 12)
    delay = np.where(np.arange(said.size) < 7 * RATE, 0.060, 0.140)
    delays = find_delays(said, delayed(said, delay), RATE)
    assert delays.at(2) * 1000 == pytest.approx(60, abs=1)
    assert delays.at(11) * 1000 == pytest.approx(140, abs=1)


def test_a_second_without_sound_does_not_move_the_median():
    said = speech(RATE, 8)
    heard = delayed(said, 0.09)
    heard[3 * RATE : 5 * RATE] = 0
    delays = find_delays(said, with_noise(heard, 0.002), RATE)
    assert delays.median_ms == pytest.approx(90, abs=0.5)
    assert delays.found < 0.9


def test_pauses_are_not_windows():
    said = np.concatenate([speech(RATE, 4), np.zeros(6 * RATE), speech(RATE, 4, seed=8)])
    delays = find_delays(said, with_noise(delayed(said, 0.12), 1e-4), RATE)
    assert delays.found > 0.95
    assert not ((delays.times_s > 4.6) & (delays.times_s < 9.4)).any()


@pytest.mark.parametrize("heard", [
    np.zeros(10 * RATE), speech(RATE, 10, seed=99, pitch_hz=190), np.zeros(0), np.zeros(100),
], ids=["silence", "somebody-else", "nothing", "too-short"])
def test_nothing_heard(heard):
    with pytest.raises(NothingHeard):
        find_delays(speech(RATE, 6), heard, RATE)


def test_realigned_speech_is_as_good_as_the_path():
    """STOI of a moved and stretched copy: poor as it is, near 1 once realigned."""
    said = speech(RATE, 16)
    steps = np.interp(np.arange(said.size) / RATE, [0, 4, 5, 10, 11, 16], [0.06, 0.06, 0.1, 0.1, 0.08, 0.08])
    heard = delayed(said, steps)
    delays = find_delays(said, heard, RATE)
    realigned = realign(said, heard, RATE, delays)
    assert realigned.size == said.size
    assert stoi(said, heard[: said.size], RATE) < 0.7
    assert stoi(said, realigned, RATE) > 0.97


def test_realign_fills_what_was_not_recorded():
    said = speech(RATE, 6)
    heard = delayed(said, 0.2, tail_s=0.2)[: 5 * RATE]
    realigned = realign(said, heard, RATE, find_delays(said, heard, RATE))
    assert realigned.size == said.size
    assert not realigned[int(4.9 * RATE) :].any()
