# SPDX-License-Identifier: GPL-3.0-or-later
"""Data that goes in the middle of a call and comes back: the call goes on, and nobody does anything for it."""

import os
import time

import pytest
from couple import Couple, LabPhone, couple

CONTEXT = "/phonesim/context1"


@pytest.fixture(scope="module")
def pair():
    with couple(os.environ["TACITEL_BUILD"]) as pair:
        yield pair


@pytest.fixture
def ends(pair: Couple):
    ends = pair.talk(pair.alice, pair.bob)
    yield ends
    pair.alice.emulate(DataAllowed=True, SimInserted=True, Registration="registered")
    if ends[0].properties["State"] != "ended":
        ends[0].call("Hangup")
    pair.gone(*ends, timeout_s=45)
    wait_context(pair.alice, active=False)


def ofono(phone: LabPhone, method: str, *arguments: str) -> str:
    done = phone.run("gdbus", "call", "--system", "--dest", "org.ofono", "--object-path", CONTEXT, "--method",
                     f"org.ofono.ConnectionContext.{method}", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def wait_context(phone: LabPhone, active: bool) -> None:
    """Until oFono says so; Tacitel does before."""
    deadline = time.monotonic() + 20
    while ("'Active': <true>" in ofono(phone, "GetProperties")) != active:
        assert time.monotonic() < deadline, f"{phone.name}'s context is not {active}"


def wait_data(phone: LabPhone, *states: str) -> None:
    phone.service.wait(lambda: phone.manager["Data"] in states, 30, f"{phone.name}'s data to be {states}")


def detach(phone: LabPhone):
    phone.emulate(DataAllowed=False)
    wait_data(phone, "raising", "down")
    phone.emulate(DataAllowed=True)


def lose_coverage(phone: LabPhone):
    phone.emulate(Registration="searching")
    phone.wait_state("not-registered")
    wait_data(phone, "raising", "down")
    phone.emulate(Registration="registered")


def take_sim(phone: LabPhone):
    phone.emulate(SimInserted=False)
    wait_data(phone, "raising", "down")
    phone.emulate(SimInserted=True)


def reset_modem(phone: LabPhone):
    phone.emulated("ResetModem", "(u)", 3000)
    phone.wait_state("modem-off")


def restart_modem(phone: LabPhone):
    phone.emulated("RestartModem")
    wait_data(phone, "raising", "down")


def kill_ofonod(phone: LabPhone):
    phone.phone.stop("ofonod", signal=9)
    phone.wait_state("no-ofono")
    phone.phone.start("ofonod")


@pytest.mark.parametrize("befall", [detach, lose_coverage, take_sim, reset_modem, restart_modem, kill_ofonod])
def test_call_goes_on(pair: Couple, ends, befall):
    """The same keys, the same call, on a context that is taken down after it."""
    words = ends[0].properties["SasWords"]
    befall(pair.alice)
    wait_data(pair.alice, "up")
    for end in ends:
        end.wait_state("active")
        before = end.statistics()
        end.wait_statistics(lambda now, before=before: now["Played"] > before["Played"] + 50, "to be heard again")
    assert pair.alice.manager["Interface"] in ofono(pair.alice, "GetProperties")
    assert [end.properties["SasWords"] for end in ends] == [words, words]
    assert [end.statistics()["Refused"] for end in ends] == [0, 0]


def test_what_is_not_ours_stays_up(pair: Couple):
    """The network manager's context, lost and raised again for the call, is left up after it."""
    ofono(pair.alice, "SetProperty", "Active", "<true>")
    ends = pair.talk(pair.alice, pair.bob)
    detach(pair.alice)
    wait_data(pair.alice, "up")
    for end in ends:
        end.wait_state("active")
    ends[1].call("Hangup")
    pair.gone(*ends)
    wait_data(pair.alice, "down")
    assert "'Active': <true>" in ofono(pair.alice, "GetProperties")
    ofono(pair.alice, "SetProperty", "Active", "<false>")


def test_address_changes_both_families(pair: Couple, ends):
    """Told once, when the new ones can be used: one more path, and none sought in between."""
    before = [end.statistics() for end in ends]
    pair.alice.emulated("ChangeAddress")
    for end, old in zip(ends, before):
        end.wait_statistics(lambda now, old=old: now["PathChanges"] > old["PathChanges"]
                            and now["Played"] > old["Played"] + 50, "to be heard by another path")
    assert [end.statistics()["PathChanges"] for end in ends] == [old["PathChanges"] + 1 for old in before]
    assert ends[0].statistics()["LocalAddress"] != before[0]["LocalAddress"]
