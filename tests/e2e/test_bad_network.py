# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls over a network that loses, repeats, alters and falls silent."""

import os
import time

import pytest
from couple import Couple, couple, variant

HANDSHAKE, VOICE = 0xC1, 0xC3
PORTS_S = 6  # a daemon holds on to those of a call for 4
BEHIND_UDP = (28, 48)  # offset of a datagram in an IPv4 and in an IPv6 packet


@pytest.fixture(scope="module")
def alone():
    with couple(os.environ["TACITEL_BUILD"]) as pair:
        yield pair


@pytest.fixture
def pair(alone: Couple):
    yield alone
    alone.emulator("ClearRules")


def on_datagrams(pair: Couple, first_byte: int, **keys) -> None:
    """A rule for the datagrams that begin so."""
    types = {str: "s", int: "u"}
    rule = {key.replace("_", "-"): variant(types[type(value)], value) for key, value in keys.items()}
    for offset in BEHIND_UDP:
        pair.emulator("AddRule", "(a{sv})", {**rule, "kind": variant("s", "ip"), "bytes": variant("ay", [first_byte]),
                                             "offset": variant("u", offset)})


def end(pair: Couple, *ends) -> None:
    ends[0].call("Hangup")
    assert pair.gone(*ends) == ["hangup", "remote-hangup"]


def counted(pair: Couple, name: str) -> int:
    return pair.bob.counters().get(name, 0)


def test_invitation_lost_and_repeated(pair: Couple):
    before = len(pair.network.sms())
    pair.rule(kind="sms", phone="alice", direction="up", action="drop", times=1)
    ends = pair.ring(pair.alice, pair.bob)
    sent = pair.network.sms()[before:]
    assert len(sent) == 2
    assert sent[0]["tpdu"][-266:] == sent[1]["tpdu"][-266:]  # the same 133 bytes
    end(pair, *ends)


def test_invitation_delivered_three_times(pair: Couple):
    before = counted(pair, "sms.repeated") + counted(pair, "sms.replayed")
    pair.rule(kind="sms", phone="bob", direction="down", action="duplicate", copies=3, times=1)
    ends = pair.talk(pair.alice, pair.bob)
    pair.bob.service.wait(lambda: counted(pair, "sms.repeated") + counted(pair, "sms.replayed") == before + 2, 5,
                          "two repeats to be counted")
    assert len(pair.bob.service.objects("org.tacitel.Call1")) == 1
    end(pair, *ends)


def test_second_sms_when_no_path_is_found_at_once(pair: Couple):
    before = len(pair.network.sms())
    pair.rule(kind="ip", phone="bob", direction="up", action="drop")
    out = pair.dial(pair.alice, pair.bob)
    incoming = pair.bob.wait_call()
    out.wait_state("connecting")
    assert [(one["from"], one["to"]) for one in pair.network.sms()[before:]] == [
        (pair.alice.number, pair.bob.number), (pair.bob.number, pair.alice.number)]
    pair.emulator("ClearRules")
    for side in (out, incoming):
        side.wait_state("ringing")
    end(pair, out, incoming)


@pytest.mark.slow
def test_no_path_at_all(pair: Couple):
    pair.rule(kind="ip", direction="up", action="drop")
    out = pair.dial(pair.alice, pair.bob)
    incoming = pair.bob.wait_call()
    assert pair.gone(out, incoming, timeout_s=40) == ["no-path", "no-path"]
    assert "ringing" not in incoming.properties["Timeline"]


def test_handshake_lost_three_times(pair: Couple):
    on_datagrams(pair, HANDSHAKE, phone="bob", direction="up", action="drop", times=3)
    ends = pair.talk(pair.alice, pair.bob)
    end(pair, *ends)


@pytest.mark.sanitize
def test_repeated_voice_is_counted(pair: Couple):
    ends = pair.talk(pair.alice, pair.bob)
    before = counted(pair, "datagram.replayed")
    on_datagrams(pair, VOICE, phone="bob", direction="down", times=20, action="duplicate")
    pair.bob.service.wait(lambda: counted(pair, "datagram.replayed") >= before + 20, 10, "20 repeats to be counted")
    assert [side.properties["State"] for side in ends] == ["active", "active"]
    end(pair, *ends)


def test_silence_is_survived(pair: Couple):
    ends = pair.talk(pair.alice, pair.bob)
    pair.rule(kind="ip", phone="bob", action="drop")
    for side in ends:
        side.wait_state("reconnecting")
    pair.emulator("ClearRules")
    for side in ends:
        side.wait_state("active")
    end(pair, *ends)


@pytest.mark.slow
def test_silence_for_good(pair: Couple):
    ends = pair.talk(pair.alice, pair.bob)
    pair.rule(kind="ip", phone="bob", action="drop")
    assert pair.gone(*ends, timeout_s=45) == ["lost", "lost"]


def open_files(pair: Couple) -> int:
    script = ('ls /proc/$(gdbus call --session --dest org.freedesktop.DBus --object-path /org/freedesktop/DBus --method '
              "org.freedesktop.DBus.GetConnectionUnixProcessID org.tacitel.Tacitel | tr -dc '0-9 ' "
              "| awk '{print $NF}')/fd | wc -l")
    done = pair.lab.phone("bob").run(["sh", "-c", script], capture_output=True, text=True, check=True)
    return int(done.stdout)


def settled_files(pair: Couple) -> int:
    """When a call's ports are held no more."""
    deadline, least = time.monotonic() + PORTS_S, open_files(pair)
    while time.monotonic() < deadline:
        time.sleep(0.5)
        least = min(least, open_files(pair))
    return least


def test_many_calls_leave_nothing(pair: Couple):
    end(pair, *pair.talk(pair.alice, pair.bob))
    before = settled_files(pair)
    assert before > 3
    for _ in range(10):
        end(pair, *pair.talk(pair.alice, pair.bob))
    assert not pair.bob.service.objects("org.tacitel.Call1")
    assert settled_files(pair) <= before
