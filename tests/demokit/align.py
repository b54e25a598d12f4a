# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds how much later something was heard than it was said.

A playout buffer changes its delay in the middle of a call, by inserting a frame or by
stretching time. So the delay is looked for in many short windows, each on its own, and a
recording is realigned piece by piece before it is compared with another.
"""

from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, correlate, sosfiltfilt

LONGEST_DELAY_S = 2.0
WINDOW_S = 1.0
STEP_S = 0.25
# How far a window's delay may lie from that of the whole recording.
WANDER_S = 0.4
# A window that resembles nothing in what was heard says nothing about the delay.
LEAST_LIKENESS = 0.5
# Windows quieter than this, against the whole recording, are pauses.
PAUSE_DB = -25
# Half the shortest pitch period of a voice.
DISAGREEMENT_S = 0.0015
# What every speech codec keeps.
BAND_HZ = (200, 3400)


class NothingHeard(ValueError):
    """No window of what was said can be recognised in what was heard."""


@dataclass(frozen=True)
class Delays:
    """The delay of each window in which one was found."""

    times_s: np.ndarray  # the middle of the window, in the time of what was said
    delays_s: np.ndarray
    likeness: np.ndarray  # normalised correlation, LEAST_LIKENESS to 1
    windows: int  # how many had speech in them, found or not

    @property
    def median_ms(self) -> float:
        return float(np.median(self.delays_s) * 1000)

    @property
    def found(self) -> float:
        """The share of the windows with speech in which a delay was found."""
        return len(self.delays_s) / self.windows

    def at(self, time_s: float) -> float:
        """The delay at a time, in seconds: the median of the three windows nearest to it."""
        nearest = np.argsort(np.abs(self.times_s - time_s), kind="stable")[:3]
        return float(np.median(self.delays_s[nearest]))


def find_delays(said: np.ndarray, heard: np.ndarray, rate: int) -> Delays:
    """Finds the delay of `heard` after `said`, window by window.

    said, heard: one channel each, whose first samples were taken at the same moment
    rate: their sampling rate in Hz

    Raises NothingHeard when nothing of what was said is recognised.
    """
    if min(len(said), len(heard)) < WINDOW_S * rate:
        raise NothingHeard(f"less than {WINDOW_S:g} s was recorded")
    said, heard = _voice_band(said, rate), _voice_band(heard, rate)
    whole = _whole_delay(said, heard, rate)
    width, loud = int(WINDOW_S * rate), _loudness_floor(said)
    times, delays, likeness, windows = [], [], [], 0
    for start in range(0, said.size - width + 1, int(STEP_S * rate)):
        window = said[start : start + width]
        if np.mean(window**2) < loud:
            continue
        windows += 1
        found = _window_delay(window, heard, start, whole, rate)
        if found is not None and found[1] >= LEAST_LIKENESS:
            times.append((start + width / 2) / rate)
            delays.append(found[0])
            likeness.append(found[1])
    if not delays:
        raise NothingHeard(f"none of the {windows} windows of speech was recognised in what was heard")
    kept = _agreeing(np.array(delays))
    return Delays(np.array(times)[kept], np.array(delays)[kept], np.array(likeness)[kept], windows)


def _agreeing(delays: np.ndarray) -> np.ndarray:
    """Leaves out a window that is a pitch period beside its neighbours: a voice repeats itself."""
    padded = np.pad(delays, 3, mode="edge")
    around = np.median(np.lib.stride_tricks.sliding_window_view(padded, 7), axis=1)
    kept = np.abs(delays - around) < DISAGREEMENT_S
    return kept if kept.any() else np.ones(delays.size, dtype=bool)


def realign(said: np.ndarray, heard: np.ndarray, rate: int, delays: Delays,
            piece_s: float = 1.0) -> np.ndarray:
    """What was heard, moved back in pieces of about `piece_s` so that it lies beside `said`.

    Each piece is moved by its own delay and is cut where `said` is quietest.
    Returns as many samples as `said` has; zeros stand for what lies outside the recording.
    """
    heard = np.asarray(heard, dtype=np.float64)
    cuts = _quiet_cuts(np.asarray(said, dtype=np.float64), rate, piece_s)
    pieces = []
    for start, end in zip(cuts, cuts[1:]):
        shift = round(delays.at((start + end) / 2 / rate) * rate)
        pieces.append(_slice(heard, start + shift, end + shift))
    return np.concatenate(pieces) if pieces else np.empty(0)


def _voice_band(signal: np.ndarray, rate: int) -> np.ndarray:
    high = min(BAND_HZ[1], 0.45 * rate)
    filter_ = butter(4, (BAND_HZ[0], high), "bandpass", fs=rate, output="sos")
    return sosfiltfilt(filter_, np.asarray(signal, dtype=np.float64))


def _loudness_floor(said: np.ndarray) -> float:
    return max(float(np.mean(said**2)) * 10 ** (PAUSE_DB / 10), np.finfo(np.float64).tiny)


def _whole_delay(said: np.ndarray, heard: np.ndarray, rate: int) -> float:
    """A first guess for the whole recording, in seconds.

    The envelopes are compared, not the waves: they still match when the delay wanders.
    """
    step = rate // 200
    envelopes = [_envelope(signal, step) for signal in (said, heard)]
    match = correlate(envelopes[1], envelopes[0], "full", "fft")
    lags = np.arange(match.size) - (envelopes[0].size - 1)
    allowed = (lags >= 0) & (lags <= LONGEST_DELAY_S * rate / step)
    if not allowed.any():
        raise NothingHeard("nothing was recorded")
    return float(lags[allowed][np.argmax(match[allowed])] * step / rate)


def _envelope(signal: np.ndarray, step: int) -> np.ndarray:
    whole = signal[: signal.size // step * step].reshape(-1, step)
    envelope = np.sqrt(np.mean(whole**2, axis=1))
    return envelope - envelope.mean() if envelope.size else envelope


def _window_delay(window: np.ndarray, heard: np.ndarray, start: int, whole: float,
                  rate: int) -> tuple[float, float] | None:
    """The delay in seconds and the likeness where the window resembles `heard` most."""
    first = start + int(max(whole - WANDER_S, 0) * rate)
    last = start + window.size + int((whole + WANDER_S) * rate)
    place = heard[first:last]
    if place.size <= window.size + 2:
        return None
    match = correlate(place, window, "valid", "fft")
    power = _moving_sum(place**2, window.size)
    likeness = match / np.sqrt(np.maximum(power, 1e-20) * np.sum(window**2))
    best = int(np.argmax(likeness))
    fraction, peak = _refine(likeness, best)
    return (first - start + best + fraction) / rate, peak


def _refine(likeness: np.ndarray, best: int) -> tuple[float, float]:
    """The top of a parabola through the best sample and its neighbours."""
    if best == 0 or best == likeness.size - 1:
        return 0.0, float(likeness[best])
    left, top, right = likeness[best - 1 : best + 2]
    bend = left - 2 * top + right
    if bend >= 0:
        return 0.0, float(top)
    fraction = (left - right) / (2 * bend)
    return float(fraction), float(top - (left - right) * fraction / 4)


def _quiet_cuts(said: np.ndarray, rate: int, piece_s: float) -> list[int]:
    step = rate // 100
    power = _envelope_power(said, step)
    cuts, piece = [0], piece_s * rate
    while said.size - cuts[-1] > 1.5 * piece:
        low, high = (int((cuts[-1] + share * piece) / step) for share in (0.6, 1.4))
        cuts.append((low + int(np.argmin(power[low:high]))) * step)
    return [*cuts, said.size]


def _envelope_power(signal: np.ndarray, step: int) -> np.ndarray:
    return np.mean(signal[: signal.size // step * step].reshape(-1, step) ** 2, axis=1)


def _slice(signal: np.ndarray, start: int, end: int) -> np.ndarray:
    piece = np.zeros(end - start)
    first, last = max(start, 0), min(end, signal.size)
    if first < last:
        piece[first - start : last - start] = signal[first:last]
    return piece


def _moving_sum(values: np.ndarray, width: int) -> np.ndarray:
    total = np.concatenate([[0.0], np.cumsum(values)])
    return total[width:] - total[:-width]
