# SPDX-License-Identifier: GPL-3.0-or-later
"""A bus, an emulator and stock oFono for each test that asks for them."""
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from gi.repository import Gio, GLib

TIMEOUT = 20  # seconds: what has not happened by then never will

BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={path}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
"""


class Process:
    """A program that is ended with the test; its output is kept for the report of a failure."""

    def __init__(self, name, arguments, folder, **kwargs):
        self.log = folder / f"{name}.log"
        with self.log.open("w") as log:
            self.popen = subprocess.Popen(arguments, stdout=log, stderr=log, **kwargs)

    def end(self):
        if self.popen.poll() is None:
            self.popen.terminate()
            self.popen.wait(TIMEOUT)

    def kill(self):
        self.popen.kill()
        self.popen.wait(TIMEOUT)


class Bus:
    """A private bus of the type system, and a connection to it that can wait for events."""

    def __init__(self, folder):
        self.address = f"unix:path={folder}/bus"
        config = folder / "bus.conf"
        config.write_text(BUS_CONFIG.format(path=folder / "bus"))
        read, write = os.pipe()
        self.daemon = Process(
            "dbus-daemon",
            ["dbus-daemon", "--nofork", f"--config-file={config}", f"--print-address={write}"],
            folder, pass_fds=[write])
        os.close(write)
        assert os.read(read, 256), self.daemon.log.read_text()
        os.close(read)
        self.connection = Gio.DBusConnection.new_for_address_sync(
            self.address,
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        self.signals = []
        self.connection.signal_subscribe(None, None, None, None, None,
                                         Gio.DBusSignalFlags.NONE, self._on_signal)

    def _on_signal(self, _connection, _sender, path, interface, name, arguments):
        self.signals.append((path, interface, name, arguments.unpack()))

    def call(self, service, path, interface, method, arguments=None, timeout=TIMEOUT):
        result = self.connection.call_sync(service, path, interface, method, arguments, None,
                                           Gio.DBusCallFlags.NONE, timeout * 1000, None)
        return result.unpack() if result is not None else ()

    def wait(self, what, predicate, timeout=TIMEOUT):
        """Waits until predicate() is true; it is asked again after every event, and returned."""
        expired = []
        timer = GLib.timeout_add(int(timeout * 1000), lambda: expired.append(True) or False)
        context = GLib.MainContext.default()
        while not (result := predicate()):
            assert not expired, f"waited {timeout} s in vain for: {what}"
            context.iteration(True)
        if not expired:
            GLib.source_remove(timer)
        return result

    def wait_name(self, name):
        self.wait(f"{name} on the bus", lambda: self.call(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
            "NameHasOwner", GLib.Variant("(s)", (name,)))[0])

    def signals_of(self, path=None, interface=None, name=None):
        return [s for s in self.signals
                if path in (None, s[0]) and interface in (None, s[1]) and name in (None, s[2])]

    def end(self):
        self.connection.close_sync(None)
        self.daemon.end()


class Emulator:
    """tacitel-emulator with phones on any free ports."""
    NAME = "org.tacitel.Emulator1"
    PATH = "/org/tacitel/Emulator1"

    def __init__(self, build, bus, folder, config):
        self.bus = bus
        self.config = folder / "emulator.conf"
        self.config.write_text(config)
        self.process = Process(
            "emulator",
            [build / "tests/emulator/tacitel-emulator", "--config", self.config, "--bus",
             bus.address], folder, env=dict(os.environ, G_MESSAGES_DEBUG="all"))
        bus.wait_name(self.NAME)

    def call(self, method, signature=None, *arguments):
        variant = GLib.Variant(signature, arguments) if signature else None
        return self.bus.call(self.NAME, self.PATH, self.NAME, method, variant)

    def phone(self, name):
        return EmulatedPhone(self, name)

    def set(self, **values):
        self.call("Set", "(a{sv})", {k: GLib.Variant("u", v) for k, v in values.items()})

    def add_rule(self, **keys):
        """Keyword arguments as in AddRule, with '_' for '-'."""
        rule = {}
        for key, value in keys.items():
            kind = "s" if isinstance(value, str) else "ay" if isinstance(value, bytes) else "u"
            rule[key.replace("_", "-")] = GLib.Variant(kind, value)
        return self.call("AddRule", "(a{sv})", rule)[0]

    def rules(self):
        return dict(self.call("ListRules")[0])

    def sms(self):
        return self.call("ListSms", "(u)", 0)[0]

    def wait_sms(self, state, count=1):
        """Waits until as many SMS of the log are in this state; returns them."""
        def found():
            log = [s for s in self.sms() if s["state"] == state]
            return len(log) >= count and log
        return self.bus.wait(f"{count} SMS {state}", found)


class EmulatedPhone:
    def __init__(self, emulator, name):
        self.emulator = emulator
        self.path = f"{emulator.PATH}/phone/{name}"
        self.interface = "org.tacitel.Emulator1.Phone"

    def call(self, method, signature=None, *arguments):
        variant = GLib.Variant(signature, arguments) if signature else None
        return self.emulator.bus.call(self.emulator.NAME, self.path, self.interface, method,
                                      variant)

    def properties(self):
        return self.emulator.bus.call(
            self.emulator.NAME, self.path, "org.freedesktop.DBus.Properties", "GetAll",
            GLib.Variant("(s)", (self.interface,)))[0]

    def set(self, **values):
        kinds = {bool: "b", int: "u", str: "s"}
        self.call("Set", "(a{sv})",
                  {k: GLib.Variant(kinds[type(v)], v) for k, v in values.items()})

    def wait(self, name, value):
        self.emulator.bus.wait(f"{self.path} {name} = {value}",
                               lambda: self.properties()[name] == value)

    def send_text(self, sender, text):
        return self.call("SendSms", "(sa{sv})", sender, {"text": GLib.Variant("s", text)})[0]

    def send_data(self, sender, data, **ports):
        content = {"data": GLib.Variant("ay", data)}
        content.update({k.replace("_", "-"): GLib.Variant("u", v) for k, v in ports.items()})
        return self.call("SendSms", "(sa{sv})", sender, content)[0]


class Ofono:
    """Stock ofonod, one modem for each phone, with a storage of its own."""

    def __init__(self, bus, folder, emulator, names, prefix=()):
        self.bus = bus
        self.folder = folder
        self.prefix = list(prefix)
        self.names = names
        config = folder / "phonesim.conf"
        config.write_text("".join(
            f"[{name}]\nAddress=127.0.0.1\nPort={emulator.phone(name).properties()['Port']}\n"
            for name in names))
        self.environment = dict(os.environ, OFONO_PHONESIM_CONFIG=str(config), OFONO_AT_DEBUG="1",
                                DBUS_SYSTEM_BUS_ADDRESS=bus.address)
        self.storage = folder / "storage"
        self.storage.mkdir(exist_ok=True)
        self.start()

    def start(self):
        self.process = Process(
            "ofonod",
            self.prefix + ["unshare", "--mount", "sh", "-c",
                           f"mount --bind '{self.storage}' /var/lib/ofono && "
                           "exec ofonod --nodetach --debug"],
            self.folder, env=self.environment)
        self.bus.wait_name("org.ofono")
        for name in self.names:
            self.bus.wait(f"modem {name}", lambda: f"/{name}" in dict(self.bus.call(
                "org.ofono", "/", "org.ofono.Manager", "GetModems")[0]))

    def modem(self, name):
        return Modem(self.bus, f"/{name}")


class Modem:
    """One modem of oFono."""

    def __init__(self, bus, path):
        self.bus = bus
        self.path = path

    def call(self, interface, method, signature=None, *arguments, path=None):
        variant = GLib.Variant(signature, arguments) if signature else None
        return self.bus.call("org.ofono", path or self.path, f"org.ofono.{interface}", method,
                             variant)

    def get(self, interface="Modem", path=None):
        """The properties; {} while the interface is not there."""
        try:
            return self.call(interface, "GetProperties", path=path)[0]
        except GLib.Error as error:
            if "UnknownMethod" in error.message or "UnknownObject" in error.message:
                return {}
            raise

    def set(self, interface, name, kind, value, path=None):
        self.call(interface, "SetProperty", "(sv)", name, GLib.Variant(kind, value), path=path)

    def wait(self, interface, name, value, path=None):
        return self.bus.wait(f"{self.path} {interface}.{name} = {value!r}",
                             lambda: self.get(interface, path).get(name) == value)

    def wait_interface(self, interface):
        self.bus.wait(f"{self.path} {interface}",
                      lambda: f"org.ofono.{interface}" in self.get().get("Interfaces", []))

    def online(self):
        if not self.get()["Powered"]:
            self.set("Modem", "Powered", "b", True)
        self.wait_interface("SimManager")
        self.wait_interface("MessageManager")
        self.set("Modem", "Online", "b", True)
        self.wait("NetworkRegistration", "Status", "registered")
        # oFono 1.31 crashes when it goes offline before it has read the SIM's provider name,
        # after which this interface appears.
        self.wait_interface("ConnectionManager")
        return self

    def context(self):
        """Powers packet data; returns the path of the context "internet"."""
        self.wait("ConnectionManager", "Attached", True)
        return self.bus.wait("a context", lambda: [
            path for path, _ in self.call("ConnectionManager", "GetContexts")[0]])[0]


class Agent:
    """Receives business cards, that is port-addressed datagrams."""
    XML = """<node><interface name="org.ofono.SmartMessagingAgent">
      <method name="ReceiveBusinessCard">
        <arg type="ay" direction="in"/><arg type="a{sv}" direction="in"/></method>
      <method name="Release"/></interface></node>"""

    def __init__(self, bus, modem):
        self.received = []
        self.bus = bus
        path = f"/agent{modem.path}"
        interface = Gio.DBusNodeInfo.new_for_xml(self.XML).interfaces[0]
        bus.connection.register_object(path, interface, self._on_call, None, None)
        modem.wait_interface("SmartMessaging")
        modem.call("SmartMessaging", "RegisterAgent", "(o)", path)

    def _on_call(self, _connection, _sender, _path, _interface, method, arguments, invocation):
        if method == "ReceiveBusinessCard":
            data, info = arguments.unpack()
            self.received.append((info["Sender"], bytes(data)))
        invocation.return_value(None)

    def wait(self, count):
        return self.bus.wait(f"{count} datagrams", lambda: len(self.received) >= count
                             and self.received)


@pytest.fixture(scope="session")
def build():
    folder = os.environ.get("TACITEL_BUILD")
    if not folder:
        pytest.exit("set TACITEL_BUILD to the build folder", returncode=2)
    return Path(folder).resolve()


@pytest.fixture
def bus(tmp_path):
    made = Bus(tmp_path)
    yield made
    made.end()


@pytest.fixture
def make_emulator(build, bus, tmp_path):
    """make_emulator(configuration text)"""
    made = []

    def make(config):
        made.append(Emulator(build, bus, tmp_path, config))
        return made[-1]

    yield make
    for emulator in made:
        emulator.process.end()


TWO_PHONES = """
[emulator]
sms-latency-ms = 5
sms-acknowledge-ms = 300

[phone alice]
port = 0

[phone bob]
port = 0
"""


@pytest.fixture
def emulator(make_emulator):
    return make_emulator(TWO_PHONES)


@pytest.fixture
def ofono(bus, emulator, tmp_path):
    if shutil.which("ofonod") is None:
        pytest.skip("oFono is not installed: apt-get install ofono")
    if os.geteuid() != 0:
        pytest.skip("oFono's storage needs root: run pytest in 'unshare --map-root-user --mount'")
    made = Ofono(bus, tmp_path, emulator, ["alice", "bob"])
    yield made
    made.process.end()


@pytest.fixture
def alice(ofono):
    return ofono.modem("alice").online()


@pytest.fixture
def bob(ofono):
    return ofono.modem("bob").online()
