# SPDX-License-Identifier: GPL-3.0-or-later
"""A room around a phone of a lab: its microphone hears what its speaker plays, late, bent and ringing.

Run on the phone, until it is ended. Prints a line when the first sound has gone through it.
"""

import fcntl
import subprocess
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchkit.rooms import RATE, Room, impulse_response  # noqa: E402

BLOCK = RATE // 50
FORMAT = ["--raw", "--format=s16le", f"--rate={RATE}", "--channels=1"]
ROOM = Room("usual")


class Echo:
    """What the microphone hears of block after block."""

    def __init__(self, room: Room) -> None:
        taps = impulse_response(room, np.random.default_rng(1))
        self._size = 1 << (taps.size + BLOCK).bit_length()
        self._response = np.fft.rfft(taps, self._size)
        self._bend, self._rest = room.bend, np.zeros(self._size)

    def of(self, block: np.ndarray) -> np.ndarray:
        played = np.tanh(self._bend * block) / self._bend
        self._rest += np.fft.irfft(np.fft.rfft(played, self._size) * self._response, self._size)
        heard = self._rest[:BLOCK].copy()
        self._rest = np.concatenate([self._rest[BLOCK:], np.zeros(BLOCK)])
        return heard


def main() -> None:
    echo = Echo(ROOM)
    speaker = subprocess.Popen(["parec", "--device=speaker.monitor", "--latency-msec=20", *FORMAT],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    microphone = subprocess.Popen(["pacat", "--playback", "--device=microphone", "--latency-msec=60", *FORMAT],
                                  stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    fcntl.fcntl(microphone.stdin, fcntl.F_SETPIPE_SZ, 4096)
    told = False
    while pcm := speaker.stdout.read(2 * BLOCK):
        heard = echo.of(np.frombuffer(pcm, "<i2") / 32768)
        microphone.stdin.write(np.clip(np.round(heard * 32768), -32768, 32767).astype("<i2").tobytes())
        microphone.stdin.flush()
        if not told:
            print("echoes", flush=True)
            told = True


if __name__ == "__main__":
    main()
