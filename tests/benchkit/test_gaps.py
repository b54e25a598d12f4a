# SPDX-License-Identifier: GPL-3.0-or-later
"""Gaps are measured where there are some, and none where there are none."""

import numpy as np
import pytest

from .gaps import longest_gap_ms

RATE, TONE, TROUBLE = 16000, 1000, 425


def sine(frequency, seconds, amplitude=0.5):
    return amplitude * np.sin(2 * np.pi * frequency * np.arange(round(RATE * seconds)) / RATE)


@pytest.mark.parametrize("gap_ms", [60, 200, 400, 805])
@pytest.mark.parametrize("filling", ["silence", "noise", "tone"])
def test_a_gap(gap_ms, filling):
    rng = np.random.default_rng(gap_ms)
    samples = sine(TONE, 4)
    begin, length = 2 * RATE, RATE * gap_ms // 1000
    samples[begin:begin + length] = {"silence": np.zeros(length), "noise": rng.normal(0, 0.02, length),
                                     "tone": sine(TROUBLE, gap_ms / 1000, 0.1)[:length]}[filling]
    assert longest_gap_ms(samples, RATE, TONE) == pytest.approx(gap_ms, abs=15)


def test_the_longest_of_two():
    samples = sine(TONE, 4)
    samples[RATE:RATE + RATE // 10] = 0
    samples[2 * RATE:2 * RATE + RATE // 2] = 0
    assert longest_gap_ms(samples, RATE, TONE) == pytest.approx(500, abs=15)


def test_no_gap():
    rng = np.random.default_rng(1)
    assert longest_gap_ms(sine(TONE, 3) + rng.normal(0, 0.05, 3 * RATE), RATE, TONE) <= 10


def test_a_lost_packet_that_was_concealed_is_none():
    samples = sine(TONE, 3)
    samples[RATE:RATE + RATE // 50] *= 0.5
    assert longest_gap_ms(samples, RATE, TONE) <= 10


def test_silence_is_one_gap():
    assert longest_gap_ms(np.zeros(RATE), RATE, TONE) == 1000
    assert longest_gap_ms(sine(TROUBLE, 1, 0.1), RATE, TONE) >= 900


def test_it_stops_and_never_comes_back():
    samples = sine(TONE, 3)
    samples[RATE:] = 0
    assert longest_gap_ms(samples, RATE, TONE) == pytest.approx(2000, abs=15)
