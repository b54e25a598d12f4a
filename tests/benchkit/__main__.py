# SPDX-License-Identifier: GPL-3.0-or-later
"""tests/bench [GROUP…] [--quick] [--json FILE] [--plots DIR] [--list]"""

import argparse
import importlib
import json
import subprocess
import sys
from pathlib import Path

from . import rows
from .bench import ROOT, Bench

PREFIX = "group_"


def groups() -> dict[str, object]:
    """The modules of all groups, by name."""
    names = sorted(path.stem for path in Path(__file__).parent.glob(f"{PREFIX}*.py"))
    return {name.removeprefix(PREFIX): importlib.import_module(f".{name}", __package__) for name in names}


def main() -> int:
    known = groups()
    parser = argparse.ArgumentParser(
        prog="tests/bench",
        description="Measures, and compares with others in the same run: one row a figure. "
        "Exits with 1 when a target is not met.",
    )
    parser.add_argument("groups", metavar="GROUP", nargs="*", help="which groups to run (default: all)")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the rows to FILE as well")
    parser.add_argument("--plots", metavar="DIR", type=Path, help="draw what can be drawn into DIR, as SVG")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, where a group has some")
    parser.add_argument("--list", action="store_true", help="name the groups and run none")
    parser.add_argument("--build", metavar="DIR", type=Path, default=ROOT / "build", help="build folder to measure")
    options = parser.parse_args()
    unknown = [name for name in options.groups if name not in known]
    if unknown:
        parser.error(f"no group {', '.join(unknown)}: there is {', '.join(known)}")
    if options.list:
        print("\n".join(f"{name:<12}{module.SUMMARY}" for name, module in known.items()))
        return 0

    try:
        measured = measure([known[name] for name in options.groups or known], options)
    except subprocess.CalledProcessError as error:
        output = ((error.stdout or "") + (error.stderr or "")).strip().splitlines()[-30:]
        print(f"tests/bench: {error}", *output, sep="\n", file=sys.stderr)
        return 1
    if options.json:
        options.json.write_text(json.dumps([row.as_json() for row in measured], indent=1) + "\n")
    return 1 if any(row.met is False for row in measured) else 0


def measure(modules: list, options: argparse.Namespace) -> list[rows.Row]:
    """Runs the groups one after the other and prints each row as it comes."""
    measured = []
    if options.plots:
        options.plots.mkdir(parents=True, exist_ok=True)
    with Bench(options.build.resolve(), options.quick, options.plots) as bench:
        bench.make()
        print(rows.heading(), flush=True)
        for module in modules:
            for row in module.run(bench):
                print(rows.line(row), flush=True)
                measured.append(row)
    return measured


if __name__ == "__main__":
    sys.exit(main())
