# SPDX-License-Identifier: GPL-3.0-or-later
"""Phones of a lab that know each other, and the steps of a call between them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from demokit.bus import variant
from demokit.phones import (CALL, CONTACTS, EMULATOR, EMULATOR_PATH, HISTORY, MAIN, MANAGER, QUICK_UNLOCK, Network,
                            PhoneCall, TacitelPhone)
from labkit import Lab

__all__ = ["CALL", "MAIN", "MANAGER", "Couple", "couple", "variant"]


@dataclass
class Couple:
    """Phones that have each other as contacts, in a lab of their own."""

    lab: Lab
    phones: dict[str, TacitelPhone]
    network: Network

    @property
    def alice(self) -> TacitelPhone:
        return self.phones["alice"]

    @property
    def bob(self) -> TacitelPhone:
        return self.phones["bob"]

    def dial(self, caller: TacitelPhone, callee: TacitelPhone) -> PhoneCall:
        return PhoneCall(caller, self.manager(caller, "Dial", "(s)", callee.name))

    def ring(self, caller: TacitelPhone, callee: TacitelPhone) -> tuple[PhoneCall, PhoneCall]:
        """A call that rings on both sides: the caller's end, the callee's end."""
        out = self.dial(caller, callee)
        incoming = callee.wait_call()
        for end in (out, incoming):
            end.wait_state("ringing")
        return out, incoming

    def talk(self, caller: TacitelPhone, callee: TacitelPhone) -> tuple[PhoneCall, PhoneCall]:
        """A call that was answered, each hearing the other."""
        ends = self.ring(caller, callee)
        ends[1].call("Answer")
        for end in ends:
            end.wait_state("active")
            end.wait_step("first-voice-heard")
        return ends

    def gone(self, *ends: PhoneCall, timeout_s: float = 20) -> list[str]:
        """Waits until the calls have ended and are gone from the bus; their reasons."""
        for end in ends:
            end.wait_state("ended", timeout_s=timeout_s)
            end.phone.service.wait(lambda end=end: end.path not in end.phone.service.objects(CALL),
                                   timeout_s, f"{end.path} of {end.phone.name} to go")
        return [end.properties["Reason"] for end in ends]

    def manager(self, phone: TacitelPhone, method: str, signature: str = "()", *arguments):
        return phone.service.call(MAIN, MANAGER, method, signature, *arguments)

    def counters(self, phone: TacitelPhone) -> dict[str, int]:
        return self.manager(phone, "GetCounters")

    def pid(self, phone: TacitelPhone) -> int:
        """Of its taciteld, as numbered inside of the lab."""
        done = phone.phone.run(["gdbus", "call", "--session", "--dest", "org.freedesktop.DBus", "--object-path",
                                "/org/freedesktop/DBus", "--method",
                                "org.freedesktop.DBus.GetConnectionUnixProcessID", "org.tacitel.Tacitel"],
                               capture_output=True, text=True, timeout=20)
        assert done.returncode == 0, done.stderr
        return int(done.stdout.strip("(),\n").split()[-1])

    def kill(self, phone: TacitelPhone, signal: str = "KILL") -> None:
        """Ends its taciteld and waits until it has left the bus."""
        assert phone.phone.run(["kill", f"-{signal}", str(self.pid(phone))]).returncode == 0
        phone.service.wait(lambda: not phone.service.objects(MANAGER), 20, "taciteld to end")

    def revive(self, phone: TacitelPhone, unlock: bool = True) -> None:
        """Starts taciteld again, as anybody does: by calling it."""
        phone.tacitel("status")
        phone.service.wait(lambda: phone.service.objects(MANAGER), 20, "taciteld to start")
        if unlock:
            phone.unlock()
            phone.wait_ready()

    def contacts(self, phone: TacitelPhone) -> dict[str, dict]:
        """By name."""
        return {one["Name"]: one for one in phone.service.call(MAIN, CONTACTS, "List")}

    def history(self, phone: TacitelPhone) -> list[dict]:
        """Newest first."""
        return phone.service.call(MAIN, HISTORY, "List", "(a{sv})", {})

    def emulator(self, method: str, signature: str = "()", *arguments):
        return self.network.service.call(EMULATOR_PATH, EMULATOR, method, signature, *arguments)

    def emulated(self, phone: TacitelPhone, method: str, signature: str = "()", *arguments):
        return self.network.service.call(f"{EMULATOR_PATH}/phone/{phone.name}", f"{EMULATOR}.Phone", method,
                                         signature, *arguments)

    def rule(self, **keys) -> None:
        """Adds a rule; Python's names with _ for -."""
        types = {str: "s", int: "u"}
        self.emulator("AddRule", "(a{sv})", {key.replace("_", "-"): variant(types[type(value)], value)
                                             for key, value in keys.items()})


@contextmanager
def couple(build: str, names: tuple[str, ...] = ("alice", "bob"), config: str = "",
           acquainted: bool = True) -> Iterator[Couple]:
    """A lab in which every phone is ready and knows the others, unless acquainted is false.

    config: text of each tacitel.conf
    """
    with ExitStack() as stack:
        lab = stack.enter_context(Lab(list(names), build))
        phones = {name: stack.enter_context(TacitelPhone(lab.phone(name), config + QUICK_UNLOCK)) for name in names}
        network = stack.enter_context(Network(lab))
        for phone in phones.values():
            phone.wait_ready()
        for phone in phones.values() if acquainted else ():
            for other in phones.values():
                if other is not phone:
                    phone.add_contact(other)
        yield Couple(lab, phones, network)
