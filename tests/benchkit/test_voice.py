# SPDX-License-Identifier: GPL-3.0-or-later
"""The pure parts of group voice: rows, the search for the best latency, a peer's settings, pictures."""

import os
import signal
import subprocess
import xml.etree.ElementTree
from pathlib import Path

import pytest

from . import baresip, chromium, group_voice, voice_growth, voice_plots, voice_traces
from .bench import ROOT, Bench
from .rows import Row
from .voice_stage import BARESIP, FLOORS, OURS, Measured

MEASURED = Measured(
    cpu_s={OURS: [1.2, 1.0, 2.0], BARESIP: [2.4, 2.5, 2.5], FLOORS["cbr"]: [1.1, 1.1, 1.1],
           FLOORS["padded"]: [0.8, 0.8, 0.8]},
    switches={OURS: [105], BARESIP: [400]}, delay_ms={OURS: [90, 100, 95], BARESIP: [220]},
    rss_mb={OURS: [13.0]}, idle_mb={OURS: [12.0]})


@pytest.mark.parametrize("ours,reference,target,met", [
    (6, 10, "<= 0.6 x", True), (6.1, 10, "<= 0.6 x", False), (10, 10, "< 1 x", False), (6, None, "<= 0.6 x", False),
    (None, 10, "<= 0.6 x", False)])
def test_a_target_of_the_ratio(ours, reference, target, met):
    assert Row("g", "f", "s", ours, reference, "peer", target).met is met


@pytest.mark.parametrize("target", ["<= 0.6 y", "<= 0.6 x x", "<= x", "<="])
def test_a_target_that_is_none(target):
    with pytest.raises(ValueError):
        Row("g", "f", "s", 1, target=target)


def test_the_ratio_is_that_of_the_middle_window():
    """Not that of the medians, 1.2 / 2.5: a window in which the machine was slow says the same of both."""
    row = next(group_voice.processor(MEASURED))
    assert row.ratio == pytest.approx(0.5) and row.met
    assert row.detail == {"ours": [1.2, 1.0, 2.0], "reference": [2.4, 2.5, 2.5]}


def test_the_floor_with_a_target_is_the_simple_one():
    rows = {row.reference_name: row for row in group_voice.processor(MEASURED)}
    simple = rows["Opus CBR + AEAD, no sound"]
    assert simple.target == "<= 1.15 x" and simple.ratio == pytest.approx(1.2 / 1.1) and simple.met
    assert rows["… Opus coded as ours is"].target is None


def test_without_rtpjitterbuffer_its_target_is_not_met(tmp_path):
    problems = []
    assert group_voice.compared(Bench(tmp_path), problems) == []
    assert "meson setup --reconfigure" in problems[0]
    assert [row.met for row in group_voice.playout([])] == [False]


def test_a_baresip_that_hears_no_signal_ends_all_the_same(monkeypatch):
    monkeypatch.setattr(baresip, "END_S", 0.1)
    deaf = subprocess.Popen(["sh", "-c", "trap '' TERM; echo; while :; do sleep 1; done"], stdout=subprocess.PIPE)
    deaf.stdout.readline()
    baresip.end_one(deaf)
    assert deaf.returncode == -signal.SIGKILL


def test_without_a_peer_nothing_is_met():
    rows = list(group_voice.processor(Measured(cpu_s={OURS: [1.0]})))
    assert rows[0].ours == 1.0 and rows[0].reference is None and rows[0].met is False


def test_targets_of_a_call():
    rows = {row.figure: row for row in group_voice.the_rest_of_a_call(MEASURED)}
    assert rows["mouth to ear, through PulseAudio"].ours == 95 and rows["mouth to ear, through PulseAudio"].met
    assert rows["wake-ups in a call, all threads"].met
    assert rows["memory in a call (RSS)"].met and rows["memory in a call (RSS)"].reference is None


@pytest.mark.parametrize("guess", [0, 1, 36, 37, 38, 50, 99, 100])
@pytest.mark.parametrize("limit", [0, 1, 2, 37, 99, 100])
def test_the_least_that_is_allowed(limit, guess):
    asked = []
    assert voice_traces.least(lambda n: asked.append(n) or n >= limit, 100, guess) == limit
    assert all(0 <= n <= 100 for n in asked)


@pytest.mark.parametrize("guess", [0, 50, 100])
def test_nothing_is_allowed(guess):
    assert voice_traces.least(lambda n: n > 100, 100, guess) is None


def test_a_good_guess_asks_twice():
    asked = []
    voice_traces.least(lambda n: asked.append(n) or n >= 37, 100, 37)
    assert len(asked) == 2


class Known(voice_traces.JitterBuffer):
    """Misses one tick less a millisecond, but never fewer than 5."""

    def __init__(self):
        super().__init__(Path("none"), "40000 0 1\n60000 1 1\n")

    def at(self, latency_ms):
        return {0: (float(latency_ms), max(5, 100 - latency_ms))}


@pytest.mark.parametrize("missing,latency", [(40, 60), (5, 95), (4, 95), (100, 0), (0, 95)])
def test_the_best_latency(missing, latency):
    assert Known().best(0, missing)[0] == latency


def test_a_reference_that_misses_more_says_so():
    row = next(group_voice.playout([voice_traces.Outcome("lte", 40, 0.01, 60, 0.02, 50, 0.02, [60])]))
    assert "1.00%" in row.figure and "2.00%" in row.reference_name and row.met


def minutes(*cpu):
    return [{"cpu_s": one, "rss_kb": 4000} for one in cpu]


def test_growth_is_against_the_clean_network_of_the_same_round():
    runs = [{"minutes": minutes(2.0), "concealed": 300, "delay_ms": 20}, {"minutes": minutes(1.5), "concealed": 300, "delay_ms": 20}]
    clean = [{"minutes": minutes(1.0), "concealed": 0, "delay_ms": 10}, {"minutes": minutes(1.5), "concealed": 0, "delay_ms": 10}]
    cost = voice_growth.cost(voice_growth.NETWORKS[0], runs, clean)
    assert cost.ratio == 1.5 and cost.concealed == 0.1


def test_a_leak_is_not_met():
    grown = [{"cpu_s": 1.0, "rss_kb": 4000 + 10 * minute} for minute in range(60)]
    assert [row.met for row in group_voice.length(grown)] == [None, False]
    assert [row.met for row in group_voice.length(minutes(*[1.0] * 60))] == [None, True]


def test_baresip_does_the_same_work():
    lines = baresip.settings("198.51.100.1").splitlines()
    assert {"opus_bitrate 24000", "opus_cbr yes", "opus_complexity 5", "net_interface 198.51.100.1"} <= set(lines)
    assert "module srtp.so" in lines and "srtp-mand" in baresip.ACCOUNT


def test_chromium_is_asked_for_the_same_work():
    assert "maxaveragebitrate=24000;cbr=1" in chromium.PAGE and "echoCancellation: false" in chromium.PAGE


def test_what_chromium_says_of_its_playout():
    report = {"type": "inbound-rtp", "jitterBufferDelay": 14400.0, "jitterBufferEmittedCount": 480000}
    assert chromium.waited_ms(report) == 30
    assert chromium.waited_ms({"jitterBufferDelay": 0, "jitterBufferEmittedCount": 0}) is None
    assert chromium.waited_ms({}) is None


def test_a_family_of_processes():
    with subprocess.Popen(["sh", "-c", "exec 3<&0; sh -c 'echo; read line' <&3 & wait"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as parent:
        parent.stdout.readline()
        assert len(chromium.family(parent.pid)) == 2
        parent.kill()


def test_pictures(tmp_path):
    outcome = voice_traces.Outcome("lte", 40, 0.01, 60, 0.02, 50, 0.02, [60])
    cost = voice_growth.Cost(voice_growth.CLEAN, 1.0, 4.0, 1.0, 0, 10)
    voice_plots.draw(tmp_path, MEASURED, [outcome], [cost], minutes(1.0, 1.1))
    pictures = sorted(tmp_path.glob("*.svg"))
    assert len(pictures) == 6
    for picture in pictures:
        assert xml.etree.ElementTree.parse(picture).getroot().tag.endswith("svg")


def test_the_programs_are_built():
    """Where GStreamer's test library is: with its development files."""
    build = Path(os.environ.get("TACITEL_BUILD", ROOT / "build")) / "tests/benchkit"
    assert {"clean", "lte"} <= set(voice_traces.kinds(build / "playout-trace"))
