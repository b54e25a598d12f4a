# SPDX-License-Identifier: GPL-3.0-or-later
"""The same minute three times at once: two phones that call, two that do so with echo canceller, noise suppression and gain,
and two baresips on the network of the first two; all hear the same speech. What that costs, and how late it is heard."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from demokit.align import NothingHeard, find_delays
from demokit.phones import QUICK_UNLOCK, TacitelPhone
from demokit.sound import Player, Recorder, common_span
from demokit.voices import MAN, RATE, WOMAN, script, write_wav
from labkit import Lab

from . import baresip, calls, chromium, process
from .bench import Bench

PLAIN, DSP = ("alice", "bob"), ("carol", "dave")
OURS, WITH_DSP, BARESIP = "ours", "ours with echo canceller, noise suppression, gain", "baresip"
CHROMIUM, BESIDE = "Chromium", "ours beside Chromium"
SAID = {"PlayoutDelay": "playout", "CaptureDelay": "capture", "PlaybackDelay": "playback"}  # of our statistics
FLOORS = {"cbr": "floor, exact CBR", "padded": "floor, padded VBR"}
HEARD_S = 12
SPEECH_S, CALL_MOST_S = 30, 300
SETTLED_S = 4  # of a call, until playout and sound servers have found their pace


@dataclass
class Measured:
    """What windows of calls gave, by who it was: one figure a window, per end."""

    cpu_s: dict[str, list[float]] = field(default_factory=dict)  # a call-minute
    server_s: dict[str, list[float]] = field(default_factory=dict)  # its sound server's, likewise
    switches: dict[str, list[float]] = field(default_factory=dict)  # a second
    rss_mb: dict[str, list[float]] = field(default_factory=dict)
    delay_ms: dict[str, list[float]] = field(default_factory=dict)  # mouth to ear, a call and direction
    idle_mb: dict[str, list[float]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def ratio(self, kind: str, who: str, against: str) -> float | None:
        """The median of the ratios in the same window."""
        ours, theirs = (getattr(self, kind).get(name, []) for name in (who, against))
        return median(a / b for a, b in zip(ours, theirs)) if ours and theirs else None

    def middle(self, kind: str, who: str) -> float | None:
        figures = getattr(self, kind).get(who)
        return median(figures) if figures else None


def add(figures: dict[str, list[float]], who: str, value: float) -> None:
    figures.setdefault(who, []).append(value)


@contextmanager
def stage(bench: Bench, names: tuple[str, ...]) -> Iterator[dict[str, TacitelPhone]]:
    """A lab in which each second phone knows the one before it, ready to call."""
    with Lab(list(names), bench.build) as lab, ExitStack() as stack:
        phones = {}
        for name in names:
            echo = "on" if name in DSP else "off"
            config = f"{QUICK_UNLOCK}[audio]\necho-canceller={echo}\nnoise-suppression={echo}\ngain={echo}\n"
            phones[name] = stack.enter_context(TacitelPhone(lab.phone(name), config))
        for phone in phones.values():
            phone.wait_ready()
        for first, second in pairs(phones):
            first.add_contact(second)
            second.add_contact(first)
        yield phones


def pairs(phones: dict) -> list[tuple]:
    phones = list(phones.values())
    return list(zip(phones[::2], phones[1::2]))


def run(bench: Bench, rounds: int, windows: int, window_s: int) -> Measured:
    """rounds: calls, each with so many windows."""
    measured = Measured()
    with stage(bench, PLAIN + DSP) as phones:
        for name in PLAIN:
            add(measured.idle_mb, OURS, process.rss_mb(calls.daemon_pid(phones[name])))
        for turn in range(rounds):
            one_round(bench, phones, turn, windows, window_s, measured)
        beside_chromium(bench, phones, window_s, measured)
    return measured


def beside_chromium(bench: Bench, phones: dict, seconds: int, measured: Measured) -> None:
    """In a call of its own: a browser takes so much of the machine that it would be in everybody's figures."""
    wav = bench.folder / "speech.wav"
    write_wav(wav, script(WOMAN + MAN, SPEECH_S))
    names = {name: phones[name] for name in PLAIN}
    with calls.call(names), ExitStack() as stack:
        speaking(stack, {name: phone.phone.popen for name, phone in names.items()})
        try:
            talk = stack.enter_context(chromium.call(wav, bench.folder / "chromium"))
        except chromium.NoChromium as problem:
            measured.problems.append(f"Chromium: {problem}")
            return
        pids = [calls.daemon_pid(phone) for phone in names.values()]

        def meters() -> tuple[float, float, float]:
            return sum(map(process.exact_cpu_s, pids)), talk.cpu_s(), talk.switches()

        before = meters()
        calls.wait_s(seconds)
        ours, theirs, switched = (b - a for a, b in zip(before, meters()))
        add(measured.cpu_s, BESIDE, ours * 60 / seconds / 2)
        add(measured.cpu_s, CHROMIUM, theirs * 60 / seconds / 2)
        add(measured.switches, CHROMIUM, switched / seconds / 2)
        add(measured.rss_mb, CHROMIUM, talk.memory_mb())
        if (waited := talk.jitter_buffer_ms()) is not None:
            add(measured.delay_ms, CHROMIUM, waited)


def one_round(bench: Bench, phones: dict, turn: int, windows: int, window_s: int, measured: Measured) -> None:
    with ExitStack() as stack:
        callings = [stack.enter_context(calls.call({first.name: first, second.name: second}))
                    for first, second in pairs(phones)]
        spawns = {name: phone.phone.popen for name, phone in phones.items()}
        ends = peers(stack, bench, phones, turn, measured)
        spawns.update({f"baresip {number}": end.popen for number, end in enumerate(ends)})
        speaking(stack, spawns)
        calls.wait_s(SETTLED_S)
        people = everybody(phones, ends)
        for _ in range(windows):
            window(bench, people, window_s, measured)
        for who, pids in people.items():
            for pid, _ in pids:
                add(measured.rss_mb, who, process.rss_mb(pid))
        for end in (callings[0].alice, callings[0].bob):
            for name, value in end.statistics().items():
                if name in SAID:
                    add(measured.delay_ms, SAID[name], value)
        mouth_to_ear(spawns, measured)


def peers(stack: ExitStack, bench: Bench, phones: dict, turn: int, measured: Measured) -> list[baresip.End]:
    """baresip, where it can be had; what is wrong with it is a row without figures, and a line that says why."""
    hosts = [phones[name].phone for name in PLAIN]
    try:
        baresip.check()
        return stack.enter_context(baresip.call(hosts, [host.ipv4 for host in hosts], bench.folder / f"baresip-{turn}"))
    except baresip.NoBaresip as problem:
        measured.problems.append(f"baresip: {problem}")
        return []


def speaking(stack: ExitStack, spawns: dict) -> None:
    """All say something at once, the same at each first and at each second end."""
    said = [script(paths, SPEECH_S) for paths in (WOMAN, MAN)]
    for number, spawn in enumerate(spawns.values()):
        player = Player(spawn, "microphone")
        stack.callback(player.stop)
        for _ in range(CALL_MOST_S // SPEECH_S):
            player.say(said[number % 2])


def everybody(phones: dict, ends: list) -> dict[str, list[tuple[int, int]]]:
    """Who talks: process and sound server of both ends."""
    people = {who: [(calls.daemon_pid(phones[name]), calls.program_pid(phones[name].phone, "pulseaudio"))
                    for name in names] for who, names in ((OURS, PLAIN), (WITH_DSP, DSP))}
    if ends:
        people[BARESIP] = [(end.pid, end.server_pid) for end in ends]
    return people


def window(bench: Bench, people: dict, seconds: int, measured: Measured) -> None:
    """All at the same time, the floors too: what else the machine does is the same for all."""
    def meters() -> dict:
        return {(who, pid): (process.exact_cpu_s(pid), process.exact_cpu_s(server), process.switches(pid))
                for who, pids in people.items() for pid, server in pids}

    before = meters()
    floors = {way: subprocess.Popen(bench.floor_command("paced", seconds, way), stdout=subprocess.PIPE, text=True)
              for way in FLOORS}
    calls.wait_s(seconds)
    after = meters()
    for who, pids in people.items():
        used = [[b - a for a, b in zip(before[who, pid], after[who, pid])] for pid, _ in pids]
        cpu, server, switched = (sum(column) / len(column) for column in zip(*used))
        add(measured.cpu_s, who, cpu * 60 / seconds)
        add(measured.server_s, who, server * 60 / seconds)
        add(measured.switches, who, switched / seconds)
    for way, floor in floors.items():
        add(measured.cpu_s, FLOORS[way], json.loads(floor.communicate()[0])["cpu_s_per_call_minute"])


def mouth_to_ear(spawns: dict, measured: Measured) -> None:
    """Records every microphone and every ear at the same time, and finds one in the other."""
    recorders = {(name, device): Recorder(spawn, f"{device}.monitor")
                 for name, spawn in spawns.items() for device in ("microphone", "speaker")}
    for recorder in recorders.values():
        recorder.wait()
    calls.wait_s(HEARD_S)
    recordings = {key: recorder.stop() for key, recorder in recorders.items()}
    names = list(spawns)
    for first, second in zip(names[::2], names[1::2]):
        who = {PLAIN[0]: OURS, DSP[0]: WITH_DSP}.get(first, BARESIP)
        for mouth, ear in ((first, second), (second, first)):
            said, heard = recordings[mouth, "microphone"], recordings[ear, "speaker"]
            span = common_span([said, heard])
            try:
                found = find_delays(said.cut(*span), heard.cut(*span), RATE)
                add(measured.delay_ms, who, found.median_ms)
            except NothingHeard as problem:
                measured.problems.append(f"{who}: {problem}")
