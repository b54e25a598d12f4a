# SPDX-License-Identifier: GPL-3.0-or-later
"""How the cost of a phone's two voice halves grows with what the network does and with the length of the call."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True)
class Network:
    name: str
    loss: int = 0  # percent
    jitter_ms: int = 0
    doubled: int = 0  # percent
    reordered: int = 0


CLEAN = Network("a clean network")
NETWORKS = [
    Network("10 % lost", loss=10),
    Network("30 % lost", loss=30),
    Network("30 ms of jitter", jitter_ms=30),
    Network("100 ms of jitter", jitter_ms=100),
    Network("10 % doubled", doubled=10),
    Network("all doubled", doubled=100),
    Network("10 % overtaken", reordered=10),
    Network("50 % overtaken", reordered=50),
]
# For the long call: something of everything.
MIXED = Network("5 % lost, 30 ms of jitter, 2 % doubled, 2 % overtaken", 5, 30, 2, 2)


@dataclass(frozen=True)
class Cost:
    network: Network
    cpu_s: float  # a call-minute
    rss_mb: float
    ratio: float  # of cpu_s, to a clean network in the same round
    concealed: float  # share of the ticks
    delay_ms: float


def call(program: Path, speech: Path, network: Network, minutes: int) -> dict:
    """What voice-growth says."""
    figures = (network.loss, network.jitter_ms, network.doubled, network.reordered)
    command = [program, minutes, *figures, speech]
    return json.loads(subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stdout)


def per_minute(said: dict) -> float:
    return median(minute["cpu_s"] for minute in said["minutes"])


def costs(program: Path, speech: Path, rounds: int, minutes: int = 2) -> list[Cost]:
    """Each network beside a clean one, in every round; the clean one is the first of the list."""
    clean, others = [], {network.name: [] for network in NETWORKS}
    for turn in range(rounds):
        order = [CLEAN, *NETWORKS]
        for network in order if turn % 2 == 0 else reversed(order):
            (clean if network is CLEAN else others[network.name]).append(call(program, speech, network, minutes))
    return [cost(CLEAN, clean, clean), *(cost(network, others[network.name], clean) for network in NETWORKS)]


def cost(network: Network, runs: list[dict], clean: list[dict]) -> Cost:
    ticks = 3000 * len(runs[0]["minutes"])
    return Cost(network, median(map(per_minute, runs)), median(run["minutes"][-1]["rss_kb"] / 1000 for run in runs),
                median(per_minute(run) / per_minute(beside) for run, beside in zip(runs, clean)),
                median(run["concealed"] for run in runs) / ticks, median(run["delay_ms"] for run in runs))
