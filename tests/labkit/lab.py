# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab as its users see it: bring it up, run something on a phone, take it down."""

import json
import os
import select
import shutil
import signal
import socket
import stat
import struct
import subprocess
import tempfile
from pathlib import Path

from . import relay as relays
from .plan import MODEM, NETNS, ROOT, LabError, Plan

PROGRAMS = {"ofonod": "ofono", "dbus-daemon": "dbus-daemon", "pulseaudio": "pulseaudio",
            "gdbus": "libglib2.0-bin"}
PYTHON = "/usr/bin/python3"


def default_folder():
    """The lab that this process is in or was started for, else the user's own."""
    return Path(os.environ.get("TACITEL_LAB") or f"/tmp/tacitel-lab-{os.getuid()}")


def default_build():
    return Path(os.environ.get("TACITEL_BUILD", ROOT / "build"))


def _python_environment():
    return {**os.environ, "PYTHONPATH": str(ROOT / "tests"), "PYTHONDONTWRITEBYTECODE": "1"}


class Phone:
    """One phone of a lab that is up."""

    def __init__(self, lab, plan):
        self._lab, self._plan = lab, plan
        self.name, self.number = plan.name, plan.number
        self.ipv4, self.ipv6 = plan.ipv4, plan.ipv6
        self.env, self.home, self.folder = plan.environment, plan.folder / "home", plan.folder
        self.modem = MODEM  # its object path in oFono

    def command(self, command, cwd=None):
        """The command line that runs `command` inside, to be run with this phone's `env`."""
        return self._lab.command(command, NETNS / self.name, cwd or self.home)

    def popen(self, command, *, cwd=None, env=None, **more):
        """subprocess.Popen on this phone; signals and exit status are the command's. `env` adds."""
        return subprocess.Popen(self.command(command, cwd), env=self._full(env), **more)

    def run(self, command, *, cwd=None, env=None, **more):
        """subprocess.run on this phone."""
        return subprocess.run(self.command(command, cwd), env=self._full(env), **more)

    def go_online(self):
        """Powers the modem and registers, through oFono; for those who have no Tacitel to do it."""
        for name in ("Powered", "Online"):
            done = self.run(["gdbus", "call", "--system", "--dest", "org.ofono", "--object-path",
                             MODEM, "--method", "org.ofono.Modem.SetProperty", name, "<true>"],
                            capture_output=True, text=True)
            if done.returncode != 0:
                raise LabError(f"{self.name}: oFono did not set {name}: {done.stderr.strip()}")

    def stop(self, component, signal=15):
        """Ends `ofonod`, `pulseaudio`, `session-bus` or `system-bus`, and waits until it has."""
        self._lab.request("stop", component=f"{self.name}/{component}", signal=int(signal))

    def start(self, component):
        """Starts it again, and waits until it can be used."""
        self._lab.request("start", component=f"{self.name}/{component}")

    def restart(self, component, signal=15):
        self._lab.request("restart", component=f"{self.name}/{component}", signal=int(signal))

    def _full(self, extra):
        return {**self.env, "PYTHONPATH": str(ROOT / "tests"), **(extra or {})}


class Lab:
    """A lab in the folder `folder` (or a temporary one).

    As a context manager it is up inside the block and ends with the process at the latest.
    `settings` go into the group [emulator] of the emulator's configuration.
    """

    def __init__(self, phones=("alice", "bob"), build=None, folder=None, debug=False,
                 settings=None):
        self._temporary = folder is None
        self._leash = None
        self._ready = False  # answers requests
        self.pid = None
        folder = Path(folder) if folder else Path(tempfile.mkdtemp(prefix="tacitel-lab-"))
        self.plan = Plan(folder.resolve(), list(phones), Path(build or default_build()).resolve(),
                         debug, settings)

    @classmethod
    def attach(cls, folder=None):
        """A lab that is up already."""
        folder = Path(folder or default_folder()).resolve()
        try:
            description = json.loads((folder / "lab.json").read_text())
        except (OSError, ValueError):
            raise LabError(f"There is no lab in {folder}: start it with tests/lab up") from None
        lab = cls(description["phones"], description["build"], folder, description["debug"],
                  description["settings"])
        lab.pid = lab._find_supervisor()
        if lab.pid is None:
            raise LabError(f"The lab in {folder} is not up: start it with tests/lab up")
        lab._ready = True
        return lab

    def __enter__(self):
        self.up()
        return self

    def __exit__(self, *_):
        self.down()

    @property
    def folder(self):
        return self.plan.folder

    @property
    def logs(self):
        return self.plan.logs

    @property
    def emulator_address(self):
        """The bus address where org.tacitel.Emulator1 is."""
        return self.plan.emulator_address

    @property
    def phones(self):
        return [Phone(self, plan) for plan in self.plan.phones]

    def phone(self, name):
        for phone in self.phones:
            if phone.name == name:
                return phone
        names = ", ".join(phone.name for phone in self.plan.phones)
        raise LabError(f"There is no phone '{name}' in this lab: there are {names}")

    def up(self, progress=lambda what: None):
        """Starts it all and returns when all can be used; it ends with this process unless detached."""
        if self._find_supervisor() is not None:
            raise LabError(f"The lab in {self.folder} is up already: tests/lab down ends it")
        try:
            self.plan.check()
            self._check_programs()
            self._prepare_folder()
        except BaseException:
            self._remove_temporary_folder()
            raise
        try:
            self._start(progress)
        except BaseException:
            self.down()
            raise

    def _start(self, progress):
        report, report_end = os.pipe()
        leash_end, self._leash = os.pipe()
        description = {"folder": str(self.folder), "build": str(self.plan.build),
                       "phones": [phone.name for phone in self.plan.phones],
                       "debug": self.plan.debug, "settings": self.plan.settings}
        with open(self.logs / "supervisor.log", "wb") as log:
            process = subprocess.Popen(
                [PYTHON, "-m", "labkit.supervisor", str(report_end), str(leash_end)],
                stdin=subprocess.PIPE, stdout=log, stderr=log, pass_fds=(report_end, leash_end),
                env=_python_environment())
        os.close(report_end)
        os.close(leash_end)
        process.communicate(json.dumps(description).encode())
        self._follow_start(report, progress)
        (self.folder / "lab.json").write_text(json.dumps(description) + "\n")

    def detach(self):
        """Lets it outlive this process."""
        os.write(self._leash, b"detach")
        os.close(self._leash)
        self._leash = None

    def _follow_start(self, report, progress):
        with open(report) as lines:
            for line in lines:
                message = json.loads(line)
                self.pid = message.get("pid", self.pid)
                if "progress" in message:
                    progress(message["progress"])
                if "error" in message:
                    raise LabError(message["error"])
                if "ready" in message:
                    self._ready = True
                    return
        log = self.logs / "supervisor.log"
        raise LabError(f"The lab's supervisor ended early. Its log, {log}, says:\n{log.read_text()}")

    def _check_programs(self):
        path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
        missing = {program: package for program, package in PROGRAMS.items()
                   if shutil.which(program, path=path) is None}
        if missing:
            raise LabError(f"Missing: {', '.join(missing)}: install them with tests/install-deps "
                           f"--demo (packages {' '.join(missing.values())})")

    def _prepare_folder(self):
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise LabError(f"Cannot make {self.folder} ({error.strerror}): give another --dir") \
                from None
        status = self.folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
            raise LabError(f"{self.folder} belongs to somebody else: give another --dir")
        if any(self.folder.iterdir()) and not (self.folder / "emulator.conf").exists() \
                and not self.logs.exists():
            raise LabError(f"{self.folder} holds other things than a lab: give another --dir")
        self._remove_files(logs=True)
        self.logs.mkdir()
        self.plan.write_files()

    def _remove_files(self, logs):
        """What a lab writes; a phone's folder is one that has a phonesim.conf."""
        for entry in list(self.folder.iterdir()) if self.folder.is_dir() else []:
            if entry.is_dir() and ((entry / "phonesim.conf").exists()
                                   or (entry / "run").is_dir() or entry.name == "relays"
                                   or (logs and entry == self.logs)):
                shutil.rmtree(entry, ignore_errors=True)
            elif entry.name in ("bus.conf", "emulator.conf", "emulator_bus", "control", "lab.json"):
                entry.unlink()

    def down(self):
        """Ends everything in it, and removes its files but the logs. Twice does no harm."""
        pid = self._find_supervisor() or self.pid
        if pid is not None:
            try:
                descriptor = os.pidfd_open(pid)
            except ProcessLookupError:
                descriptor = None
            if descriptor is not None:
                self._end(descriptor)
        if self._leash is not None:
            os.close(self._leash)
            self._leash = None
        self.pid, self._ready = None, False
        self._remove_temporary_folder()
        self._remove_files(logs=False)

    def _remove_temporary_folder(self):
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self, descriptor):
        """Asks the supervisor to end; the kernel ends the whole lab with it if it does not."""
        try:
            if self._ready:
                self.request("down")
        except LabError:
            pass  # it is ending already
        if not self._ready or not select.select([descriptor], [], [], 20)[0]:
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            select.select([descriptor], [], [], 20)
        os.close(descriptor)

    def _connect(self):
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.settimeout(60)
        try:
            client.connect(str(self.plan.control))
        except OSError:
            client.close()
            return None
        return client

    def _find_supervisor(self):
        """Its process number as seen from here, as the kernel knows it; None if it isn't there."""
        client = self._connect()
        if client is None:
            return None
        with client:
            credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        return struct.unpack("3i", credentials)[0] or None

    def request(self, command, **more):
        """Asks the supervisor: status, down, or start, stop, restart of a component."""
        client = self._connect()
        if client is None:
            raise LabError(f"The lab in {self.folder} is not up: start it with tests/lab up")
        with client:
            client.sendall((json.dumps({"command": command, **more}) + "\n").encode())
            try:
                answer = json.loads(client.makefile().readline() or "{}")
            except OSError as error:
                raise LabError(f"The lab does not answer: {error}") from None
        if "error" in answer:
            raise LabError(answer["error"])
        return answer

    def relay(self, name="relay", *, users=None, secret=None, realm="lab.example", port=3478,
              stun_only=False, options=None):
        """Starts a coturn in the internet, at the next of 192.0.2.11 to .99; returns the Relay.

        `users`: passwords by name; or `secret`: for time-limited credentials (use-auth-secret);
        without either the user "lab" has the password "lab". `options`: more of turnserver.conf.
        """
        return relays.add(self, name, users, secret, realm, port, stun_only, options)

    @property
    def relays(self):
        """Those started, by name."""
        return relays.find_all(self)

    def command(self, command, netns=None, cwd=None):
        """The command line that runs `command` inside the lab, in `netns` if not None."""
        return [PYTHON, "-BES", str(ROOT / "tests/labkit/enter.py"), str(self.pid),
                str(netns or "-"), str(cwd or "/"), *map(str, command)]

    def run(self, command, netns="internet", *, env=None, **more):
        """subprocess.run in the lab's `internet` namespace, on the emulator's bus."""
        return subprocess.run(self.command(command, NETNS / netns), env=self._environment(env),
                              **more)

    def popen(self, command, netns="internet", *, env=None, **more):
        """subprocess.Popen, likewise."""
        return subprocess.Popen(self.command(command, NETNS / netns), env=self._environment(env),
                                **more)

    def _environment(self, extra):
        return {**self.plan.phones[0].environment, "PYTHONPATH": str(ROOT / "tests"),
                "DBUS_SESSION_BUS_ADDRESS": self.emulator_address, **(extra or {})}
