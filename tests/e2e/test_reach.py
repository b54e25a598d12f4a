# SPDX-License-Identifier: GPL-3.0-or-later
"""The telling cells of tests/reach-matrix: the number of SMS between kinds of access."""

import os

import pytest
from reachkit.expect import NO_PATH, ONE_SMS, TWO_SMS, expected
from reachkit.matrix import measure

CELLS = {
    # Which phones call which, and the same with a relay; what is impossible takes its 20 s but once.
    ("public", "symmetric"): [ONE_SMS, ONE_SMS],
    ("eim", "double"): [TWO_SMS, ONE_SMS],
    ("symmetric", "ipv6-firewalled"): [NO_PATH, ONE_SMS],
    ("ipv6-only", "symmetric"): [TWO_SMS, ONE_SMS],
}


@pytest.fixture(scope="module")
def rows():
    measured = measure(os.environ["TACITEL_BUILD"], list(CELLS), [False, True], jobs=len(CELLS))
    return {(row.caller, row.callee, row.relay): row for row in measured}


@pytest.mark.parametrize("relay", [False, True])
@pytest.mark.parametrize("cell", CELLS, ids="-".join)
def test_cell(rows, cell, relay):
    row = rows[*cell, relay]
    assert row.expected == expected(*cell, relay) == CELLS[cell][relay]
    assert row.problem == ""
