# SPDX-License-Identifier: GPL-3.0-or-later
"""The eye on a bus against a service that changes under it."""

import os
import subprocess
import sys
import textwrap

import pytest

from .bus import BusError, Service, variant

SERVICE = """
    from gi.repository import Gio, GLib
    XML = '''<node>
      <interface name="org.example.Thing">
        <property name="State" type="s" access="read"/>
        <method name="Set"><arg type="s" direction="in"/></method>
        <method name="Add"><arg type="i" direction="in"/><arg type="i" direction="in"/><arg type="i" direction="out"/></method>
        <method name="Sum"><arg type="a{sv}" direction="in"/><arg type="i" direction="out"/></method>
        <method name="Fail"/><method name="Quit"/>
      </interface>
      <interface name="org.freedesktop.DBus.ObjectManager">
        <method name="GetManagedObjects"><arg type="a{oa{sa{sv}}}" direction="out"/></method>
      </interface></node>'''
    info = Gio.DBusNodeInfo.new_for_xml(XML)
    state = "new"
    loop = GLib.MainLoop()

    def on_call(bus, sender, path, interface, method, arguments, invocation):
        global state
        if method == "GetManagedObjects":
            things = {"/thing": {"org.example.Thing": {"State": GLib.Variant("s", state)}}}
            invocation.return_value(GLib.Variant("(a{oa{sa{sv}}})", (things,)))
        elif method == "Set":
            state, = arguments
            value = ("org.example.Thing", {"State": GLib.Variant("s", state)}, [])
            bus.emit_signal(None, "/thing", "org.freedesktop.DBus.Properties", "PropertiesChanged",
                            GLib.Variant("(sa{sv}as)", value))
            if state == "gone":
                bus.emit_signal(None, "/", "org.freedesktop.DBus.ObjectManager", "InterfacesRemoved",
                                GLib.Variant("(oas)", ("/thing", ["org.example.Thing"])))
            invocation.return_value(None)
        elif method == "Add":
            invocation.return_value(GLib.Variant("(i)", (sum(arguments),)))
        elif method == "Sum":
            invocation.return_value(GLib.Variant("(i)", (sum(arguments[0].values()),)))
        elif method == "Fail":
            invocation.return_dbus_error("org.example.Error.No", "the thing does not want to")
        else:
            loop.quit()

    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    bus.register_object("/thing", info.interfaces[0], on_call, lambda *_: GLib.Variant("s", state), None)
    bus.register_object("/", info.interfaces[1], on_call, None, None)
    Gio.bus_own_name_on_connection(bus, "org.example.Service", 0, None, None)
    loop.run()
"""


@pytest.fixture
def service():
    """The service on a bus of its own, and our view of it."""
    daemon = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--print-address=1", "--nosyslog"],
                              stdout=subprocess.PIPE, text=True)
    environment = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": daemon.stdout.readline().strip()}
    server = subprocess.Popen([sys.executable, "-c", textwrap.dedent(SERVICE)], env=environment)
    spawn = lambda command, **options: subprocess.Popen(command, env=environment, **options)  # noqa: E731
    try:
        with Service(spawn, "org.example.Service", "/") as seen:
            yield seen
    finally:
        for process in (server, daemon):
            process.terminate()
            process.wait()
        daemon.stdout.close()


def state(service):
    return service.properties("/thing", "org.example.Thing").get("State")


def test_methods(service):
    assert service.call("/thing", "org.example.Thing", "Add", "(ii)", 2, 40) == 42
    assert service.call("/thing", "org.example.Thing", "Set", "(s)", "x") is None
    numbers = {"a": variant("i", 40), "b": variant("u", 2)}
    assert service.call("/thing", "org.example.Thing", "Sum", "(a{sv})", numbers) == 42


def test_errors_have_their_name(service):
    with pytest.raises(BusError, match="does not want to") as caught:
        service.call("/thing", "org.example.Thing", "Fail")
    assert caught.value.name == "org.example.Error.No"
    assert caught.value.message == "the thing does not want to"


def test_properties_from_the_start_and_as_they_change(service):
    assert state(service) == "new"
    service.call("/thing", "org.example.Thing", "Set", "(s)", "ringing")
    assert service.wait(lambda: state(service) == "ringing", 5, "ringing")


def test_an_object_that_is_gone_keeps_its_last_state(service):
    service.call("/thing", "org.example.Thing", "Set", "(s)", "gone")
    service.wait(lambda: not service.objects("org.example.Thing"), 5, "the end")
    assert service.objects("org.example.Thing", gone=True) == ["/thing"]
    assert state(service) == "gone"


def test_a_service_that_vanishes_takes_its_objects(service):
    with pytest.raises(BusError):
        service.call("/thing", "org.example.Thing", "Quit")
    service.wait(lambda: not service.objects("org.example.Thing"), 5, "the end")


def test_waiting_in_vain_says_for_what(service):
    with pytest.raises(TimeoutError, match="waited 0.1 s for a miracle"):
        service.wait(lambda: False, 0.1, "a miracle")
