# SPDX-License-Identifier: GPL-3.0-or-later
"""What every group of tests/bench gets: the build, a speech file, the floor to compare with."""

import json
import subprocess
import tempfile
from functools import cached_property
from pathlib import Path

from demokit import voices

ROOT = Path(__file__).resolve().parents[2]


class Bench:
    """Use as a context manager: its temporary folder goes when it is left."""

    def __init__(self, build: Path, quick: bool = False, plots: Path | None = None) -> None:
        """quick: less often, for groups that can; plots: a folder for pictures, if they are wanted."""
        self.build, self.quick, self.plots = build, quick, plots
        self._folder = tempfile.TemporaryDirectory(prefix="tacitel-bench-")

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *_) -> None:
        self._folder.cleanup()

    @property
    def folder(self) -> Path:
        return Path(self._folder.name)

    def make(self) -> None:
        """Builds what is out of date. Raises subprocess.CalledProcessError with its output."""
        if not (self.build / "build.ninja").exists():
            self._run("meson", "setup", str(self.build), str(ROOT))
        self._run("ninja", "-C", str(self.build))

    @cached_property
    def speech(self) -> Path:
        """Half a minute of recorded speech, raw 16-bit mono at 16 kHz."""
        path = self.folder / "speech.raw"
        path.write_bytes(voices.to_pcm(voices.script(voices.WOMAN + voices.MAN, 30)))
        return path

    def floor(self, mode: str, amount: int) -> dict:
        """Runs benchkit/floor.c: "paced" for so many seconds, or "hot" for so many frames."""
        return json.loads(self._run(*self.floor_command(mode, amount)))

    def floor_command(self, mode: str, amount: int, way: str = "cbr") -> list[str]:
        """way: "cbr" or "padded", of filling a packet."""
        return [str(self.program("bench-floor")), mode, str(amount), str(self.speech), way]

    def program(self, name: str) -> Path:
        """A helper of benchkit, built."""
        return self.build / "tests/benchkit" / name

    @staticmethod
    def _run(*command: str) -> str:
        return subprocess.run(command, check=True, text=True, capture_output=True, stdin=subprocess.DEVNULL).stdout
