# SPDX-License-Identifier: GPL-3.0-or-later
"""What tacitel status --network and tacitel selftest say of the networks that phones are in, with real coturns."""

import json
import os
import subprocess
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from couple import MAIN, MANAGER, LabPhone, variant
from demokit.phones import EMULATOR, EMULATOR_PATH, Network, PhoneCall
from labkit import Lab

WELL, NOT_ALL = 0, 34
SECRET = "north of the wall"
DEAD = "192.0.2.90"  # no server, and no host

# How each phone is connected, and what its configuration says of the servers.
GOOD = ("turn one", "stun two")
PHONES = {
    "public": ("public", GOOD),
    "eim": ("eim", GOOD),
    "sym": ("symmetric", GOOD),
    "six": ("ipv6-only", GOOD),
    "both": ("ipv6-firewalled", (*GOOD, "six one")),
    "stunned": ("symmetric", ("stun one", "stun two")),
    "single": ("eim", ("stun two",)),
    "badly": ("symmetric", ("wrong one", "turn two", "dead", "secret three", "turn four")),
    "stripped": ("public", GOOD),  # its carrier throws binary SMS away
}


def server(lab: Lab, what: str) -> str:
    """The group of tacitel.conf that names a server."""
    kind, _, name = what.partition(" ")
    relay = lab.relays.get(name)
    lines = {
        "turn": lambda: f"type=turn\naddress={relay.ipv4}\nuser=lab\npassword=lab\n",
        "six": lambda: f"type=turn\naddress=[{relay.ipv6}]:{relay.port}\nuser=lab\npassword=lab\n",
        "wrong": lambda: f"type=turn\naddress={relay.ipv4}:{relay.port}\nuser=lab\npassword=bal\n",
        "secret": lambda: f"type=turn\naddress={relay.ipv4}\nsecret={SECRET}\n",
        "stun": lambda: f"type=stun\naddress={relay.ipv4}\n",
        "dead": lambda: f"type=turn\naddress={DEAD}\nuser=lab\npassword=lab\n",
    }
    return f"[relay {what.replace(' ', '-')}]\n{lines[kind]()}"


@pytest.fixture(scope="module")
def lab():
    with Lab(list(PHONES), os.environ["TACITEL_BUILD"]) as lab:
        lab.relay("one")
        lab.relay("two")
        lab.relay("three", secret=SECRET)
        lab.relay("four", stun_only=True)
        yield lab


@pytest.fixture(scope="module")
def phones(lab):
    """All of them, ready, each in its network."""
    with ExitStack() as stack:
        network = stack.enter_context(Network(lab))
        network.service.call(EMULATOR_PATH, EMULATOR, "AddRule", "(a{sv})", {
            "kind": variant("s", "sms"), "phone": variant("s", "stripped"), "direction": variant("s", "up"),
            "coding": variant("s", "data"), "action": variant("s", "drop")})
        ready = {}
        for name, (access, servers) in PHONES.items():
            config = "".join(server(lab, one) for one in servers)
            phone = ready[name] = stack.enter_context(LabPhone(lab.phone(name), network, config))
            phone.emulated("SetAccess", "(a{sv})", {"preset": variant("s", access)})
        for phone in ready.values():
            phone.wait_ready()
        yield ready


@pytest.fixture(scope="module", autouse=True)
def stripped(phones) -> Future:
    """What selftest says where datagrams do not arrive: it waits for them, so the other tests go on meanwhile."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(ask, phones["stripped"], "selftest", "--yes")


def ask(phone, *command: str) -> tuple[int, dict]:
    done = phone.phone.run(["tacitel", *command, "--json"], input="", capture_output=True, text=True, timeout=200)
    return done.returncode, json.loads(done.stdout or done.stderr)


@pytest.fixture(scope="module")
def probed(phones) -> dict[str, tuple[int, dict]]:
    """What status --network says on each phone, asked of all at the same time."""
    names = [name for name in phones if name != "stripped"]
    with ThreadPoolExecutor(len(names)) as pool:
        return dict(zip(names, pool.map(lambda name: ask(phones[name], "status", "--network"), names)))


def reach(report: dict) -> dict[str, tuple[str, str]]:
    return {one["peer"]: (one["calling"], one["called"]) for one in report["reach"]}


ONE, TWO, FAILS, PERHAPS = "one-sms", "two-sms", "relay", "perhaps"


@pytest.mark.parametrize(("name", "status", "access", "nat", "nat64", "public", "eim", "symmetric"), [
    ("public", WELL, "ipv4+ipv6", "none", False, (ONE, ONE), (ONE, TWO), (ONE, TWO)),
    ("eim", WELL, "ipv4", "endpoint-independent", False, (TWO, ONE), (TWO, TWO), (TWO, TWO)),
    ("sym", WELL, "ipv4", "address-dependent", False, (TWO, ONE), (TWO, TWO), (TWO, TWO)),
    ("six", WELL, "ipv6", "endpoint-independent", True, (TWO, ONE), (TWO, TWO), (TWO, TWO)),
    ("both", WELL, "ipv4+ipv6", "address-dependent", False, (TWO, ONE), (TWO, TWO), (TWO, TWO)),
    ("stunned", NOT_ALL, "ipv4", "address-dependent", False, (TWO, ONE), (FAILS, FAILS), (FAILS, FAILS)),
    ("single", NOT_ALL, "ipv4", "unknown", False, (TWO, ONE), (PERHAPS, PERHAPS), (FAILS, FAILS)),
    ("badly", NOT_ALL, "ipv4", "address-dependent", False, (TWO, ONE), (TWO, TWO), (TWO, TWO)),
])
def test_kind_of_network(probed, name, status, access, nat, nat64, public, eim, symmetric):
    got, report = probed[name]
    assert (report["access"], report["nat"], report["nat64"]) == (access, nat, nat64), report
    assert {**reach(report), "ipv6": None} == {"public": public, "endpoint-independent": eim, "symmetric": symmetric,
                                               "ipv6": None}
    assert ("ipv6" in reach(report)) == ("ipv6" in access)
    assert got == status, report


def test_what_is_wrong_with_servers_is_named(probed):
    _, report = probed["badly"]
    wrong, good, dead, secret, stun_only = report["servers"]
    assert wrong["problem"] == "wrong user name or password (401)" and wrong["answered"] and not wrong["relayed"]
    assert wrong["mapped"], "what it sees, it tells everybody"
    assert dead["problem"] == "no answer" and not dead["answered"] and dead["rtt_ms"] == 0
    assert stun_only["problem"] == "answers as a STUN server, but not as a relay" and stun_only["mapped"], stun_only
    for one in (good, secret):
        assert one["answered"] and one["relayed"].startswith("192.0.2.") and not one["problem"], one
        assert 0 < one["rtt_ms"] < 3000


def test_allocations_are_given_back(probed, lab):
    for relay in lab.relays.values():
        log = relay.log.read_text(errors="replace")
        assert (": new, " in log) != relay.stun_only and relay.allocations() == 0, log[-2000:]


def test_datagrams_come_through(phones):
    status, report = ask(phones["eim"], "selftest", "--yes")
    assert (status, report["sms"]) == (WELL, "datagram"), report
    assert [form["tried"] for form in report["sms_forms"]] == [True, False, False]


def test_no_sms_unless_wanted(phones):
    network, phone = phones["sym"].network, phones["sym"]
    status, report = ask(phone, "selftest", "--no-sms")
    assert (status, report["sms"]) == (WELL, "untested")
    status, failure = ask(phone, "selftest")  # nobody there to say yes
    assert (status, failure["error"]) == (33, "NotConfirmed")
    assert not [one for one in network.sms() if one["from"] == phone.number]


def test_busy(stripped, phones):
    """One test at a time, and none during a call."""
    phone, other = phones["stripped"], phones["public"]
    if not stripped.done():
        assert ask(phone, "selftest", "--yes")[1]["error"] == "Busy"
    phone = phones["eim"]
    phone.add_contact(other)
    call = PhoneCall(phone, phone.service.call(MAIN, MANAGER, "Dial", "(s)", other.name))
    status, failure = ask(phone, "selftest", "--yes")
    assert (status, failure["error"]) == (6, "Busy")
    call.call("Hangup")


def test_given_up_when_nobody_waits(phones):
    """Who asked goes away while a server is still silent: the next may ask at once."""
    phone = phones["badly"]
    asker = phone.phone.popen(["tacitel", "status", "--network"], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
                              text=True)
    assert "raising" in asker.stderr.readline() and "asking" in asker.stderr.readline()
    assert ask(phone, "status", "--network")[1]["error"] == "Busy"
    asker.kill()
    asker.communicate(timeout=20)
    assert ask(phone, "status", "--network")[0] == NOT_ALL


def test_without_data(phones):
    phone = phones["eim"]
    phone.emulate(Registration="searching")
    phone.wait_state("not-registered")
    status, failure = ask(phone, "status", "--network")
    phone.emulate(Registration="registered")
    assert (status, failure["error"]) == (4, "NotRegistered")


def test_stripped_datagrams_are_noticed_and_text_is_used(stripped, phones):
    phone = phones["stripped"]
    status, report = stripped.result()
    assert (status, report["sms"]) == (WELL, "text"), report
    assert [(form["accepted"], form["back"]) for form in report["sms_forms"][:2]] == [(True, False), (True, True)]
    before = len(phone.network.sms())
    phone.tacitel("pair", phones["public"].number)
    sent = [one for one in phone.network.sms()[before:] if one["from"] == phone.number]
    assert [one["text"][:4] for one in sent] == ["tac:"], sent
