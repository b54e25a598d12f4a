# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls that outlive what networks do: other addresses, tunnels, and replays of what was said before."""

import os
import sys
from pathlib import Path

import pytest
from couple import Couple, couple
from demokit.bus import variant
from demokit.pcapng import CONTROL, datagrams

STRANGER = Path(__file__).parent / "stranger.py"


@pytest.fixture(scope="module")
def pair():
    with couple(os.environ["TACITEL_BUILD"]) as pair:
        yield pair


@pytest.fixture
def ends(pair: Couple):
    """A call in which both talk, and whose standby paths are known to both."""
    ends = pair.talk(pair.alice, pair.bob)
    for end in ends:
        end.wait_statistics(lambda now: now["StandbyOffered"], "a standby path to be offered")
    yield ends
    if ends[0].properties["State"] != "ended":
        ends[0].call("Hangup")
    pair.gone(*ends, timeout_s=45)


def voice_goes_on(*ends) -> None:
    """Each hears what is said from now on."""
    for end in ends:
        before = end.statistics()
        end.wait_statistics(lambda now, before=before: now["PacketsReceived"] > before["PacketsReceived"] + 50
                            and now["Played"] > before["Played"] + 50, "to be heard again")
        end.wait_state("active")


def changes(end) -> int:
    return end.statistics()["PathChanges"]


def sms_sent(pair: Couple) -> int:
    return len(pair.network.sms())


@pytest.mark.sanitize
def test_each_moves(pair: Couple, ends):
    """The keys stay, no SMS is needed, and nothing of the voice is refused."""
    words, sms = ends[0].properties["SasWords"], sms_sent(pair)
    for number, phone in enumerate((pair.alice, pair.bob, pair.alice), start=1):
        here = ends[0 if phone is pair.alice else 1].statistics()["LocalAddress"]
        phone.emulated("ChangeAddress")
        for end in ends:
            end.wait_statistics(lambda now, number=number: now["PathChanges"] >= number, "to change its path")
        voice_goes_on(*ends)
        assert ends[0 if phone is pair.alice else 1].statistics()["LocalAddress"] != here
        for end in ends:
            end.wait_statistics(lambda now: now["StandbyOffered"], "the next standby path to be offered")
    assert sms_sent(pair) == sms
    assert [end.properties["SasWords"] for end in ends] == [words, words]
    assert [end.statistics()["Refused"] for end in ends] == [0, 0]


def test_both_move_at_once(pair: Couple, ends):
    """Neither is where the other knows it to be: they tell each other by SMS."""
    sms = sms_sent(pair)
    for phone in (pair.alice, pair.bob):
        phone.emulated("ChangeAddress")
    for end in ends:
        end.wait_state("reconnecting")
    for end in ends:
        end.wait_statistics(lambda now: now["PathChanges"] >= 1, "to change its path")
    voice_goes_on(*ends)
    assert 1 <= sms_sent(pair) - sms <= 4


@pytest.mark.parametrize("mover", ["alice", "bob"])
def test_moved_while_it_is_set_up(pair: Couple, mover: str):
    """The invitation is on its way, or has just come: the call is set up from where the phone is now."""
    pair.rule(kind="sms", phone="bob", direction="down", action="delay", delay_ms=1500, times=1)
    out = pair.dial(pair.alice, pair.bob)
    if mover == "alice":
        out.wait_state("inviting")
    else:
        pair.bob.wait_call().wait_state("connecting", "securing", "ringing")
    pair.phones[mover].emulated("ChangeAddress")
    incoming = pair.bob.wait_call()
    for end in (out, incoming):
        end.wait_state("ringing")
    incoming.call("Answer")
    voice_goes_on(out, incoming)
    out.call("Hangup")
    assert pair.gone(out, incoming) == ["hangup", "remote-hangup"]


def test_tunnel(pair: Couple, ends):
    """25 s without a network: both are told, and it goes on by itself, over the old path or another."""
    pair.alice.emulated("InterruptLink", "(ub)", 25000, False)
    for end in ends:
        end.wait_state("reconnecting")
    for end in ends:
        end.wait_state("active", timeout_s=40)
    voice_goes_on(*ends)


def test_what_was_said_before_the_move_moves_nothing(pair: Couple, ends, tmp_path: Path):
    """Recorded checks and control datagrams, sent again from the address that was left and from elsewhere."""
    capture = tmp_path / "alice.pcapng"
    pair.network.start_capture("alice", capture)
    old = ends[0].statistics()["LocalAddress"]
    for _ in range(2):
        before = [changes(end) for end in ends]
        pair.alice.emulated("ChangeAddress")
        for end, was in zip(ends, before):
            end.wait_statistics(lambda now, was=was: now["PathChanges"] > was, "to change its path")
        voice_goes_on(*ends)
    pair.network.stop_capture("alice")
    sent = [one for one in datagrams(capture) if one.outbound]
    replays = [one.payload for one in sent if one.kind == CONTROL or one.payload[0] < 4]
    assert sum(payload[0] < 4 for payload in replays) >= 2 and sum(payload[0] >= 4 for payload in replays) >= 3
    before, there = [changes(end) for end in ends], [end.statistics()["RemoteAddress"] for end in ends]
    host, port = ends[1].statistics()["LocalAddress"].rsplit(":", 1)
    for source in ([], old.rsplit(":", 1)):
        done = pair.lab.run([sys.executable, "-B", STRANGER, host, port, *source], capture_output=True, text=True,
                            input="\n".join(map(bytes.hex, replays)), timeout=30)
        assert (done.returncode, done.stderr) == (0, "")
        voice_goes_on(*ends)
    assert [changes(end) for end in ends] == before
    assert [end.statistics()["RemoteAddress"] for end in ends] == there


def test_declined_where_the_path_works_one_way(pair: Couple):
    """BYE is not acknowledged: it goes by the standby, too, and the caller learns how the call ended."""
    ends = pair.ring(pair.alice, pair.bob)
    for end in ends:
        end.wait_statistics(lambda now: now["StandbyOffered"], "a standby path to be offered")
    port = int(ends[0].statistics()["LocalAddress"].rsplit(":", 1)[1])
    rule = pair.emulator("AddRule", "(a{sv})", {
        "kind": variant("s", "ip"), "phone": variant("s", "alice"), "direction": variant("s", "down"),
        "action": variant("s", "drop"), "offset": variant("u", 22), "bytes": variant("ay", list(port.to_bytes(2, "big")))})
    try:
        ends[1].call("Hangup")
        assert pair.gone(*ends) == ["remote-declined", "declined"]
        dropped = dict(pair.emulator("ListRules"))[rule]["applied"]
        assert dropped >= 1, "BYE went by the path that was cut"
    finally:
        pair.emulator("RemoveRule", "(u)", rule)
