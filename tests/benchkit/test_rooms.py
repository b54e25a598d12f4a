# SPDX-License-Identifier: GPL-3.0-or-later
"""The echo of recorded speech is taken out, and who talks here is not."""

import os
from pathlib import Path

import pytest

from .rooms import ROOMS, ROOT, call

PROGRAM = Path(os.environ.get("TACITEL_BUILD", ROOT / "build")) / "tests/benchkit/bench-voice-dsp"
# Noise and a long room leave more than the filter does: those are for the table.
WITH_A_TARGET = [room for room in ROOMS if room.rings_s <= 0.2 and room.noise_dbfs < -50]


@pytest.mark.parametrize("room", WITH_A_TARGET, ids=lambda room: room.name)
def test_room(room):
    result = call(PROGRAM, room)
    assert result.erle_db >= 25
    assert result.stoi >= 0.85
    assert result.stoi > result.stoi_raw


def test_all_off():
    result = call(PROGRAM, ROOMS[0], options=(0, 0, 0))
    assert result.erle_db == pytest.approx(0, abs=0.01)
    assert result.stats["latency_ms"] == 0
