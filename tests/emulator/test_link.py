# SPDX-License-Identifier: GPL-3.0-or-later
"""The radio link with real packets: what was asked for is what they meet."""

import socket
import struct
import threading
import time

import pytest
from conftest import TIMEOUT
from gi.repository import GLib
from test_packet_core import ADDRESSES, Driver, Namespace

HEADERS = 28  # bytes of IPv4 and UDP


class Core:
    def __init__(self):
        self.net = {name: Namespace() for name in ("alice", "bob")}
        self.driver = Driver()
        for index, name in enumerate(self.net, 1):
            self.driver("phone", name, self.net[name].path, index)
            self.driver("activate", name, 1, "dummy0")

    def close(self):
        self.driver.close()
        for net in self.net.values():
            net.close()

    def link(self, phone, direction, **values):
        text = GLib.Variant("a{sv}", {
            key.replace("_", "-"): GLib.Variant("s" if isinstance(value, str) else "d", value)
            for key, value in values.items()}).print_(False)
        self.driver("link", phone, direction, text.replace(" ", ""))

    def stream(self, count, size, interval_s):
        """Sends numbered packets from alice to bob: {number: seconds on the way}, in order of arrival."""
        sender = self.net["alice"].udp(ADDRESSES["alice"][0])
        receiver = self.net["bob"].udp(ADDRESSES["bob"][0])
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        arrived, done = [], threading.Event()

        def receive():
            while not done.is_set() or arrived[-1:] != [None]:
                try:
                    data = receiver.recv(2000)
                except TimeoutError:
                    return
                now = time.monotonic()
                number, sent = struct.unpack_from("=id", data)
                arrived.append(None if number < 0 else (number, now - sent))

        thread = threading.Thread(target=receive)
        thread.start()
        with sender, receiver:
            begin = time.monotonic()
            for number in range(count):
                delay = begin + number * interval_s - time.monotonic()
                if delay > 0:
                    time.sleep(delay)  # paces the stream that is measured
                sender.sendto(struct.pack("=id", number, time.monotonic()).ljust(size, b"\0"),
                              receiver.getsockname())
            receiver.settimeout(0.5)
            done.set()
            thread.join(TIMEOUT)
        return [entry for entry in arrived if entry]


@pytest.fixture
def core():
    made = Core()
    yield made
    made.close()


def test_delay(core, record_property):
    """Up and down add; the median is as asked, within two milliseconds on a busy machine."""
    core.link("alice", "up", delay_ms=30)
    core.link("bob", "down", delay_ms=20.5)
    delays = sorted(delay for _, delay in core.stream(200, 81, 0.005))
    record_property("median_ms", delays[100] * 1000)
    assert len(delays) == 200
    assert delays[0] >= 0.0505
    assert delays[100] < 0.0525


def test_jitter_keeps_order(core):
    core.link("alice", "up", delay_ms=50, jitter_ms=40)
    got = core.stream(200, 81, 0.005)
    assert [number for number, _ in got] == list(range(200))
    assert max(delay for _, delay in got) - min(delay for _, delay in got) > 0.02


def test_rate(core, record_property):
    """A second of twice the rate: half arrives, at the rate, after the queue."""
    core.link("alice", "up", rate_kbps=80, queue_ms=200)
    begin = time.monotonic()
    got = core.stream(200, 100 - HEADERS, 0.005)
    kbps = (len(got) - 1) * 0.8 / (200 * 0.005 + 0.2)
    record_property("kbps", kbps)
    assert time.monotonic() - begin < TIMEOUT
    assert 105 <= len(got) <= 125  # 100 in that second, 20 in the queue
    later = sorted(delay for _, delay in got[60:])
    assert 0.185 < later[len(later) // 2] < 0.215
    assert core.driver.counters("alice")["UplinkOverflowed"] == 200 - len(got)


def test_loss_repeats(core):
    """The same seed loses the same packets."""
    core.link("alice", "up", loss=20, burst_start=2)
    runs = []
    for seed in (7, 7, 8):
        core.driver("seed", seed)
        runs.append([number for number, _ in core.stream(500, 81, 0.0005)])
    assert runs[0] == runs[1] != runs[2]
    assert 250 < len(runs[0]) < 450
    counters = core.driver.counters("alice")
    assert counters["UplinkLost"] + counters["UplinkLostInBurst"] == 1500 - sum(map(len, runs))


def test_reorder_and_duplicate(core):
    core.link("bob", "down", reorder=10, reorder_ms=20, duplicate=10)
    numbers = [number for number, _ in core.stream(500, 81, 0.002)]
    assert set(numbers) == set(range(500))
    assert 520 < len(numbers) < 590
    assert numbers != sorted(numbers)
    counters = core.driver.counters("bob")
    assert counters["DownlinkDoubled"] == len(numbers) - 500
    assert 25 < counters["DownlinkReordered"] < 85


def test_corrupt(core):
    """A flipped bit is caught by a checksum, unless that was made right."""
    a, b = (core.net[name].udp(ADDRESSES[name][0]) for name in ("alice", "bob"))
    with a, b:
        a.sendto(b"one", b.getsockname())
        assert b.recv(100) == b"one"
        core.driver("corrupt", HEADERS, 1, 0)
        a.sendto(b"lost by the receiver", b.getsockname())
        while core.driver.counters("bob")["DownlinkPackets"] < 2:
            pass
        core.driver("corrupt", HEADERS, 1, 1)
        a.sendto(b"two", b.getsockname())
        assert b.recv(100) == b"uwo"
        core.driver("corrupt", 12, 1, 0)  # the header: dropped by the network's router
        a.sendto(b"three", b.getsockname())
        while core.driver.counters("alice")["DroppedInvalid"] < 1:
            pass


class TestBus:
    """The methods of the phone on D-Bus, and the client's commands."""

    CONFIG = "[emulator]\nseed = 5\n[phone alice]\nport = 0\ndata = tun\n[phone bob]\nport = 0\n"

    def test_set_and_get(self, make_emulator):
        emulator = make_emulator(self.CONFIG)
        alice = emulator.phone("alice")
        alice.call("SetLink", "(sa{sv})", "both",
                   {"preset": GLib.Variant("s", "umts"), "loss": GLib.Variant("u", 3)})
        up, down = (alice.call("GetLink", "(s)", way)[0] for way in ("up", "down"))
        assert (up["rate-kbps"], down["rate-kbps"]) == (128, 384)
        assert up["loss"] == down["loss"] == 3 and up["jitter"] == "pareto"
        alice.call("FadeLink", "(sa{sv}u)", "up", {"loss": GLib.Variant("d", 50)}, 1000)
        alice.call("InterruptLink", "(ub)", 10, True)
        assert alice.call("GetLink", "(s)", "up")[0]["loss"] == 50
        for direction, values, expected in (
                ("aside", {}, "direction: must be one of: up, down, both"),
                ("up", {"los": GLib.Variant("u", 3)}, "los: no such key"),
                ("up", {"preset": GLib.Variant("s", "6g")}, "ideal, edge, umts, lte")):
            with pytest.raises(GLib.Error, match=expected):
                alice.call("SetLink", "(sa{sv})", direction, values)
        with pytest.raises(GLib.Error, match="bob has no TUN"):
            emulator.phone("bob").call("GetLink", "(s)", "up")
        emulator.set(Seed=9)
        assert "UplinkLost" in alice.call("GetCounters")[0]

    def test_access(self, make_emulator):
        emulator = make_emulator(self.CONFIG)
        alice = emulator.phone("alice")
        alice.call("SetAccess", "(a{sv})", {"preset": GLib.Variant("s", "symmetric"),
                                            "udp-timeout-s": GLib.Variant("u", 30)})
        alice.call("ChangeAddress")
        access = alice.call("GetAccess")[0]
        assert (access["nat"], access["ipv6"], access["udp-timeout-s"]) == ("symmetric", "none", 30)
        assert (access["ipv4-address"], access["ipv6-address"]) == ("100.64.1.1", "")
        assert access["public-ipv4-address"] == "198.18.1.1"
        with pytest.raises(GLib.Error, match="nat: must be one of"):
            alice.call("SetAccess", "(a{sv})", {"nat": GLib.Variant("s", "fullcone")})
