# SPDX-License-Identifier: GPL-3.0-or-later
"""tests/run: every stage in turn, then one closing line."""

import argparse
import os
import signal
import sys
import time
from pathlib import Path

from . import process, stages
from .junit import Count
from .leftovers import Snapshot

LOGS = stages.ROOT / "build" / "run-logs"

BUILD = ("build", stages.build)
QUICK = [
    ("unit tests", stages.unit),
    ("measuring tools", stages.tools),
    ("emulator", stages.emulator),
    ("calls", stages.end_to_end_quick),
]
FULL = [
    *QUICK[:3],
    ("calls", stages.end_to_end),
    ("unit tests, sanitized", stages.sanitized_unit),
    ("calls, sanitized", stages.sanitized_calls),
    ("fuzz", stages.fuzz),
]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="tests/run",
        description="Installs, builds and tests everything, and leaves nothing behind.",
    )
    parser.add_argument("--quick", action="store_true", help="no sanitizers, no fuzzing, no test marked slow")
    quick = parser.parse_args().quick

    os.chdir(stages.ROOT)
    # A shell starts what it puts in the background with SIGINT ignored, and that is inherited: what is
    # to be interrupted in a test would not be.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process.adopt_orphans()
    before = Snapshot()
    total = run_stage(*BUILD, counts_tests=False)
    if total.failed == 0:
        for name, function in QUICK if quick else FULL:
            total += run_stage(name, function)
        total += check_leftovers(before)
    print(f"\n{total.line()}", flush=True)
    return 1 if total.failed else 0


def run_stage(name: str, function, counts_tests: bool = True) -> Count:
    """Runs one stage, prints its line, and what failed with the end of its log."""
    log = LOGS / f"{name.replace(', ', '-').replace(' ', '-')}.log"
    log.unlink(missing_ok=True)
    show(f"{name:<24}")
    start = time.monotonic()
    count = function(stages.Stage(name, log))
    if counts_tests and count.ran == 0 and not count.failed:
        count.failed += 1
        count.failures.append("ran no test")
    verdict = "FAILED" if count.failed else "ok"
    counted = count.line() if counts_tests else ""
    show(f"{verdict:<8}{time.monotonic() - start:7.1f} s   {counted}".rstrip() + "\n")
    if count.failed:
        explain(count, log)
    return count


def check_leftovers(before: Snapshot) -> Count:
    left = before.leftovers()
    show(f"{'nothing left behind':<24}{'FAILED' if left else 'ok'}\n")
    if left:
        return explain(Count(failed=1, failures=left), Path())
    return Count(passed=1)


def explain(count: Count, log: Path) -> Count:
    for failure in count.failures:
        show(f"    {failure}\n")
    if log.name:
        show("".join(f"    | {line}\n" for line in process.tail(log).splitlines()))
        show(f"    the whole log: {log}\n")
    return count


def show(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
