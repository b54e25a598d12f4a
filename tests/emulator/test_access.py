# SPDX-License-Identifier: GPL-3.0-or-later
"""NATs, firewall and NAT64 with real sockets: who reaches whom, from which address."""

import errno
import socket
import struct
import subprocess

import pytest
from conftest import TIMEOUT
from gi.repository import GLib
from test_packet_core import ADDRESSES, Driver, Namespace

SERVER, SERVER6 = ADDRESSES["internet"]


def addresses(net):
    """All addresses in a namespace but the loopback's."""
    lines = net.call(lambda: subprocess.run(["ip", "-br", "address", "show", "dummy0"], text=True,
                                            capture_output=True, check=True).stdout)
    return sorted(word.split("/")[0] for word in lines.split()[2:])


class Core:
    def __init__(self):
        self.net = {name: Namespace() for name in ("alice", "bob", "internet")}
        self.driver = Driver()
        for index, name in enumerate(("alice", "bob"), 1):
            self.driver("phone", name, self.net[name].path, index)
            self.driver("activate", name, 1, "dummy0")
        self.driver("internet", self.net["internet"].path)
        self.sockets = []

    def close(self):
        for sock in self.sockets:
            sock.close()
        assert self.driver.close() == 0
        for net in self.net.values():
            net.close()

    def access(self, phone, **values):
        kinds = {bool: "b", str: "s", int: "u", float: "d"}
        text = GLib.Variant("a{sv}", {key.replace("_", "-"): GLib.Variant(kinds[type(value)], value)
                                      for key, value in values.items()}).print_(True)
        return self.driver.ask("access", phone, text.replace(" ", "").replace("uint32", "uint32\t"))

    def udp(self, name, address, port=0):
        self.sockets.append(self.net[name].udp(address, port))
        return self.sockets[-1]

    def seen_as(self, sock, port=7):
        """Where a server of the internet sees this socket."""
        v6 = sock.family == socket.AF_INET6
        server = self.udp("internet", SERVER6 if v6 else SERVER, port)
        sock.sendto(b"who am I?", (SERVER6 if v6 else SERVER, port))
        source = server.recvfrom(100)[1]
        server.sendto(b"answer", source)
        assert sock.recv(100) == b"answer"
        server.close()
        return source[:2]


@pytest.fixture
def core():
    made = Core()
    yield made
    made.close()


def reaches(sender, address, receiver):
    """Whether a packet arrives; one that is sent after it, and surely does, tells."""
    sender.sendto(b"x", address)
    receiver.settimeout(0.2)
    try:
        return receiver.recv(100) == b"x"
    except TimeoutError:
        return False
    finally:
        receiver.settimeout(TIMEOUT)


@pytest.mark.parametrize("kind,same,stranger", [
    ("none", True, True), ("eim-eif", True, True), ("eim-adf", True, False),
    ("eim-apdf", True, False), ("symmetric", False, False)])
def test_kinds(core, kind, same, stranger):
    assert core.access("alice", nat=kind, ipv6="none") == "ok"
    alice = core.udp("alice", "0.0.0.0", 5000)
    first, second = core.seen_as(alice, 7), core.seen_as(alice, 8)
    assert first[0] == second[0] == "198.51.100.1"
    assert (first == second) == same
    bob = core.udp("bob", "198.51.100.2")
    assert reaches(bob, first, alice) == stranger
    own = addresses(core.net["alice"])
    assert own == (["198.51.100.1"] if kind == "none" else ["100.64.0.1"])


def test_hole_punching(core):
    """Two behind NATs that do not depend on the endpoint meet; a symmetric one never does."""
    for kinds, meets in ((("eim-apdf", "eim-apdf"), True), (("symmetric", "eim-apdf"), False)):
        for phone, kind in zip(("alice", "bob"), kinds):
            assert core.access(phone, nat=kind) == "ok"
        alice, bob = core.udp("alice", "0.0.0.0"), core.udp("bob", "0.0.0.0")
        a, b = core.seen_as(alice), core.seen_as(bob)
        reaches(alice, b, bob)
        assert reaches(bob, a, alice) == meets
        assert reaches(alice, b, bob) == meets


def test_double(core):
    assert core.access("alice", preset="double") == "ok"
    assert addresses(core.net["alice"]) == ["192.168.0.1"]
    alice = core.udp("alice", "0.0.0.0", 5000)
    assert core.seen_as(alice) == ("198.51.100.1", 5000)
    assert core.driver.counters("alice")["NatMappings"] == 2


def test_shared_and_hairpin(core):
    for hairpin in (False, True):
        assert core.access("bob", nat="none", share="") == "ok"
        assert core.access("alice", nat="eim-eif", hairpin=hairpin) == "ok"
        assert core.access("bob", share="alice") == "ok"
        alice, bob = core.udp("alice", "0.0.0.0"), core.udp("bob", "0.0.0.0")
        a, b = core.seen_as(alice), core.seen_as(bob)
        assert a[0] == b[0] == "198.51.100.1" and a[1] != b[1]
        assert reaches(bob, a, alice) == hairpin
        assert not reaches(bob, ("100.64.0.1", alice.getsockname()[1]), alice)
    assert "share the NAT" in core.access("alice", nat="none")
    assert "no other phone with a NAT" in core.access("bob", share="carol")


def test_timeout(core):
    assert core.access("alice", nat="eim-apdf", udp_timeout_s=0.3) == "ok"
    alice = core.udp("alice", "0.0.0.0", 5000)
    server = core.udp("internet", SERVER, 7)
    alice.sendto(b"hello", (SERVER, 7))
    source = server.recvfrom(100)[1]
    assert reaches(server, source, alice)
    core.driver("counters", "alice")
    while reaches(server, source, alice):  # what comes in does not keep it
        pass
    assert core.driver.counters("alice")["NatUnmapped"] == 1


def test_tcp_and_ping(core):
    assert core.access("alice", preset="symmetric") == "ok"
    server = core.net["internet"].call(lambda: socket.create_server((SERVER, 0)))
    server.settimeout(TIMEOUT)
    client = core.net["alice"].call(
        lambda: socket.create_connection(server.getsockname(), timeout=TIMEOUT))
    peer, source = server.accept()
    with server, client, peer:
        assert source[0] == "198.51.100.1"
        client.sendall(b"x" * 100000)
        client.shutdown(socket.SHUT_WR)
        got = b""
        while part := peer.recv(65536):
            got += part
        assert len(got) == 100000
    ping = core.net["alice"].call(
        lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
    with ping:
        ping.settimeout(TIMEOUT)
        ping.sendto(struct.pack(">BBHHH", 8, 0, 0xf7ff - 77, 77, 0), (SERVER, 0))
        assert struct.unpack_from(">BBHHH", ping.recv(100), 20)[::3] == (0, 77)


def test_port_unreachable(core):
    """An ICMP error finds its way back through both NATs."""
    assert core.access("alice", preset="double") == "ok"
    alice = core.udp("alice", "0.0.0.0")
    alice.connect((SERVER, 9))
    alice.send(b"anybody?")
    with pytest.raises(ConnectionRefusedError):
        alice.recv(100)


def test_firewall(core):
    assert core.access("alice", ipv6="firewall") == "ok"
    alice, bob = core.udp("alice", "::"), core.udp("bob", "::")
    to_alice = ("2001:db8:0:1::1", alice.getsockname()[1])
    to_bob = ("2001:db8:0:2::1", bob.getsockname()[1])
    assert not reaches(bob, to_alice, alice)
    assert reaches(alice, to_bob, bob)
    assert reaches(bob, to_alice, alice)
    assert core.driver.counters("alice")["DroppedByFirewall"] == 1


def test_ipv6_only(core):
    """No IPv4 on the phone; the IPv4 internet at 64:ff9b::/96, IPv6 as it is."""
    assert core.access("alice", preset="ipv6-only") == "ok"
    assert addresses(core.net["alice"]) == ["2001:db8:0:1::1"]
    with pytest.raises(OSError) as refused:
        core.udp("alice", "0.0.0.0").sendto(b"x", (SERVER, 7))
    assert refused.value.errno == errno.ENETUNREACH
    alice = core.udp("alice", "::", 5000)
    server = core.udp("internet", SERVER, 7)
    alice.sendto(b"hello", (f"64:ff9b::{SERVER}", 7))
    data, source = server.recvfrom(100)
    assert (data, source) == (b"hello", ("198.51.100.1", 5000))
    server.sendto(b"back", source)
    data, origin = alice.recvfrom(100)
    assert (data, origin[0]) == (b"back", "64:ff9b::c000:201")
    assert core.seen_as(alice) == ("2001:db8:0:1::1", 5000)
    alice.connect((f"64:ff9b::{SERVER}", 9))
    alice.send(b"anybody?")
    with pytest.raises(ConnectionRefusedError):
        alice.recv(100)
    # To a phone with IPv4 only, and from one that nobody has written to.
    assert core.access("bob", preset="eim") == "ok"
    other, bob = core.udp("alice", "::", 6000), core.udp("bob", "0.0.0.0", 6000)
    core.seen_as(bob, 8)
    assert not reaches(bob, ("198.51.100.1", 6000), other)
    other.sendto(b"x", ("64:ff9b::198.51.100.2", 6000))
    assert reaches(bob, ("198.51.100.1", 6000), other)


def test_move(core):
    """A new address on the same interface: sockets of the old one are dead, new ones work."""
    before = addresses(core.net["alice"])
    alice = core.udp("alice", "198.51.100.1")
    core.seen_as(alice)
    core.driver("move", "alice")
    assert addresses(core.net["alice"]) == ["198.18.1.1", "2001:db8:0:101::1"] != before
    with pytest.raises(OSError):
        alice.sendto(b"x", (SERVER, 7))
        alice.recv(100)
    assert core.seen_as(core.udp("alice", "0.0.0.0"))[0] == "198.18.1.1"
    assert core.seen_as(core.udp("alice", "::"))[0] == "2001:db8:0:101::1"
    bob = core.udp("bob", "198.51.100.2")
    bob.connect(("198.51.100.1", 9))
    bob.send(b"x")
    assert core.access("alice", preset="symmetric") == "ok"
    core.driver("move", "alice")
    assert addresses(core.net["alice"]) == ["100.64.2.1"]
    assert core.seen_as(core.udp("alice", "0.0.0.0"))[0] == "198.18.2.1"
    assert core.access("alice", preset="public") == "ok"
    assert addresses(core.net["alice"]) == ["198.18.2.1", "2001:db8:0:201::1"]
    assert core.seen_as(core.udp("alice", "::"))[0] == "2001:db8:0:201::1"
