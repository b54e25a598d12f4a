# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests must not leave behind: processes, network namespaces, interfaces."""

import os
import signal
import time

from . import process

# A daemon that was told to stop may still be on its way out when the last test returns.
GRACE_S = 3.0


def _names(folder: str) -> set[str]:
    try:
        return set(os.listdir(folder))
    except FileNotFoundError:
        return set()


class Snapshot:
    """The namespaces and interfaces before the tests, to compare with after them."""

    def __init__(self) -> None:
        self.namespaces = _names("/run/netns")
        self.interfaces = _names("/sys/class/net")

    def leftovers(self) -> list[str]:
        """Names what is there now and was not before; ends the processes among it."""
        found = [f"process {pid}: {command}" for pid, command in _stop_processes().items()]
        found += [f"namespace {name}" for name in sorted(_names("/run/netns") - self.namespaces)]
        found += [f"interface {name}" for name in sorted(_names("/sys/class/net") - self.interfaces)]
        return found


def _stop_processes() -> dict[int, str]:
    deadline = time.monotonic() + GRACE_S
    process.reap()
    left = process.descendants()
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        process.reap()
        left = process.descendants()
    for pid in left:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    return left
