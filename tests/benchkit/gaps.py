# SPDX-License-Identifier: GPL-3.0-or-later
"""Gaps in a tone that should never stop: what of it was heard, in a recording."""

import numpy as np

BLOCK_MS = 5
QUIETER = 0.25  # than the tone as it mostly is: −12 dB, where nobody hears a voice go on
AUDIBLE = 0.02  # else nothing was heard at all


def level(samples: np.ndarray, rate: int, frequency: float) -> np.ndarray:
    """How loud one frequency is, a value each BLOCK_MS, by a filter as wide as four blocks.

    Others, such as a tone that tells of trouble, count little.
    """
    block = rate * BLOCK_MS // 1000
    turned = samples * np.exp(-2j * np.pi * frequency / rate * np.arange(samples.size))
    sums = np.add.reduceat(turned, np.arange(0, samples.size - block + 1, block))
    window = np.hanning(6)[1:-1]
    return np.abs(np.convolve(sums, window / window.sum(), "same")) / block


def longest_gap_ms(samples: np.ndarray, rate: int, frequency: float) -> float:
    """The longest time in which the tone was not heard; the whole recording, where it never was."""
    loud = level(samples, rate, frequency)
    usual = np.median(loud[loud > loud.max() / 10]) if loud.size and loud.max() > AUDIBLE else np.inf
    heard = np.flatnonzero(loud >= usual * QUIETER)
    if heard.size == 0:
        return loud.size * BLOCK_MS
    edges = np.concatenate([[-1], heard, [loud.size]])
    return float((np.diff(edges).max() - 1) * BLOCK_MS)
