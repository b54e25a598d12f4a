# SPDX-License-Identifier: GPL-3.0-or-later
"""Packet data: contexts, the names oFono gives their interfaces, and real IP."""
import os
import subprocess

import pytest
from conftest import Bus, Ofono
from gi.repository import GLib


def activate(modem, path, apn="internet"):
    """Returns the interface's name as oFono reports it."""
    if modem.get("ConnectionContext", path)["AccessPointName"] != apn:
        modem.set("ConnectionContext", "AccessPointName", "s", apn, path=path)
    modem.set("ConnectionContext", "Active", "b", True, path=path)
    return modem.bus.wait("an interface", lambda: modem.get("ConnectionContext", path)["Settings"]
                          .get("Interface"))


def deactivate(modem, path):
    modem.set("ConnectionContext", "Active", "b", False, path=path)


def add_context(modem):
    return modem.call("ConnectionManager", "AddContext", "(s)", "internet")[0]


def interfaces(emulator, name):
    return [c["interface"] for c in emulator.phone(name).properties()["Contexts"]]


def test_attach(alice, emulator):
    alice.wait("ConnectionManager", "Attached", True)
    emulator.phone("alice").wait("DataAttached", True)
    emulator.phone("alice").set(DataAllowed=False)
    alice.wait("ConnectionManager", "Attached", False)
    emulator.phone("alice").set(DataAllowed=True)
    alice.wait("ConnectionManager", "Attached", True)


def test_context(alice, emulator):
    path = alice.context()
    assert activate(alice, path, "my.apn") == interfaces(emulator, "alice")[0]
    assert emulator.phone("alice").properties()["Contexts"][0]["apn"] == "my.apn"
    deactivate(alice, path)
    emulator.phone("alice").wait("Contexts", [])


def test_two_contexts(alice, emulator):
    """Every order of activation: the emulator knows the names that oFono will report."""
    first, second = alice.context(), add_context(alice)
    one, two = activate(alice, first), activate(alice, second)
    assert one != two and interfaces(emulator, "alice") == [one, two]
    deactivate(alice, first)
    assert interfaces(emulator, "alice") == [two]
    third = add_context(alice)
    assert activate(alice, third) == one
    assert interfaces(emulator, "alice") == [one, two]


def test_names_count_on(alice, bob, emulator, ofono):
    """Two modems of one oFono share a count; a new oFono starts anew."""
    seen = set()
    for modem, name in [(alice, "alice"), (bob, "bob"), (alice, "alice")]:
        modem.set("Modem", "Online", "b", False)
        emulator.phone(name).wait("Online", False)
        modem.online()
        interface = activate(modem, modem.context())
        assert interfaces(emulator, name) == [interface]
        assert interface not in seen
        seen.add(interface)
    ofono.process.kill()
    emulator.phone("alice").wait("Connected", False)
    ofono.start()
    alice.online()
    assert activate(alice, alice.context()) == "dummy0"
    assert interfaces(emulator, "alice") == ["dummy0"]


def test_refused_without_network(alice, emulator):
    path = alice.context()
    emulator.add_rule(kind="at", direction="up", pattern=r"^AT\+CGACT=1", action="fail", code=30)
    with pytest.raises(GLib.Error):
        activate(alice, path)
    assert interfaces(emulator, "alice") == []


@pytest.fixture
def namespaces():
    """Two network namespaces of names that nobody else has."""
    if os.geteuid() != 0 or not os.path.exists("/dev/net/tun"):
        pytest.skip("needs root and /dev/net/tun")
    names = [f"emu-test-{os.getpid()}-{i}" for i in range(2)]
    for name in names:
        if subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode:
            pytest.skip("may not make network namespaces")
        subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
    yield names
    for name in names:
        subprocess.run(["ip", "netns", "delete", name], check=True)


@pytest.fixture
def lab(bus, make_emulator, namespaces, tmp_path):
    """alice and bob in a namespace each, on the same port, each with an oFono of its own."""
    emulator = make_emulator("".join(
        f"[phone {phone}]\nnetns = /run/netns/{name}\n"
        for phone, name in zip(("alice", "bob"), namespaces)))
    made = []
    for phone, name in zip(("alice", "bob"), namespaces):
        folder = tmp_path / phone
        folder.mkdir()
        own = Bus(folder)  # one bus holds one org.ofono
        made.append((own, Ofono(own, folder, emulator, [phone],
                                prefix=["nsenter", f"--net=/run/netns/{name}"])))
    yield emulator, [ofono.modem(phone) for phone, (_, ofono) in zip(("alice", "bob"), made)]
    for own, ofono in made:
        ofono.process.end()
        own.end()


ECHO = """
import socket, sys
server = socket.create_server(("", 7777), family=socket.AF_INET6, dualstack_ipv6=True)
print("listening", flush=True)
while True:
    connection, _ = server.accept()
    connection.sendall(connection.recv(100))
    connection.close()
"""
ASK = """
import socket, sys
connection = socket.create_connection((sys.argv[1], 7777), timeout=float(sys.argv[2]))
connection.sendall(b"from alice")
assert connection.recv(100) == b"from alice"
"""


def python_in(namespace, program, *arguments):
    return subprocess.Popen(["ip", "netns", "exec", namespace, "/usr/bin/python3", "-c", program,
                             *arguments],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def test_ip_between_phones(lab, namespaces):
    emulator, modems = lab
    for modem in modems:
        modem.online()
        assert activate(modem, modem.context()) == "dummy0"
    with python_in(namespaces[1], ECHO) as echo:
        try:
            assert echo.stdout.readline() == "listening\n"
            for address in ("198.51.100.2", "2001:db8:0:2::1"):
                with python_in(namespaces[0], ASK, address, "10") as ask:
                    assert ask.wait(15) == 0, address
        finally:
            echo.terminate()


def test_out_of_coverage(lab, namespaces):
    """oFono detaches by itself, which ends contexts, and still shows them as active."""
    emulator, modems = lab
    for modem in modems:
        modem.online()
        path = modem.context()
        activate(modem, path)
    bob = modems[1]
    emulator.phone("bob").set(Registration="searching")
    emulator.phone("bob").wait("Contexts", [])
    assert bob.get("ConnectionContext", path)["Active"]
    emulator.phone("bob").set(Registration="registered")
    bob.wait("ConnectionManager", "Attached", True)
    deactivate(bob, path)
    assert activate(bob, path) == "dummy0"
    assert interfaces(emulator, "bob") == ["dummy0"]


def test_ip_rules(lab, namespaces):
    emulator, modems = lab
    for modem in modems:
        modem.online()
        activate(modem, modem.context())
    tcp = dict(kind="ip", phone="bob", bytes=b"\x06", offset=9)  # the protocol in an IPv4 header
    rule = emulator.add_rule(action="drop", direction="down", **tcp)
    with python_in(namespaces[1], ECHO) as echo:
        try:
            assert echo.stdout.readline() == "listening\n"
            with python_in(namespaces[0], ASK, "198.51.100.2", "0.5") as ask:
                assert ask.wait(15) != 0
            assert emulator.rules()[rule]["applied"] > 0
            assert emulator.phone("bob").call("GetCounters")[0]["DroppedByRule"] > 0
            emulator.call("ClearRules")
            rule = emulator.add_rule(action="duplicate", **tcp)
            with python_in(namespaces[0], ASK, "198.51.100.2", "10") as ask:
                assert ask.wait(15) == 0
            assert emulator.rules()[rule]["applied"] > 4
        finally:
            echo.terminate()


def test_capture(lab, namespaces, tmp_path):
    emulator, modems = lab
    modems[0].online()
    activate(modems[0], modems[0].context())
    capture = tmp_path / "air.pcapng"
    emulator.phone("alice").call("StartCapture", "(s)", str(capture))
    with python_in(namespaces[0], ASK, "192.0.2.1", "0.3") as ask:
        assert ask.wait(15) != 0
    emulator.phone("alice").call("StopCapture")
    content = capture.read_bytes()
    assert content.startswith(bytes.fromhex("0a0d0d0a")) and b"\xc6\x33\x64\x01" in content
