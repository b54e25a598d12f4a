# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls between two phones of a lab, for the groups of tests/bench to measure."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from demokit.figures import setup_ms
from demokit.phones import CALL, QUICK_UNLOCK, PhoneCall, TacitelPhone
from demokit.sound import Player
from demokit.voices import MAN, WOMAN, script
from labkit import Lab

from .allocations import Allocations


@contextmanager
def two_phones(build: Path, counted: Allocations | None = None) -> Iterator[dict[str, TacitelPhone]]:
    """A lab with alice and bob, who know each other and are ready to call.

    counted: if given, alice's taciteld runs with the allocation counter
    """
    with Lab(["alice", "bob"], build) as lab:
        if counted is not None:
            lab.phone("alice").popen(["taciteld"], env=counted.environment)
            lab.phone("alice").run(["gdbus", "wait", "--session", "--timeout", "20", "org.tacitel.Tacitel"], check=True)
        with (TacitelPhone(lab.phone("alice"), QUICK_UNLOCK) as alice,
              TacitelPhone(lab.phone("bob"), QUICK_UNLOCK) as bob):
            for phone in (alice, bob):
                phone.wait_ready()
            alice.add_contact(bob)
            bob.add_contact(alice)
            yield {"alice": alice, "bob": bob}


def daemon_pid(phone: TacitelPhone) -> int:
    """The phone's taciteld, as this side of the lab's process namespace numbers it."""
    return program_pid(phone.phone, "taciteld")


def program_pid(phone, program: str) -> int:
    """A program that runs on a phone of a lab (labkit.Phone), the one that started first."""
    mark = {f"TACITEL_LAB={phone.env['TACITEL_LAB']}", f"TACITEL_LAB_PHONE={phone.name}"}
    for entry in sorted((entry for entry in Path("/proc").iterdir() if entry.name.isdigit()),
                        key=lambda entry: int(entry.name)):
        try:
            if (entry / "comm").read_text().strip() == program:
                if mark <= set((entry / "environ").read_text(errors="replace").split("\0")):
                    return int(entry.name)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    raise ProcessLookupError(f"no {program} runs on {phone.name}")


def child_pid(pid: int, program: str, timeout_s: float = 10) -> int:
    """Of the program that labkit's enter.py, process `pid`, runs."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            if (Path("/proc") / child / "comm").read_text().strip() == program:
                return int(child)
        time.sleep(0.02)
    raise ProcessLookupError(f"process {pid} started no {program}")


@dataclass
class Calling:
    """A call that is on, from both ends."""

    alice: PhoneCall
    bob: PhoneCall

    def timelines(self) -> dict[str, dict[str, int]]:
        return {"alice": self.alice.properties.get("Timeline", {}), "bob": self.bob.properties.get("Timeline", {})}

    def setup_ms(self) -> dict[str, float | None]:
        return setup_ms(self.timelines())


@contextmanager
def call(phones: dict[str, TacitelPhone]) -> Iterator[Calling]:
    """A call from the first to the second phone, in which each hears the other; hung up and gone afterwards."""
    alice, bob = phones.values()
    path = alice.service.call("/org/tacitel/Tacitel", "org.tacitel.Manager1", "Dial", "(s)", bob.name)
    calling = Calling(PhoneCall(alice, path), bob.wait_call())
    for end in (calling.alice, calling.bob):
        end.wait_state("ringing")
    calling.bob.call("Answer")
    for end in (calling.alice, calling.bob):
        end.wait_state("active", timeout_s=10)
        end.wait_step("first-voice-heard")
    yield calling
    calling.alice.call("Hangup")
    for phone in (alice, bob):
        phone.service.wait(lambda phone=phone: not phone.service.objects(CALL), 10, f"the end of {phone.name}'s call")


@contextmanager
def speaking(phones: dict[str, TacitelPhone], seconds: float) -> Iterator[None]:
    """Both speak for so many seconds, as long as the block lasts."""
    players = []
    try:
        for name, paths in (("alice", WOMAN), ("bob", MAN)):
            players.append(Player(phones[name].phone.popen, "microphone"))
            players[-1].say(script(paths, seconds))
        yield
    finally:
        for player in players:
            player.stop()


def namespaces(phones: dict[str, TacitelPhone]) -> int:
    """How many network namespaces the processes of this lab are in."""
    mark = f"TACITEL_LAB={phones['alice'].phone.env['TACITEL_LAB']}".encode()
    seen = set()
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                seen.add(os.readlink(entry / "ns/net"))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return len(seen)


def wait_s(seconds: float) -> None:
    """Lets a measurement last; nothing is waited for."""
    time.sleep(seconds)
