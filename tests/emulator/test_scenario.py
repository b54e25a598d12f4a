# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenarios: what a file says happens, what it says wrongly is named; relays in the internet."""

import json
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from labkit import Lab, LabError, Player, Scenario  # noqa: E402
from labkit.lab import default_build  # noqa: E402
from test_lab import LAB, folder, lab_command, ofono, attach  # noqa: E402,F401 (folder: a fixture)

BUILD = default_build().resolve()
SCENARIOS = sorted((ROOT / "tests/scenarios").glob("*.ini"))
LIMIT_S = 60
PHONE = "[phone alice]\n"

needs_coturn = pytest.mark.skipif(shutil.which("turnserver") is None,
                                  reason="coturn is not installed: tests/install-deps")


@pytest.mark.parametrize("text,expected", [
    ("", "there is no [phone NAME]"),
    ("access = eim", ":1: access: stands before any [GROUP]"),
    (PHONE + "nonsense", ":2: write [GROUP], KEY = VALUE"),
    (PHONE + PHONE, ":2: [phone alice]: is there already"),
    (PHONE + "link = lte\nlink = umts", ":3: [phone alice] link: is there already"),
    (PHONE + "nat = eim", ":2: [phone alice] nat: no such key here; there are access, down, link"),
    ("[phone]\n", ":1: [phone]: write [phone NAME]"),
    (PHONE + "[network]\n", ":2: [network]: no such group"),
    (PHONE + "[event e]\nat = 1\ndo = dance", ":4: [event e] do: must be one of: outage, move"),
    (PHONE + "[event e]\nat = 1", ":2: [event e]: must be one of"),
    (PHONE + "[event e]\nat = 1\ndo = move", ":2: [event e]: the key 'phone' is missing"),
    (PHONE + "[event e]\nat = soon\ndo = move\nphone = alice", ":3: [event e] at: must be a number"),
    (PHONE + "[event e]\nat = 1\ndo = move\nphone = bob", ":5: [event e] phone: there is no [phone bob]"),
    (PHONE + "[event e]\nat = 1\ndo = outage\nphone = alice\nseconds = 1\nhold = yes",
     ":7: [event e] hold: must be true or false"),
    (PHONE + "[event e]\nat = 1\ndo = move\nphone = alice\nevery = 3", "'every' and 'times'"),
    (PHONE + "[event e]\nat = 1\ndo = relay-down\nrelay = r", "there is no [relay r]"),
    (PHONE + "[relay r]\nusers = me", ":3: [relay r] users: must be NAME:PASSWORD"),
    (PHONE + "[relay r]\nusers = a:b\nsecret = c", "users or a secret, not both"),
])
def test_refuses(text, expected):
    with pytest.raises(LabError) as raised:
        Scenario("x.ini", text)
    assert expected in str(raised.value) and str(raised.value).startswith("x.ini:")


def test_repeated_events_in_order():
    scenario = Scenario("x.ini", PHONE + "[event b]\nat=5\ndo=move\nphone=alice\nevery=10\ntimes=3\n"
                        "[event a]\nat=7.5\ndo=outage\nphone=alice\nseconds=60\n")
    assert [event.at for event in scenario.events] == [5, 7.5, 15, 25]
    assert scenario.length_s == 67.5


def emulated(lab, phone, method, *arguments):
    done = lab.run(["gdbus", "call", "--session", "--dest", "org.tacitel.Emulator1",
                    "--object-path", f"/org/tacitel/Emulator1{phone and f'/phone/{phone}'}",
                    "--method", method, *arguments], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("path", SCENARIOS, ids=[path.stem for path in SCENARIOS])
def test_shipped(path):
    """Each is good, down to what only the emulator knows."""
    scenario = Scenario.load(path)
    assert scenario.description
    if scenario.relays and shutil.which("turnserver") is None:
        pytest.skip("coturn is not installed")
    with Lab(list(scenario.phones), BUILD) as lab, Player(lab, scenario) as player:
        player.apply()
        for name, group in scenario.phones.items():
            access = emulated(lab, name, "org.tacitel.Emulator1.Phone.GetAccess")
            assert ("100.64" in access or "192.168" in access) == (
                group.text("access") in ("symmetric", "eim", "double"))
        assert set(lab.relays) == set(scenario.relays)
        # Each kind of event is something that the emulator takes.
        for event in {event.group.name: event for event in scenario.events}.values():
            player._do(event)


ALL = PHONE + """
access = symmetric
access.udp-timeout-s = 30.5
link = umts
up.loss = 5
technology = umts
[scenario]
seed = 42
[sms]
latency-ms = 10
[event 1]
at = 0.1
do = detach
phone = alice
seconds = 0.3
[event 2]
at = 0.2
do = link
phone = alice
link.loss = 99
[event 3]
at = 0.3
do = sms
sms.strip-binary = true
[event 4]
at = 0.5
do = kill
phone = alice
component = ofonod
"""


def test_plays(tmp_path):
    told = []
    with Lab(["alice"], BUILD) as lab:
        with Player(lab, Scenario("x.ini", ALL), told.append) as player:
            player.apply()
            assert "'udp-timeout-s': <30.5>" in emulated(lab, "alice",
                                                         "org.tacitel.Emulator1.Phone.GetAccess")
            up = emulated(lab, "alice", "org.tacitel.Emulator1.Phone.GetLink", "up")
            assert "'loss': <5.0>" in up and "'rate-kbps': <128.0>" in up
            before = lab.request("status")["components"]["alice/ofonod"]
            player.start()
            player.wait(LIMIT_S)
            assert lab.request("status")["components"]["alice/ofonod"] not in (before, "stopped")
            assert "'loss': <99.0>" in emulated(lab, "alice",
                                                "org.tacitel.Emulator1.Phone.GetLink", "down")
            assert "'strip-binary': <true>" in emulated(lab, "",
                                                        "org.tacitel.Emulator1.GetSmsNetwork")
    assert [line.split(" s  ")[1].split()[0] for line in told] == ["detach", "link", "sms", "end", "kill"]
    for line, at in zip(told, (0.1, 0.2, 0.3, 0.4, 0.5)):
        assert at <= float(line.split()[0]) < at + 0.3, told


def test_names_what_the_emulator_refuses():
    text = PHONE + "\naccess = symmetric\nlink = lte\nlink.los = 5\n"
    with Lab(["alice"], BUILD) as lab, Player(lab, Scenario("x.ini", text)) as player:
        with pytest.raises(LabError, match=re.escape("x.ini:5: [phone alice] link.los: los: no such key")):
            player.apply()


def test_command(folder, tmp_path):  # noqa: F811
    """A lab as long as the command, which finds it by its environment; its status is the command's."""
    path = tmp_path / "x.ini"
    path.write_text(PHONE + "access = eim\n")
    done = lab_command("run", "--build", BUILD, "--dir", folder, path, "--", "sh", "-c",
                       f"{ROOT}/tests/lab status --json; exit 9")
    assert done.returncode == 9, done.stdout + done.stderr
    state = json.loads(done.stdout[done.stdout.index("{"):])
    assert state["up"] and state["folder"] == str(folder)
    assert lab_command("status", "--dir", folder).returncode == 1
    assert [entry.name for entry in folder.iterdir()] == ["logs"]
    path.write_text(PHONE + "access = wifi\n")
    done = lab_command("run", "--build", BUILD, "--dir", folder, path, "--", "true")
    assert done.returncode == 1
    assert "x.ini:2: [phone alice] access: preset: must be one of: public" in done.stderr
    done = lab_command("run", folder / "none.ini")
    assert done.returncode == 1 and "No such file" in done.stderr


def test_interrupted(folder, tmp_path):  # noqa: F811
    """Ctrl-C, in the middle of an event or between them, ends it all without a word."""
    path = tmp_path / "x.ini"
    path.write_text(PHONE + "[event e]\nat = 0.1\ndo = move\nphone = alice\nevery = 0.1\ntimes = 999\n")
    command = [LAB, "run", "--build", BUILD, "--dir", folder, path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert any("move alice" in line for line in run.stdout)
        run.send_signal(signal.SIGINT)
        assert run.wait(LIMIT_S) == 130
        assert run.stderr.read() == ""
    assert [entry.name for entry in folder.iterdir()] == ["logs"]


STUN = """
import os, socket, struct, sys
sock = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
sock.settimeout(5)
sock.sendto(struct.pack(">HHI", 1, 0, 0x2112A442) + os.urandom(12), (sys.argv[1], 3478))
assert sock.recv(1000)[:2] == b"\\x01\\x01"
"""


@needs_coturn
def test_relays():
    """coturn with each kind of credentials, each on an address of its own."""
    with Lab(["alice"], BUILD) as lab:
        static = lab.relay("static", users={"alice": "pw"})
        timed = lab.relay("timed", secret="sesame")
        stun = lab.relay("stun", stun_only=True)
        assert len({static.ipv4, timed.ipv4, stun.ipv4}) == 3
        with pytest.raises(LabError, match="already"):
            lab.relay("stun")
        alice = lab.phone("alice")
        attach(alice)
        ofono(alice, "/phonesim/context1", "ConnectionContext.SetProperty", "Active", "<true>")
        emulated(lab, "alice", "org.tacitel.Emulator1.Phone.SetAccess", "{'preset': <'symmetric'>}")

        def allocate(relay, user, password):
            return alice.run(["turnutils_uclient", "-y", "-n", "2", "-m", "1", "-c", "-u", user,
                              "-w", password, relay.ipv4], capture_output=True,
                             timeout=LIMIT_S).returncode
        assert allocate(static, *static.credentials("alice")) == 0
        assert allocate(timed, *timed.credentials("anybody")) == 0
        assert static.allocations() > 0
        assert allocate(static, "alice", "wrong") != 0
        assert allocate(timed, *timed.credentials("anybody", lifetime_s=-10)) != 0

        def answers(address):
            return alice.run(["/usr/bin/python3", "-c", STUN, address], capture_output=True,
                             timeout=LIMIT_S).returncode == 0
        assert answers(stun.ipv4)
        stun.stop(9)
        assert lab.relays["stun"].status() == "stopped"
        stun.start()
        assert answers(stun.ipv4)
        emulated(lab, "alice", "org.tacitel.Emulator1.Phone.SetAccess", "{'preset': <'public'>}")
        assert answers(stun.ipv6)
