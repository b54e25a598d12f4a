# SPDX-License-Identifier: GPL-3.0-or-later
"""Growth is told from noise, at the size of a thousand calls."""

import random

import pytest

from .trend import percentiles, pooled, trend


def noisy(count, gain, noise, seed):
    """A level that wanders, as memory does, and gains so much a call; a pool fills at first."""
    source, wander, samples = random.Random(seed), 0.0, []
    for index in range(count):
        wander = 0.9 * wander + source.gauss(0, noise)
        samples.append(14 + wander + gain * index + min(index, count / 10) * 0.01)
    return samples


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_no_growth(seed):
    assert not trend(noisy(1000, 0, 0.05, seed)).grows(0)


@pytest.mark.parametrize("seed", range(20))
def test_a_leak_is_growth(seed):
    assert trend(noisy(1000, 0.002, 0.05, seed)).grows(0.001)


def test_a_straight_line():
    line = trend([5 + 0.25 * index for index in range(200)])
    assert line.slope == pytest.approx(0.25) and line.error == pytest.approx(0, abs=1e-9)
    assert line.grows(0.2) and not line.grows(0.3)


@pytest.mark.parametrize("seed", range(5))
def test_one_step_among_many_is_no_leak(seed):
    lines = [trend(noisy(160, 0, 5, 100 * seed + phone)) for phone in range(11)]
    step = trend([20000.0] * 120 + [20900.0] * 40)
    assert step.grows(1) and not pooled([*lines, step]).grows(1)


@pytest.mark.parametrize("seed", range(5))
def test_a_leak_of_all_is_growth(seed):
    lines = [trend(noisy(160, 2, 5, 100 * seed + phone)) for phone in range(12)]
    assert pooled(lines).grows(1) and pooled(lines[:1]) == lines[0]


def test_too_few_samples():
    with pytest.raises(ValueError, match="too few"):
        trend([1.0] * 10)


def test_percentiles():
    assert percentiles(range(101)) == {"p50": 50, "p95": 95, "p99": 99, "p100": 100}
    assert percentiles([]) == {}
