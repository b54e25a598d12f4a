# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls that cannot be: each ends with a reason that both sides can act on."""

import os

import pytest
from couple import Couple, couple
from demokit.bus import BusError, variant


@pytest.fixture(scope="module")
def trio():
    with couple(os.environ["TACITEL_BUILD"], ("alice", "bob", "carol"), "[call]\nring-timeout=2\n") as trio:
        yield trio


def test_no_answer(trio: Couple):
    ends = trio.ring(trio.alice, trio.bob)
    assert trio.gone(*ends) == ["no-answer", "no-answer"]


@pytest.mark.sanitize
def test_busy(trio: Couple):
    ends = trio.talk(trio.alice, trio.bob)
    for target in (trio.alice, trio.bob):
        third = trio.dial(trio.phones["carol"], target)
        assert trio.gone(third) == ["busy"]
    assert [end.properties["State"] for end in ends] == ["active", "active"]
    ends[0].call("Hangup")
    trio.gone(*ends)


def test_callee_without_data(trio: Couple):
    trio.bob.emulated("Set", "(a{sv})", {"DataAllowed": variant("b", False)})
    try:
        out = trio.dial(trio.alice, trio.bob)
        assert trio.gone(out, timeout_s=40) == ["remote-no-data"]
    finally:
        trio.bob.emulated("Set", "(a{sv})", {"DataAllowed": variant("b", True)})


def test_caller_without_data(trio: Couple):
    trio.rule(kind="at", direction="up", phone="alice", pattern=r"\+CGACT=1", action="fail", code=148, times=1)
    out = trio.dial(trio.alice, trio.bob)
    assert trio.gone(out, timeout_s=40) == ["no-data"]
    assert "APN" in out.properties["ReasonText"] or "data" in out.properties["ReasonText"]


def test_network_refuses_the_invitation(trio: Couple):
    trio.rule(kind="sms", phone="alice", direction="up", action="fail", code=38, times=1)
    out = trio.dial(trio.alice, trio.bob)
    assert trio.gone(out) == ["sms-failed"]


def test_modem_gone_in_a_call(trio: Couple):
    out, incoming = trio.talk(trio.alice, trio.bob)
    trio.alice.emulated("Set", "(a{sv})", {"Powered": variant("b", False)})
    try:
        for end in (out, incoming):
            end.wait_state("reconnecting")
            end.call("Hangup")  # who does not want to wait for it
        assert trio.gone(out, incoming) == ["hangup", "hangup"]
        trio.alice.wait_state("no-modem", "modem-off")
        with pytest.raises(BusError, match="NoModem|NotRegistered"):
            trio.manager(trio.alice, "Dial", "(s)", "bob")
    finally:
        trio.alice.emulated("Set", "(a{sv})", {"Powered": variant("b", True)})
    trio.alice.wait_ready()
