# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests/reach-matrix decides and prints, without a call."""

import threading

import pytest

from .expect import KINDS, NO_PATH, ONE_SMS, TWO_SMS
from .matrix import Row, Scheduler, in_turn, judge, table


@pytest.mark.parametrize("connected,sms,expected,ended,problem", [
    (True, 1, ONE_SMS, [], ""),
    (True, 2, ONE_SMS, [], "2 SMS instead of 1"),
    (True, 1, TWO_SMS, [], ""),
    (True, 2, TWO_SMS, [], ""),
    (True, 3, TWO_SMS, [], "3 SMS instead of 2"),
    (False, 2, TWO_SMS, ["no-path", "no-path"], "not connected: no-path, no-path"),
    (False, 2, NO_PATH, ["no-path", "no-path"], ""),
    (False, 2, NO_PATH, ["no-path", "lost"], "ended as no-path, lost instead of no-path"),
    (True, 2, NO_PATH, [], "connected, against the laws of nature"),
])
def test_judge(connected, sms, expected, ended, problem):
    assert judge(connected, sms, expected, ended) == problem


def test_all_pairs_once_and_neighbours_disjoint():
    kinds = list(KINDS)
    pairs = in_turn(kinds, kinds)
    assert sorted(pairs) == sorted((one, other) for one in kinds for other in kinds)
    for begin in range(0, len(pairs), len(kinds)):
        row = pairs[begin:begin + len(kinds)]
        assert all(len({pair[side] for pair in row}) == len(kinds) for side in (0, 1))
    assert sorted(in_turn(["a"], ["x", "y", "z"])) == [("a", "x"), ("a", "y"), ("a", "z")]
    assert sorted(in_turn(["a", "b"], ["x"])) == [("a", "x"), ("b", "x")]


def test_never_two_calls_with_one_phone():
    kinds, busy, done, lock = list(KINDS), set(), [], threading.Lock()

    def job(caller, callee):
        with lock:
            assert busy.isdisjoint({("from", caller), ("to", callee)})
            busy.update({("from", caller), ("to", callee)})
        with lock:
            busy.difference_update({("from", caller), ("to", callee)})
            done.append((caller, callee))

    Scheduler(in_turn(kinds, kinds), job).run(6)
    assert sorted(done) == sorted(in_turn(kinds, kinds))


def test_a_failed_job_is_told_and_ends_the_rest():
    done = []

    def job(caller, callee):
        done.append((caller, callee))
        raise ValueError(callee)

    with pytest.raises(ValueError, match="x"):
        Scheduler([("a", "x"), ("a", "y"), ("a", "z")], job).run(1)
    assert done == [("a", "x")]


def test_table():
    rows = [Row("public", "eim", False, True, 1, 120.4, ONE_SMS, ""),
            Row("public", "double", False, False, 2, None, ONE_SMS, "", "not connected: no-path, no-path"),
            Row("public", "eim", True, True, 1, 99.0, ONE_SMS, ""),
            Row("public", "double", True, True, 1, 101.0, ONE_SMS, "")]
    assert table(rows, ["eim", "double"]).splitlines() == [
        "Without a relay:",
        "from \\ to        eim              double",
        "public           1 SMS 120 ms     – !",
        "",
        "With a relay that both share:",
        "from \\ to        eim              double",
        "public           1 SMS 99 ms      1 SMS 101 ms",
    ]
