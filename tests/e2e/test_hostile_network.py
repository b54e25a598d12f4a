# SPDX-License-Identifier: GPL-3.0-or-later
"""A network against the call: floods of ICE checks at its port, forged ICMP errors, servers that talk nonsense."""

import os
import random
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from couple import Couple, couple
from demokit.pcapng import datagrams
from fake_turn import SERVERS
from test_strangers import address, goes_on, throw
from usage import answers, bounded, usage

BUILD = os.environ["TACITEL_BUILD"]
FORGER, FAKE = (Path(__file__).parent / name for name in ("icmp_forger.py", "fake_turn.py"))
SEED = 4
FLOOD = 20_000  # at once: a queue on the way may lose some of it
MEMORY_KIB = 4096
CPU_SHARE = 0.5  # of one processor, at some five thousand datagrams a second
REQUESTS = 100  # to one server in two calls: eight ICE agents, and what RFC 8489 §6.2.1 lets each repeat
STALE = 6000    # to one that accepts no nonce: at libnice's pace of 50 a second for each of them
MESSAGE_INTEGRITY, FINGERPRINT = 0x0008, 0x8028  # RFC 8489 §14.5, §14.7


@pytest.fixture(scope="module")
def pair():
    with couple(BUILD) as pair:
        yield pair


@pytest.fixture(scope="module")
def call(pair: Couple, tmp_path_factory):
    """A call that all this happens to: its ends, their addresses, the ICE checks that made it."""
    capture = tmp_path_factory.mktemp("capture") / "alice.pcapng"
    pair.network.start_capture("alice", capture)
    ends = pair.talk(pair.alice, pair.bob)
    addresses = [(end.statistics()["LocalAddress"], end.statistics()["RemoteAddress"]) for end in ends]
    goes_on(pair, ends, addresses)
    pair.network.stop_capture("alice")
    checks = [one.payload for one in datagrams(capture) if not one.outbound and one.payload[:2] == b"\0\1"]
    assert checks
    yield ends, addresses, checks
    ends[0].call("Hangup")
    assert pair.gone(*ends) == ["hangup", "remote-hangup"]
    again = pair.talk(pair.alice, pair.bob)
    again[0].call("Hangup")
    assert pair.gone(*again) == ["hangup", "remote-hangup"]


def arrived(pair: Couple, protocol: str, *names: str) -> int:
    """Of alice's kernel: how many it got (proc(5), /proc/net/snmp)."""
    lines = [line.split() for line in pair.alice.run("cat", "/proc/net/snmp").stdout.splitlines()]
    titles, values = (line[1:] for line in lines if line[0] == f"{protocol}:")
    counts = dict(zip(titles, map(int, values)))
    return sum(counts[name] for name in names)


def forged_check(genuine: bytes, dice: random.Random) -> bytes:
    """The same user name, another transaction, an integrity that is none, and a fingerprint that fits."""
    length, at, kept = struct.unpack_from("!H", genuine, 2)[0], 20, b""
    while at < 20 + length:
        kind, size = struct.unpack_from("!HH", genuine, at)
        if kind in (MESSAGE_INTEGRITY, FINGERPRINT):
            break
        kept += genuine[at:at + 4 + (size + 3) // 4 * 4]
        at += 4 + (size + 3) // 4 * 4
    kept += struct.pack("!HH", MESSAGE_INTEGRITY, 20) + dice.randbytes(20)
    made = struct.pack("!HHI", 1, len(kept) + 8, 0x2112A442) + dice.randbytes(12) + kept
    return made + struct.pack("!HHI", FINGERPRINT, 4, zlib.crc32(made) ^ 0x5354554E)


@pytest.mark.sanitize
def test_flood_of_checks(pair: Couple, call):
    """As the callee sends them, but for the password; from another host."""
    ends, addresses, checks = call
    dice = random.Random(SEED)
    before, came = usage(pair.alice), arrived(pair, "Udp", "InDatagrams", "InErrors")
    throw(pair, [forged_check(checks[i % len(checks)], dice) for i in range(FLOOD)], addresses[0][0])
    pair.alice.service.wait(lambda: arrived(pair, "Udp", "InDatagrams", "InErrors") >= came + FLOOD // 5, 20,
                            "the flood to arrive")
    answers(pair.alice)
    goes_on(pair, ends, addresses)
    assert bounded(before, usage(pair.alice), MEMORY_KIB, CPU_SHARE)


def test_forged_icmp_errors(pair: Couple, call):
    """About the call's own datagrams, of every kind there is."""
    ends, addresses, _ = call
    (alice, bob), before, came = addresses[0], usage(pair.alice), arrived(pair, "Icmp", "InMsgs")
    done = pair.lab.run([sys.executable, "-B", FORGER, *address(alice), *address(bob), "9000"],
                        capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "9000", "")
    pair.alice.service.wait(lambda: arrived(pair, "Icmp", "InMsgs") >= came + 9000, 20, "the errors to arrive")
    answers(pair.alice)
    goes_on(pair, ends, addresses)
    assert bounded(before, usage(pair.alice), MEMORY_KIB, CPU_SHARE)


def relays() -> str:
    """Each fake server in a configuration."""
    return "".join(f"[relay {name}]\naddress=192.0.2.1:{5000 + i}\nuser=lab\npassword=lab\n"
                   for i, name in enumerate(SERVERS))


def test_servers_that_are_none():
    """Calls in both directions between phones that believe in all of them."""
    with couple(BUILD, config=relays()) as pair:
        fake = pair.lab.popen([sys.executable, "-B", FAKE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert fake.stdout.readline() == "ready\n"
        used = []
        for caller, callee in ((pair.alice, pair.bob), (pair.bob, pair.alice)):
            used.append(usage(pair.alice))
            ends = pair.talk(caller, callee)
            goes_on(pair, ends, [(end.statistics()["LocalAddress"], end.statistics()["RemoteAddress"]) for end in ends])
            answers(pair.alice)
            ends[0].call("Hangup")
            assert pair.gone(*ends) == ["hangup", "remote-hangup"]
        used.append(usage(pair.alice))
        assert bounded(used[1], used[2], MEMORY_KIB, CPU_SHARE), used
        told = fake.communicate("", timeout=10)[0].splitlines()
        counts = {name: int(count) for name, count in (line.rsplit(": ", 1) for line in told)}
        assert min(counts.values()) > 0  # all were asked
        assert counts.pop("stale") < STALE
        assert max(counts.values()) < REQUESTS, counts
