# SPDX-License-Identifier: GPL-3.0-or-later
"""The two phones of a lab with Tacitel on them, as the demo, the tests and the benchmarks use them."""

import json
import subprocess
import time
from pathlib import Path

from .bus import Service

NAME, ROOT = "org.tacitel.Tacitel", "/org/tacitel"
MAIN = "/org/tacitel/Tacitel"
MANAGER, CALL, CONTACTS = "org.tacitel.Manager1", "org.tacitel.Call1", "org.tacitel.Contacts1"
KEYRING, PAIRING, HISTORY = "org.tacitel.Keyring1", "org.tacitel.Pairing1", "org.tacitel.History1"
EMULATOR, EMULATOR_PATH = "org.tacitel.Emulator1", "/org/tacitel/Emulator1"

PASSPHRASE = "correct horse battery staple"
# What a passphrase costs is measured where it matters; elsewhere it would only cost the tests time.
QUICK_UNLOCK = "[keyring]\nunlock-time=50\n"


class CommandFailed(Exception):
    """A command on a phone ended with an error."""


class TacitelPhone:
    """A phone of a lab (labkit.Phone) whose taciteld runs, started by D-Bus. Use in a with block.

    Its identity is made, or unlocked, with PASSPHRASE, unless unlocked is false.
    config: text of its tacitel.conf; None leaves what there is
    """

    def __init__(self, phone, config: str | None = None, unlocked: bool = True) -> None:
        self.phone, self.name, self.number = phone, phone.name, phone.number
        if config is not None:
            self.write_config(config)  # first: what watches the service starts it
        self.service = Service(phone.popen, NAME, ROOT)
        self._unlocked = unlocked

    def __enter__(self) -> "TacitelPhone":
        self.service.__enter__()
        if self._unlocked:
            self.unlock()
        return self

    def __exit__(self, *exception) -> None:
        self.service.__exit__(*exception)

    def write_config(self, text: str) -> None:
        """Its tacitel.conf, which a taciteld that starts reads."""
        path = Path(self.phone.env["XDG_CONFIG_HOME"]) / "tacitel" / "tacitel.conf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    @property
    def manager(self) -> dict:
        return self.service.properties(MAIN, MANAGER)

    def wait_ready(self, timeout_s: float = 60) -> None:
        try:
            self.service.wait(lambda: self.manager.get("State") == "ready", timeout_s, f"{self.name} to be ready")
        except TimeoutError as error:
            state = self.manager
            raise TimeoutError(f"{error}: {state.get('State')}: {state.get('StateText')}") from None

    @property
    def keyring(self) -> dict:
        return self.service.properties(MAIN, KEYRING)

    def unlock(self, passphrase: str = PASSPHRASE) -> None:
        """Makes the identity where there is none; else unlocks it, where it is locked."""
        commands = {"none": "setup", "locked": "unlock"}
        # Asked for: what was last heard of may be of a daemon that is gone.
        state = self.service.call(MAIN, "org.freedesktop.DBus.Properties", "Get", "(ss)", KEYRING, "State")
        if state in commands:
            self.tacitel(commands[state], "--passphrase-fd", "0", input=passphrase)
        self.service.wait(lambda: self.keyring.get("State") == "open", 20, f"{self.name}'s keyring to be open")

    def tacitel(self, *arguments: str, input: str = "", timeout_s: float = 60) -> dict:
        """Runs a command of the CLI with --json and returns what it printed.

        Raises CommandFailed with its message.
        """
        done = self.phone.run(["tacitel", *arguments, "--json"], input=input, capture_output=True, text=True,
                              timeout=timeout_s)
        if done.returncode:
            raise CommandFailed(f"{self.name}$ tacitel {' '.join(arguments)}: {_complaint(done)}")
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def add_contact(self, other: "TacitelPhone") -> None:
        self.tacitel("contact", "add", other.name, other.number, other.manager["Identity"])

    def pair(self, other: "TacitelPhone") -> None:
        """An SMS each way; each has the other by its name when this returns."""
        self.tacitel("pair", other.number, "--name", other.name)
        other.wait_request(self.number)
        other.tacitel("pair", "accept", self.number, "--name", self.name, "--yes")
        self.service.wait(lambda: not self.requests(), 20, f"{self.name} to have {other.name}'s key")

    def contacts(self) -> dict[str, dict]:
        """All contacts, by name."""
        return {contact["Name"]: contact for contact in self.service.call(MAIN, CONTACTS, "List")}

    def history(self) -> list[dict]:
        """Calls that were, newest first."""
        return self.service.call(MAIN, HISTORY, "List", "(a{sv})", {})

    def counters(self) -> dict[str, int]:
        return self.service.call(MAIN, MANAGER, "GetCounters")

    def requests(self) -> list[dict]:
        return self.service.call(MAIN, PAIRING, "List")

    def wait_request(self, number: str, timeout_s: float = 20) -> dict:
        """An incoming request to pair of that number."""
        def arrived() -> dict | None:
            return next((one for one in self.requests()
                         if one["Number"] == number and one["Direction"] == "incoming"), None)

        return self.service.wait(arrived, timeout_s, f"a request of {number} to pair on {self.name}")

    def run(self, *command: str, **more) -> subprocess.CompletedProcess:
        """A command on the phone, with what it printed as text."""
        return self.phone.run(list(command), capture_output=True, text=True, timeout=60, **more)

    def daemon_pid(self) -> int:
        """Of taciteld, as numbered inside of the lab."""
        done = self.run("gdbus", "call", "--session", "--dest", "org.freedesktop.DBus", "--object-path",
                        "/org/freedesktop/DBus", "--method", "org.freedesktop.DBus.GetConnectionUnixProcessID", NAME)
        if done.returncode:
            raise CommandFailed(f"{self.name}: {done.stderr.strip()}")
        return int(done.stdout.strip("(),\n").split()[-1])

    def stop_daemon(self, signal: str = "TERM") -> None:
        """Ends taciteld and waits until it has left the bus."""
        self.run("kill", f"-{signal}", str(self.daemon_pid()))
        self.service.wait(lambda: not self.service.objects(MANAGER), 20, f"{self.name}'s taciteld to end")

    def start_daemon(self, unlocked: bool = True) -> None:
        """As anybody does, by calling it; returns when what it shows is known."""
        self.tacitel("status")
        self.service.wait(lambda: self.service.objects(MANAGER), 20, f"{self.name}'s taciteld to start")
        if unlocked:
            self.unlock()

    def wait_call(self, timeout_s: float = 60) -> "PhoneCall":
        """The call that is on, as soon as there is one."""
        paths = self.service.wait(lambda: self.service.objects(CALL), timeout_s, f"a call on {self.name}")
        return PhoneCall(self, paths[0])


def _complaint(done) -> str:
    """What a command that failed said, for people."""
    said = (done.stderr or done.stdout).strip()
    try:
        told = json.loads(said)
        return f"{told['message']}. {told.get('remedy') or ''}".strip()
    except (ValueError, TypeError, KeyError):
        return said or f"status {done.returncode}"


class PhoneCall:
    """One call on one phone; what is known of it stays when it has ended."""

    def __init__(self, phone: TacitelPhone, path: str) -> None:
        self.phone, self.path = phone, path

    @property
    def properties(self) -> dict:
        return self.phone.service.properties(self.path, CALL)

    def wait_state(self, *states: str, timeout_s: float = 60) -> str:
        """Waits for one of the states; raises ConnectionError when the call ended with another."""
        def arrived() -> str | None:
            state = self.properties.get("State")
            return state if state in (*states, "ended") else None

        state = self.phone.service.wait(arrived, timeout_s, f"{self.phone.name}'s call to be {' or '.join(states)}")
        if state not in states:
            raise ConnectionError(f"{self.phone.name}'s call ended: {self.properties.get('ReasonText') or '?'} "
                                  f"({self.properties.get('Reason')})")
        return state

    def wait_step(self, step: str, timeout_s: float = 10) -> int:
        """Waits for a step of the timeline and returns its time, Unix µs."""
        return self.phone.service.wait(lambda: self.properties.get("Timeline", {}).get(step), timeout_s,
                                       f"'{step}' in {self.phone.name}'s call")

    def call(self, method: str, signature: str = "()", *arguments):
        return self.phone.service.call(self.path, CALL, method, signature, *arguments)

    def statistics(self) -> dict:
        return self.call("GetStatistics")

    def wait_statistics(self, condition, what: str, timeout_s: float = 20) -> dict:
        """Asks, ten times a second, until condition (statistics) is true: they announce no change."""
        deadline = time.monotonic() + timeout_s
        while not condition(now := self.statistics()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.phone.name} waited {timeout_s:g} s for {what}: {now}")
            time.sleep(0.1)
        return now


class Network:
    """The emulated network of a lab. Use in a with block."""

    def __init__(self, lab) -> None:
        self.service = Service(lab.popen, EMULATOR)

    def __enter__(self) -> "Network":
        self.service.__enter__()
        return self

    def __exit__(self, *exception) -> None:
        self.service.__exit__(*exception)

    def _phone(self, name: str, method: str, signature: str = "()", *arguments):
        return self.service.call(f"{EMULATOR_PATH}/phone/{name}", f"{EMULATOR}.Phone", method, signature, *arguments)

    def start_capture(self, phone: str, path) -> None:
        self._phone(phone, "StartCapture", "(s)", str(path))

    def stop_capture(self, phone: str) -> None:
        self._phone(phone, "StopCapture")

    def sms(self, after: int = 0) -> list[dict]:
        """The SMS since one of that id, as ListSms tells of them."""
        return self.service.call(EMULATOR_PATH, EMULATOR, "ListSms", "(u)", after)
