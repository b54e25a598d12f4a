# SPDX-License-Identifier: GPL-3.0-or-later
"""What a phone's taciteld takes of memory and processor while somebody tries to wear it out."""

import os
import time
from dataclasses import dataclass

SANITIZED_KIB = 1 << 30  # only shadow memory takes up so many addresses


@dataclass
class Usage:
    """Of a process, as /proc tells (proc(5))."""

    memory_kib: int  # its own: pages of files come and go with the code that runs
    cpu_s: float
    at: float
    sanitized: bool


def usage(phone) -> Usage:
    """Of the daemon of a LabPhone."""
    pid = phone.daemon_pid()
    done = phone.run("cat", f"/proc/{pid}/status", f"/proc/{pid}/stat")
    assert done.returncode == 0, done.stderr
    memory = {line.split()[0]: int(line.split()[1]) for line in done.stdout.splitlines() if line.startswith(("Vm", "RssAnon"))}
    fields = done.stdout.splitlines()[-1].rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return Usage(memory["RssAnon:"], ticks / os.sysconf("SC_CLK_TCK"), time.monotonic(),
                 memory["VmSize:"] > SANITIZED_KIB)


def bounded(before: Usage, after: Usage, memory_kib: int, cpu_share: float) -> bool:
    """What came did not pile up, nor take the processor. A sanitizer's memory and time are its own."""
    if before.sanitized:
        return True
    return (after.memory_kib - before.memory_kib < memory_kib
            and after.cpu_s - before.cpu_s < cpu_share * (after.at - before.at))


def answers(phone) -> None:
    """The daemon is there for its user."""
    start = time.monotonic()
    phone.counters()
    assert time.monotonic() - start < 3
