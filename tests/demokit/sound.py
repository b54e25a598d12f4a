# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays into a phone's microphone and records what it hears, all on one clock.

A phone's PulseAudio has two null sinks: what is played into `microphone` is what the phone
says, what it plays into `speaker` is what its user hears. Both are recorded from their
monitors by the same tool with the same latency, so that the recorder's own delay is in
both and cancels out.
"""

import fcntl
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from .voices import RATE, to_pcm

# Long enough that a busy machine loses nothing. They delay what is said and what is recorded,
# but nothing between the one and the other.
PLAYER_MS = 250
RECORDER_MS = 40
SETTLING_S = 0.5
FORMAT = ["--raw", "--format=s16le", f"--rate={RATE}", "--channels=1"]

# Starts a program where the phone's PulseAudio can be reached, as subprocess.Popen would.
Spawn = Callable[..., subprocess.Popen]


@dataclass(frozen=True)
class Recording:
    samples: np.ndarray  # one channel at RATE, −1 … 1
    started_s: float  # time.time() of the first sample

    def cut(self, start_s: float, end_s: float) -> np.ndarray:
        """The samples between two times; silence stands for what was not recorded."""
        first = round((start_s - self.started_s) * RATE)
        wanted = round((end_s - start_s) * RATE)
        samples = self.samples[max(first, 0) : max(first + wanted, 0)]
        before = np.zeros(min(max(-first, 0), wanted))
        samples = np.concatenate([before, samples])[:wanted]
        return np.pad(samples, (0, wanted - samples.size))


class Pace:
    """Tells when sound comes at the pace of time.

    A null sink may have rendered seconds in advance when its monitor is opened, and pays that
    back with a pause.
    """

    def __init__(self) -> None:
        self._blocks: list[tuple[float, float]] = []

    def is_settled(self, now: float, seconds: float) -> bool:
        """now: when a block arrived; seconds: how long its sound is."""
        self._blocks = [block for block in self._blocks if now - block[0] <= SETTLING_S]
        self._blocks.append((now, seconds))
        span = now - self._blocks[0][0]
        sound = sum(length for _, length in self._blocks[1:])
        return span > 0.8 * SETTLING_S and abs(sound - span) < 0.05 * span


class Recorder:
    """Records one source, from when it came at a steady pace, to stop."""

    def __init__(self, spawn: Spawn, source: str) -> None:
        command = ["parec", f"--device={source}", *FORMAT, f"--latency-msec={RECORDER_MS}"]
        self._process = spawn(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self._data = bytearray()
        self._starts: list[float] = []  # what each block says of when the first sample was taken
        self._first = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self._source = source

    def wait(self, timeout_s: float = 10) -> None:
        """Returns once it records. Raises RuntimeError when it does not, with what parec said."""
        if not self._first.wait(timeout_s) or not self._data:
            self._process.kill()
            said = self._process.communicate()[1].decode(errors="replace").strip()
            raise RuntimeError(f"cannot record {self._source}: {said or 'nothing comes'}")

    def stop(self) -> Recording:
        self._process.terminate()
        self._thread.join(5)
        self._process.communicate()
        samples = np.frombuffer(bytes(self._data[: len(self._data) // 2 * 2]), "<i2") / 32768
        # The middle one: a sink renders more in advance, or less, while a stream begins in it.
        return Recording(samples, float(np.median(self._starts)) if self._starts else time.time())

    def _read(self) -> None:
        output = self._process.stdout.fileno()
        pace = Pace()
        while block := os.read(output, 65536):
            now = time.time()
            if not self._first.is_set():
                if not pace.is_settled(now, len(block) / 2 / RATE):
                    continue
            self._data += block
            self._starts.append(now - len(self._data) / 2 / RATE)
            self._first.set()
        self._first.set()


class Player:
    """Plays into a sink without a break from start to stop: silence, and what it is told to say.

    One stream throughout, since a null sink stumbles when a stream begins or ends in it.
    """

    def __init__(self, spawn: Spawn, sink: str) -> None:
        command = ["pacat", "--playback", f"--device={sink}", *FORMAT, f"--latency-msec={PLAYER_MS}"]
        self._process = spawn(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        # The pipe sets the pace; as it is, two seconds would lie in it.
        fcntl.fcntl(self._process.stdin, fcntl.F_SETPIPE_SZ, 4096)
        self._sink = sink
        self._next: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._said = threading.Semaphore(0)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def say(self, samples: np.ndarray) -> None:
        """Plays samples (one channel at RATE) as soon as all before them are played."""
        self._next.put(to_pcm(samples))

    def wait(self, timeout_s: float) -> None:
        """Returns when what was said is played but for a fraction of a second.

        Raises RuntimeError when it cannot be played, with what pacat said.
        """
        if not self._said.acquire(timeout=timeout_s) or self._ended.is_set():
            self.stop()
            said = self._problem.decode(errors="replace").strip()
            raise RuntimeError(f"cannot play into {self._sink}: {said or 'it takes too long'}")

    def stop(self) -> None:
        self._ended.set()
        self._process.terminate()
        self._problem = self._process.stderr.read()
        self._process.stderr.close()
        self._process.wait()
        self._thread.join(5)

    def _write(self) -> None:
        silence = bytes(RATE // 50 * 2)
        output = self._process.stdin
        try:
            while not self._ended.is_set():
                try:
                    output.write(self._next.get_nowait())
                    output.flush()
                    self._said.release()
                except queue.Empty:
                    output.write(silence)
                    output.flush()
        except BrokenPipeError:
            self._ended.set()
            self._said.release()
        try:
            output.close()
        except BrokenPipeError:
            return


def common_span(recordings: Iterable[Recording]) -> tuple[float, float]:
    """The time in which all of them recorded."""
    recordings = list(recordings)
    start = max(recording.started_s for recording in recordings)
    end = min(recording.started_s + recording.samples.size / RATE for recording in recordings)
    return start, end
