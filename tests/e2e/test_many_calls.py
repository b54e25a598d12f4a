# SPDX-License-Identifier: GPL-3.0-or-later
"""Fifty calls in a row leave nothing behind: no memory, descriptor, object or namespace."""

import os
from statistics import median

import pytest
from benchkit import calls, process
from couple import CALL, couple

CALLS = 50
SETTLED = 10  # calls until caches and pools have their size
LINGER_S = 5  # until the sockets of the last call are closed, too


def open_files(pids: list[int]) -> int:
    return sum(process.open_files(pid) for pid in pids)


@pytest.mark.slow
def test_fifty_calls_leave_nothing():
    with couple(os.environ["TACITEL_BUILD"]) as pair:
        pids = [calls.daemon_pid(phone) for phone in pair.phones.values()]
        spaces = calls.namespaces(pair.phones)
        rss, files = [], []
        for number in range(CALLS):
            ends = pair.talk(*((pair.alice, pair.bob) if number % 2 else (pair.bob, pair.alice)))
            ends[number % 2].call("Hangup")
            pair.gone(*ends)
            rss.append(sum(process.rss_mb(pid) for pid in pids))
            files.append(open_files(pids))
        assert not [path for phone in pair.phones.values() for path in phone.service.objects(CALL)]
        assert calls.namespaces(pair.phones) == spaces
        pair.alice.service.wait(lambda: open_files(pids) <= min(files[:SETTLED]), LINGER_S,
                                f"no more than {min(files[:SETTLED])} descriptors, as early on: {files}")
        assert median(rss[-SETTLED:]) - median(rss[SETTLED:2 * SETTLED]) < 1
