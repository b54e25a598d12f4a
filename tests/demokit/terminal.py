# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's progress: plain lines anywhere, colours and a moving bar on a terminal."""

import os
import sys
import time

WIDTH = 50


class Terminal:
    def __init__(self, stream=sys.stdout) -> None:
        self._stream = stream
        self.is_live = stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self.has_colour = self.is_live and "NO_COLOR" not in os.environ

    def title(self, text: str) -> None:
        self._write(f"{self._style('1', text)}\n")

    def section(self, text: str) -> None:
        self._write(f"\n{self._style('1', text)}\n")

    def done(self, text: str, result: str = "") -> None:
        """One line: what was done, and what came of it."""
        self._clear()
        self._write(f"  {text:<{WIDTH}} {self._style('2', result)}".rstrip() + "\n")

    def command(self, phone: str, command: str) -> None:
        """A command given on a phone, as its user would type it."""
        self._write(f"  {self._style('36' if phone == 'alice' else '33', phone + '$')} {command}\n")

    def verdict(self, text: str, value: str, target: str, is_met: bool) -> None:
        sign = self._style("32", "met") if is_met else self._style("31", "NOT MET")
        self._write(f"  {text:<{WIDTH}} {value:<18} {target:<28} {sign}\n")

    def step(self, text: str) -> "Step":
        return Step(self, text)

    def bar(self, text: str, seconds: float, whole: float) -> None:
        """Redraws a bar in place; prints nothing where that cannot be done."""
        if self.is_live:
            filled = round(24 * min(1, seconds / whole))
            self._clear()
            self._write(f"  {text:<{WIDTH}} {'█' * filled}{self._style('2', '░' * (24 - filled))} "
                        f"{seconds:.0f} of {whole:.0f} s")

    def waiting(self, text: str) -> None:
        if self.is_live:
            self._clear()
            self._write(f"  {text} …")

    def plain(self, text: str) -> None:
        self._write(text + "\n")

    def _style(self, code: str, text: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self.has_colour and text else text

    def _clear(self) -> None:
        if self.is_live:
            self._write("\r\033[K")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


class Step:
    """A step in a with block: its line appears when it is over, with how long it took."""

    def __init__(self, terminal: Terminal, text: str) -> None:
        self._terminal, self._text = terminal, text

    def __enter__(self) -> "Step":
        self._start = time.monotonic()
        self._terminal.waiting(self._text)
        return self

    def __exit__(self, kind, *_) -> None:
        took = f"{time.monotonic() - self._start:.1f} s"
        self._terminal.done(self._text, took if kind is None else f"failed after {took}")
