# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of sounds and of bytes, as PNG files made by hand."""

import base64
import struct
import zlib

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

FLOOR_DB = -70


def png(alpha: np.ndarray) -> bytes:
    """A PNG with nothing but transparency, which the page fills with a colour of its theme.

    alpha: rows × columns of 0 (clear) to 255 (full), the top row first
    Source: PNG (ISO/IEC 15948), colour type 4, 8 bits, filter 2 (up)
    """
    alpha = np.asarray(alpha, dtype=np.uint8)
    rows, columns = alpha.shape
    pixels = np.zeros((rows, columns, 2), dtype=np.uint8)
    pixels[..., 1] = np.diff(alpha, axis=0, prepend=np.zeros((1, columns), dtype=np.uint8))
    lines = np.concatenate([np.full((rows, 1), 2, dtype=np.uint8), pixels.reshape(rows, -1)], axis=1)
    head = struct.pack(">IIBBBBB", columns, rows, 8, 4, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(lines.tobytes(), 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def data_uri(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def wav(samples: bytes, rate: int, width: int) -> bytes:
    """A wav file of one channel; `width`: bytes a sample, 1 (unsigned) or 2 (signed)."""
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(samples), b"WAVE", b"fmt ", 16, 1, 1,
                       rate, rate * width, width, 8 * width, b"data", len(samples))
    return head + samples


def spectrogram(sound: np.ndarray, rate: int, columns: int, rows: int = 128) -> np.ndarray:
    """How strong each frequency is at each time: rows × columns of 0 to 255, 0 Hz at the bottom.

    Reaches from 0 Hz to half the rate; strengths are relative to the loudest, FLOOR_DB and less is 0.
    """
    width = 4 * rows
    padded = np.concatenate([sound, np.zeros(width)])
    starts = np.linspace(0, max(sound.size - 1, 0), columns).astype(int)
    frames = sliding_window_view(padded, width)[starts] * np.hanning(width)
    power = np.abs(np.fft.rfft(frames, axis=1))[:, 1:] ** 2
    power = power.reshape(columns, rows, 2).sum(axis=2)
    level = 10 * np.log10(power / max(power.max(), 1e-12) + 1e-12)
    return np.round(np.clip(1 - level / FLOOR_DB, 0, 1) ** 1.15 * 255).astype(np.uint8).T[::-1]


def envelope(sound: np.ndarray, columns: int) -> np.ndarray:
    """The loudness of each of `columns` parts of a sound, 0 to 1 of its loudest."""
    edges = np.linspace(0, sound.size, columns + 1).astype(int)
    power = np.concatenate([[0.0], np.cumsum(sound**2)])
    mean = np.diff(power[edges]) / np.maximum(np.diff(edges), 1)
    return np.sqrt(mean / max(mean.max(), 1e-12))


def byte_columns(datagrams: list, start_s: float, seconds: float, tick_s: float = 0.02) -> tuple[np.ndarray, np.ndarray]:
    """Voice datagrams side by side, each in the column of its tick.

    datagrams: voice datagrams of one direction; start_s: the time of the first column
    Returns 81 × columns bytes, and which columns have a datagram.
    """
    columns = max(int(round(seconds / tick_s)), 1)
    picture, filled = np.zeros((81, columns), dtype=np.uint8), np.zeros(columns, dtype=bool)
    if not datagrams:
        return picture, filled
    ticks = [int.from_bytes(datagram.payload[1:5], "big") for datagram in datagrams]
    first = round((datagrams[0].time_s - start_s) / tick_s)
    for tick, datagram in zip(ticks, datagrams):
        column = first + tick - ticks[0]
        if 0 <= column < columns:
            picture[:, column] = np.frombuffer(datagram.payload, np.uint8)
            filled[column] = True
    return picture, filled


def bytes_as_sound(picture: np.ndarray, filled: np.ndarray, tick_s: float = 0.02) -> bytes:
    """The bytes played in the order and at the pace in which they passed: 8-bit samples, a wav.

    Every byte stands for two samples, since players refuse rates as low as 4050 Hz.
    """
    sound = np.where(filled, picture, 128).astype(np.uint8)
    samples = np.repeat(sound.T.ravel(), 2)
    return wav(samples.tobytes(), round(2 * 81 / tick_s), 1)
