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

    def __init__(self, build: Path) -> None:
        self.build = build
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
        program = self.build / "tests/benchkit/bench-floor"
        return json.loads(self._run(str(program), mode, str(amount), str(self.speech)))

    @staticmethod
    def _run(*command: str) -> str:
        return subprocess.run(command, check=True, text=True, capture_output=True, stdin=subprocess.DEVNULL).stdout
