# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs on a phone of the lab and is its hand and eye on a D-Bus: JSON lines in and out.

    agent.py BUS-NAME [PATH]

PATH, if given, is that of an ObjectManager whose objects are followed. Lines in: {"id", "path",
"interface", "method", "signature" ("(s)"), "arguments", "timeout_s"}, where {"variant": [signature, value]}
stands for a variant. Lines out: {"id", "result"}
or {"id", "error": {"name", "message"}}; {"event": "ready"}; {"event": "properties", "path",
"interface", "properties", "time"}; {"event": "removed", "path", "time"}; {"event": "signal", "path",
"interface", "name", "arguments", "time"}; {"event": "not-started", "message"}; {"event": "vanished"} when the service left the bus.
"""

import json
import sys
import time

from gi.repository import Gio, GLib

PROPERTIES = "org.freedesktop.DBus.Properties"
MANAGER = "org.freedesktop.DBus.ObjectManager"


class Agent:
    def __init__(self, name: str, root: str | None) -> None:
        self.name, self.root = name, root
        self.loop = GLib.MainLoop()
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
        self.bus.connect("closed", lambda *_: self.loop.quit())
        # Subscribed to before asking what there is, so that nothing falls in between.
        self.bus.signal_subscribe(name, None, None, None, None, Gio.DBusSignalFlags.NONE, self.on_signal)
        self.bus.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "StartServiceByName",
                      GLib.Variant("(su)", (name, 0)), None, Gio.DBusCallFlags.NONE, 20_000, None, self.on_started)
        self.input = Gio.DataInputStream.new(Gio.UnixInputStream.new(sys.stdin.fileno(), False))
        self.read_next()

    def say(self, **line) -> None:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()

    def on_started(self, bus, result) -> None:
        try:
            bus.call_finish(result)
        except GLib.Error as error:
            # Not activatable, or not able to start: it may still be started by hand, so look out for it.
            self.say(event="not-started", message=error.message)
        Gio.bus_watch_name_on_connection(self.bus, self.name, Gio.BusNameWatcherFlags.NONE,
                                         self.on_appeared, self.on_vanished)

    def on_appeared(self, *_) -> None:
        if self.root is None:
            self.say(event="ready")
            return
        self.bus.call(self.name, self.root, MANAGER, "GetManagedObjects", None, None,
                      Gio.DBusCallFlags.NONE, 10_000, None, self.on_objects)

    def on_objects(self, bus, result) -> None:
        try:
            (objects,) = bus.call_finish(result).unpack()
        except GLib.Error as error:
            self.say(event="failed", message=error.message)
            return
        for path, interfaces in objects.items():
            self.say_interfaces(path, interfaces)
        self.say(event="ready")

    def on_vanished(self, *_) -> None:
        self.say(event="vanished")

    def say_interfaces(self, path: str, interfaces: dict) -> None:
        for interface, properties in interfaces.items():
            self.say(event="properties", path=path, interface=interface, properties=properties, time=time.time())

    def on_signal(self, _bus, _sender, path, interface, name, parameters) -> None:
        arguments = parameters.unpack()
        if (interface, name) == (PROPERTIES, "PropertiesChanged"):
            self.say_interfaces(path, {arguments[0]: arguments[1]})
        elif (interface, name) == (MANAGER, "InterfacesAdded"):
            self.say_interfaces(*arguments)
        elif (interface, name) == (MANAGER, "InterfacesRemoved"):
            self.say(event="removed", path=arguments[0], time=time.time())
        else:
            self.say(event="signal", path=path, interface=interface, name=name, arguments=arguments,
                     time=time.time())

    def read_next(self) -> None:
        self.input.read_line_async(GLib.PRIORITY_DEFAULT, None, self.on_line)

    def on_line(self, stream, result) -> None:
        line, _ = stream.read_line_finish_utf8(result)
        if line is None:
            self.loop.quit()
            return
        self.call(json.loads(line))
        self.read_next()

    def call(self, request: dict) -> None:
        arguments = GLib.Variant(request["signature"], tuple(typed(request["arguments"])))
        self.bus.call(self.name, request["path"], request["interface"], request["method"], arguments, None,
                      Gio.DBusCallFlags.NONE, int(request["timeout_s"] * 1000), None, self.on_called, request["id"])

    def on_called(self, bus, result, identifier) -> None:
        try:
            self.say(id=identifier, result=bus.call_finish(result).unpack())
        except GLib.Error as error:
            name = Gio.DBusError.get_remote_error(error) or ""
            message = error.message.removeprefix(f"GDBus.Error:{name}: ")
            self.say(id=identifier, error={"name": name, "message": message})


def typed(value):
    """The same value with its variants made."""
    if isinstance(value, list):
        return [typed(item) for item in value]
    if isinstance(value, dict):
        if value.keys() == {"variant"}:
            return GLib.Variant(*value["variant"])
        return {key: typed(item) for key, item in value.items()}
    return value


if __name__ == "__main__":
    Agent(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None).loop.run()
