# SPDX-License-Identifier: GPL-3.0-or-later
"""Two phones with Tacitel that need not know each other, and what can be done to one of them."""

import os

import pytest
from demokit.bus import variant
from demokit.phones import CONTACTS, EMULATOR, EMULATOR_PATH, MAIN, MANAGER, QUICK_UNLOCK, Network, TacitelPhone
from labkit import Lab

TYPES = {bool: "b", int: "u", str: "s"}


class Phone(TacitelPhone):
    """A phone, and the network's side of it."""

    def __init__(self, phone, network) -> None:
        super().__init__(phone, QUICK_UNLOCK)
        self.network = network

    def emulate(self, **values) -> None:
        """Sets properties of org.tacitel.Emulator1.Phone."""
        self.emulated("Set", "(a{sv})",
                      {name: variant(TYPES[type(value)], value) for name, value in values.items()})

    def wait_state(self, *states: str, timeout_s: float = 20) -> str:
        """Waits until the manager's State is one of these."""
        def arrived():
            state = self.manager.get("State")
            return state if state in states else None

        return self.service.wait(arrived, timeout_s, f"{self.name} to be {' or '.join(states)}, "
                                                     f"not {self.manager.get('State')}")

    def contacts(self, method: str, signature: str = "()", *arguments):
        return self.service.call(MAIN, CONTACTS, method, signature, *arguments)

    def run(self, *command: str, **more):
        """A command on the phone: its subprocess.CompletedProcess, with text."""
        return self.phone.run(list(command), capture_output=True, text=True, timeout=60, **more)

    def daemon_pid(self) -> int:
        """Of taciteld, as seen inside of the lab."""
        done = self.run("gdbus", "call", "--session", "--dest", "org.freedesktop.DBus", "--object-path",
                        "/org/freedesktop/DBus", "--method",
                        "org.freedesktop.DBus.GetConnectionUnixProcessID", "org.tacitel.Tacitel")
        assert done.returncode == 0, done.stderr
        return int(done.stdout.strip("(),\n").split()[-1])

    def stop_daemon(self, signal: str = "TERM") -> None:
        """Ends taciteld and waits until it has left the bus."""
        assert self.run("kill", f"-{signal}", str(self.daemon_pid())).returncode == 0
        self.service.wait(lambda: not self.service.objects(MANAGER), 20, "taciteld to end")

    def start_daemon(self) -> None:
        """As anybody does, by calling it, and unlocks it."""
        self.tacitel("status")
        self.service.wait(lambda: self.service.objects(MANAGER), 20, "taciteld to start")
        self.unlock()

    def emulated(self, method: str, signature: str = "()", *arguments):
        """Calls a method of org.tacitel.Emulator1.Phone."""
        return self.network.service.call(f"{EMULATOR_PATH}/phone/{self.name}", f"{EMULATOR}.Phone", method,
                                         signature, *arguments)


@pytest.fixture(scope="module")
def lab():
    with Lab(build=os.environ["TACITEL_BUILD"]) as lab:
        yield lab


@pytest.fixture(scope="module")
def network(lab):
    with Network(lab) as network:
        yield network


@pytest.fixture(scope="module")
def phones(lab, network):
    """Both, ready."""
    with Phone(lab.phone("alice"), network) as alice, Phone(lab.phone("bob"), network) as bob:
        for phone in (alice, bob):
            phone.wait_ready()
        yield alice, bob


@pytest.fixture
def alice(phones):
    """Ready again after each test."""
    yield phones[0]
    phones[0].emulate(Powered=True, SimInserted=True, Registration="registered")
    phones[0].wait_ready(timeout_s=20)
