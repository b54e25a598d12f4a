# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing of a call leaves by another interface than the data connection's, even if that one has the default route."""

import os
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from demokit.phones import QUICK_UNLOCK
from labkit import Bystander
from labkit.bystander import ROUTINGS
from reachkit.field import dial, field, stun_config, turn_config, wait_gone

DEAD = "192.0.2.98"
CONTEXT = "/phonesim/context1"


@pytest.fixture(scope="module")
def made():
    """Two phones whose data is up, as a network manager leaves it, and stays so."""
    with field(os.environ["TACITEL_BUILD"], ["alice", "bob"], [("alice", "bob")],
               {"alice": "public", "bob": "public"}, turn_config) as made:
        for phone in made.phones.values():
            phone.run("gdbus", "call", "--system", "--dest", "org.ofono", "--object-path", CONTEXT, "--method",
                      "org.ofono.ConnectionContext.SetProperty", "Active", "<true>", check=True)
        yield made


@contextmanager
def watched(made, routing: str):
    """In the block both phones have a wlan0; nothing has left by it at its end."""
    with ExitStack() as stack:
        bystanders = [stack.enter_context(Bystander(phone.phone, routing)) for phone in made.phones.values()]
        yield
        assert {one.phone.name: [packet.hex() for packet in one.leaked()] for one in bystanders} == {
            "alice": [], "bob": []}


def talk(made) -> None:
    outgoing = dial(made.phones["alice"], made.phones["bob"])
    incoming = made.phones["bob"].wait_call()
    for end in (outgoing, incoming):
        end.wait_state("ringing")
    incoming.call("Answer")
    for end in (outgoing, incoming):
        end.wait_step("first-voice-heard")
    outgoing.call("Hangup")
    assert wait_gone(outgoing, incoming) == ["hangup", "remote-hangup"]


@pytest.mark.parametrize("routing", ROUTINGS)
def test_control(made, routing):
    """A packet of nobody's in particular is seen."""
    with Bystander(made.phones["alice"].phone, routing) as bystander:
        assert bystander.leaked() == []
        made.phones["alice"].run("bash", "-c", "echo leak > /dev/udp/203.0.113.77/7", check=True)
        (packet,) = bystander.leaked()
        assert packet.endswith(b"leak\n")


@pytest.mark.parametrize("routing", ROUTINGS)
@pytest.mark.parametrize("access", ["public", "symmetric", "ipv6-only"])
def test_call_with_a_relay(made, access, routing):
    for name in made.phones:
        made.set_access(name, access)
    with watched(made, routing):
        talk(made)


@pytest.mark.parametrize("access", ["public", "eim", "ipv6-only"])
def test_call_with_stun(made, access):
    made.reconfigure(stun_config(made.lab) + QUICK_UNLOCK)
    for name in made.phones:
        made.set_access(name, access)
    with watched(made, "metric"):
        talk(made)


def test_dead_relay(made):
    made.reconfigure(turn_config(made.lab, address=DEAD) + QUICK_UNLOCK)
    for name in made.phones:
        made.set_access(name, "public")
    with watched(made, "metric"):
        talk(made)


def test_wrong_credentials(made):
    made.reconfigure(turn_config(made.lab).replace("secret=lab", "user=nobody\npassword=wrong") + QUICK_UNLOCK)
    with watched(made, "metric"):
        talk(made)


def test_name_instead_of_an_address(made):
    """It is refused, and not looked up."""
    alice = made.phones["alice"]
    config = Path(alice.phone.env["XDG_CONFIG_HOME"]) / "tacitel/tacitel.conf"
    alice.stop_daemon()
    before = config.read_text()
    with watched(made, "metric"):
        alice.write_config("[relay named]\ntype=turn\naddress=relay.example.org\nuser=x\npassword=x\n")
        done = alice.run("taciteld")
        assert done.returncode != 0
        assert "relay.example.org" in done.stderr and str(config) in done.stderr
    alice.write_config(before)
    alice.start_daemon()
