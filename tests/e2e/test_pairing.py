# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys exchanged by SMS: asked, accepted, lost, crossed, changed."""

import json
import os

import pytest
from couple import MAIN, Couple, couple, variant
from demokit.bus import BusError
from demokit.phones import PAIRING, PASSPHRASE, CommandFailed

PAIR_SMS = bytes((0x54, 0x11))


@pytest.fixture
def pair():
    with couple(os.environ["TACITEL_BUILD"], acquainted=False) as pair:
        yield pair



def pair_sms(pair: Couple) -> list[tuple[str, str]]:
    """Who sent a PAIR to whom, in order; the second request of an hour is a text."""
    return [(one["from"], one["to"]) for one in pair.network.sms()
            if bytes.fromhex(one["tpdu"])[-133:].startswith(PAIR_SMS) or one.get("text", "").startswith("tac:")]


def requests(phone) -> list[tuple[str, str]]:
    return [(one["Direction"], one["Kind"]) for one in phone.requests()]


def counted(pair: Couple, phone, name: str) -> int:
    return phone.counters().get(name, 0)


@pytest.mark.sanitize
def test_pair_then_call(pair: Couple):
    alice, bob = pair.alice, pair.bob
    alice.tacitel("pair", bob.number, "--name", "Bob")
    request = bob.wait_request(alice.number)
    assert (request["Kind"], request["Key"]) == ("new", alice.manager["Identity"])
    assert any(one["name"] == "Requested" for one in bob.service.signals if one["interface"] == PAIRING)
    assert bob.contacts() == {}  # a request is no contact
    bob.tacitel("pair", "accept", alice.number, "--name", "Alice", "--yes")
    alice.service.wait(lambda: "Bob" in alice.contacts(), 20, "alice to have bob's key")
    assert alice.contacts()["Bob"]["Key"] == bob.manager["Identity"]
    assert bob.contacts()["Alice"]["Key"] == alice.manager["Identity"]
    assert pair_sms(pair) == [(alice.number, bob.number), (bob.number, alice.number)]
    assert requests(alice) == requests(bob) == []
    out = pair.alice.tacitel("call", "Bob", "--no-wait")
    incoming = bob.wait_call()
    incoming.wait_state("ringing")
    assert out and incoming.properties["Trust"] == "paired"
    incoming.call("Hangup")
    pair.gone(incoming)


def test_declined(pair: Couple):
    alice, bob = pair.alice, pair.bob
    alice.tacitel("pair", bob.number)
    bob.wait_request(alice.number)
    bob.tacitel("pair", "decline", alice.number)
    assert bob.requests() == []
    alice.tacitel("pair", bob.number)  # again: not heard
    bob.service.wait(lambda: counted(pair, bob, "pair.declined") == 1, 10, "the repeat to be counted")
    assert bob.requests() == [] and bob.contacts() == {}
    assert len(pair_sms(pair)) == 2  # both alice's: the answer is silence


def test_crossing_requests_merge(pair: Couple):
    alice, bob = pair.alice, pair.bob
    pair.emulator("AddRule", "(a{sv})", {"kind": variant("s", "sms"), "action": variant("s", "delay"),
                                         "direction": variant("s", "down"), "delay-ms": variant("u", 1500)})
    alice.tacitel("pair", bob.number, "--name", "Bob")
    bob.tacitel("pair", alice.number, "--name", "Alice")
    for phone, name in ((alice, "Bob"), (bob, "Alice")):
        phone.service.wait(lambda phone=phone, name=name: name in phone.contacts(), 20, f"{name}'s key")
        assert phone.requests() == []
    assert len(pair_sms(pair)) == 2


def test_the_answer_is_lost_and_asked_for_again(pair: Couple):
    alice, bob = pair.alice, pair.bob
    alice.tacitel("pair", bob.number, "--name", "Bob")
    bob.wait_request(alice.number)
    pair.rule(kind="sms", phone="alice", direction="down", action="drop", times=1)
    bob.tacitel("pair", "accept", alice.number, "--name", "Alice", "--yes")
    assert requests(alice) == [("outgoing", "waiting")]
    alice.tacitel("pair", bob.number, "--name", "Bob")  # bob's phone answers by itself: it knows this key
    alice.service.wait(lambda: "Bob" in alice.contacts(), 20, "alice to have bob's key")
    assert alice.contacts()["Bob"]["Key"] == bob.manager["Identity"]


def test_a_crash_loses_no_request(pair: Couple):
    alice, bob = pair.alice, pair.bob
    alice.tacitel("pair", bob.number, "--name", "Bob")
    bob.wait_request(alice.number)
    for phone in (alice, bob):
        phone.stop_daemon("KILL")
        phone.start_daemon()
    bob.tacitel("pair", "accept", alice.number, "--name", "Alice", "--yes")
    alice.service.wait(lambda: "Bob" in alice.contacts(), 20, "alice to have bob's key")


def test_a_changed_key_is_shown_and_replaces_nothing(pair: Couple):
    alice, bob = pair.alice, pair.bob
    alice.pair(bob)
    before = bob.contacts()["alice"]["Key"]
    alice.tacitel("wipe", "--yes")
    alice.tacitel("setup", "--passphrase-fd", "0", input=PASSPHRASE)
    alice.service.wait(lambda: alice.manager["State"] == "ready", 20, "alice to be set up anew")
    alice.tacitel("pair", bob.number, "--name", "bob")
    request = bob.wait_request(alice.number)
    assert request["Kind"] == "changed-key" and request["Text"]
    contact = bob.contacts()["alice"]
    assert (contact["Key"], contact["NewKey"]) == (before, alice.manager["Identity"])
    with pytest.raises(BusError):  # not the key that the user saw
        bob.service.call(MAIN, "org.tacitel.Contacts1", "ReplaceKey", "(ss)", "alice", "11" * 32)
    bob.tacitel("contact", "replace-key", "alice", "--yes")
    contact = bob.contacts()["alice"]
    assert (contact["Key"], contact["NewKey"], contact["Trust"]) == (alice.manager["Identity"], "", "paired")


def test_a_caller_that_this_phone_does_not_know_is_shown(pair: Couple):
    alice, bob = pair.alice, pair.bob
    alice.pair(bob)
    bob.tacitel("contact", "remove", "alice")  # one half is gone
    out = pair.dial(alice, bob)
    row = bob.service.wait(lambda: next(iter(bob.history()), None), 20, "the call to be in bob's history")
    assert (row["Number"], row["Reason"], row["Name"]) == (alice.number, "unknown", "")
    assert bob.service.call(MAIN, "org.tacitel.Manager1", "GetDecisions")[0]["Party"] == "unknown"
    out.call("Hangup")
    pair.gone(out)


@pytest.mark.sanitize
def test_bad_requests_are_counted_and_shown_nowhere(pair: Couple):
    alice, bob = pair.alice, pair.bob
    alice.tacitel("pair", bob.number)
    bob.wait_request(alice.number)
    good = bytes.fromhex(pair.network.sms()[-1]["tpdu"])[-133:]
    assert good.startswith(PAIR_SMS)
    own = good[:3] + bytes.fromhex(bob.manager["Identity"]) + good[35:]
    bad = {
        "an all-zero key": good[:3] + bytes(32) + good[35:],
        "a low-order key": good[:3] + b"\1" + bytes(31) + good[35:],
        "bob's own": own,
        "unknown flags": good[:2] + b"\x80" + good[3:],
        "a name with a control character": good[:35] + b"A\x07B" + bytes(95),
        "a name that is not UTF-8": good[:35] + b"\xff\xfe" + bytes(96),
        "truncated": good[:132],
    }
    for what, sms in bad.items():
        before = sum(bob.counters().values())
        bob.emulated("SendSms", "(sa{sv})", "+15551000077", {"data": variant("ay", list(sms))})
        bob.service.wait(lambda before=before: sum(bob.counters().values()) > before, 10, f"{what} to be counted")
    bob.emulated("SendSms", "(sa{sv})", "Bank", {"data": variant("ay", list(good))})  # no number to answer to
    bob.service.wait(lambda: counted(pair, bob, "pair.no-number") == 1, 10, "a sender without a number to be counted")
    assert [one["Number"] for one in bob.requests()] == [alice.number]


def test_floods_are_limited(pair: Couple):
    alice, bob = pair.alice, pair.bob
    alice.tacitel("pair", bob.number)
    bob.wait_request(alice.number)
    good = bytes.fromhex(pair.network.sms()[-1]["tpdu"])[-133:]
    for number in range(40):
        key = bytes([9 + number]) + os.urandom(30) + b"\x10"
        bob.emulated("SendSms", "(sa{sv})", f"+1555200{number:04}",
                      {"data": variant("ay", list(good[:3] + key + good[35:]))})
    bob.service.wait(lambda: counted(pair, bob, "pair.limited") >= 15, 30, "what is too much to be counted")
    assert len(bob.requests()) <= 20


def test_the_hook_is_told(tmp_path):
    told = tmp_path / "told"
    program = tmp_path / "hook"
    program.write_text(f'#!/bin/sh\nread details\nprintf "%s\\t%s\\n" "$1" "$details" >>{told}\n')
    program.chmod(0o755)
    with couple(os.environ["TACITEL_BUILD"], config=f"[notify]\ncommand={program}\n", acquainted=False) as pair:
        pair.alice.pair(pair.bob)

        def events() -> dict[str, dict]:
            lines = told.read_text().splitlines() if told.exists() else []
            return {event: json.loads(details) for event, details in (line.split("\t") for line in lines)}

        pair.bob.service.wait(lambda: {"pairing-request", "paired"} <= set(events()), 10, "the hook to have run")
        assert events()["pairing-request"]["Number"] == pair.alice.number
        pair.ring(pair.alice, pair.bob)
        pair.bob.service.wait(lambda: "incoming-call" in events(), 10, "the hook to tell of the call")


def test_requests_that_make_no_sense(pair: Couple):
    alice, bob = pair.alice, pair.bob
    alice.pair(bob)
    for words, wrong in ((("pair", alice.number), "own"), (("pair", bob.number), "contact"),
                         (("pair", "accept", "+15551000099", "--yes"), "request"), (("pair", "12"), "number")):
        with pytest.raises(CommandFailed, match=wrong):
            alice.tacitel(*words)
