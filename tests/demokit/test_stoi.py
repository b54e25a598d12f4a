# SPDX-License-Identifier: GPL-3.0-or-later
"""STOI against what its paper says of it, and against small cases counted by hand."""

import numpy as np
import pytest

from . import stoi as measure
from .speech import speech
from .stoi import stoi

RATE = 16_000


def noisy(said, snr_db, seed=1):
    noise = np.random.default_rng(seed).standard_normal(said.size)
    return said + noise * np.sqrt(np.mean(said**2) / np.mean(noise**2)) * 10 ** (-snr_db / 20)


def test_identical_is_one():
    said = speech(RATE, 4)
    assert stoi(said, said, RATE) == pytest.approx(1, abs=1e-9)


def test_falls_with_the_noise():
    said = speech(RATE, 6)
    values = [stoi(said, noisy(said, snr), RATE) for snr in (30, 15, 5, 0, -5, -15)]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0.95
    assert values[-1] < 0.5


def test_unrelated_noise_is_low():
    """Not zero: the clipping of equation 3 gives the noise some of the shape of what was said."""
    said = speech(RATE, 6)
    noise = np.random.default_rng(2).standard_normal(said.size)
    assert stoi(said, noise, RATE) < 0.4


@pytest.mark.parametrize("said_gain,heard_gain", [(1, 0.01), (100, 1), (1e-3, 1e3), (1, -1)])
def test_scale_does_not_matter(said_gain, heard_gain):
    said = speech(RATE, 4)
    heard = noisy(said, 5)
    expected = stoi(said, heard, RATE)
    assert stoi(said_gain * said, heard_gain * heard, RATE) == pytest.approx(expected, abs=1e-6)


def test_a_shift_is_noticed():
    said = speech(RATE, 6)
    assert stoi(said, np.roll(said, RATE // 5), RATE) < 0.6


def test_noise_in_the_pauses_does_not_count():
    said = np.concatenate([speech(RATE, 4), np.zeros(4 * RATE)])
    heard = said.copy()
    heard[4 * RATE + 1000 :] += 0.1 * np.random.default_rng(3).standard_normal(4 * RATE - 1000)
    assert stoi(said, heard, RATE) > 0.97


@pytest.mark.parametrize("rate", [8_000, 10_000, 16_000, 44_100, 48_000])
def test_any_rate(rate):
    said = speech(rate, 3)
    assert stoi(said, said, rate) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("said,heard", [
    (np.zeros(16_000), np.zeros(15_999)),
    (np.zeros((2, 16_000)), np.zeros((2, 16_000))),
    (np.ones(1_000), np.ones(1_000)),
    (np.full(16_000, np.nan), np.zeros(16_000)),
    (np.zeros(0), np.zeros(0)),
], ids=["lengths", "channels", "too-short", "not-a-number", "empty"])
def test_refuses(said, heard):
    with pytest.raises(ValueError):
        stoi(said, heard, RATE)


def test_third_octaves_by_hand():
    """Band 0 has edges 133.6 and 168.4 Hz, the nearest bins (19.53 Hz apart) are 7 and 9."""
    bands = measure.third_octaves()
    assert bands.shape == (15, 257)
    assert np.flatnonzero(bands[0]).tolist() == [7, 8]
    # Band 14: centre 3810 Hz, edges 3394.6 and 4276.3 Hz, bins 174 and 219.
    assert np.flatnonzero(bands[14])[[0, -1]].tolist() == [174, 218]
    assert (bands.sum(axis=0) <= 1).all()


def test_a_sine_falls_into_its_band():
    time = np.arange(measure.RATE) / measure.RATE
    bands = measure.band_envelopes(np.sin(2 * np.pi * 1200 * time))
    assert (bands.argmax(axis=0) == 9).all()  # 150 Hz × 2^(9/3)


def test_segment_correlation_by_hand():
    """One band: a ramp against a ramp is 1, against the falling ramp −1, and a peak that is
    above the clipping bound counts only up to it."""
    ramp = np.arange(1.0, 31.0)[None, :]
    assert measure.segment_correlations(ramp, ramp)[0, 0] == pytest.approx(1)
    assert measure.segment_correlations(ramp, ramp[:, ::-1])[0, 0] < 0

    said = np.ones((1, 30))
    said[0, 0] = 2
    heard = np.zeros((1, 30))
    heard[0, 1] = 1
    # Scaled to the norm of `said` the peak is √33 = 5.745, under the bound 1 × 6.623: it stays.
    # Correlation of (2,1,1,…) and (0,√33,0,…): centred, −1/29 exactly.
    assert measure.segment_correlations(said, heard)[0, 0] == pytest.approx(-1 / 29)


def test_clipping_bound_by_hand():
    """`said` = 0.1 where `heard` peaks: the peak is cut to 0.1 × (1 + 10^(15/20)) = 0.6623."""
    said = np.ones((1, 30))
    said[0, 0] = 0.1
    heard = np.zeros((1, 30))
    heard[0, :2] = 1
    scale = np.sqrt(29.01 / 2)
    clipped = np.zeros(30)
    clipped[:2] = [0.1 * (1 + 10**0.75), scale]
    expected = np.corrcoef(said[0], clipped)[0, 1]
    assert measure.segment_correlations(said, heard)[0, 0] == pytest.approx(expected)
