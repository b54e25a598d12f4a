# SPDX-License-Identifier: GPL-3.0-or-later
"""What befalls a phone, as stock oFono meets it: resets, sleep, an SMS network in a bad mood."""
from conftest import Agent
from gi.repository import GLib
from test_data import activate, lab, namespaces  # noqa: F401 (fixtures)
from test_packet_core import ADDRESSES
from test_sms import ALICE, BOB, incoming, send_card, send_text

import subprocess


def sms_network(emulator, **values):
    kinds = {bool: "b", str: "s", int: "u", float: "d"}
    emulator.call("SetSmsNetwork", "(a{sv})", {
        key.replace("_", "-"): GLib.Variant(kinds[type(value)], value)
        for key, value in values.items()})


def test_reset_modem(bus, alice, emulator):
    """oFono sees the modem go and, as it does, waits to be told to power it again."""
    alice.wait("ConnectionManager", "Attached", True)
    emulator.phone("alice").call("ResetModem", "(u)", 50)
    alice.wait("Modem", "Powered", False)
    emulator.phone("alice").wait("Powered", True)
    assert alice.get()["Interfaces"] == []
    alice.online()
    send_text(alice, BOB, "back")
    emulator.wait_sms("stored")


def test_sms_waits_for_modem(bus, alice, bob, emulator):
    """A radio that is up before oFono has asked for SMS: what waits does not come with the answer."""
    emulator.phone("bob").call("ResetModem", "(u)", 50)
    bob.wait("Modem", "Powered", False)
    emulator.phone("bob").wait("Powered", True)
    send_text(alice, BOB, "waits")
    emulator.wait_sms("stored")
    # oFono tries that again in half a second, and +CNMI comes after it.
    emulator.add_rule(kind="at", phone="bob", direction="up", pattern=r'^AT\+CPMS="', times=2, action="fail")
    bob.set("Modem", "Powered", "b", True)
    bob.wait_interface("SimManager")
    bob.set("Modem", "Online", "b", True)
    bob.wait("NetworkRegistration", "Status", "registered")
    assert "org.ofono.MessageManager" not in bob.get()["Interfaces"]
    bob.wait_interface("MessageManager")
    assert incoming(bus, bob, 1) == [(ALICE, "waits")]


def test_suspend(bus, alice, bob, emulator):
    """The first SMS is lost and wakes the phone; the next arrives."""
    emulator.phone("bob").call("Suspend", "(b)", True)
    assert emulator.phone("bob").properties()["Suspended"]
    emulator.phone("bob").set(Registration="roaming")
    send_text(alice, BOB, "lost")
    emulator.phone("bob").wait("Suspended", False)
    bob.wait("NetworkRegistration", "Status", "roaming")  # what the modem said meanwhile
    send_text(alice, BOB, "arrives")
    assert incoming(bus, bob, 1) == [(ALICE, "arrives")]
    counters = emulator.phone("bob").call("GetCounters")[0]
    assert (counters["SmsLost"], counters["SmsReceived"]) == (1, 1)
    assert [entry["state"] for entry in emulator.sms()] == ["delivered", "delivered"]


def test_suspend_and_resume(bus, alice, bob, emulator):
    """A command given to a sleeping modem is answered when it wakes up."""
    emulator.phone("alice").call("Suspend", "(b)", False)
    send_text(alice, BOB, "from sleep")
    emulator.phone("alice").send_text(BOB, "lost")
    emulator.wait_sms("delivered")
    assert len(emulator.sms()) == 1 and emulator.phone("alice").properties()["Suspended"]
    emulator.phone("alice").call("Resume")
    assert incoming(bus, bob, 1) == [(ALICE, "from sleep")]


def test_suspend_stops_data(lab, namespaces):  # noqa: F811
    emulator, modems = lab
    for modem in modems:
        modem.online()
        activate(modem, modem.context())
    bob = emulator.phone("bob")

    def ask():
        return subprocess.run(["ip", "netns", "exec", namespaces[0], "/usr/bin/python3", "-c", PROBE,
                               ADDRESSES["bob"][0]], check=False).returncode
    assert ask() == 0
    bob.call("Suspend", "(b)", True)
    assert ask() == 1
    bob.call("Resume")
    assert ask() == 0


# Whether the phone's kernel refuses a datagram, for there is nobody: then it is awake.
PROBE = """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.settimeout(0.5)
    sock.connect((sys.argv[1], 9))
    sock.send(b"x")
    try:
        sock.recv(1)
    except ConnectionRefusedError:
        sys.exit(0)
    except TimeoutError:
        sys.exit(1)
sys.exit(2)
"""


def test_sms_loss_and_duplicates(bus, alice, bob, emulator):
    agent = Agent(bus, bob)
    sms_network(emulator, latency_ms=5, duplicate=100, duplicate_ms=20)
    send_card(alice, BOB, b"twice")
    assert agent.wait(2) == [(ALICE, b"twice")] * 2
    sms_network(emulator, loss=100, duplicate=0)
    send_card(alice, BOB, b"never")
    emulator.wait_sms("dropped")
    sms_network(emulator, loss=0)
    send_card(alice, BOB, b"once")
    assert agent.wait(3)[2] == (ALICE, b"once")


def test_sms_reorder(bus, alice, bob, emulator):
    sms_network(emulator, latency_ms=5, reorder=100, reorder_ms=400)
    send_text(alice, BOB, "late")
    emulator.wait_sms("stored")
    sms_network(emulator, reorder=0)
    send_text(alice, BOB, "early")
    assert incoming(bus, bob, 2) == [(ALICE, "early"), (ALICE, "late")]


def test_sms_strip_binary(bus, alice, bob, emulator):
    """For all, or for one phone by a rule."""
    sms_network(emulator, strip_binary=True)
    send_card(alice, BOB, b"stripped")
    send_text(alice, BOB, "text passes")
    assert incoming(bus, bob, 1) == [(ALICE, "text passes")]
    emulator.wait_sms("dropped")
    sms_network(emulator, strip_binary=False)
    emulator.add_rule(kind="sms", phone="alice", direction="up", coding="data", action="drop")
    send_card(alice, BOB, b"stripped")
    send_text(alice, BOB, "again")
    assert incoming(bus, bob, 2)[1] == (ALICE, "again")
    agent = Agent(bus, alice)
    send_card(bob, ALICE, b"another carrier")
    assert agent.wait(1) == [(BOB, b"another carrier")]
