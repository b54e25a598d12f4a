# SPDX-License-Identifier: GPL-3.0-or-later
"""Stock oFono meets a modem: SIM, network, power."""
import os
import socket

import pytest


def test_sim(alice):
    sim = alice.get("SimManager")
    assert sim["SubscriberIdentity"] == "001010000000001"
    assert sim["SubscriberNumbers"] == ["+15551000001"]
    assert sim["CardIdentifier"].startswith("890010100000000000")
    assert len(sim["CardIdentifier"]) == 20
    assert sim["MobileCountryCode"] == "001"
    assert sim["MobileNetworkCode"] == "01"
    alice.wait("SimManager", "ServiceProviderName", "Test Network")
    assert sim["PinRequired"] == "none"


def test_modem(alice):
    modem = alice.get()
    assert modem["Manufacturer"] == "Tacitel"
    assert modem["Serial"] == "001010000000001"


def test_network(alice):
    alice.wait("NetworkRegistration", "Name", "Test Network")
    network = alice.get("NetworkRegistration")
    assert network["Status"] == "registered"
    assert network["Technology"] == "lte"
    assert network["MobileCountryCode"] == "001"
    assert network["LocationAreaCode"] == 0xC3
    assert network["CellId"] == 0xA1B2
    alice.wait("NetworkRegistration", "Strength", 20 * 100 // 31)


@pytest.mark.parametrize("status", ["unregistered", "searching", "denied", "unknown", "roaming"])
def test_registration(alice, emulator, status):
    emulator.phone("alice").set(Registration=status)
    alice.wait("NetworkRegistration", "Status", status)
    emulator.phone("alice").set(Registration="registered")
    alice.wait("NetworkRegistration", "Status", "registered")


@pytest.mark.parametrize("technology,reported", [
    ("gsm", "gsm"), ("umts", "umts"), ("edge", "edge"), ("hsdpa", "hspa"), ("hspa", "hspa")])
def test_technology(alice, emulator, technology, reported):
    emulator.phone("alice").set(Technology=technology)
    alice.wait("NetworkRegistration", "Technology", reported)


def test_operator_and_signal(alice, emulator):
    """Roaming, since at home oFono shows the SIM's provider name instead."""
    emulator.phone("alice").set(OperatorName="Other", OperatorCode="26299", Signal=31,
                                Registration="roaming")
    alice.wait("NetworkRegistration", "Name", "Other")
    alice.wait("NetworkRegistration", "MobileNetworkCode", "99")
    alice.wait("NetworkRegistration", "Strength", 100)


def test_modem_gone_and_back(alice, emulator):
    phone = emulator.phone("alice")
    phone.set(Powered=False)
    alice.wait("Modem", "Powered", False)
    phone.set(Powered=True)
    alice.online()
    phone.wait("Online", True)


def test_modem_restarts(alice, emulator):
    phone = emulator.phone("alice")
    phone.call("RestartModem")
    alice.bus.wait("a second connection", lambda: phone.call("GetCounters")[0]["Connections"] == 2)
    phone.wait("Online", True)
    alice.wait("NetworkRegistration", "Status", "registered")


def test_sim_out_and_in(alice, emulator):
    emulator.phone("alice").set(SimInserted=False)
    alice.wait("SimManager", "Present", False)
    emulator.phone("alice").set(SimInserted=True)
    alice.wait("SimManager", "SubscriberIdentity", "001010000000001")


def test_set_refuses(emulator):
    phone = emulator.phone("alice")
    for values, reason in [({"Signal": 32}, "Signal: must be"), ({"Colour": "red"}, "cannot be"),
                           ({"Registration": "lost"}, "must be one of"), ({"Powered": 1}, "type b"),
                           ({"OperatorCode": "1"}, "5 or 6 digits")]:
        with pytest.raises(Exception, match=reason):
            phone.set(Technology="gsm", **values)
    assert phone.properties()["Technology"] == "lte"


def test_pin(bus, make_emulator, tmp_path):
    from conftest import Ofono
    emulator = make_emulator("[phone alice]\nport=0\npin=4711\n")
    ofono = Ofono(bus, tmp_path, emulator, ["alice"])
    try:
        modem = ofono.modem("alice")
        modem.set("Modem", "Powered", "b", True)
        modem.wait("SimManager", "PinRequired", "pin")
        with pytest.raises(Exception):
            modem.call("SimManager", "EnterPin", "(ss)", "pin", "0000")
        modem.call("SimManager", "EnterPin", "(ss)", "pin", "4711")
        modem.wait("SimManager", "PinRequired", "none")
        emulator.phone("alice").wait("SimLock", "ready")
        modem.online()
    finally:
        ofono.process.end()


def test_nothing_left_behind(emulator):
    """Connections and power cycles, with half a command each, leave no descriptor open."""
    phone = emulator.phone("alice")
    port = phone.properties()["Port"]
    folder = f"/proc/{emulator.process.popen.pid}/fd"
    before = len(os.listdir(folder))
    for i in range(50):
        with socket.create_connection(("127.0.0.1", port)) as modem:
            phone.wait("Connected", True)
            modem.sendall(b"AT+CFUN=1\rAT+CMGS=9\r\x00\xff")
            phone.wait("Online", True)
            if i % 5 == 0:
                phone.set(Powered=False)
                phone.set(Powered=True)
        phone.wait("Connected", False)
    assert len(os.listdir(folder)) == before


def test_flood(emulator):
    """A line of any length is one error, and the next line is heard."""
    phone = emulator.phone("alice")
    with socket.create_connection(("127.0.0.1", phone.properties()["Port"])) as modem:
        modem.sendall(b"x" * 100000 + b"\rAT\r")
        answer = b""
        while not answer.endswith(b"OK\r\n"):
            part = modem.recv(1000)
            assert part, answer
            answer += part
    assert answer == b"\r\nERROR\r\n\r\nOK\r\n"
