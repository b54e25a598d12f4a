# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sanitizers wrote into their files."""

import re
from pathlib import Path

# LeakSanitizer stops all threads of a process to look at them. Where one of them is just ending, its own tracer can
# crash on that thread's memory: the process was then not checked, which says nothing about it.
UNCHECKED = re.compile(r"Tracer caught signal \d+:|LeakSanitizer has encountered a fatal error|^==\d+==HINT: ")
UNCHECKED_MOST = 2  # more are no chance


def findings(reports: list[Path]) -> list[str]:
    """For people: each report that is a finding; and leak checks that did not run, where they are many."""
    unchecked = [report for report in reports if _is_unchecked(report.read_text(errors="replace"))]
    found = [f"sanitizer report: {report}" for report in reports if report not in unchecked]
    if len(unchecked) > UNCHECKED_MOST:
        found.append(f"{len(unchecked)} leak checks did not run: {unchecked[0]} and others")
    return found


def _is_unchecked(text: str) -> bool:
    lines = [line for line in text.splitlines() if line.strip()]
    return bool(lines) and all(UNCHECKED.search(line) for line in lines)
