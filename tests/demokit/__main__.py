# SPDX-License-Identifier: GPL-3.0-or-later
"""tests/demo"""

import argparse
import subprocess
import sys
from pathlib import Path

from labkit import LabError

from . import demo, voices
from .bus import BusError
from .phones import CommandFailed
from .terminal import Terminal

FAILURES = (LabError, BusError, CommandFailed, TimeoutError, ConnectionError, RuntimeError, ValueError, OSError)


def main() -> int:
    options = parse()
    terminal = Terminal()
    settings = demo.Settings(
        seconds=options.seconds,
        said={"alice": options.wav_a or voices.WOMAN, "bob": options.wav_b or voices.MAN},
        report=options.report,
        build=options.build.resolve(),
    )
    terminal.title("Tacitel: an encrypted call between two phones")
    try:
        demo.build(settings.build, terminal)
        report = demo.run(settings, terminal)
    except subprocess.CalledProcessError as error:
        print(*(error.stdout or "").splitlines()[-30:], sep="\n", file=sys.stderr)
        print(f"tests/demo: {' '.join(error.cmd)} failed", file=sys.stderr)
        return 1
    except FAILURES as error:
        print(f"tests/demo: {error}", file=sys.stderr)
        if (options.report / "logs").is_dir():
            print(f"tests/demo: what the phones logged is in {options.report / 'logs'}", file=sys.stderr)
        return 1
    summary(report, options.report, terminal)
    return 0 if all(row["met"] for row in report["targets"]) else 1


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests/demo",
        description="Installs, builds, and holds an encrypted call between two emulated phones: recorded speech goes "
        "into each, and a report shows what was said, what the network saw and what was heard. "
        "Exits with 1 when the call fails or misses a target.",
    )
    parser.add_argument("--seconds", metavar="N", type=float, default=20, help="how long they speak (default: 20)")
    parser.add_argument("--wav-a", metavar="FILE", type=_recording, help="what alice says: 16-bit PCM wav")
    parser.add_argument("--wav-b", metavar="FILE", type=_recording, help="what bob says")
    parser.add_argument("--report", metavar="DIR", type=Path, default=demo.ROOT / "report",
                        help="where the report goes (default: report/)")
    parser.add_argument("--build", metavar="DIR", type=Path, default=demo.ROOT / "build", help="build folder")
    parser.add_argument("--no-install", action="store_true", help="install no packages")
    options = parser.parse_args()
    if not 3 <= options.seconds <= 3600:
        parser.error("--seconds must be from 3 to 3600")
    return options


def _recording(text: str) -> list[Path]:
    try:
        voices.read_wav(text)
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return [Path(text)]


def summary(report: dict, folder: Path, terminal: Terminal) -> None:
    terminal.section("Figures")
    for row in report["targets"]:
        value = "–" if row["value"] is None else f"{row['value']} {row['unit']}".strip()
        terminal.verdict(row["figure"], value, f"target {row['target']}", row["met"])
    for way, voice in report["voice"].items():
        if voice["mouth_to_ear_ms"] is not None:
            terminal.done(f"Mouth to ear, {way.replace('_to_', ' to ')}", f"{voice['mouth_to_ear_ms']:.0f} ms")
    terminal.section("See and hear it")
    terminal.plain(f"  {folder / 'report.html'}")


if __name__ == "__main__":
    sys.exit(main())
