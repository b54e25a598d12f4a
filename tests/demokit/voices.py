# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads recordings and makes of them what the phones say in the demo."""

import wave
from fractions import Fraction
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

RATE = 16_000
# Active speech at this level, as ITU-T P.56 would set it for a handset: loud, never clipped.
LEVEL_DB = -23
PAUSE_S = 0.6

_LIBRIVOX = "/usr/share/pocketsphinx/test/data/librivox/sense_and_sensibility_01_austen_64kb-0{}.wav"
# Two different voices, a woman's and a man's, recorded at 16 kHz (Debian's codec2-examples
# and pocketsphinx-testdata).
WOMAN = ["/usr/share/codec2/raw/speech_orig_16k.wav"]
MAN = [_LIBRIVOX.format(number) for number in (870, 880, 890, 920, 930)]


def read_wav(path: str | Path) -> tuple[np.ndarray, int]:
    """Reads a 16-bit PCM wav file: one channel of floats in −1 … 1, and its sampling rate.

    Raises ValueError for another format, OSError when it cannot be read.
    """
    try:
        with wave.open(str(path), "rb") as file:
            if file.getsampwidth() != 2:
                raise ValueError(f"{path}: 16-bit PCM is needed, not {8 * file.getsampwidth()}-bit")
            data = np.frombuffer(file.readframes(file.getnframes()), "<i2")
            channels, rate = file.getnchannels(), file.getframerate()
    except (wave.Error, EOFError) as error:
        raise ValueError(f"{path}: not a PCM wav file: {error}") from error
    return data.reshape(-1, channels).mean(axis=1) / 32768, rate


def write_wav(path: str | Path, samples: np.ndarray, rate: int = RATE) -> None:
    """Writes one channel of floats in −1 … 1 as 16-bit PCM."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(to_pcm(samples))


def to_pcm(samples: np.ndarray) -> bytes:
    return np.clip(np.round(np.asarray(samples) * 32768), -32768, 32767).astype("<i2").tobytes()


def resample(samples: np.ndarray, rate: int, wanted: int = RATE) -> np.ndarray:
    ratio = Fraction(wanted, rate)
    return samples if ratio == 1 else resample_poly(samples, ratio.numerator, ratio.denominator)


def script(paths: list[str | Path], seconds: float) -> np.ndarray:
    """What a phone says: the recordings in turn, with pauses, for exactly so many seconds.

    Returns samples at RATE, at LEVEL_DB; it ends in a pause and not in the middle of a word.
    Raises ValueError when there is no recording, or one is silent.
    """
    if not paths:
        raise ValueError("no recording to play")
    sentences = [_prepare(path) for path in paths]
    length, said, turn = int(seconds * RATE), np.zeros(0), 0
    while said.size < length:
        said = np.concatenate([said, sentences[turn % len(sentences)], np.zeros(int(PAUSE_S * RATE))])
        turn += 1
    return _fade_out(said[:length])


def _prepare(path: str | Path) -> np.ndarray:
    samples = resample(*read_wav(path))
    loud = samples[np.abs(samples) > 0.1 * np.max(np.abs(samples), initial=0)]
    if loud.size == 0:
        raise ValueError(f"{path}: silence only")
    frames = samples[: samples.size // 320 * 320].reshape(-1, 320)
    power = np.mean(frames**2, axis=1)
    active = power[power > 1e-3 * power.max()].mean() if power.size else np.mean(loud**2)
    samples = samples * (10 ** (LEVEL_DB / 20) / np.sqrt(active))
    return samples * min(1.0, 0.98 / np.abs(samples).max())


def _fade_out(said: np.ndarray) -> np.ndarray:
    fade = np.minimum(1, np.arange(said.size, 0, -1) / (0.25 * RATE))
    return said * fade
