# SPDX-License-Identifier: GPL-3.0-or-later
"""A second interface of a phone, wlan0, that holds the default route: nothing of a call may leave by it."""

import subprocess
from pathlib import Path

from .plan import LabError

NAME = "wlan0"
ADDRESSES = {4: "10.9.0.2/24", 6: "fd09::2/64"}
METRIC = 50  # less than the data interface's
TABLE = "77"
# All that the emulated network is made of (tests/emulator/README.md).
NETWORKS = {4: ["192.0.2.0/24", "198.51.100.0/24", "198.18.0.0/15"], 6: ["64:ff9b::/96", "2001:db8::/32"]}
# How a phone with two interfaces finds the way of a packet: the wlan0's default route is always there.
# "metric": both have one, as NetworkManager leaves it, so only what is bound to the interface finds the other;
# "destination": the data interface has routes to the networks it is for, and no other;
# "source": it has a table of its own, for packets from its addresses, and wlan0 has everything else.
ROUTINGS = ("metric", "destination", "source")
LISTEN = Path(__file__).with_name("listen.py")
# Documentation's (RFC 5737): in the emulated network there is nobody by this address.
NOBODY = "203.0.113.9"


class Bystander:
    """Gives a phone whose data connection is up the interface, which swallows whatever it is sent.

    Use in a with block, in which everything that leaves by it is recorded.
    """

    def __init__(self, phone, routing: str) -> None:
        if routing not in ROUTINGS:
            raise LabError(f"There is no routing '{routing}': there is {', '.join(ROUTINGS)}")
        self.phone, self.routing = phone, routing
        self._undo: list[list[str]] = []

    def __enter__(self) -> "Bystander":
        data = self._data_interface()
        self._listener = self.phone.popen(["/usr/bin/python3", "-B", str(LISTEN), NAME], stdout=subprocess.PIPE,
                                          stdin=subprocess.DEVNULL, text=True)
        if self._listener.stdout.readline() != "listening\n":
            raise LabError(f"{self.phone.name}: there is no {NAME}")
        self._ip("link", "set", NAME, "up")
        for family, address in ADDRESSES.items():
            self._ip(f"-{family}", "address", "add", address, "dev", NAME, *(["nodad"] if family == 6 else []))
            self._ip(f"-{family}", "route", "add", "default", "dev", NAME, "metric", str(METRIC))
        for family in self._families(data) if self.routing != "metric" else ():
            self._route(data, family)
        return self

    def __exit__(self, *_) -> None:
        self._listener.terminate()
        self._listener.communicate()
        for command in reversed(self._undo):
            self._ip(*command)

    def leaked(self) -> list[bytes]:
        """Every packet that has left by it since the beginning, or since the last time."""
        # What is sent last, and must be seen, proves that all before it has been seen.
        self.phone.run(["bash", "-c", f"echo control > /dev/udp/{NOBODY}/9"], check=True)
        packets = []
        while not (packet := bytes.fromhex(self._listener.stdout.readline())).endswith(b"control\n"):
            if not packet:
                raise LabError(f"{self.phone.name}: nothing listens on {NAME} any more")
            packets.append(packet)
        return packets

    def _route(self, data: str, family: int) -> None:
        metric = [part.split()[0] for line in self._ip(f"-{family}", "route", "show", "default", "dev", data).splitlines()
                  for part in line.split("metric ")[1:]][0]
        self._move(family, ["default", "dev", data, "metric", metric])
        if self.routing == "destination":
            for network in NETWORKS[family]:
                self._add(family, "route", [network, "dev", data])
            return
        self._add(family, "route", ["default", "dev", data, "table", TABLE])
        for address in self._families(data)[family]:
            self._add(family, "rule", ["from", address, "lookup", TABLE])

    def _move(self, family: int, route: list[str]) -> None:
        self._ip(f"-{family}", "route", "delete", *route)
        self._undo.append([f"-{family}", "route", "add", *route])

    def _add(self, family: int, what: str, entry: list[str]) -> None:
        self._ip(f"-{family}", what, "add", *entry)
        self._undo.append([f"-{family}", what, "delete", *entry])

    def _data_interface(self) -> str:
        """The emulator's, of oFono's naming."""
        names = [line.split()[0] for line in self._ip("-br", "address").splitlines()]
        found = [name for name in names if name.startswith("dummy")]
        if not found:
            raise LabError(f"{self.phone.name} has no data connection: activate its context first")
        return found[0]

    def _families(self, interface: str) -> dict[int, list[str]]:
        """Its global addresses, by family."""
        words = self._ip("-br", "address", "show", "dev", interface).split()
        addresses = [word.split("/")[0] for word in words[2:] if not word.startswith("fe80:")]
        found = {6 if ":" in address else 4: [] for address in addresses}
        for address in addresses:
            found[6 if ":" in address else 4].append(address)
        return found

    def _ip(self, *arguments: str) -> str:
        done = self.phone.run(["ip", *arguments], capture_output=True, text=True)
        if done.returncode:
            raise LabError(f"{self.phone.name}: ip {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout
