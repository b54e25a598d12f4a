# SPDX-License-Identifier: GPL-3.0-or-later
"""Phones of a lab that know each other, and the steps of a call between them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from demokit.bus import variant
from demokit.phones import CALL, EMULATOR, EMULATOR_PATH, MAIN, MANAGER, QUICK_UNLOCK, Network, PhoneCall, TacitelPhone
from labkit import Lab

__all__ = ["CALL", "MAIN", "MANAGER", "Couple", "couple", "variant"]


class LabPhone(TacitelPhone):
    """A phone with Tacitel, and the network's side of it."""

    def __init__(self, phone, network: Network, config: str = "") -> None:
        super().__init__(phone, config + QUICK_UNLOCK)
        self.network = network

    def emulated(self, method: str, signature: str = "()", *arguments):
        """Calls a method of org.tacitel.Emulator1.Phone."""
        return self.network.service.call(f"{EMULATOR_PATH}/phone/{self.name}", f"{EMULATOR}.Phone", method,
                                         signature, *arguments)

    def emulate(self, **values) -> None:
        """Sets properties of org.tacitel.Emulator1.Phone."""
        types = {bool: "b", int: "u", str: "s"}
        self.emulated("Set", "(a{sv})", {name: variant(types[type(value)], value) for name, value in values.items()})

    def wait_state(self, *states: str, timeout_s: float = 20) -> str:
        """Waits until the manager's State is one of these."""
        def arrived() -> str | None:
            state = self.manager.get("State")
            return state if state in states else None

        return self.service.wait(arrived, timeout_s, f"{self.name} to be {' or '.join(states)}, "
                                                     f"not {self.manager.get('State')}")


@dataclass
class Couple:
    """Phones that have each other as contacts, in a lab of their own."""

    lab: Lab
    phones: dict[str, LabPhone]
    network: Network

    @property
    def alice(self) -> LabPhone:
        return self.phones["alice"]

    @property
    def bob(self) -> LabPhone:
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

    def emulator(self, method: str, signature: str = "()", *arguments):
        return self.network.service.call(EMULATOR_PATH, EMULATOR, method, signature, *arguments)

    def rule(self, **keys) -> int:
        """Adds a rule; Python's names with _ for -. Its id."""
        types = {str: "s", int: "u"}
        return self.emulator("AddRule", "(a{sv})", {key.replace("_", "-"): variant(types[type(value)], value)
                                                    for key, value in keys.items()})


@contextmanager
def couple(build: str, names: tuple[str, ...] = ("alice", "bob"), config: str | dict[str, str] = "",
           acquainted: bool = True) -> Iterator[Couple]:
    """A lab in which every phone is ready and knows the others, unless acquainted is false.

    config: text of each tacitel.conf, or by the phone's name
    """
    texts = config if isinstance(config, dict) else dict.fromkeys(names, config)
    with ExitStack() as stack:
        lab = stack.enter_context(Lab(list(names), build))
        network = stack.enter_context(Network(lab))
        phones = {name: stack.enter_context(LabPhone(lab.phone(name), network, texts[name])) for name in names}
        for phone in phones.values():
            phone.wait_ready()
        for phone in phones.values() if acquainted else ():
            for other in phones.values():
                if other is not phone:
                    phone.add_contact(other)
        yield Couple(lab, phones, network)
