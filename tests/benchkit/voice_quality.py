# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways to fill packets of one size with Opus: what each costs, and how intelligible the speech is that comes out."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from demokit.stoi import stoi
from scipy.signal import correlate

RATE = 16_000
PROFILES = ("wide", "lean", "thin")
WAYS = ("cbr", "20", "21", "22", "23", "24")  # as voice-quality takes them


@dataclass(frozen=True)
class Result:
    """Of all the speech, one after the other."""

    way: str
    profile: str
    loss: int
    fec: bool
    stoi: float
    us: float  # of processor, a packet encoded
    full: float  # share of the packets that used every byte
    narrow: float  # share of those of less than wide band


def through(program: Path, said: np.ndarray, way: str, profile: str, loss: int, fec: bool, seed: int = 1) -> Result:
    """said: one channel at RATE, -1 to 1."""
    pcm = np.clip(said * 32767, -32768, 32767).astype("<i2")
    done = subprocess.run([program, way, profile, str(loss), str(seed), str(int(fec))], input=pcm.tobytes(),
                          capture_output=True, check=True)
    costs = json.loads(done.stderr)
    heard = np.frombuffer(done.stdout, "<i2").astype(float) / 32767
    return Result(way, profile, loss, fec, round(stoi(*aligned(said, heard), RATE), 4), costs["us"],
                  costs["full"] / costs["packets"], costs["narrow"] / costs["packets"])


def aligned(said: np.ndarray, heard: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Opus looks ahead a few milliseconds: what it heard, moved back by as much."""
    part = slice(0, min(said.size, heard.size, 10 * RATE))
    lags = correlate(heard[part], said[part], "full", "fft")
    shift = int(np.argmax(lags)) - (said[part].size - 1)
    shift = min(max(shift, 0), RATE // 20)
    size = min(said.size, heard.size - shift)
    return said[:size], heard[shift:shift + size]
