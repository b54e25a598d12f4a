# SPDX-License-Identifier: GPL-3.0-or-later
"""Arrivals of a call, played by our playout buffer and by GStreamer's rtpjitterbuffer at its best constant latency: the least
at which it misses no more than ours makes up."""

import json
import re
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean

import numpy as np

PHASES_US = (2500, 7500, 12500, 17500)  # of the sink's ticks against the sender's
IDEAL = -1  # a sink without ticks
LATENCY_MOST_MS = 800
TICK_US = 20_000


@dataclass(frozen=True)
class Outcome:
    """Of one trace; the mean over all phases."""

    kind: str
    ours_ms: float
    ours_made_up: float  # share of all ticks
    theirs_ms: float
    theirs_missing: float
    ideal_ms: float  # theirs, with a sink without ticks
    ideal_missing: float
    latency_ms: list  # their settings, by phase

    def as_detail(self) -> dict:
        return asdict(self)


def kinds(program: Path) -> list[str]:
    """Of trace that playout-trace can make."""
    said = subprocess.run([program, "?"], capture_output=True, text=True, check=False).stderr
    return re.search(r"there are:(.*)", said)[1].split()


def make(program: Path, kind: str, seed: int = 1) -> str:
    return subprocess.run([program, kind, str(seed)], capture_output=True, text=True, check=True).stdout


def least(allowed: Callable[[int], bool], most: int, guess: int) -> int | None:
    """The least number up to most that is allowed, where all above an allowed one are; None: not even most is.

    guess: where to begin; the better, the fewer questions
    """
    step = 1
    if allowed(guess):
        high = guess
        while high > 0 and allowed(max(guess - step, 0)):
            high, step = max(guess - step, 0), 2 * step
        low = max(guess - step, -1) if high > 0 else -1
    else:
        low = guess
        while not allowed(min(guess + step, most)):
            low, step = guess + step, 2 * step
            if low >= most:
                return None
        high = min(guess + step, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if allowed(middle) else (middle, high)
    return high


class JitterBuffer:
    """rtpjitterbuffer on one trace, at any latency."""

    def __init__(self, program: Path, trace: str) -> None:
        self._program, self._trace = program, trace
        self._known: dict[int, dict[int, tuple[float, int]]] = {}

    def at(self, latency_ms: int) -> dict[int, tuple[float, int]]:
        """By phase: delay in ms, and how many ticks were missing."""
        if latency_ms not in self._known:
            phases = (IDEAL, *PHASES_US)
            command = [self._program, str(latency_ms), *map(str, phases)]
            said = json.loads(subprocess.run(command, input=self._trace, capture_output=True, text=True, check=True).stdout)
            self._known[latency_ms] = {phase: (one["delay_ms"], one["missing"])
                                       for phase, one in zip(phases, said["phases"])}
        return self._known[latency_ms]

    def best(self, phase: int, missing: float) -> tuple[int, float, int]:
        """Latency, delay and missing ticks at the least latency with no more missing; else with the fewest."""
        if self.at(LATENCY_MOST_MS)[phase][1] > missing:
            missing = self.at(LATENCY_MOST_MS)[phase][1]
        latency = least(lambda ms: self.at(ms)[phase][1] <= missing, LATENCY_MOST_MS, self.guess(phase, missing))
        return latency, *self.at(latency)[phase]

    def guess(self, phase: int, missing: float) -> int:
        """The best latency, if each packet were due that long after the fastest, and what it adds at the highest setting."""
        arrivals, ticks, lengths = np.array([line.split() for line in self._trace.splitlines()], dtype=np.int64).T
        transits = arrivals - ticks * TICK_US
        added = self.at(LATENCY_MOST_MS)[phase][0] * 1000 - LATENCY_MOST_MS * 1000
        lost = (ticks + lengths).max() - lengths.sum()
        for latency in range(LATENCY_MOST_MS):
            due = transits.min() + ticks * TICK_US + latency * 1000 + added
            taken = due - (due - phase) % TICK_US if phase != IDEAL else due
            if lost + lengths[arrivals > taken].sum() <= missing:
                return latency
        return LATENCY_MOST_MS


def compare(ours: Path, theirs: Path, kind: str) -> Outcome:
    """ours, theirs: the programs playout-trace and jitterbuffer-trace."""
    trace = make(ours, kind)
    played = [json.loads(subprocess.run([ours, "-", str(phase)], input=trace, capture_output=True, text=True,
                                        check=True).stdout) for phase in PHASES_US]
    ticks = played[0]["ticks"]
    buffer = JitterBuffer(theirs, trace)
    best = [buffer.best(phase, one["concealed"]) for phase, one in zip(PHASES_US, played)]
    _, ideal_ms, ideal_missing = buffer.best(IDEAL, mean(one["concealed"] for one in played))
    return Outcome(kind, mean(one["delay_ms"] for one in played), mean(one["concealed"] for one in played) / ticks,
                   mean(delay for _, delay, _ in best), mean(missing for *_, missing in best) / ticks, ideal_ms,
                   ideal_missing / ticks, [latency for latency, *_ in best])


def compare_all(ours: Path, theirs: Path, wanted: list[str]) -> list[Outcome]:
    """Two at a time."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda kind: compare(ours, theirs, kind), wanted))
