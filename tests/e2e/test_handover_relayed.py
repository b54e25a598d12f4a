# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls that outlive a change of network with relays and NATs in between."""

import os
from contextlib import contextmanager

import pytest
from demokit.phones import PhoneCall
from reachkit.field import Field, dial, field, turn_config, wait_gone


@pytest.fixture(scope="module")
def made():
    """Two phones that have two relays, and each other as contacts."""
    with field(os.environ["TACITEL_BUILD"], ["alice", "bob"], [("alice", "bob")],
               config=lambda lab: turn_config(lab, "one") + turn_config(lab, "two")) as made:
        yield made


@contextmanager
def talk(made: Field, alice: str, bob: str, **more: int):
    """A call between phones with such access (more: as of set_access), whose standby paths are known to both."""
    for name, access in (("alice", alice), ("bob", bob)):
        phone = made.phones[name]
        phone.service.wait(lambda phone=phone: phone.manager["Data"] == "down", 20, f"{name}'s data to be down")
        made.set_access(name, access, **more)
    out = dial(made.phones["alice"], made.phones["bob"])
    ends = (out, made.phones["bob"].wait_call())
    try:
        for end in ends:
            end.wait_state("ringing")
        ends[1].call("Answer")
        for end in ends:
            end.wait_state("active")
            end.wait_step("first-voice-heard")
            end.wait_statistics(lambda now: now["StandbyOffered"], "a standby path to be offered")
        yield ends
    finally:
        if out.properties["State"] != "ended":
            out.call("Hangup")
        wait_gone(*ends, timeout_s=40)


def goes_on(ends, timeout_s: float = 30) -> None:
    """Both have another path, and hear each other by it."""
    for end in ends:
        end.wait_statistics(lambda now: now["PathChanges"] >= 1, "another path", timeout_s)
    for end in ends:
        before = end.statistics()
        end.wait_statistics(lambda now, before=before: now["PacketsReceived"] > before["PacketsReceived"] + 50
                            and now["Played"] > before["Played"] + 50, "to be heard again")
        end.wait_state("active")


def sms(made: Field) -> int:
    return len(made.network.sms())


def relay_of(made: Field, end: PhoneCall):
    """The relay that this end's path runs through, by the address that it is sent to or from."""
    addresses = {end.statistics()[side].rsplit(":", 1)[0] for side in ("LocalAddress", "RemoteAddress")}
    return next((relay for relay in made.lab.relays.values() if relay.ipv4 in addresses), None)


def test_both_behind_symmetric_nats(made: Field):
    with talk(made, "symmetric", "symmetric") as ends:
        assert relay_of(made, ends[0]) is not None
        before = sms(made)
        made.emulate("alice", "ChangeAddress")
        goes_on(ends)
        assert sms(made) == before


@pytest.mark.slow
def test_the_standby_outlives_what_nats_remember(made: Field):
    """It waits for longer than a mapping lasts that nobody uses, and is still found without an SMS."""
    with talk(made, "symmetric", "symmetric", udp_timeout_s=20) as ends:
        ends[0].wait_statistics(lambda now: now["PacketsReceived"] > 25 * 50, "voice for longer than that", 60)
        before = sms(made)
        made.emulate("alice", "ChangeAddress")
        goes_on(ends)
        assert sms(made) == before


def test_from_ipv4_to_ipv6_only(made: Field):
    """Another cell, without IPv4: the call goes on by the NAT64 of that network."""
    with talk(made, "eim", "eim") as ends:
        before = sms(made)
        made.set_access("bob", "ipv6-only")
        goes_on(ends)
        assert sms(made) == before
        assert ":" in ends[1].statistics()["LocalAddress"].rsplit(":", 1)[0] or \
            ends[1].statistics()["LocalAddress"].startswith(tuple(relay.ipv4 for relay in made.lab.relays.values()))


def test_the_relay_dies(made: Field):
    """The other one takes over, without the users doing anything."""
    with talk(made, "symmetric", "symmetric") as ends:
        relay = relay_of(made, ends[0])
        relay.stop(signal=9)
        try:
            for end in ends:
                end.wait_state("reconnecting")
            goes_on(ends)
            assert relay_of(made, ends[0]).name != relay.name
        finally:
            relay.start()
