# SPDX-License-Identifier: GPL-3.0-or-later
"""The counter against a program of which the answer is known."""

import os
import subprocess
from pathlib import Path

import pytest

from .allocations import Allocations
from .bench import ROOT

BUILD = Path(os.environ.get("TACITEL_BUILD", ROOT / "build"))


def counted(folder, *command):
    folder.mkdir(exist_ok=True)
    allocations = Allocations(BUILD, folder / "count")
    subprocess.run(command, env={**os.environ, **allocations.environment}, check=True, stdout=subprocess.DEVNULL)
    return allocations.read()


@pytest.mark.parametrize("times", [0, 1, 1000])
def test_our_own_through_libc_and_glib(tmp_path, times):
    """Each turn asks once by malloc and once by g_malloc."""
    sample = str(BUILD / "tests/benchkit/alloc-sample")
    base = counted(tmp_path / "none", sample, "0")
    count = counted(tmp_path, sample, str(times)) - base
    assert count.ours == 2 * times
    assert count.everything == 2 * times


def test_a_library_is_not_the_program(tmp_path):
    """libopus allocates its coders for bench-floor, which asks for nothing itself in its loop."""
    (tmp_path / "speech").write_bytes(bytes(64_000))
    floor = str(BUILD / "tests/benchkit/bench-floor")
    few = counted(tmp_path / "few", floor, "hot", "10", str(tmp_path / "speech"))
    many = counted(tmp_path / "many", floor, "hot", "100", str(tmp_path / "speech"))
    assert few.everything > few.ours
    assert many.ours == few.ours
