# SPDX-License-Identifier: GPL-3.0-or-later
"""A synthetic voice for tests: harmonics under moving formants, in syllables and pauses."""

import numpy as np


def speech(rate: int, seconds: float, seed: int = 7, pitch_hz: float = 120) -> np.ndarray:
    """Speech-like sound at `rate`, in −1 … 1; the same for the same seed."""
    random = np.random.default_rng(seed)
    time = np.arange(int(rate * seconds)) / rate
    syllables = int(seconds * 5) + 2
    pitch = pitch_hz * np.interp(time * 5, np.arange(syllables), random.uniform(0.8, 1.25, syllables))
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    formants = [
        np.interp(time * 5, np.arange(syllables), random.uniform(low, high, syllables))
        for low, high in ((300, 800), (900, 2200), (2300, 3200))
    ]
    voice = np.zeros(time.size)
    for harmonic in range(1, int(min(4000, 0.45 * rate) / pitch_hz)):
        frequency = harmonic * pitch
        gain = sum(np.exp(-(((frequency - formant) / 150) ** 2)) for formant in formants)
        voice += gain / np.sqrt(harmonic) * np.sin(harmonic * phase)
    voice += 0.02 * random.standard_normal(time.size)
    loudness = np.interp(time * 10, np.arange(2 * syllables), random.uniform(0, 1, 2 * syllables) ** 2)
    voice *= loudness
    return 0.5 * voice / np.abs(voice).max()
