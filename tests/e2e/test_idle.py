# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone that nobody calls: taciteld sleeps, is small, and keeps its memory to itself."""

import re

import pytest

IDLE_S = 30
RSS_KIB = 14 * 1024  # 4.5 MiB of it are SQLCipher's and OpenSSL's code, which is shared
ANONYMOUS_KIB = 4 * 1024


def proc(phone, name: str) -> str:
    done = phone.run("cat", f"/proc/{phone.daemon_pid()}/{name}")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_no_system_call(alice, tmp_path):
    """Not one: no timer, no polling, nothing that wakes a processor."""
    traces = [traced(alice, tmp_path / "first")]
    if traces[0]:  # the last of the start-up may have been under way still
        traces.append(traced(alice, tmp_path / "second"))
    assert traces[-1] == []


def traced(phone, trace) -> list[str]:
    """What taciteld calls in IDLE_S, but for the calls that its threads sleep in all the time."""
    phone.run("timeout", "--signal=INT", str(IDLE_S), "strace", "-f", "-o", str(trace), "-p", str(phone.daemon_pid()))
    lines = trace.read_text().splitlines()
    asleep = [line for line in lines if line.endswith(("<detached ...>", "<unfinished ...>"))]
    assert asleep, "nothing was traced"
    return [line for line in lines if line not in asleep]


def test_small(alice):
    status = proc(alice, "status")
    for what, most in (("VmRSS", RSS_KIB), ("RssAnon", ANONYMOUS_KIB)):
        assert int(re.search(rf"{what}:\s+(\d+) kB", status)[1]) <= most


def test_no_engine(alice):
    """What moves voice is loaded by the first call."""
    maps = proc(alice, "maps")
    assert "libgio" in maps
    for library in ("libnice", "libgstreamer", "libopus", "tacitel-engine"):
        assert library not in maps


def test_closed_memory(alice):
    """No core dump; /proc/PID is root's, so that no other program of the user's reads the keys."""
    assert re.search(r"Max core file size +0 +0 ", proc(alice, "limits"))
    done = alice.run("stat", "-c", "%u", f"/proc/{alice.daemon_pid()}/mem")
    assert done.stdout.strip() == "0"
    locked = int(re.search(r"VmLck:\s+(\d+) kB", proc(alice, "status"))[1])
    assert locked > 0
