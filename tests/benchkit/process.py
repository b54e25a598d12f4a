# SPDX-License-Identifier: GPL-3.0-or-later
"""What a running process costs: memory, processor, wake-ups, descriptors."""

import os
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

# What strace writes of a process that sleeps all the time: the call it slept in when it came,
# never returned from, and its own coming and going.
ASLEEP = re.compile(r"<unfinished \.\.\.>$|<detached \.\.\.>$|resuming interrupted|^strace: |^\d+ +--- SIGSTOP")


def status(pid: int) -> dict[str, str]:
    """The fields of /proc/PID/status. Raises ProcessLookupError when it is gone."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        raise ProcessLookupError(f"process {pid} is gone") from None
    return {name: value.strip() for name, _, value in (line.partition(":") for line in text.splitlines())}


def rss_mb(pid: int) -> float:
    return int(status(pid)["VmRSS"].split()[0]) / 1000


def pss_mb(pid: int) -> float:
    """Its memory; of what it shares with others, its part."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s*(\d+)", text, re.MULTILINE)[1]) / 1000


def cpu_s(pid: int) -> float:
    """Processor time of all its threads so far, those that ended included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def exact_cpu_s(pid: int) -> float:
    """The same to the nanosecond: the clock of clock_getcpuclockid(3), as the kernel numbers it."""
    return time.clock_gettime(~pid << 3 | 2)


def open_files(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def switches(pid: int) -> int:
    """How often its threads went to sleep and came back, so far."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        text = Path(f"/proc/{pid}/task/{task}/status").read_text()
        total += int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", text, re.MULTILINE)[1])
    return total


def maps(pid: int) -> str:
    return Path(f"/proc/{pid}/maps").read_text()


def system_calls(pid: int, seconds: float) -> list[str]:
    """The system calls that all its threads made in so many seconds, as strace shows them.

    Raises RuntimeError when it cannot be traced.
    """
    with tempfile.NamedTemporaryFile("r", prefix="tacitel-strace-") as log:
        tracer = subprocess.Popen(["strace", "-f", "-o", log.name, "-p", str(pid)], stdin=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, text=True)
        # It tells of every thread that it attached to; the first line means that it watches.
        first = tracer.stderr.readline()
        if "attached" not in first:
            tracer.wait()
            raise RuntimeError(f"cannot trace process {pid}: {first.strip()}")
        time.sleep(seconds)
        tracer.send_signal(signal.SIGINT)
        tracer.communicate()
        return [line for line in log.read().splitlines() if not ASLEEP.search(line)]
