# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the allocations of a program's own code, through alloc-count.c."""

import struct
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Count:
    everything: int
    ours: int

    def __sub__(self, before: "Count") -> "Count":
        return Count(self.everything - before.everything, self.ours - before.ours)


class Allocations:
    """Start the program with `environment` added to its own.

    All processes that inherit it count into one file, so only differences mean something.
    """

    def __init__(self, build: Path, file: Path) -> None:
        self._file = file
        self.environment = {
            "LD_PRELOAD": str(build / "tests/benchkit/alloc-count.so"),
            "TACITEL_ALLOC_COUNT": str(file),
        }

    def read(self) -> Count:
        """Raises FileNotFoundError when the program did not start with the counter."""
        return Count(*struct.unpack("=QQ", self._file.read_bytes()))
