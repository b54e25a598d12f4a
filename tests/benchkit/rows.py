# SPDX-License-Identifier: GPL-3.0-or-later
"""A row of tests/bench: one figure, what it is compared with, and whether it meets its target."""

import operator
from dataclasses import dataclass

COMPARISONS = {"<=": operator.le, ">=": operator.ge, "==": operator.eq, "<": operator.lt, ">": operator.gt}


@dataclass(frozen=True)
class Row:
    """One figure. ours None: it could not be measured, so its target is not met.

    target: "<= 10", of ours; "<= 0.6 x", of the ratio; "< 1 x"
    detail: what it was made of, for --json
    """

    group: str
    figure: str
    unit: str
    ours: float | None
    reference: float | None = None
    reference_name: str | None = None
    target: str | None = None
    detail: dict | None = None

    def __post_init__(self) -> None:
        if self.target is not None:
            self._limit()

    @property
    def ratio(self) -> float | None:
        """Ours as a multiple of the reference."""
        return self.ours / self.reference if self.ours is not None and self.reference else None

    @property
    def met(self) -> bool | None:
        """None when there is no target."""
        if self.target is None:
            return None
        compare, limit, of_ratio = self._limit()
        value = self.ratio if of_ratio else self.ours
        return value is not None and compare(value, limit)

    def _limit(self) -> tuple:
        parts = self.target.split(" ")
        if len(parts) < 2 or parts[0] not in COMPARISONS or parts[2:] not in ([], ["x"]):
            raise ValueError(f"{self.group}/{self.figure}: target {self.target!r} is not like '<= 10' or '<= 0.6 x'")
        return COMPARISONS[parts[0]], float(parts[1]), len(parts) == 3

    def as_json(self) -> dict:
        return {
            "group": self.group,
            "figure": self.figure,
            "unit": self.unit,
            "ours": self.ours,
            "reference": self.reference,
            "reference_name": self.reference_name,
            "ratio": None if self.ratio is None else round(self.ratio, 4),
            "target": self.target,
            "met": self.met,
            **({"detail": self.detail} if self.detail is not None else {}),
        }


COLUMNS = ((44, "<"), (12, ">"), (9, "<"), (12, ">"), (26, "<"), (7, ">"), (10, "<"))


def heading() -> str:
    return _line("figure", "ours", "unit", "reference", "", "ratio", "target")


def line(row: Row) -> str:
    """The row as a line of the table that heading() begins."""
    verdict = {True: "  met", False: "  NOT MET", None: ""}[row.met]
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    return _line(f"{row.group}: {row.figure}", _number(row.ours), row.unit, _number(row.reference, ""),
                 row.reference_name or "", ratio, row.target or "") + verdict


def _line(*cells: str) -> str:
    return "  ".join(f"{cell:{side}{width}}" for cell, (width, side) in zip(cells, COLUMNS)).rstrip()


def _number(value: float | None, missing: str = "–") -> str:
    if value is None:
        return missing
    return f"{value:.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.3g}"
