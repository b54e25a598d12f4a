# SPDX-License-Identifier: GPL-3.0-or-later
"""taciteld killed in the middle of a call: the other side learns of it, and the next one can call at once."""

import os
import time
from pathlib import Path

import pytest
from couple import Couple, couple
from demokit.phones import CALL, PhoneCall

CONTEXT = "/phonesim/context1"


@pytest.fixture(scope="module")
def pair():
    with couple(os.environ["TACITEL_BUILD"]) as pair:
        yield pair


def is_context_active(phone) -> bool:
    done = phone.run("gdbus", "call", "--system", "--dest", "org.ofono", "--object-path", CONTEXT, "--method",
                     "org.ofono.ConnectionContext.GetProperties")
    assert done.returncode == 0, done.stderr
    return "'Active': <true>" in done.stdout


def wait_context_down(phone) -> None:
    deadline = time.monotonic() + 20
    while is_context_active(phone):
        assert time.monotonic() < deadline, f"{phone.name}'s context stays up"


def record(phone) -> Path:
    return Path(phone.phone.env["XDG_RUNTIME_DIR"]) / "tacitel" / "data-context"


def test_killed_in_a_call(pair: Couple):
    """The peer notices within 8 s; the next daemon tells of the crash and calls the same peer again."""
    ends = pair.talk(pair.alice, pair.bob)
    assert record(pair.alice).stat().st_mode & 0o777 == 0o600
    killed = time.monotonic()
    pair.alice.stop_daemon("KILL")
    pair.bob.service.wait(lambda: ends[1].properties["State"] != "active", 8, "bob to learn that alice is gone")
    assert time.monotonic() - killed < 8
    assert is_context_active(pair.alice)

    pair.alice.start_daemon()
    pair.alice.wait_ready()
    last = pair.alice.history()[0]
    assert (last["Reason"], last["Direction"]) == ("crashed", "outgoing")

    again = pair.dial(pair.alice, pair.bob)
    incoming = pair.bob.service.wait(
        lambda: [path for path in pair.bob.service.objects(CALL) if path != ends[1].path], 20, "the next call on bob")
    incoming = PhoneCall(pair.bob, incoming[0])
    incoming.wait_state("ringing")
    incoming.call("Answer")
    again.wait_state("active")
    again.wait_step("first-voice-heard")
    ends[1].wait_state("ended")
    assert ends[1].properties["Reason"] == "lost"
    again.call("Hangup")
    pair.gone(again, incoming, ends[1])
    for phone in (pair.alice, pair.bob):
        wait_context_down(phone)
        phone.service.wait(lambda phone=phone: not record(phone).exists(), 10, "the record to be removed")
    assert [call["Reason"] for call in pair.alice.history()[:2]] == ["hangup", "crashed"]
    assert [call["Reason"] for call in pair.bob.history()[:2]] == ["remote-hangup", "lost"]


def test_killed_and_nobody_calls(pair: Couple):
    """What the dead one had raised goes down with nobody's help."""
    ends = pair.talk(pair.bob, pair.alice)
    pair.alice.stop_daemon("KILL")
    assert is_context_active(pair.alice)
    pair.alice.start_daemon(unlocked=False)
    wait_context_down(pair.alice)
    pair.alice.unlock()
    ends[0].call("Hangup")
    pair.gone(ends[0])


def test_stale_record(pair: Couple):
    """A record of another ofonod says nothing of a context that is somebody else's."""
    path = record(pair.alice)
    pair.alice.stop_daemon()
    set_active = ("gdbus", "call", "--system", "--dest", "org.ofono", "--object-path", CONTEXT, "--method",
                  "org.ofono.ConnectionContext.SetProperty", "Active")
    assert pair.alice.run(*set_active, "<true>").returncode == 0
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"0123456789abcdef0123456789abcdef :1.0 {CONTEXT}\n")
    pair.alice.start_daemon()
    pair.alice.wait_ready()
    pair.alice.service.wait(lambda: not path.exists(), 10, "the stale record to be removed")
    assert is_context_active(pair.alice)
    assert pair.alice.run(*set_active, "<false>").returncode == 0
