# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that its test forgot must be found, named and ended."""

import subprocess
import sys
import textwrap

SCRIPT = """
    import subprocess, sys
    from runner import leftovers, process
    leftovers.GRACE_S = 0.2
    process.adopt_orphans()
    before = leftovers.Snapshot()
    subprocess.run(["sh", "-c", sys.argv[1]])
    print("\\n".join(before.leftovers()))
    print(len(process.descendants()), "left")
"""


def leftovers_of(shell):
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(SCRIPT), shell],
                         capture_output=True, text=True, timeout=30, check=True)
    return run.stdout.split("\n")


def test_an_orphan_of_another_session_is_found():
    lines = leftovers_of("setsid sleep 61 >/dev/null 2>&1 &")
    assert len([line for line in lines if line.endswith("sleep 61")]) == 1
    assert "0 left" in lines


def test_a_tidy_command_leaves_nothing():
    assert leftovers_of("sleep 0") == ["", "0 left", ""]
