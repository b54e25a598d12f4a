# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast one SMS leads to ringing, and how long nothing is heard when an address changes."""

import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
from demokit.bus import variant
from demokit.phones import PhoneCall
from reachkit.field import Field, dial, field, turn_config, wait_gone

from .bench import Bench
from .calls import wait_s
from .gaps import longest_gap_ms
from .rows import Row

SUMMARY = "direct and by a relay: invitation to ringing; the gap in what is heard when an address changes"
GROUP = "reach"
ONE_WAY_MS = 12.5  # of each phone's radio, so 50 ms between the phones and back
CALLS = 10
MOVES = 5
RATE, TONE = 16000, 1000
BETWEEN_S = 5  # until the next standby is there, and the last gap is over
# caller and callee; direct: the callee reaches the caller's address; relayed: neither reaches the other's
WAYS = {"direct": ("public", "eim"), "relayed": ("symmetric", "symmetric")}
RINGING_MS = {"direct": 600, "relayed": 1200}
GAP_MS = {"direct": 400, "relayed": 800}
FLOOR = "round trip of the link"
ECHO = """
import socket
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("192.0.2.1", 7))
print("ready", flush=True)
while True:
    sock.sendto(*sock.recvfrom(100))
"""
ASK = """
import socket, time
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.settimeout(5)
for _ in range(20):
    begin = time.monotonic()
    sock.sendto(b"?", ("192.0.2.1", 7))
    sock.recv(100)
    print((time.monotonic() - begin) * 1000)
"""


def run(bench: Bench) -> Iterator[Row]:
    for way in WAYS:
        with two_phones(bench, way) as made:
            ringing = [invite_to_ringing(made) for _ in range(CALLS)]
            with moving_call(made) as ends:
                floor = round_trip_ms(made)
                still = heard_gap(made, bench, lambda: None)
                gaps = {name: [] for name in made.phones}
                concealed = []
                for _ in range(MOVES):
                    before = ends["bob"].statistics()["Concealed"]
                    for name, gap in heard_gap(made, bench, lambda: move(made, ends)).items():
                        gaps[name].append(gap)
                    concealed.append((ends["bob"].statistics()["Concealed"] - before) * 20)
        yield from rows(way, ringing, still, gaps, concealed, floor)


def rows(way: str, ringing: list[float], still: dict[str, float], gaps: dict[str, list[float]],
         concealed: list[float], floor: float) -> Iterator[Row]:
    def row(figure: str, ours: float, target: float | None = None, sign: str = "<") -> Row:
        return Row(GROUP, f"{way}: {figure}", "ms", round(ours, 1), round(floor, 1), FLOOR,
                   None if target is None else f"{sign} {target}")

    yield row("invitation to ringing, median", statistics.median(ringing), RINGING_MS[way], "<=")
    yield row("invitation to ringing, worst", max(ringing), RINGING_MS[way], "<=")
    yield row("longest gap heard, nobody moves", max(still.values()))
    yield row("gap heard of who moves, median", statistics.median(gaps["bob"]), GAP_MS[way])
    yield row("gap heard of who moves, worst", max(gaps["bob"]), GAP_MS[way])
    yield row("gap heard by who moves, median", statistics.median(gaps["alice"]), GAP_MS[way])
    yield row("gap heard by who moves, worst", max(gaps["alice"]), GAP_MS[way])
    yield row("concealed, by the statistics, median", statistics.median(concealed))


AUDIO = "[audio]\necho-canceller=off\nnoise-suppression=off\ngain=off\n"  # a steady tone is noise, to those that suppress it


@contextmanager
def two_phones(bench: Bench, way: str) -> Iterator[Field]:
    """alice and bob, with a tone in their microphones and a recording of their ear pieces, on links with a delay."""
    with field(bench.build, ["alice", "bob"], [("alice", "bob")], dict(zip(("alice", "bob"), WAYS[way])),
               lambda lab: AUDIO + turn_config(lab)) as made, ExitStack() as stack:
        for name, phone in made.phones.items():
            made.emulate(name, "SetLink", "(sa{sv})", "both", {"delay-ms": variant("d", ONE_WAY_MS)})
            phone.phone.run(["pactl", "load-module", "module-sine", "sink=microphone", f"frequency={TONE}"], check=True,
                            stdout=-3)
            recording = stack.enter_context(open(bench.folder / f"{name}.raw", "wb"))
            recorder = phone.phone.popen(["parec", "--device=speaker.monitor", "--format=s16le", f"--rate={RATE}",
                                          "--channels=1", "--latency-msec=10"], stdout=recording)
            stack.callback(recorder.wait)
            stack.callback(recorder.terminate)
        yield made


def invite_to_ringing(made: Field) -> float:
    outgoing, incoming = ring(made)
    outgoing.call("Hangup")
    wait_gone(outgoing, incoming)
    steps = incoming.properties["Timeline"]
    return (steps["ringing"] - steps["invite-received"]) / 1000


def ring(made: Field) -> tuple[PhoneCall, PhoneCall]:
    alice, bob = made.phones["alice"], made.phones["bob"]
    outgoing = dial(alice, bob)
    incoming = bob.wait_call()
    for end in (outgoing, incoming):
        end.wait_state("ringing")
    return outgoing, incoming


@contextmanager
def moving_call(made: Field) -> Iterator[dict[str, PhoneCall]]:
    """A call in which each hears the other's tone."""
    outgoing, incoming = ring(made)
    incoming.call("Answer")
    for end in (outgoing, incoming):
        end.wait_state("active")
        end.wait_step("first-voice-heard")
    wait_s(BETWEEN_S)
    yield {"alice": outgoing, "bob": incoming}
    outgoing.call("Hangup")
    wait_gone(outgoing, incoming)


def move(made: Field, ends: dict[str, PhoneCall]) -> None:
    """alice gets another address."""
    made.emulate("alice", "ChangeAddress")
    for end in ends.values():
        if end.properties["State"] == "ended":
            raise ConnectionError(f"{end.phone.name}'s call ended: {end.properties['ReasonText']}")


def heard_gap(made: Field, bench: Bench, act) -> dict[str, float]:
    """The longest gap in what each hears, from before `act` until some seconds after."""
    files = {name: bench.folder / f"{name}.raw" for name in made.phones}
    wait_s(1)
    begin = {name: file.stat().st_size for name, file in files.items()}
    wait_s(0.5)
    act()
    wait_s(BETWEEN_S)
    return {name: longest_gap_ms(read_from(file, begin[name]), RATE, TONE) for name, file in files.items()}


def read_from(file: Path, offset: int) -> np.ndarray:
    with open(file, "rb") as recording:
        recording.seek(offset // 2 * 2)
        data = recording.read()
    return np.frombuffer(data[: len(data) // 2 * 2], "<i2") / 32768


def round_trip_ms(made: Field) -> float:
    """Between the phones and back, by their ways to the internet: the least of each."""
    with ExitStack() as stack:
        server = stack.enter_context(made.lab.popen(["/usr/bin/python3", "-c", ECHO], stdout=-1, text=True))
        stack.callback(server.terminate)
        server.stdout.readline()
        total = 0.0
        for phone in made.phones.values():
            done = phone.run("/usr/bin/python3", "-c", ASK)
            total += min(float(line) for line in done.stdout.split())
        return total
