# SPDX-License-Identifier: GPL-3.0-or-later
"""Real relays: what they make possible, what they hide, and what a bad one costs."""

import os
from contextlib import contextmanager
from pathlib import Path

import pytest
from demokit.pcapng import datagrams
from demokit.phones import PhoneCall
from reachkit.field import Field, dial, field, stun_config, turn_config, wait_gone

PUBLIC = ("198.51.100.", "198.18.", "2001:db8:0:")  # addresses that the emulator gives to phones


@pytest.fixture(scope="module")
def made():
    with field(os.environ["TACITEL_BUILD"], ["alice", "bob"], [("alice", "bob")],
               config=lambda lab: turn_config(lab, "one")) as made:
        yield made


def prepare(made: Field, alice: str, bob: str, config: str | None = None, bob_config: str | None = None) -> None:
    """Both phones have such access, and such a tacitel.conf."""
    if config is not None:
        made.reconfigure(config)
    if bob_config is not None:
        bob_phone = made.phones["bob"]
        bob_phone.stop_daemon()
        bob_phone.write_config(bob_config)
        bob_phone.start_daemon()
        bob_phone.wait_ready()
    for name, access in (("alice", alice), ("bob", bob)):
        phone = made.phones[name]
        phone.service.wait(lambda phone=phone: phone.manager["Data"] == "down", 20, f"{name}'s data to be down")
        made.set_access(name, access)


@contextmanager
def talk(made: Field):
    out = dial(made.phones["alice"], made.phones["bob"])
    ends = (out, made.phones["bob"].wait_call())
    try:
        for end in ends:
            end.wait_state("ringing")
        ends[1].call("Answer")
        for end in ends:
            end.wait_state("active")
            end.wait_step("first-voice-heard")
        yield ends
    finally:
        if out.properties["State"] != "ended":
            out.call("Hangup")
        wait_gone(*ends, timeout_s=40)


def hosts(end: PhoneCall) -> set[str]:
    statistics = end.statistics()
    return {statistics[side].rsplit(":", 1)[0].strip("[]") for side in ("LocalAddress", "RemoteAddress")}


def gone(relay, phone) -> None:
    phone.service.wait(lambda: relay.allocations() == 0, 30, f"the allocations at {relay.name} to be given back")


def ringing_ms(end: PhoneCall) -> float:
    timeline = end.properties["Timeline"]
    return (timeline["ringing"] - timeline["invite-received"]) / 1000


def test_symmetric_nats_share_a_relay(made: Field):
    """Time-limited credentials, one SMS; and nothing stays allocated."""
    prepare(made, "symmetric", "symmetric", turn_config(made.lab, "one"))
    before, relay = len(made.network.sms()), made.lab.relays["one"]
    with talk(made) as ends:
        assert len(made.network.sms()) == before + 1
        assert all(relay.ipv4 in hosts(end) for end in ends)
        print(f"INVITE to ringing by relay: {ringing_ms(ends[1]):.0f} ms")
    gone(relay, made.phones["alice"])


def test_relay_only_hides_the_phone(made: Field, tmp_path: Path):
    """Both could reach each other directly: bob's phone does not want to, and tells none of its addresses."""
    config, relay = turn_config(made.lab, "one"), made.lab.relays["one"]

    def call_captured(bob_policy: str) -> tuple[list, list]:
        prepare(made, "public", "public", config, f"[relay]\npolicy={bob_policy}\n" + config)
        files = {name: tmp_path / f"{name}-{bob_policy}.pcapng" for name in ("alice", "bob")}
        for name, path in files.items():
            made.network.start_capture(name, path)
        with talk(made) as ends:
            ends[0].wait_statistics(lambda now: now["StandbyOffered"], "a standby path to be offered")
            ends[0].wait_statistics(lambda now: now["PacketsReceived"] > 100, "voice")
        for name in files:
            made.network.stop_capture(name)
        return tuple([one for one in datagrams(path)] for path in files.values())

    alice, bob = call_captured("prefer-direct")
    own = {(one.source if one.outbound else one.target)[0] for one in bob}
    assert own & {end[0] for one in alice for end in (one.source, one.target)}, "the control hides, too"

    alice, bob = call_captured("relay-only")
    own = {(one.source if one.outbound else one.target)[0] for one in bob}
    assert own and all(address.startswith(PUBLIC) for address in own)
    there = {(one.target if one.outbound else one.source)[0] for one in bob}
    assert there == {relay.ipv4}
    assert not own & {end[0] for one in alice for end in (one.source, one.target)}
    assert not any(packed(address) in one.payload for address in own for one in alice)


def packed(address: str) -> bytes:
    """As candidates and STUN attributes would carry it in the clear."""
    import ipaddress

    return ipaddress.ip_address(address).packed


def test_a_dead_relay_costs_little(made: Field):
    """Beside one that works."""
    config = turn_config(made.lab, "dead") + turn_config(made.lab, "one")
    made.lab.relays["dead"].stop()
    try:
        prepare(made, "symmetric", "symmetric", config)
        before = len(made.network.sms())
        with talk(made) as ends:
            assert len(made.network.sms()) == before + 1
            assert made.lab.relays["one"].ipv4 in hosts(ends[0])
            assert ringing_ms(ends[1]) < 2500  # the second SMS would have come at 1.5 s
    finally:
        made.lab.relays["dead"].start()


def test_a_dead_stun_server_costs_little(made: Field):
    config = stun_config(made.lab)
    made.lab.relays["stun1"].stop()
    try:
        prepare(made, "eim", "eim", config)
        before = len(made.network.sms())
        with talk(made):
            assert len(made.network.sms()) == before + 2
    finally:
        made.lab.relays["stun1"].start()


def wrong_password(made: Field) -> str:
    return turn_config(made.lab, "one").replace("secret=", "user=x\npassword=wrong-")


def test_wrong_password_where_there_is_another_way(made: Field):
    prepare(made, "public", "eim", wrong_password(made))
    with talk(made) as ends:
        assert made.lab.relays["one"].ipv4 not in hosts(ends[0])


def test_wrong_password_where_there_is_none(made: Field):
    prepare(made, "symmetric", "symmetric", wrong_password(made))
    out = dial(made.phones["alice"], made.phones["bob"])
    incoming = made.phones["bob"].wait_call()
    assert wait_gone(out, incoming, timeout_s=40) == ["no-path", "no-path"]


def test_direct_never_allocates(made: Field):
    relay = made.lab.relays["one"]
    gone(relay, made.phones["alice"])
    prepare(made, "public", "public", "[relay]\npolicy=direct\n" + turn_config(made.lab, "one"))
    log = relay.log.stat().st_size
    with talk(made) as ends:
        ends[0].wait_statistics(lambda now: now["StandbyOffered"], "a standby path to be offered")
    assert "ALLOCATE" not in relay.log.read_bytes()[log:].decode(errors="replace")
