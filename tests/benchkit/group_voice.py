# SPDX-License-Identifier: GPL-3.0-or-later
"""What voice costs and how it sounds, beside baresip, GStreamer's rtpjitterbuffer and the least there can be."""

import sys
from collections.abc import Iterator
from statistics import mean, median

from demokit.voices import MAN, WOMAN, script

from . import voice_growth, voice_plots, voice_quality, voice_traces
from .bench import Bench
from .rows import Row
from .voice_stage import BARESIP, BESIDE, CHROMIUM, FLOORS, OURS, WITH_DSP, Measured, run as call

SUMMARY = "voice: processor, wake-ups, mouth to ear, playout, intelligibility, beside baresip and rtpjitterbuffer"
GROUP = "voice"
WAY = "22"  # kbit/s of the encoder's capped VBR, as voice-quality takes it
STOI = {0: ">= 0.98", 10: ">= 0.94", 30: ">= 0.89"}
QUICK_KINDS = ("clean", "handover", "lte", "step", "reorder", "loss")


def run(bench: Bench) -> Iterator[Row]:
    measured = call(bench, rounds=1, windows=2, window_s=10) if bench.quick else call(bench, 3, 3, 20)
    yield from processor(measured)
    yield from the_rest_of_a_call(measured)
    outcomes = compared(bench, measured.problems)
    yield from playout(outcomes)
    yield from intelligibility(bench, seeds=1 if bench.quick else 3)
    costs = voice_growth.costs(bench.program("voice-growth"), bench.speech, rounds=1 if bench.quick else 3)
    yield from growth(costs)
    minutes = 10 if bench.quick else 60
    long = voice_growth.call(bench.program("voice-growth"), bench.speech, voice_growth.MIXED, minutes)
    yield from length(long["minutes"])
    if bench.plots:
        voice_plots.draw(bench.plots, measured, outcomes, costs, long["minutes"])
    for problem in measured.problems:
        print(f"tests/bench: {problem}", file=sys.stderr)


def compared(bench: Bench, problems: list[str]) -> list[voice_traces.Outcome]:
    theirs = bench.program("jitterbuffer-trace")
    if not theirs.exists():
        problems.append(f"rtpjitterbuffer: {theirs.name} is not built; meson setup --reconfigure {bench.build}")
        return []
    return voice_traces.compare_all(bench.program("playout-trace"), theirs, traces(bench))


def traces(bench: Bench) -> list[str]:
    known = voice_traces.kinds(bench.program("playout-trace"))
    return [kind for kind in known if not bench.quick or kind in QUICK_KINDS]


def paired(measured: Measured, figure: str, who: str, against: str, name: str, target: str | None,
           kind: str = "cpu_s") -> Row:
    """Both at the same time: the reference is chosen so that its ratio is the median of those of each window."""
    ratio, ours = measured.ratio(kind, who, against), measured.middle(kind, who)
    reference = None if ratio is None else ours / ratio
    return Row(GROUP, figure, "s" if kind.endswith("_s") else "1/s", ours, reference, name, target,
               detail={"ours": getattr(measured, kind).get(who), "reference": getattr(measured, kind).get(against)})


def processor(measured: Measured) -> Iterator[Row]:
    """Processor seconds a call-minute, one end, both directions. The floor with a target is what one would write simply,
    exact CBR; beside the one that fills packets as we do, the difference is what sound server, path and playout cost."""
    figure = "processor time a call-minute"
    yield paired(measured, figure, OURS, BARESIP, "baresip, SRTP", "<= 0.6 x")
    yield paired(measured, figure, OURS, FLOORS["cbr"], "Opus CBR + AEAD, no sound", "<= 1.15 x")
    yield paired(measured, figure, OURS, FLOORS["padded"], "… Opus coded as ours is", None)
    yield paired(measured, f"{figure}, with DSP", WITH_DSP, BARESIP, "baresip, SRTP, without", "<= 1.1 x")
    yield paired(measured, f"{figure}, beside Chromium", BESIDE, CHROMIUM, "Chromium, one of two ends", None)
    yield paired(measured, "… of the sound server, for it", OURS, BARESIP, "baresip, SRTP", None, "server_s")


def the_rest_of_a_call(measured: Measured) -> Iterator[Row]:
    yield paired(measured, "wake-ups in a call, all threads", OURS, BARESIP, "baresip, SRTP", "<= 110", "switches")
    for figure, kind, unit, target in (("mouth to ear, through PulseAudio", "delay_ms", "ms", "<= 110"),
                                       ("memory in a call (RSS)", "rss_mb", "MB", "<= 20")):
        yield Row(GROUP, figure, unit, rounded(measured.middle(kind, OURS)), rounded(measured.middle(kind, BARESIP)),
                  "baresip, SRTP", target,
                  {"ours": getattr(measured, kind).get(OURS), "reference": getattr(measured, kind).get(BARESIP)})
    yield Row(GROUP, "mouth to ear, with DSP", "ms", rounded(measured.middle("delay_ms", WITH_DSP)))
    for place, theirs in (("playout", CHROMIUM), ("capture", ""), ("playback", "")):
        yield Row(GROUP, f"… {place}, by the call's statistics", "ms", rounded(measured.middle("delay_ms", place)),
                  rounded(measured.middle("delay_ms", theirs)), theirs or None)
    yield Row(GROUP, "memory idle (RSS)", "MB", rounded(measured.middle("idle_mb", OURS)))


def rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def playout(outcomes: list[voice_traces.Outcome]) -> Iterator[Row]:
    """The reference misses no more than ours makes up, unless it does at any latency: then the figure says so."""
    if not outcomes:
        yield Row(GROUP, "playout delay", "ms", None, None, "rtpjitterbuffer", "< 1 x")
    for one in outcomes:
        more = "" if one.theirs_missing <= one.ours_made_up else f" ({one.theirs_missing:.2%})"
        yield Row(GROUP, f"playout delay, {one.kind}, {one.ours_made_up:.2%} made up", "ms", round(one.ours_ms, 1),
                  round(one.theirs_ms, 1), f"rtpjitterbuffer{more}", "< 1 x", one.as_detail())


def intelligibility(bench: Bench, seeds: int) -> Iterator[Row]:
    said = script(WOMAN + MAN, 50)
    for loss, target in STOI.items():
        results = [voice_quality.through(bench.program("voice-quality"), said, WAY, "wide", loss, loss > 0, seed)
                   for seed in range(1, 1 + (seeds if loss else 1))]
        yield Row(GROUP, f"intelligibility (STOI), {loss} % lost", "", round(mean(one.stoi for one in results), 4),
                  target=target)


def growth(costs: list[voice_growth.Cost]) -> Iterator[Row]:
    clean = costs[0]
    for one in costs[1:]:
        detail = {"concealed": one.concealed, "delay_ms": one.delay_ms}
        yield Row(GROUP, f"processor time, {one.network.name}", "s", round(one.cpu_s, 3), round(one.cpu_s / one.ratio, 3),
                  clean.network.name, detail=detail)
        yield Row(GROUP, f"memory of the halves, {one.network.name}", "MB", round(one.rss_mb, 2), round(clean.rss_mb, 2),
                  clean.network.name)


def length(minutes: list[dict]) -> Iterator[Row]:
    """The last tenth of a call against its first."""
    part = max(len(minutes) // 10, 1)
    first, last = (median(minute["cpu_s"] for minute in some) for some in (minutes[:part], minutes[-part:]))
    yield Row(GROUP, f"processor time, minute {len(minutes)} of a call", "s", round(last, 3), round(first, 3), "its beginning")
    more = (minutes[-1]["rss_kb"] - minutes[0]["rss_kb"]) / 1000
    yield Row(GROUP, f"memory more after {len(minutes)} minutes", "MB", round(more, 3), target="<= 0.1",
              detail={"minutes": minutes})
