# SPDX-License-Identifier: GPL-3.0-or-later
"""Phones of one lab behind networks of every kind, with relays: where calls are tried."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from demokit.bus import variant
from demokit.phones import CALL, EMULATOR, EMULATOR_PATH, MAIN, MANAGER, QUICK_UNLOCK, Network, PhoneCall, TacitelPhone
from labkit import Lab

AT_ONCE = 4  # phones that are set up side by side


@dataclass
class Field:
    """A lab that is up, its phones ready to call."""

    lab: Lab
    network: Network
    phones: dict[str, TacitelPhone]
    _last_sms: int = 0

    def emulate(self, phone: str, method: str, signature: str = "()", *arguments):
        """Calls a method of org.tacitel.Emulator1.Phone."""
        return self.network.service.call(f"{EMULATOR_PATH}/phone/{phone}", f"{EMULATOR}.Phone", method, signature,
                                         *arguments)

    def set_access(self, phone: str, preset: str, **numbers: int) -> None:
        """numbers: keys of SetAccess that change the preset, with _ for -."""
        changes = {key.replace("_", "-"): variant("u", value) for key, value in numbers.items()}
        self.emulate(phone, "SetAccess", "(a{sv})", {"preset": variant("s", preset), **changes})

    def last_sms(self) -> int:
        """The id of the newest SMS."""
        self._last_sms = max((sms["id"] for sms in self.network.sms(self._last_sms)), default=self._last_sms)
        return self._last_sms

    def sms_between(self, one: TacitelPhone, other: TacitelPhone, after: int = 0) -> int:
        """How many these two have sent each other since one of that id, repeats and all."""
        numbers = {one.number, other.number}
        return sum({sms["from"], sms["to"]} == numbers for sms in self.network.sms(after))

    def reconfigure(self, config: str) -> None:
        """Starts every daemon anew, with that tacitel.conf."""
        def restart(phone: TacitelPhone) -> None:
            phone.stop_daemon()
            phone.write_config(config)
            phone.start_daemon()
            phone.wait_ready()

        for_each(restart, self.phones.values())


def for_each(function, phones: Iterable) -> None:
    """Runs it for several at once; raises the first error."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(function, phones))


def dial(caller: TacitelPhone, callee: TacitelPhone) -> PhoneCall:
    return PhoneCall(caller, caller.service.call(MAIN, MANAGER, "Dial", "(s)", callee.name))


def wait_gone(*ends: PhoneCall, timeout_s: float = 20) -> list[str]:
    """Waits until the calls have ended and left the bus; their reasons."""
    for end in ends:
        end.wait_state("ended", timeout_s=timeout_s)
        end.phone.service.wait(lambda end=end: end.path not in end.phone.service.objects(CALL), timeout_s,
                               f"{end.path} of {end.phone.name} to go")
    return [end.properties["Reason"] for end in ends]


def stun_config(lab: Lab) -> str:
    """Two servers that relay nothing, as tacitel.conf names them."""
    return "".join(f"[relay {name}]\ntype=stun\naddress={_relay(lab, name, stun_only=True).ipv4}\n"
                   for name in ("stun1", "stun2"))


def turn_config(lab: Lab, name: str = "turn", address: str | None = None) -> str:
    """A relay that all may use; address: another than the relay's own, such as one that is dead."""
    relay = _relay(lab, name, secret="lab")
    return f"[relay {name}]\ntype=turn\naddress={address or relay.ipv4}\nsecret={relay.secret}\n"


def _relay(lab: Lab, name: str, **options):
    return lab.relays.get(name) or lab.relay(name, **options)


@contextmanager
def field(build, names: Iterable[str], pairs: Iterable[tuple[str, str]], access: dict[str, str] | None = None,
          config=lambda lab: "", settings: dict | None = None) -> Iterator[Field]:
    """A lab with these phones, of which the pairs know each other.

    access: the emulator's preset, by phone; config: tacitel.conf's text, given the lab; {phone} in it is the name
    """
    with ExitStack() as stack:
        lab = stack.enter_context(Lab(list(names), build, settings=settings))
        network = stack.enter_context(Network(lab))
        text = config(lab) + QUICK_UNLOCK
        made = Field(lab, network, {})
        for name, preset in (access or {}).items():
            made.set_access(name, preset)

        def start(name: str) -> TacitelPhone:
            return TacitelPhone(lab.phone(name), text.replace("{phone}", name)).__enter__()

        names = list(names)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            made.phones.update(zip(names, pool.map(start, names)))
        for phone in made.phones.values():
            stack.push(phone.__exit__)
        for_each(lambda phone: phone.wait_ready(), made.phones.values())
        introduce(made, pairs)
        yield made


def introduce(made: Field, pairs: Iterable[tuple[str, str]]) -> None:
    """Each of a pair gets the other as a contact."""
    known: dict[str, list[str]] = {}
    for one, other in pairs:
        known.setdefault(one, []).append(other)
        known.setdefault(other, []).append(one)

    def learn(name: str) -> None:
        for other in known[name]:
            made.phones[name].add_contact(made.phones[other])

    for_each(learn, known)
