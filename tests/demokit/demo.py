# SPDX-License-Identifier: GPL-3.0-or-later
"""One call between two phones of the lab, from dialling to its report."""

import json
import shutil
import subprocess
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from labkit import Lab

from . import figures, page, pcapng, voices
from .phones import Network, PhoneCall, TacitelPhone
from .sound import Player, Recorder, Recording
from .terminal import Terminal

ROOT = Path(__file__).resolve().parents[2]
# A person takes a moment to answer, and a conversation a moment to end.
RINGING_S = 1.0
AFTER_S = 1.0
MICROPHONE, SPEAKER = "microphone", "speaker"
WAYS = {"alice_to_bob": ("alice", "bob"), "bob_to_alice": ("bob", "alice")}


@dataclass
class Settings:
    seconds: float
    said: dict[str, list[Path]]  # phone → recordings
    report: Path
    build: Path


@dataclass
class Ended:
    """What a call left on a phone when it was over."""

    timeline: dict[str, int]
    statistics: dict
    words: list[str]
    security: str


def build(folder: Path, terminal: Terminal) -> None:
    """Builds what is out of date. Raises subprocess.CalledProcessError with what was said."""
    with terminal.step("Build"):
        if not (folder / "build.ninja").exists():
            _quietly("meson", "setup", str(folder), str(ROOT))
        _quietly("ninja", "-C", str(folder))


def _quietly(*command: str) -> None:
    subprocess.run(command, check=True, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                   stderr=subprocess.STDOUT)


def run(settings: Settings, terminal: Terminal) -> dict:
    """Runs the call and writes the report's files. Returns the content of report.json."""
    said = {phone: voices.script(paths, settings.seconds) for phone, paths in settings.said.items()}
    settings.report.mkdir(parents=True, exist_ok=True)
    # Absolute, for the emulator writes it.
    capture = settings.report.resolve() / "air-alice.pcapng"
    with ExitStack() as stack:
        with terminal.step("Lab of two phones: network, modems, oFono, sound"):
            lab = stack.enter_context(Lab(["alice", "bob"], settings.build))
        stack.callback(_keep_logs, lab, settings.report)
        network = stack.enter_context(Network(lab))
        with terminal.step("Tacitel on both phones, modems online"):
            phones = {name: stack.enter_context(TacitelPhone(lab.phone(name))) for name in ("alice", "bob")}
            for phone in phones.values():
                phone.wait_ready()
        pair(phones, terminal)
        network.start_capture("alice", capture)
        evidence = hold_call(phones, network, said, settings, terminal)
        network.stop_capture("alice")
    evidence.datagrams = pcapng.datagrams(capture)
    with terminal.step("Report"):
        return write_report(settings.report, evidence)


def _keep_logs(lab: Lab, report: Path) -> None:
    shutil.copytree(lab.logs, report / "logs", dirs_exist_ok=True)


def pair(phones: dict[str, TacitelPhone], terminal: Terminal) -> None:
    """Alice asks, bob accepts: an SMS each way, and each has the other's key."""
    alice, bob = phones["alice"], phones["bob"]
    terminal.command("alice", f"tacitel pair {bob.number} --name bob")
    terminal.command("bob", f"tacitel pair accept {alice.number} --name alice")
    start = time.monotonic()
    alice.pair(bob)
    terminal.done("they have each other's key", f"{(time.monotonic() - start) * 1000:.0f} ms and two SMS")


def hold_call(phones: dict[str, TacitelPhone], network: Network, said: dict[str, np.ndarray],
              settings: Settings, terminal: Terminal) -> figures.Evidence:
    """Alice calls, bob answers, both speak, alice hangs up."""
    with ExitStack() as stack:
        players, recorders = {}, {}
        for name, phone in phones.items():
            players[name] = Player(phone.phone.popen, MICROPHONE)
            stack.callback(players[name].stop)
            for device in (MICROPHONE, SPEAKER):
                recorders[name, device] = Recorder(phone.phone.popen, f"{device}.monitor")
        for recorder in recorders.values():
            recorder.wait()

        before = max((entry["id"] for entry in network.sms()), default=0)
        calls = connect(phones, terminal)
        start = time.time()
        for name, player in players.items():
            player.say(np.concatenate([said[name], np.zeros(int(AFTER_S * voices.RATE))]))
        _listen(calls, settings.seconds + AFTER_S, terminal)
        ended = hang_up(calls, terminal)
        recordings = {place: recorder.stop() for place, recorder in recorders.items()}
    return _evidence(recordings, ended, network.sms(before), start, settings.seconds + AFTER_S)


def connect(phones: dict[str, TacitelPhone], terminal: Terminal) -> dict[str, PhoneCall]:
    """Places the call and answers it. Returns both ends once each hears the other."""
    terminal.command("alice", "tacitel call bob")
    phones["alice"].tacitel("call", "bob", "--no-wait")
    calls = {"alice": phones["alice"].wait_call()}
    calls["bob"] = phones["bob"].wait_call()
    calls["bob"].wait_state("ringing")
    calls["alice"].wait_state("ringing")
    terminal.done("bob's phone rings", f"{_since(calls['alice'], 'dialed', 'ringing')} after dialling")
    time.sleep(RINGING_S)
    terminal.command("bob", "tacitel answer")
    phones["bob"].tacitel("answer", "--no-wait")
    for call in calls.values():
        call.wait_state("active", timeout_s=10)
    for call in calls.values():
        call.wait_step("first-voice-heard")
    terminal.done("they hear each other", f"{_since(calls['bob'], 'answered', 'first-voice-heard')} after the answer")
    terminal.done("both phones show", " ".join(calls["bob"].properties.get("SasWords", [])))
    return calls


def _since(call: PhoneCall, first: str, last: str) -> str:
    timeline = call.properties.get("Timeline", {})
    return f"{(timeline[last] - timeline[first]) / 1000:.0f} ms" if {first, last} <= timeline.keys() else ""


def _listen(calls: dict[str, PhoneCall], seconds: float, terminal: Terminal) -> None:
    """Waits until all is said. Raises ConnectionError when the call ends before."""
    start = time.monotonic()
    while (passed := time.monotonic() - start) < seconds:
        terminal.bar("both speak at once", passed, seconds)
        for call in calls.values():
            call.wait_state("active", timeout_s=5)
        time.sleep(min(0.2, max(0.0, seconds - passed)))
    terminal.done("both spoke at once", f"{seconds:.0f} s")


def hang_up(calls: dict[str, PhoneCall], terminal: Terminal) -> dict[str, Ended]:
    statistics = {name: call.statistics() for name, call in calls.items()}
    terminal.command("alice", "tacitel hangup")
    calls["alice"].phone.tacitel("hangup")
    ended = {}
    for name, call in calls.items():
        call.wait_state("ended", timeout_s=10)
        last = call.properties
        ended[name] = Ended(last.get("Timeline", {}), statistics[name], last.get("SasWords", []),
                            last.get("Security", "none"))
    return ended


def _evidence(recordings: dict[tuple[str, str], Recording], ended: dict[str, Ended], sent: list[dict],
              start: float, seconds: float) -> figures.Evidence:
    def cut(phone: str, device: str) -> np.ndarray:
        return recordings[phone, device].cut(start, start + seconds)

    sms = [(entry["accepted-us"], entry["delivered-us"]) for entry in sent if "delivered-us" in entry]
    levels = {phone.security for phone in ended.values()}
    return figures.Evidence(
        voices={way: figures.Voice(cut(mouth, MICROPHONE), cut(ear, SPEAKER), voices.RATE,
                                   concealed(ended[ear].statistics)) for way, (mouth, ear) in WAYS.items()},
        recorded_us=int(start * 1e6),
        datagrams=[],
        timelines={name: phone.timeline for name, phone in ended.items()},
        sms=sms,
        security=levels.pop() if len(levels) == 1 else "none",
        words={name: phone.words for name, phone in ended.items()},
        profile=ended["alice"].statistics.get("Profile", ""),
    )


def concealed(statistics: dict) -> float | None:
    """The share of the frames played that had to be made up, in percent."""
    frames = statistics.get("Played", 0) + statistics.get("Concealed", 0)
    return round(100 * statistics.get("Concealed", 0) / frames, 3) if frames else None


def write_report(folder: Path, evidence: figures.Evidence) -> dict:
    for way, (mouth, ear) in WAYS.items():
        voices.write_wav(folder / f"{mouth}-said.wav", evidence.voices[way].said)
        voices.write_wav(folder / f"{ear}-heard.wav", evidence.voices[way].heard)
    report = figures.figures(evidence)
    (folder / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    page.write(folder / "report.html", evidence, report)
    return report
