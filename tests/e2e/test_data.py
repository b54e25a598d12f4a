# SPDX-License-Identifier: GPL-3.0-or-later
"""The data context of a call: whose it is, and what the user hears when there is none."""

import time

import pytest
from demokit.phones import MAIN, MANAGER, PhoneCall

CONTEXT = "/phonesim/context1"


def ofono(phone, method: str, *arguments: str) -> str:
    done = phone.run("gdbus", "call", "--system", "--dest", "org.ofono", "--object-path", CONTEXT, "--method",
                     f"org.ofono.ConnectionContext.{method}", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def dial(phone, other) -> PhoneCall:
    if other.name not in phone.contacts():
        phone.add_contact(other)
    return PhoneCall(phone, phone.service.call(MAIN, MANAGER, "Dial", "(s)", other.name))


def wait_data(phone, state: str) -> None:
    phone.service.wait(lambda: phone.manager["Data"] == state, 20, f"{phone.name}'s data to be {state}")


@pytest.mark.parametrize("active", [False, True])
def test_context_is_left_as_it_was(strangers, alice, active):
    """What the network manager raised stays up after a call; what the call raised goes down."""
    ofono(alice, "SetProperty", "Active", f"<{str(active).lower()}>")
    call = dial(alice, strangers.bob)
    wait_data(alice, "up")
    call.call("Hangup")
    wait_data(alice, "down")
    again = dial(alice, strangers.bob)  # before oFono has taken it down
    wait_data(alice, "up")
    again.call("Hangup")
    wait_data(alice, "down")
    deadline = time.monotonic() + 20  # it is down for Tacitel before oFono has answered
    while ("'Active': <true>" in ofono(alice, "GetProperties")) != active:
        assert time.monotonic() < deadline
    ofono(alice, "SetProperty", "Active", "<false>")
