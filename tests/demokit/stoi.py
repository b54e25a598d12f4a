# SPDX-License-Identifier: GPL-3.0-or-later
"""Short-time objective intelligibility (STOI) of speech.

Source: C. H. Taal, R. C. Hendriks, R. Heusdens, J. Jensen, "An Algorithm for Intelligibility
Prediction of Time-Frequency Weighted Noisy Speech", IEEE Transactions on Audio, Speech and
Language Processing 19(7), 2011. Its constants, in its order:
"""

from fractions import Fraction

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.signal import resample_poly

RATE = 10_000  # Hz; both signals are resampled to it
FRAME = 256  # samples, Hann windowed, half overlapping
HOP = FRAME // 2
FFT = 512
BANDS = 15  # third octaves
LOWEST_HZ = 150  # centre of the first band
SEGMENT = 30  # frames, 384 ms
BETA_DB = -15  # lowest signal-to-distortion ratio that a band may have
SILENT_DB = 40  # frames so far below the loudest one are left out

# A silent band has no shape to correlate: this keeps it at 0 and changes nothing else.
TINY = np.finfo(np.float64).eps


def stoi(said: np.ndarray, heard: np.ndarray, rate: int) -> float:
    """How intelligible `heard` is, given that `said` was said: about 0 to 1.

    said, heard: one channel each, of the same length and aligned in time; any scale
    rate: their sampling rate in Hz

    Raises ValueError for other shapes, or when less than 384 ms of speech is left.
    """
    said, heard = _checked(said), _checked(heard)
    if said.shape != heard.shape:
        raise ValueError(f"said has {said.size} samples and heard has {heard.size}: align them first")

    said, heard = _resample(said, rate), _resample(heard, rate)
    said, heard = remove_silence(said, heard)
    said_bands, heard_bands = band_envelopes(said), band_envelopes(heard)
    if said_bands.shape[1] < SEGMENT:
        raise ValueError(f"{said_bands.shape[1]} frames of speech: STOI needs {SEGMENT}")
    return float(np.mean(segment_correlations(said_bands, heard_bands)))


def _checked(signal: np.ndarray) -> np.ndarray:
    signal = np.asarray(signal, dtype=np.float64)
    if signal.ndim != 1:
        raise ValueError(f"one channel is needed, not an array of {signal.ndim} dimensions")
    if not np.isfinite(signal).all():
        raise ValueError("the signal has samples that are not numbers")
    return signal


def _resample(signal: np.ndarray, rate: int) -> np.ndarray:
    ratio = Fraction(RATE, rate)
    if ratio == 1:
        return signal
    return resample_poly(signal, ratio.numerator, ratio.denominator)


def _window() -> np.ndarray:
    # Without the two zeros at its ends, so that half-overlapping windows add up to nearly 1.
    return np.hanning(FRAME + 2)[1:-1]


def _frames(signal: np.ndarray) -> np.ndarray:
    if signal.size < FRAME:
        return np.empty((0, FRAME))
    return sliding_window_view(signal, FRAME)[::HOP] * _window()


def remove_silence(said: np.ndarray, heard: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Leaves out, in both signals, the frames in which `said` is SILENT_DB below its loudest."""
    said_frames, heard_frames = _frames(said), _frames(heard)
    levels = 20 * np.log10(np.linalg.norm(said_frames, axis=1) + TINY)
    loud = levels > np.max(levels, initial=-np.inf) - SILENT_DB
    return _overlap_add(said_frames[loud]), _overlap_add(heard_frames[loud])


def _overlap_add(frames: np.ndarray) -> np.ndarray:
    if len(frames) == 0:
        return np.empty(0)
    signal = np.zeros((len(frames) + 1, HOP))
    signal[:-1] += frames[:, :HOP]
    signal[1:] += frames[:, HOP:]
    return signal.ravel()


def third_octaves() -> np.ndarray:
    """BANDS × (FFT/2 + 1) zeros and ones: which bins belong to which band."""
    bins = np.fft.rfftfreq(FFT, 1 / RATE)
    centres = LOWEST_HZ * 2.0 ** (np.arange(BANDS) / 3)
    edges = np.stack([centres * 2 ** (-1 / 6), centres * 2 ** (1 / 6)], axis=1)
    nearest = np.abs(bins - edges[..., None]).argmin(axis=2)
    index = np.arange(bins.size)
    return ((index >= nearest[:, :1]) & (index < nearest[:, 1:])).astype(np.float64)


def band_envelopes(signal: np.ndarray) -> np.ndarray:
    """The magnitude in each band of each frame: BANDS × frames (equation 1 of the paper)."""
    power = np.abs(np.fft.rfft(_frames(signal), FFT, axis=1)) ** 2
    return np.sqrt(third_octaves() @ power.T)


def segment_correlations(said: np.ndarray, heard: np.ndarray) -> np.ndarray:
    """The correlation of every band in every segment (equations 3 to 5 of the paper).

    said, heard: bands × frames, at least SEGMENT of them; returns bands × segments.
    """
    said = sliding_window_view(said, SEGMENT, axis=1)
    heard = sliding_window_view(heard, SEGMENT, axis=1)
    gain = _norm(said) / (_norm(heard) + TINY)
    clipped = np.minimum(heard * gain, said * (1 + 10 ** (-BETA_DB / 20)))
    return (_unit(said) * _unit(clipped)).sum(axis=2)


def _norm(segments: np.ndarray) -> np.ndarray:
    return np.linalg.norm(segments, axis=2, keepdims=True)


def _unit(segments: np.ndarray) -> np.ndarray:
    centred = segments - segments.mean(axis=2, keepdims=True)
    return centred / (_norm(centred) + TINY)
