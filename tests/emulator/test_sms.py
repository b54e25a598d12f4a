# SPDX-License-Identifier: GPL-3.0-or-later
"""SMS between two phones, through stock oFono on both sides."""
import os

import pytest
from conftest import Agent
from gi.repository import GLib

ALICE = "+15551000001"
BOB = "+15551000002"


def send_card(modem, to, data):
    modem.call("SmartMessaging", "SendBusinessCard", "(say)", to, data)


def send_text(modem, to, text):
    return modem.call("MessageManager", "SendMessage", "(ss)", to, text)[0]


def incoming(bus, modem, count):
    """The texts that came in, as (sender, text)."""
    def arrived():
        signals = bus.signals_of(modem.path, "org.ofono.MessageManager", "IncomingMessage")
        return len(signals) >= count and [(s[3][1]["Sender"], s[3][0]) for s in signals]
    return bus.wait(f"{count} texts", arrived)


@pytest.mark.parametrize("size", [1, 133])
def test_datagrams_both_ways(bus, alice, bob, emulator, size):
    agents = {modem.path: Agent(bus, modem) for modem in (alice, bob)}
    there, back = os.urandom(size), os.urandom(size)
    send_card(alice, BOB, there)
    assert agents[bob.path].wait(1) == [(ALICE, there)]
    send_card(bob, ALICE, back)
    assert agents[alice.path].wait(1) == [(BOB, back)]

    log = emulator.wait_sms("delivered", 2)
    assert [(s["from"], s["to"], s["kind"], s["port"]) for s in log] == [
        (ALICE, BOB, "data", 9204), (BOB, ALICE, "data", 9204)]
    assert there.hex().upper() in log[0]["tpdu"]
    assert log[0]["latency-ms"] >= 5


@pytest.mark.parametrize("size,parts", [(134, 2), (257, 3), (1000, 8)])
def test_datagram_in_parts(bus, alice, bob, emulator, size, parts):
    agent = Agent(bus, bob)
    data = os.urandom(size)
    send_card(alice, BOB, data)
    assert agent.wait(1) == [(ALICE, data)]
    assert [s["parts"] for s in emulator.sms()] == [parts] * parts


@pytest.mark.parametrize("text,kind,parts", [
    ("Hello", "text", 1),
    ("£ € {[~]} ÄÖÜ à ñ", "text", 1),
    ("x" * 160, "text", 1),
    ("0123456789" * 40, "text", 3),
    ("日本語 ☺ ☎", "ucs2", 1),
    ("Ж" * 70, "ucs2", 1),
    ("Ж" * 71, "ucs2", 2),
])
def test_text(bus, alice, bob, emulator, text, kind, parts):
    send_text(alice, BOB, text)
    assert incoming(bus, bob, 1) == [(ALICE, text)]
    log = emulator.wait_sms("delivered", parts)
    assert len(log) == parts and {s["kind"] for s in log} == {kind}
    assert "".join(s["text"] for s in log) == text


@pytest.mark.parametrize("sender,shown", [
    ("+4915112345678", "+4915112345678"), ("110", "110"), ("INFO", "INFO"), ("", "")])
def test_injected_text(bus, bob, emulator, sender, shown):
    emulator.phone("bob").send_text(sender, "Your code is 123")
    assert incoming(bus, bob, 1) == [(shown, "Your code is 123")]


def test_injected_emoji(bus, bob, emulator):
    """oFono 1.31 takes UTF-16 for UCS-2, so what is beyond comes out wrong; it was sent right."""
    emulator.phone("bob").send_text(ALICE, "Bye 👋 and ☺")
    assert incoming(bus, bob, 1)[0][1].endswith(" and ☺")
    log = emulator.wait_sms("delivered")
    assert log[0]["text"] == "Bye 👋 and ☺"
    assert "D83DDC4B" in log[0]["tpdu"]


def test_injected_long_text(bus, bob, emulator):
    text = "Lorem ipsum € " * 40
    ids = emulator.phone("bob").send_text(ALICE, text)
    assert incoming(bus, bob, 1) == [(ALICE, text)]
    assert len(ids) == 4


@pytest.mark.parametrize("size", [1, 133, 134, 700])
def test_injected_data(bus, bob, emulator, size):
    agent = Agent(bus, bob)
    data = os.urandom(size)
    emulator.phone("bob").send_data(ALICE, data)
    assert agent.wait(1) == [(ALICE, data)]


def test_injected_tpdu(bus, bob, emulator):
    tpdu = bytes.fromhex("0100048121430000" "05C8329BFD06")
    emulator.phone("bob").call("SendSms", "(sa{sv})", "+99", {"tpdu": GLib.Variant("ay", tpdu)})
    assert incoming(bus, bob, 1) == [("+99", "Hello")]


def test_inject_refuses(emulator):
    phone = emulator.phone("bob")
    with pytest.raises(Exception, match="one of text"):
        phone.call("SendSms", "(sa{sv})", "", {})
    with pytest.raises(Exception, match="whole SMS-SUBMIT"):
        phone.call("SendSms", "(sa{sv})", "", {"tpdu": GLib.Variant("ay", b"\x01\x00")})
    with pytest.raises(Exception, match="from: must be"):
        phone.send_text("+", "x")


def test_unknown_number(bus, alice, emulator):
    path = send_text(alice, "+19990000000", "Anybody?")
    bus.wait("the failure", lambda: (path, "failed") in [
        (s[0], s[3][1]) for s in bus.signals_of(path, "org.ofono.Message", "PropertyChanged")])
    assert [(s["state"], s["code"], s["to"]) for s in emulator.sms()] == [
        ("refused", 1, "+19990000000")]


def test_kept_for_a_phone_that_is_off(bus, alice, bob, emulator):
    bob.set("Modem", "Online", "b", False)
    emulator.phone("bob").wait("Online", False)
    for i in range(3):
        send_text(alice, BOB, f"message {i}")
    emulator.bus.wait("three in store", lambda: emulator.call("GetCounters")[0]["SmsAccepted"] == 3)
    assert {s["state"] for s in emulator.sms()} == {"stored"}
    bob.online()
    assert incoming(bus, bob, 3) == [(ALICE, f"message {i}") for i in range(3)]


def test_kept_while_out_of_coverage(bus, alice, bob, emulator):
    phone = emulator.phone("bob")
    phone.set(Registration="searching")
    send_text(alice, BOB, "are you there?")
    emulator.wait_sms("stored")
    phone.set(Registration="registered")
    assert incoming(bus, bob, 1) == [(ALICE, "are you there?")]


def test_again_after_a_crash(bus, alice, bob, ofono, emulator):
    emulator.add_rule(kind="at", direction="up", phone="bob", pattern="CNMA", action="drop")
    send_text(alice, BOB, "once more")
    incoming(bus, bob, 1)
    emulator.call("ClearRules")
    ofono.process.kill()
    emulator.phone("bob").wait("Connected", False)
    bus.signals.clear()
    ofono.start()
    ofono.modem("bob").online()
    assert incoming(bus, bob, 1) == [(ALICE, "once more")]
    log = emulator.wait_sms("delivered")
    assert log[0]["attempts"] == 2


def test_latency(bus, alice, bob, emulator):
    emulator.set(SmsLatencyMs=400)
    send_text(alice, BOB, "slow")
    incoming(bus, bob, 1)
    log = emulator.wait_sms("delivered")
    assert 400 <= log[0]["latency-ms"] < 2000
