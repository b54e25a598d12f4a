# SPDX-License-Identifier: GPL-3.0-or-later
"""tests/bench: groups of figures, each measured beside something to compare it with.

A group is a module group_NAME.py here with

    SUMMARY = "one line for --list"
    def run(bench: benchkit.bench.Bench) -> Iterable[Row]: ...

which yields each row as soon as it is measured, and cleans up after itself.
"""
