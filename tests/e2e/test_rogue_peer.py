# SPDX-License-Identifier: GPL-3.0-or-later
"""A verified contact whose phone is malicious: it has the right keys, and floods, lies and repeats (tests/rogue).

The daemon answers all the while; its memory and its work stay bounded; the call goes on, or ends with a reason; and
an honest call works afterwards.
"""

import os
import queue
import subprocess
import threading
import time
from pathlib import Path

import pytest
from couple import CALL, Couple, LabPhone, couple, variant
from demokit.phones import PhoneCall
from usage import answers, bounded, usage

BUILD = os.environ["TACITEL_BUILD"]
SECRET = "11" * 32
CONTEXT = "/phonesim/context1"
MEMORY_KIB = 4096  # what a flood may add; an arena of malloc, not what was sent
CPU_SHARE = 0.5    # of one processor, while 1,500 datagrams a second come


class Rogue:
    """The program on a phone of the lab. Use in a with block."""

    def __init__(self, phone: LabPhone, peer: LabPhone) -> None:
        self._command = [Path(BUILD, "tests", "rogue", "rogue"), SECRET, peer.manager["Identity"], phone.phone.ipv4]
        self._phone, self._lines, self.heard = phone.phone, queue.Queue(), []

    def __enter__(self) -> "Rogue":
        self._process = self._phone.popen(list(map(str, self._command)), stdin=subprocess.PIPE,
                                          stdout=subprocess.PIPE, text=True, bufsize=1)
        threading.Thread(target=self._read, daemon=True).start()
        self.key = self.wait("key")[1]
        return self

    def __exit__(self, *exception) -> None:
        self._process.stdin.close()
        assert self._process.wait(10) == 0
        self._process.stdout.close()

    def _read(self) -> None:
        for line in self._process.stdout:
            self._lines.put(line.strip())

    def tell(self, *words) -> None:
        print(*words, file=self._process.stdin, flush=True)

    def wait(self, word: str, timeout_s: float = 20) -> list[str]:
        """Until it says so; the words of that line."""
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                line = self._lines.get(timeout=max(0.001, deadline - time.monotonic()))
            except queue.Empty:
                raise TimeoutError(f"the rogue did not say '{word}' but {self.heard}") from None
            self.heard.append(line)
            if line.split()[0] == word:
                return line.split()

    def attack(self, name: str, rate: int, number: int) -> list[str]:
        self.tell("attack", name, rate, number)
        return self.wait("done", timeout_s=20 + number / rate)


@pytest.fixture(scope="module")
def lab():
    with couple(BUILD, names=("alice", "bob", "mallory"), acquainted=False) as lab:
        alice, bob, mallory = lab.phones.values()
        alice.add_contact(bob)
        bob.add_contact(alice)
        with Rogue(mallory, alice) as the_rogue:
            alice.tacitel("contact", "add", "mallory", mallory.number, the_rogue.key)
        done = mallory.run("gdbus", "call", "--system", "--dest", "org.ofono", "--object-path", CONTEXT, "--method",
                           "org.ofono.ConnectionContext.SetProperty", "Active", "<true>")
        assert done.returncode == 0, done.stderr
        yield lab


@pytest.fixture
def rogue(lab: Couple):
    with Rogue(lab.phones["mallory"], lab.alice) as rogue:
        yield rogue
    for path in lab.alice.service.objects(CALL):
        PhoneCall(lab.alice, path).call("Hangup")
    lab.alice.service.wait(lambda: not lab.alice.service.objects(CALL), 20, "alice's call to go")


def talk(lab: Couple, rogue: Rogue) -> PhoneCall:
    """A call of the rogue that alice has answered and hears."""
    rogue.tell("call")
    sms = bytes.fromhex(rogue.wait("sms")[1])
    lab.alice.emulated("SendSms", "(sa{sv})", lab.phones["mallory"].number, {"data": variant("ay", list(sms))})
    call = lab.alice.wait_call()
    call.wait_state("ringing")
    call.call("Answer")
    rogue.wait("active")
    call.wait_step("first-voice-heard")
    return call


# What a call survives: how many a second, how many. On the lane first: what goes past it ends its use.
HARMLESS = {"kem": (4, 4), "again": (30, 18), "reports": (30, 30), "pings": (100, 100), "noise": (50, 50),
            "future": (50, 50)}
PONGS = 80  # of the pings: those that are answered, at most
# What ends it: how many a second, how many, what counts it.
BREACHES = {
    "path": (2000, 10_000, "datagram.flood"),
    "path-on-lane": (2000, 10_000, "datagram.flood"),
    "garbage": (2000, 10_000, "datagram.malformed"),
    "fragments": (2000, 10_000, "datagram.flood"),
    "jumps": (2000, 10_000, "datagram.flood"),
    "holds": (2000, 10_000, "datagram.flood"),
    "voice": (1543, 15_000, "datagram.flood"),
    "bye": (1, 1, None),
}


@pytest.mark.sanitize
def test_calls_that_go_on(lab: Couple, rogue: Rogue):
    call = talk(lab, rogue)
    call.call("Verify", "(b)", True)
    assert lab.alice.contacts()["mallory"]["Trust"] == "verified"
    before = usage(lab.alice)
    for what, (rate, number) in HARMLESS.items():
        _, _, sent, pongs = rogue.attack(what, rate, number)
        assert int(sent) == number
        answers(lab.alice)
        assert call.properties["State"] == "active", what
    after = usage(lab.alice)
    assert 0 < int(pongs) <= PONGS
    lab.alice.service.wait(lambda: lab.alice.counters().get("datagram.ahead") == HARMLESS["future"][1] // 2, 5,
                           "what lies too far ahead to be counted")
    assert call.statistics()["LossSent"] <= 100
    assert bounded(before, after, MEMORY_KIB, CPU_SHARE), (before, after)

    # The voice is heard as before once it is honest again, and not later than before.
    played = call.statistics()["Played"]
    lab.alice.service.wait(lambda: call.statistics()["Played"] > played + 50, 10, "a second of voice to be heard")
    assert call.statistics()["PlayoutDelay"] < 400
    call.call("Hangup")
    assert lab.gone(call) == ["hangup"]


@pytest.mark.sanitize
@pytest.mark.parametrize("what", BREACHES)
def test_calls_that_end(lab: Couple, rogue: Rogue, what: str):
    rate, number, counter = BREACHES[what]
    call = talk(lab, rogue)
    before, counted = usage(lab.alice), lab.alice.counters().get(counter, 0)
    rogue.tell("attack", what, rate, number)
    call.wait_state("ended", timeout_s=10)
    after = usage(lab.alice)
    answers(lab.alice)
    assert lab.gone(call) == ["protocol-error"]
    assert bounded(before, after, MEMORY_KIB, CPU_SHARE), (before, after)
    # A slow phone may first find that its own PATHs get no acknowledgement.
    assert counter is None or lab.alice.counters()[counter] > counted \
        or "it acknowledges nothing" in call.properties["ReasonText"]


def test_a_rogue_that_is_called(lab: Couple, rogue: Rogue):
    """It answers properly until it rings, and floods then."""
    mallory = lab.phones["mallory"]
    before = len(lab.network.sms())
    call = lab.dial(lab.alice, mallory)
    invite = lab.network.service.wait(
        lambda: next((one for one in lab.network.sms()[before:] if one["to"] == mallory.number), None), 10, "an INVITE")
    rogue.tell("sms", invite["tpdu"][-266:])
    call.wait_state("ringing")
    rogue.tell("attack", "garbage", 1000, 1000)
    assert lab.gone(call, timeout_s=10) == ["protocol-error"]


def test_an_honest_call_afterwards(lab: Couple):
    """The last of this file: the daemon that all this was done to is the same, and sound."""
    ends = lab.talk(lab.alice, lab.bob)
    ends[0].call("Hangup")
    assert lab.gone(*ends) == ["hangup", "remote-hangup"]
    assert {call["Reason"] for call in lab.alice.history()} >= {"hangup", "protocol-error"}
