# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules, as stock oFono meets them."""
import pytest
from conftest import Agent
from test_sms import ALICE, BOB, incoming, send_card, send_text


def test_drop_the_second_sms(bus, alice, bob, emulator):
    rule = emulator.add_rule(kind="sms", phone="alice", direction="up", nth=2, times=1,
                             action="drop")
    for text in ("one", "two", "three"):
        send_text(alice, BOB, text)
    assert incoming(bus, bob, 2) == [(ALICE, "one"), (ALICE, "three")]
    assert emulator.rules()[rule]["applied"] == 1
    assert emulator.call("GetCounters")[0]["SmsDropped"] == 1


def test_drop_on_the_way_down(bus, alice, bob, emulator):
    emulator.add_rule(kind="sms", phone="bob", direction="down", pattern="^secret", action="drop")
    send_text(alice, BOB, "secret plan")
    send_text(alice, BOB, "no secret")
    assert incoming(bus, bob, 1) == [(ALICE, "no secret")]


def test_match_payload_bytes(bus, alice, bob, emulator):
    emulator.add_rule(kind="sms", bytes=b"\x02", offset=1, action="drop")
    agent = Agent(bus, bob)
    send_card(alice, BOB, b"T\x02first")
    send_card(alice, BOB, b"T\x03second")
    assert agent.wait(1) == [(ALICE, b"T\x03second")]


@pytest.mark.parametrize("direction,phone", [("up", "alice"), ("down", "bob")])
def test_duplicate(bus, alice, bob, emulator, direction, phone):
    emulator.add_rule(kind="sms", direction=direction, phone=phone, action="duplicate", copies=3)
    agent = Agent(bus, bob)
    send_card(alice, BOB, b"again")
    assert agent.wait(3) == [(ALICE, b"again")] * 3
    send_text(bob, ALICE, "and the line still works")
    incoming(bus, alice, 1)


@pytest.mark.parametrize("direction", ["up", "down"])
def test_delay_lets_others_pass(bus, alice, bob, emulator, direction):
    emulator.add_rule(kind="sms", direction=direction, times=1, action="delay", delay_ms=300)
    send_text(alice, BOB, "late")
    send_text(alice, BOB, "early")
    assert incoming(bus, bob, 2) == [(ALICE, "early"), (ALICE, "late")]


def test_fail_submission(bus, alice, emulator):
    emulator.add_rule(kind="sms", direction="up", action="fail", code=38)
    path = send_text(alice, BOB, "no")
    bus.wait("the failure", lambda: (path, "failed") in [
        (s[0], s[3][1]) for s in bus.signals_of(path, "org.ofono.Message", "PropertyChanged")])
    assert [(s["state"], s["code"]) for s in emulator.sms()] == [("refused", 38)]


def test_fail_delivery_twice(bus, alice, bob, emulator):
    emulator.add_rule(kind="sms", direction="down", times=2, action="fail")
    send_text(alice, BOB, "third time lucky")
    assert incoming(bus, bob, 1) == [(ALICE, "third time lucky")]
    log = emulator.wait_sms("delivered")
    assert log[0]["attempts"] == 3


def test_corrupt(bus, alice, bob, emulator):
    emulator.add_rule(kind="sms", direction="up", action="corrupt", position=2, mask=0x01)
    agent = Agent(bus, bob)
    send_card(alice, BOB, bytes(10))
    assert agent.wait(1) == [(ALICE, b"\x00\x00\x01" + bytes(7))]


def test_at_command_fails(alice, emulator):
    emulator.add_rule(kind="at", direction="up", pattern=r"^AT\+CFUN=4", action="fail", code=3)
    with pytest.raises(Exception, match="Failed"):
        alice.set("Modem", "Online", "b", False)


def test_at_answer_waits(bus, alice, bob, emulator):
    emulator.add_rule(kind="at", direction="up", pattern=r"^AT\+CMGS", times=1, action="delay",
                      delay_ms=400)
    send_text(alice, BOB, "after a while")
    incoming(bus, bob, 1)
    emulator.wait_sms("delivered")


def test_unsolicited_line_lost(alice, emulator):
    phone = emulator.phone("alice")
    emulator.add_rule(kind="at", direction="down", pattern=r"^\+CREG: 2", times=1, action="drop")
    phone.set(Registration="searching")
    phone.set(Signal=31)
    alice.wait("NetworkRegistration", "Strength", 100)
    assert alice.get("NetworkRegistration")["Status"] == "registered"


@pytest.mark.parametrize("rule,reason", [
    (dict(kind="sms"), "'action' is missing"),
    (dict(action="drop"), "'kind' is missing"),
    (dict(kind="mms", action="drop"), "one of: sms, at, ip"),
    (dict(kind="sms", action="drop", pattern="("), "not a regular expression"),
    (dict(kind="sms", action="delay"), "needs 'delay-ms'"),
    (dict(kind="ip", action="fail"), "corrupted, but"),
    (dict(kind="ip", action="drop", pattern="x"), "'bytes' and 'offset'"),
    (dict(kind="at", action="fail"), "add direction 'up'"),
    (dict(kind="sms", action="drop", colour="red"), "not a key"),
    (dict(kind="sms", action="drop", nth=0), "between 1 and"),
    (dict(kind="sms", action="drop", bytes=b""), "at least one byte"),
])
def test_refused(emulator, rule, reason):
    with pytest.raises(Exception, match=reason):
        emulator.add_rule(**rule)
    assert emulator.rules() == {}


def test_remove(emulator):
    first = emulator.add_rule(kind="sms", action="drop")
    second = emulator.add_rule(kind="at", action="drop", direction="up", phone="alice")
    emulator.call("RemoveRule", "(u)", first)
    assert list(emulator.rules()) == [second]
    with pytest.raises(Exception, match="no rule"):
        emulator.call("RemoveRule", "(u)", first)
    emulator.call("ClearRules")
    assert emulator.rules() == {}
