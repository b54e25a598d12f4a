# SPDX-License-Identifier: GPL-3.0-or-later
"""The modem under stock oFono: brought up, lost and found again, always saying what stands in the way."""

import subprocess
import time

import pytest
from demokit.bus import variant
from demokit.phones import MAIN, MANAGER

MAN_IN_THE_WAY = """
from gi.repository import Gio, GLib
bus = Gio.bus_get_sync(Gio.BusType.SYSTEM, None)
xml = '''<node><interface name="org.ofono.SmartMessagingAgent"><method name="ReceiveBusinessCard">
<arg type="ay" direction="in"/><arg type="a{sv}" direction="in"/></method><method name="Release"/></interface></node>'''
bus.register_object("/other", Gio.DBusNodeInfo.new_for_xml(xml).interfaces[0],
                    lambda *call: call[-1].return_value(None), None, None)
bus.call_sync("org.ofono", "/phonesim", "org.ofono.SmartMessaging", "RegisterAgent", GLib.Variant("(o)", ("/other",)),
              None, Gio.DBusCallFlags.NONE, 10_000, None)
print("registered", flush=True)
loop = GLib.MainLoop()
GLib.io_add_watch(0, GLib.PRIORITY_DEFAULT, GLib.IO_HUP, lambda *_: loop.quit())  # until nobody holds the other end
loop.run()
"""


def sms_counted(phone) -> int:
    counters = phone.service.call(MAIN, MANAGER, "GetCounters")
    return sum(count for name, count in counters.items() if name.startswith("sms."))


def assert_receives(phone):
    """A datagram that is nobody's reaches the daemon, which counts it."""
    before = sms_counted(phone)
    phone.emulated("SendSms", "(sa{sv})", "+15559999999", {"data": variant("ay", [1, 2, 3])})
    deadline = time.monotonic() + 20
    while sms_counted(phone) == before:
        assert time.monotonic() < deadline, "the datagram did not reach taciteld"


def test_ready(alice):
    manager = alice.manager
    assert manager["Modem"] == "/phonesim" and manager["Number"] == alice.number
    assert manager["Operator"] == "Test Network" and manager["Technology"] == "lte"
    assert (manager["Data"], manager["Interface"], manager["StateText"]) == ("down", "", "")
    assert 0 < manager["Strength"] <= 100 and len(manager["Identity"]) == 64
    assert_receives(alice)


@pytest.mark.parametrize("signal", [15, 9])
def test_ofonod_gone(alice, signal):
    alice.phone.stop("ofonod", signal=signal)
    alice.wait_state("no-ofono")
    assert alice.manager["Modem"] == "/" and alice.manager["Number"] == alice.manager["Operator"] == ""
    assert "oFono is not running" in alice.manager["StateText"]
    alice.phone.start("ofonod")
    alice.wait_ready()
    assert_receives(alice)


def test_modem_gone(alice):
    alice.emulate(Powered=False)
    alice.wait_state("modem-off", "no-modem")
    assert "switch" in alice.manager["StateText"]
    alice.emulate(Powered=True)
    alice.wait_ready()
    assert_receives(alice)


def test_modem_restarts_itself(alice):
    """+CRST: oFono connects anew; the agent that it forgot is registered again."""
    connections = alice.emulated("GetCounters")["Connections"]
    alice.emulated("RestartModem")
    alice.network.service.wait(
        lambda: alice.emulated("GetCounters")["Connections"] > connections, 20, "oFono to connect again")
    alice.wait_ready()
    assert_receives(alice)


@pytest.mark.parametrize("registration", ["unregistered", "searching", "denied"])
def test_no_network(alice, registration):
    alice.emulate(Registration=registration)
    alice.wait_state("not-registered")
    assert "network" in alice.manager["StateText"]
    alice.emulate(Registration="roaming")
    alice.wait_ready()
    alice.emulate(Registration="registered")


def test_network_properties(alice):
    def shown(*values):
        alice.service.wait(lambda: (alice.manager["Technology"], alice.manager["Strength"]) == values, 20,
                           f"{values} from the network, not {alice.manager}")

    alice.emulate(Technology="umts", Signal=31)
    shown("umts", 100)
    alice.emulate(Technology="lte", Signal=20)
    shown("lte", 64)


def test_sim_gone(alice):
    alice.emulate(SimInserted=False)
    alice.wait_state("no-sim")
    assert alice.manager["Number"] == ""
    alice.emulate(SimInserted=True)
    alice.wait_ready()
    assert alice.manager["Number"] == alice.number
    assert_receives(alice)


def test_agent_taken(alice):
    """Another program holds the modem's one SMS agent: told with the remedy, and healed by it."""
    alice.stop_daemon()
    other = alice.phone.popen(["/usr/bin/python3", "-c", MAN_IN_THE_WAY], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE)
    with other:
        assert other.stdout.readline() == b"registered\n"
        alice.start_daemon()
        alice.wait_state("no-sms")
        assert "another program" in alice.manager["StateText"] and "end it" in alice.manager["StateText"]
        other.stdin.close()
    alice.wait_ready()
    assert_receives(alice)


def test_second_daemon(alice):
    pid = alice.daemon_pid()
    done = alice.run("taciteld")
    assert done.returncode == 1
    assert "another taciteld is running" in done.stderr
    assert alice.daemon_pid() == pid
    assert_receives(alice)


@pytest.mark.parametrize("arguments,words", [
    (("--config", "/nowhere/tacitel.conf"), ("/nowhere/tacitel.conf",)),
    (("--config", "/dev/null", "surplus"), ("surplus",)),
    (("--nonsense",), ("nonsense",)),
])
def test_options_refused(alice, arguments, words):
    done = alice.run("taciteld", *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("taciteld: ") and all(word in done.stderr for word in words)


def test_config_refused(alice, tmp_path):
    """The daemon does not start with what it would not do; the message says where to look."""
    config = tmp_path / "tacitel.conf"
    config.write_text("[data]\ntimeout=0\n")
    done = alice.run("taciteld", "--config", str(config))
    assert done.returncode == 1
    assert all(word in done.stderr for word in (str(config), "[data] timeout", "1 to 300"))


@pytest.mark.parametrize("signal", ["TERM", "INT"])
def test_ends_when_told(alice, signal):
    alice.stop_daemon(signal)
    alice.start_daemon()
    alice.wait_ready()
    assert_receives(alice)
