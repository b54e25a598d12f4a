# SPDX-License-Identifier: GPL-3.0-or-later
"""Contacts by D-Bus and by command line: every refusal says what to do, and what was acknowledged stays."""

import json

import pytest
from demokit.bus import BusError
from demokit.phones import CONTACTS, MAIN

BOB, CAROL = "+15551000002", "+15551000003"
KEY = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"  # RFC 7748 §6.1, Bob's
OTHER_KEY = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"  # Alice's
LOW_ORDER = "01" + 31 * "00"

# what is added, the D-Bus error, a word of its message, the command's status
REFUSED = {
    "bad-number": (("carol", "5551000003", OTHER_KEY), "InvalidNumber", "country code", 2),
    "short-number": (("carol", "+123", OTHER_KEY), "InvalidNumber", "country code", 2),
    "duplicate-name": (("bob", CAROL, OTHER_KEY), "Exists", BOB, 1),
    "duplicate-number": (("carol", "+1 (555) 100-0002", OTHER_KEY), "Exists", "bob", 1),
    "duplicate-key": (("carol", CAROL, KEY), "Exists", "bob", 1),
    "short-key": (("carol", CAROL, OTHER_KEY[:-2]), "InvalidArgument", "tacitel identity", 2),
    "no-key": (("carol", CAROL, 64 * "x"), "InvalidArgument", "tacitel identity", 2),
    "low-order-key": (("carol", CAROL, LOW_ORDER), "InvalidArgument", "ask for it again", 2),
    "no-name": (("", CAROL, OTHER_KEY), "InvalidArgument", "1 to", 2),
    "long-name": ((65 * "x", CAROL, OTHER_KEY), "InvalidArgument", "64", 2),
}


@pytest.fixture
def with_bob(alice):
    alice.service.call(MAIN, CONTACTS, "Add", "(sss)", "bob", BOB, KEY)
    yield alice
    for contact in alice.contacts().values():
        alice.service.call(MAIN, CONTACTS, "Remove", "(s)", contact["Number"])


def refused(phone, method, signature, *arguments) -> BusError:
    with pytest.raises(BusError) as caught:
        phone.service.call(MAIN, CONTACTS, method, signature, *arguments)
    return caught.value


@pytest.mark.parametrize("case", REFUSED)
def test_refused(with_bob, case):
    arguments, name, word, _ = REFUSED[case]
    error = refused(with_bob, "Add", "(sss)", *arguments)
    assert error.name == f"org.tacitel.Error.{name}" and word in error.message
    assert list(with_bob.contacts()) == ["bob"]


@pytest.mark.parametrize("case", REFUSED)
def test_refused_by_command(with_bob, case):
    arguments, _, word, status = REFUSED[case]
    done = with_bob.run("tacitel", "contact", "add", *arguments)
    assert done.returncode != 0 and done.stderr.strip(), done
    assert (done.returncode, word in done.stderr) == (status, True), done


def test_own_key(with_bob):
    own = with_bob.manager["Identity"]
    error = refused(with_bob, "Add", "(sss)", "me", CAROL, own)
    assert error.name == "org.tacitel.Error.InvalidArgument" and "own key" in error.message
    done = with_bob.run("tacitel", "contact", "add", "me", CAROL, own)
    assert done.returncode == 2 and "own key" in done.stderr


@pytest.mark.parametrize("method", ["Show", "Remove"])
def test_unknown(with_bob, method):
    for which in ("dave", CAROL):
        error = refused(with_bob, method, "(s)", which)
        assert error.name == "org.tacitel.Error.UnknownContact" and which in error.message
        done = with_bob.run("tacitel", "contact", method.lower(), which)
        assert done.returncode == 5 and which in done.stderr


def test_add_show_list_remove(with_bob):
    shown = with_bob.contacts()["bob"]
    assert (shown["Name"], shown["Number"], shown["Key"], shown["Trust"]) == ("bob", BOB, KEY, "paired")
    assert (shown["Blocked"], shown["NewKey"], len(shown["FingerprintWords"])) == (False, "", 16)
    assert with_bob.service.call(MAIN, CONTACTS, "Show", "(s)", "bob") == shown
    assert with_bob.service.call(MAIN, CONTACTS, "Show", "(s)", "+1 555 100 0002") == shown
    with_bob.tacitel("contact", "add", "Anna", "+1 555 100 0003", OTHER_KEY.upper())
    assert [(c["Name"], c["Number"], c["Key"]) for c in with_bob.contacts().values()] == [
        ("Anna", CAROL, OTHER_KEY), ("bob", BOB, KEY)]
    before = len(changes(with_bob))
    with_bob.tacitel("contact", "remove", "Anna")
    with_bob.service.wait(lambda: len(changes(with_bob)) == before + 1, 5, "the signal Changed")
    assert list(with_bob.contacts().values()) == [shown]


def changes(phone) -> list:
    return [signal for signal in phone.service.signals
            if (signal["interface"], signal["name"]) == (CONTACTS, "Changed")]


def test_survive_kill(with_bob):
    """kill -9 in the very moment of the acknowledgement: everything acknowledged is there, nothing is torn."""
    identity = with_bob.manager["Identity"]
    names = ["bob"]
    for n in range(10):
        pid = with_bob.daemon_pid()
        name, key = f"friend {n}", f"{n + 9:02x}" + OTHER_KEY[2:]
        with_bob.service.call(MAIN, CONTACTS, "Add", "(sss)", name, f"+1555200000{n}", key)
        with_bob.stop_daemon("KILL")
        names.append(name)
        with_bob.start_daemon()
        listed = json.loads(with_bob.run("tacitel", "contact", "list", "--json").stdout)
        assert sorted(contact["name"] for contact in listed) == sorted(names)
        assert with_bob.daemon_pid() != pid
    assert with_bob.tacitel("identity")["key"] == identity
    with_bob.tacitel("status")
