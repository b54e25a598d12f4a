# SPDX-License-Identifier: GPL-3.0-or-later
"""How well a telephone on its loudspeaker takes the echo out, in simulated rooms, with recorded
speech: the table of docs/voice.md. PYTHONPATH=tests /usr/bin/python3 -m benchkit.rooms [BUILD]"""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.signal import fftconvolve

from demokit import voices
from demokit.stoi import stoi

ROOT = Path(__file__).resolve().parents[2]
RATE = voices.RATE
ALONE_S, BOTH_S = 12, 12  # the far end talks alone, then both do
CONVERGED_S = 3


@dataclass(frozen=True)
class Room:
    """What is between loudspeaker and microphone."""

    name: str
    delay_ms: int = 100  # of the sound server, in both directions together
    rings_s: float = 0.2  # until its echo is 60 dB less
    echo_db: float = -6
    near_db: float = 0  # who talks here, against the far end's voice
    noise_dbfs: float = -62
    bend: float = 0.9  # of the loudspeaker: tanh (bend x) / bend
    told_ms: int | None = None  # by the sound server, if it is wrong


ROOMS = [
    Room("usual"),
    Room("delay of 30 ms", delay_ms=30),
    Room("delay of 180 ms", delay_ms=180),
    Room("the server says 20 ms, it is 140", delay_ms=140, told_ms=20),
    Room("the server says nothing, it is 140", delay_ms=140, told_ms=9999),
    Room("soft echo, -12 dB", echo_db=-12),
    Room("loud echo, 0 dB", echo_db=0),
    Room("here 10 dB softer", near_db=-10),
    Room("living room, 400 ms", rings_s=0.4),
    Room("poor loudspeaker", bend=2.5),
    Room("noise of -45 dBFS", noise_dbfs=-45),
]


@dataclass(frozen=True)
class Result:
    erle_db: float  # echo return loss enhancement, far end alone, after CONVERGED_S
    stoi_raw: float  # of who talks here, while both talk: at the microphone
    stoi: float  # … and what the far end hears
    cpu_s: float  # a call-minute
    stats: dict


def impulse_response(room: Room, random: np.random.Generator) -> np.ndarray:
    """The direct way, then noise that dies away."""
    time = np.arange(int(room.rings_s * RATE)) / RATE
    taps = 0.3 * random.standard_normal(time.size) * 10 ** (-3 * time / room.rings_s)
    taps[0] = 1
    return taps / np.sqrt(np.sum(taps**2)) * 10 ** (room.echo_db / 20)


def echo_of(far: np.ndarray, room: Room, random: np.random.Generator) -> np.ndarray:
    played = np.tanh(room.bend * far) / room.bend
    heard = fftconvolve(played, impulse_response(room, random))[: far.size]
    return np.concatenate([np.zeros(room.delay_ms * RATE // 1000), heard])[: far.size]


def call(program: Path, room: Room, options: tuple = (160, 15, 0)) -> Result:
    """Sends one call through the program; options: echo's tail in ms, noise suppression in dB, gain."""
    random = np.random.default_rng(1)
    far = voices.script(voices.MAN, ALONE_S + BOTH_S)
    near = voices.script(voices.WOMAN, ALONE_S + BOTH_S) * 10 ** (room.near_db / 20)
    near[: ALONE_S * RATE] = 0
    noise = random.standard_normal(far.size) * 10 ** (room.noise_dbfs / 20)
    mic = echo_of(far, room, random) + near + noise
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("far", "mic", "out")]
        paths[0].write_bytes(voices.to_pcm(far))
        paths[1].write_bytes(voices.to_pcm(mic))
        told = room.delay_ms if room.told_ms is None else room.told_ms
        command = [program, RATE, *options, told, *paths]
        said = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True)
        out = np.frombuffer(paths[2].read_bytes(), "<i2") / 32768
    stats = json.loads(said.stdout)
    late = stats["latency_ms"] * RATE // 1000
    out, end = out[late:], far.size - late
    alone, both = slice(CONVERGED_S * RATE, ALONE_S * RATE), slice(ALONE_S * RATE, end)
    return Result(
        erle_db=float(10 * np.log10(np.mean(mic[alone] ** 2) / np.mean(out[alone] ** 2))),
        stoi_raw=stoi(near[both], mic[both], RATE),
        stoi=stoi(near[both], out[both], RATE),
        cpu_s=stats["cpu_s"] * 60 / (ALONE_S + BOTH_S),
        stats=stats,
    )


def main() -> int:
    build = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build"
    program = build / "tests/benchkit/bench-voice-dsp"
    print("| room | echo less by, dB | STOI here, both talk: microphone | sent | CPU s a minute |")
    print("|---|---|---|---|---|")
    for room in ROOMS:
        result = call(program, room)
        print(f"| {room.name} | {result.erle_db:.1f} | {result.stoi_raw:.3f} | {result.stoi:.3f} | {result.cpu_s:.2f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
