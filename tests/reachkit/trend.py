# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a figure grow over a run, or does it only go up and down?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SETTLED = 0.2  # of a run, until caches and pools have their size
PARTS = 10
SIGMAS = 3


@dataclass(frozen=True)
class Trend:
    """What a figure gains a call, by a straight line through the settled part of a run.

    error: the slope's standard error. It comes from means of equal parts, not from single samples,
    which resemble their neighbours and would make a line look more certain than it is.
    """

    slope: float
    error: float

    def grows(self, allowed: float) -> bool:
        """Whether it surely gains more than so much a call."""
        return self.slope - SIGMAS * self.error > allowed


def trend(samples: Sequence[float]) -> Trend:
    """Of samples that were taken once a call. Raises ValueError for fewer than two a part."""
    settled = np.asarray(samples, dtype=float)[round(len(samples) * SETTLED):]
    if settled.size < 2 * PARTS:
        raise ValueError(f"{len(samples)} samples are too few for a trend")
    parts = np.array_split(settled, PARTS)
    edges = np.cumsum([0, *(part.size for part in parts)])
    x = (edges[:-1] + edges[1:] - 1) / 2
    y = np.array([part.mean() for part in parts])
    spread = ((x - x.mean()) ** 2).sum()
    slope = ((x - x.mean()) * (y - y.mean())).sum() / spread
    left = y - y.mean() - slope * (x - x.mean())
    return Trend(float(slope), float(np.sqrt((left ** 2).sum() / (PARTS - 2) / spread)))


def pooled(trends: Sequence[Trend]) -> Trend:
    """Of programs that all did the same: what they gain on average.

    One may gain a step at its end, by chance; what leaks, leaks in all of them. The error comes from how they
    differ, and from their own lines where there is but one.
    """
    slopes = np.array([line.slope for line in trends])
    if slopes.size < 2:
        return trends[0]
    return Trend(float(slopes.mean()), float(slopes.std(ddof=1) / np.sqrt(slopes.size)))


def percentiles(samples: Sequence[float], wanted: Sequence[float] = (50, 95, 99, 100)) -> dict[str, float]:
    """By name: p50, p95, …; empty when there is nothing."""
    if not len(samples):
        return {}
    return {f"p{share:g}": round(float(np.percentile(samples, share)), 1) for share in wanted}
