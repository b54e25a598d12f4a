# SPDX-License-Identifier: GPL-3.0-or-later
"""tacitel-emulator's options and the command-line client."""
import json
import select
import signal
import subprocess

import pytest
from conftest import TIMEOUT

ALICE = "+15551000001"


@pytest.fixture
def ctl(build, bus):
    def run(*arguments, status=0, service=bus.address):
        done = subprocess.run(
            [build / "tests/emulator/tacitel-emulatorctl", "--bus", service, *arguments],
            capture_output=True, text=True, timeout=TIMEOUT, check=False)
        assert done.returncode == status, done.stderr
        return done.stderr if status else done.stdout
    return run


def test_help_and_version(build):
    for program in ("tacitel-emulator", "tacitel-emulatorctl"):
        for option in ("--help", "--version"):
            done = subprocess.run([build / "tests/emulator" / program, option],
                                  capture_output=True, text=True, check=True)
            assert program in done.stdout


def test_phones(emulator, ctl):
    phones = json.loads(ctl("--json", "phones"))
    assert [p["Name"] for p in phones] == ["alice", "bob"]
    assert ALICE in ctl("phones") and "waiting" in ctl("phones")
    assert json.loads(ctl("show", "bob", "--json")) == phones[1]


def test_set(emulator, ctl):
    ctl("set", "alice", "Signal=7", "Technology=umts", "OperatorCode=26201", "DataAllowed=false")
    shown = json.loads(ctl("--json", "show", "alice"))
    assert (shown["Signal"], shown["Technology"], shown["OperatorCode"], shown["DataAllowed"]) == (
        7, "umts", "26201", False)
    ctl("set", "SmsLatencyMs=9")
    ctl("set", "alice", "Powered=false")
    assert "off" in ctl("phones")


def test_sms(emulator, ctl):
    ctl("sms", "send", "bob", ALICE, "Hello", "from", "here")
    ctl("sms", "send", "bob", "", "data=hex:540102", "port=1234")
    log = json.loads(ctl("--json", "sms"))
    assert [(s["from"], s["kind"]) for s in log] == [(ALICE, "text"), ("", "data")]
    assert log[0]["text"] == "Hello from here" and log[1]["port"] == 1234
    assert "(withheld)" in ctl("sms")
    assert json.loads(ctl("--json", "counters"))["SmsAccepted"] == 2
    assert json.loads(ctl("--json", "counters", "bob"))["SmsReceived"] == 0
    ctl("sms", "clear")
    assert json.loads(ctl("--json", "counters"))["SmsAccepted"] == 0


def test_rules(emulator, ctl):
    rule = ctl("--json", "rules", "add", "kind=sms", "action=drop", "pattern=1", "bytes=hex:00ff",
               "nth=2").strip()
    listed = dict(json.loads(ctl("--json", "rules")))
    assert listed[int(rule)]["pattern"] == "1" and listed[int(rule)]["bytes"] == [0, 255]
    assert "nth" in ctl("rules")
    ctl("rules", "remove", rule)
    ctl("rules", "clear")
    assert json.loads(ctl("--json", "rules")) == []


def test_monitor(build, bus, emulator, ctl):
    with subprocess.Popen([build / "tests/emulator/tacitel-emulatorctl", "--bus", bus.address,
                           "--json", "monitor"], stdout=subprocess.PIPE, text=True) as monitor:
        strengths = iter(range(10000))
        while not select.select([monitor.stdout], [], [], 0.05)[0]:  # it may not listen yet
            emulator.phone("alice").set(Signal=next(strengths) % 32)
        emulator.process.end()
        events = [json.loads(line) for line in monitor.stdout]
    assert monitor.returncode == 0
    assert events and all(set(event) == {"Signal"} for event in events)


@pytest.mark.parametrize("arguments,status,reason", [
    (["fly"], 2, "no command 'fly'"),
    ([], 2, "usage"),
    (["show"], 2, "usage: tacitel-emulatorctl show PHONE"),
    (["show", "carol"], 1, "no phone 'carol'"),
    (["show", "../x"], 2, "no phone '../x'"),
    (["set", "alice"], 2, "PROPERTY=VALUE"),
    (["set", "alice", "Signal"], 2, "write KEY=VALUE"),
    (["set", "alice", "Signal=99999"], 1, "Signal: must be"),
    (["sms", "send", "bob", "+", "x"], 1, "from: must be"),
    (["sms", "send", "bob", "1", "data=hex:0"], 2, "as KEY=hex:00ff"),
    (["rules", "add", "kind=sms"], 1, "'action' is missing"),
    (["rules", "remove", "7"], 1, "no rule 7"),
    (["capture", "alice", "/tmp/x.pcapng"], 1, "set data=tun"),
])
def test_refusals(emulator, ctl, arguments, status, reason):
    assert reason in ctl(*arguments, status=status)


def test_no_emulator(bus, ctl):
    assert "start tacitel-emulator" in ctl("phones", status=1)
    assert "no bus" in ctl("phones", status=1, service="unix:path=/nowhere")


@pytest.mark.parametrize("config,reason", [
    ("[phone a]\nport=x\n", "[phone a] port: must be a number"),
    ("[phone a]\nnetns=/run/netns/nowhere\ndata=none\n", "/run/netns/nowhere"),
    ("", "there must be from 1"),
])
def test_bad_configuration(build, tmp_path, config, reason):
    path = tmp_path / "emulator.conf"
    path.write_text(config)
    done = subprocess.run([build / "tests/emulator/tacitel-emulator", "--config", path, "--bus",
                           "none"], capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert done.returncode == 1 and reason in done.stderr


def test_ends_on_signals(build, tmp_path):
    path = tmp_path / "emulator.conf"
    path.write_text("[phone a]\nport=0\n")
    for number in (signal.SIGTERM, signal.SIGINT):
        with subprocess.Popen([build / "tests/emulator/tacitel-emulator", "--config", path,
                               "--bus", "none"], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout.readline() == "ready\n"
            process.send_signal(number)
            assert process.wait(TIMEOUT) == 0


def test_second_emulator(build, bus, emulator):
    done = subprocess.run([build / "tests/emulator/tacitel-emulator", "--config", emulator.config,
                           "--bus", bus.address], capture_output=True, text=True, timeout=TIMEOUT,
                          check=False)
    assert done.returncode == 1 and "another emulator has it" in done.stderr


def test_network_commands(make_emulator, ctl):
    make_emulator("[phone alice]\nport = 0\ndata = tun\n")
    ctl("link", "alice", "preset=edge", "loss=2.5")
    ctl("link", "alice", "up", "delay-ms=10")
    assert json.loads(ctl("--json", "link", "alice", "up"))["delay-ms"] == 10
    down = json.loads(ctl("--json", "link", "alice", "down"))
    assert (down["loss"], down["rate-kbps"]) == (2.5, 180)
    ctl("fade", "alice", "both", "1000", "loss=30")
    ctl("interrupt", "alice", "5", "hold")
    ctl("access", "alice", "preset=double", "udp-timeout-s=20.5")
    ctl("move", "alice")
    access = json.loads(ctl("--json", "access", "alice"))
    assert (access["udp-timeout-s"], access["ipv4-address"]) == (20.5, "192.168.1.1")
    ctl("sms", "network", "preset=typical", "strip-binary=true")
    assert json.loads(ctl("--json", "sms", "network"))["strip-binary"] is True
    ctl("suspend", "alice", "sms-wakes")
    ctl("resume", "alice")
    ctl("reset", "alice", "1")
    assert "no such key" in ctl("link", "alice", "los=3", status=1)
    assert "usage" in ctl("suspend", "alice", "now", status=2)
    assert "usage" in ctl("link", "alice", status=2)
