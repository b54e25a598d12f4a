# SPDX-License-Identifier: GPL-3.0-or-later
"""A short tests/soak: none hangs, every two ends agree, nothing is left."""

import os

import pytest
from reachkit.soak import SCENARIOS, soak

CALLS = 20


@pytest.mark.slow
def test_twenty_calls_in_a_bad_network():
    lines = []
    run = soak(os.environ["TACITEL_BUILD"], SCENARIOS / "soak.ini", CALLS, pairs=3, reset_every=10, seed=1, tell=lines.append)
    assert not run.problems, "\n".join([*run.problems, *lines[-3:]])
    assert len(run.outcomes) == CALLS
    assert run.summary()["met"] >= CALLS / 2
