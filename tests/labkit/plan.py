# SPDX-License-Identifier: GPL-3.0-or-later
"""What a lab consists of: its files, its phones, their environments and its processes."""

import os
import shlex
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NETNS = Path("/run/netns")
MODEM = "/phonesim"
# Told on to every process of a phone: how to log, how to check memory.
PASSED_ON = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "G_MESSAGES_DEBUG", "G_DEBUG",
             "GST_DEBUG", "GST_DEBUG_NO_COLOR", "NICE_DEBUG", "OFONO_AT_DEBUG", "OFONO_DEBUG", "LANG", "LC_ALL",
             "TERM", "COLORTERM")
# The longest path of a Unix socket is 107 bytes; this is what a lab puts behind its folder's.
SOCKET_PATH_MAX = 107

BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>{kind}</type>
  <auth>EXTERNAL</auth>
  <listen>unix:path={socket}</listen>
  {extra}
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow send_type="method_call"/>
  </policy>
</busconfig>
"""

# norewinds: a null sink that may rewind wakes up every 2 s; a real sound card does not.
PULSE_SCRIPT = """load-module module-native-protocol-unix auth-anonymous=1 socket={socket}
load-module module-null-sink sink_name=speaker rate=48000 channels=1 norewinds=1
load-module module-null-sink sink_name=microphone rate=48000 channels=1 norewinds=1
set-default-sink speaker
set-default-source microphone.monitor
"""


class LabError(Exception):
    """What went wrong, and what to do about it."""


@dataclass
class Component:
    """One process of the lab. `ready` is how it tells that it can be used."""

    name: str
    command: list
    ready: str  # "address": writes its bus address; "notify": sd_notify(3); "name …": owns that name
    environment: dict = field(default_factory=dict)
    netns: Path | None = None
    binds: list = field(default_factory=list)  # (source, target) in a mount namespace of its own


class PhonePlan:
    def __init__(self, plan, name, index):
        self.plan, self.name, self.index = plan, name, index
        self.number = f"+1555100{index:04}"
        self.folder = plan.folder / name
        self.run = self.folder / "run"
        self.netns = NETNS / name
        self.ipv4, self.ipv6 = f"198.51.100.{index}", f"2001:db8:0:{index:x}::1"

    @property
    def environment(self):
        build, home = self.plan.build, self.folder / "home"
        path = [build / "ui-cli", build / "daemon", build / "tests/emulator"]
        return {
            **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
            **{name: value for name, value in os.environ.items() if name.startswith("TACITEL_")},
            "PATH": ":".join(map(str, path)) + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(home),
            "USER": self.name,
            "LOGNAME": self.name,
            "SHELL": "/bin/bash",
            "XDG_RUNTIME_DIR": str(self.run),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "XDG_DATA_HOME": str(home / ".local/share"),
            "XDG_STATE_HOME": str(home / ".local/state"),
            "XDG_CACHE_HOME": str(home / ".cache"),
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self.run}/system_bus",
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self.run}/bus",
            "PULSE_SERVER": f"unix:{self.run}/pulse.sock",
            "GST_PLUGIN_PATH": str(build / "plugins/gst"),
            # Shared by all phones and labs of a build: scanning the plugins takes seconds.
            "GST_REGISTRY": str(build / f"lab-gst-registry-{os.getuid()}.bin"),
            "TACITEL_LAB": str(self.plan.folder),
            "TACITEL_LAB_EMULATOR": self.plan.emulator_address,
            "TACITEL_LAB_PHONE": self.name,
            "TACITEL_LAB_NUMBER": self.number,
        }

    def write_files(self):
        for part in ("run", "ofono", "services", "home/.config", "home/.local/share",
                     "home/.local/state", "home/.cache"):
            (self.folder / part).mkdir(parents=True, mode=0o700)
        self._write("system-bus.conf", BUS_CONFIG.format(
            kind="system", socket=self.run / "system_bus",
            extra=f"<includedir>{ROOT / 'dbus'}</includedir>"))
        self._write("session-bus.conf", BUS_CONFIG.format(
            kind="session", socket=self.run / "bus",
            extra=f"<servicedir>{self.folder / 'services'}</servicedir>"))
        self._write("phonesim.conf", f"[{MODEM.lstrip('/')}]\nAddress=127.0.0.1\nPort=12345\n")
        self._write("default.pa", PULSE_SCRIPT.format(socket=self.run / "pulse.sock"))
        log = shlex.quote(str(self.plan.logs / f"{self.name}-taciteld.log"))
        daemon = shlex.quote(str(self.plan.build / "daemon/taciteld"))
        script = f"exec {daemon} >>{log} 2>&1".replace("\\", "\\\\").replace('"', '\\"')
        self._write("services/org.tacitel.Tacitel.service",
                    f'[D-BUS Service]\nName=org.tacitel.Tacitel\nExec=/bin/sh -c "{script}"\n')
        self._write("env", "".join(f"export {name}={shlex.quote(value)}\n"
                                   for name, value in self.environment.items()))

    def _write(self, name, text):
        (self.folder / name).write_text(text)

    def _component(self, name, command, ready, **more):
        return Component(f"{self.name}/{name}", command, ready, netns=self.netns,
                         environment={**self.environment, **more.pop("environment", {})}, **more)

    def buses(self):
        return [self._component(f"{kind}-bus", ["dbus-daemon", "--nofork", "--nopidfile",
                                                "--nosyslog", "--print-address={ready}",
                                                f"--config-file={self.folder}/{kind}-bus.conf"],
                                "address") for kind in ("system", "session")]

    def services(self):
        ofonod = ["ofonod", "-n"] + (["-d"] if self.plan.debug else [])
        pulse = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no",
                 "--realtime=no", "--high-priority=no", "--log-target=stderr",
                 "-F", str(self.folder / "default.pa")]
        debug = {"OFONO_AT_DEBUG": "1"} if self.plan.debug else {}
        return [
            self._component("ofonod", ofonod, "name org.ofono",
                            environment={"OFONO_PHONESIM_CONFIG": f"{self.folder}/phonesim.conf",
                                         **debug},
                            binds=[(self.folder / "ofono", Path("/var/lib/ofono"))]),
            self._component("pulseaudio", pulse, "notify"),
        ]


class Plan:
    """All that is known before anything runs."""

    def __init__(self, folder, names, build, debug=False, settings=None):
        self.folder, self.build, self.debug = Path(folder), Path(build), debug
        self.settings = settings or {}
        self.logs = self.folder / "logs"
        self.control = self.folder / "control"
        self.emulator_address = f"unix:path={self.folder}/emulator_bus"
        self.phones = [PhonePlan(self, name, index) for index, name in enumerate(names, 1)]

    def check(self):
        names = [phone.name for phone in self.phones]
        if not 1 <= len(names) <= 200:
            raise LabError(f"A lab has 1 to 200 phones, not {len(names)}")
        for name in names:
            if not name.replace("_", "a").isascii() or not name.replace("_", "a").isalnum():
                raise LabError(f"'{name}' cannot name a phone: use letters, digits and '_'")
            if name in ("internet", "logs", "relays") or names.count(name) > 1:
                raise LabError(f"'{name}' cannot name a phone: it is taken")
        longest = max(names, key=len)
        if len(os.fsencode(self.folder / longest / "run/system_bus")) > SOCKET_PATH_MAX:
            raise LabError(f"The path {self.folder} is too long for sockets in it: give a shorter "
                           "--dir")
        emulator = self.build / "tests/emulator/tacitel-emulator"
        if not os.access(emulator, os.X_OK):
            raise LabError(f"{emulator} is not built: run meson setup {self.build} && ninja -C "
                           f"{self.build}, or give --build")

    def write_files(self):
        (self.folder / "bus.conf").write_text(BUS_CONFIG.format(
            kind="session", socket=self.folder / "emulator_bus", extra=""))
        lines = ["[emulator]", *(f"{key}={value}" for key, value in self.settings.items()),
                 "[internet]", f"netns={NETNS / 'internet'}"]
        for phone in self.phones:
            lines += [f"[phone {phone.name}]", f"number={phone.number}", f"netns={phone.netns}"]
            phone.write_files()
        (self.folder / "emulator.conf").write_text("\n".join(lines) + "\n")

    def stages(self):
        """Components in the order of start; those of one stage start together."""
        environment = {**self.phones[0].environment,
                       "DBUS_SESSION_BUS_ADDRESS": self.emulator_address}
        bus = Component("emulator-bus", ["dbus-daemon", "--nofork", "--nopidfile", "--nosyslog",
                                         "--print-address={ready}",
                                         f"--config-file={self.folder}/bus.conf"],
                        "address", environment)
        emulator = Component("emulator", [str(self.build / "tests/emulator/tacitel-emulator"),
                                          "--config", str(self.folder / "emulator.conf")],
                             "name org.tacitel.Emulator1", environment)
        return [
            ("buses", [bus, *(bus for phone in self.phones for bus in phone.buses())]),
            ("the emulator", [emulator]),
            ("oFono and sound", [item for phone in self.phones for item in phone.services()]),
        ]
