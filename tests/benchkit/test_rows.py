# SPDX-License-Identifier: GPL-3.0-or-later
"""A benchmark that says "met" when it is not is worse than none."""

import os
from pathlib import Path

import pytest

from .__main__ import groups
from .bench import ROOT, Bench
from .rows import Row, heading, line


@pytest.mark.parametrize("ours,target,met", [
    (9.9, "<= 10", True), (10, "<= 10", True), (10.1, "<= 10", False), (0, "== 0", True), (1, "== 0", False),
    (10, "< 10", False), (0.93, ">= 0.93", True), (0.92, "> 0.93", False), (None, "<= 10", False), (5, None, None),
])
def test_met(ours, target, met):
    assert Row("g", "f", "u", ours, target=target).met is met


def test_ratio():
    assert Row("g", "f", "s", 3, 2, "bare").ratio == 1.5
    assert Row("g", "f", "s", 3, 0, "bare").ratio is None
    assert Row("g", "f", "s", None, 2, "bare").ratio is None


@pytest.mark.parametrize("target", ["10", "about 10", "<= ten", ""])
def test_a_target_that_cannot_be_read_is_refused(target):
    with pytest.raises(ValueError):
        Row("g", "f", "u", 1, target=target)


def test_json_has_every_field_in_order():
    row = Row("call", "idle RSS", "MB", 8.0, 7.8, "baresip 1.0.0", "<= 10")
    assert list(row.as_json()) == ["group", "figure", "unit", "ours", "reference", "reference_name",
                                   "ratio", "target", "met"]
    assert row.as_json()["ratio"] == 1.0256


def test_the_table_says_what_is_not_met():
    assert heading().startswith("figure")
    assert "NOT MET" in line(Row("call", "wake-ups", "1/s", 3, target="== 0"))
    assert "NOT MET" not in line(Row("call", "wake-ups", "1/s", 0, target="== 0"))


def test_every_group_says_what_it_is():
    for module in groups().values():
        assert module.SUMMARY
        assert callable(module.run)


@pytest.mark.parametrize("mode,amount,frames", [("hot", 100, 100), ("paced", 1, 50)])
def test_the_floor_does_its_work(mode, amount, frames):
    with Bench(Path(os.environ.get("TACITEL_BUILD", ROOT / "build"))) as bench:
        floor = bench.floor(mode, amount)
    assert floor["frames"] == frames
    assert 0 < floor["cpu_s"] < frames * 0.02
    assert 0 < floor["rss_kb"] < 20_000
