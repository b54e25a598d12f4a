# SPDX-License-Identifier: GPL-3.0-or-later
"""One call of a soak: who calls, who ends it and when, and whether both ends tell the same story."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from demokit.bus import BusError
from demokit.phones import CALL, PhoneCall, TacitelPhone

from .field import Field, dial
from .outcome import agree

READY_S = 120  # a modem that was reset, and an SMS queue that was asleep
END_S = 100  # an invitation lives for a minute, a search half of one
SMS_S = 30
CANNOT_CALL = {f"org.tacitel.Error.{name}" for name in ("NoModem", "NotRegistered", "NoData", "InvalidState", "Busy")}
# What a call says that ended meanwhile.
OVER = {"org.tacitel.Error.InvalidState", "org.freedesktop.DBus.Error.UnknownMethod",
        "org.freedesktop.DBus.Error.UnknownObject"}
# Busy machines answer late; the moment is what matters, and each is met often enough.
MOMENTS = ("early", "ringing", "declined", "both", "active", "active")


@dataclass(frozen=True)
class Plan:
    """What is to happen in a call."""

    caller_first: bool  # the first phone of the pair calls
    moment: str
    caller_ends: bool  # the caller hangs up; else the callee
    after_s: float  # hung up so long after the moment
    reset: str = ""  # "caller" or "callee": its modem vanishes meanwhile


def plan(number: int, reset_every: int, source: random.Random) -> Plan:
    """The number-th call's; every reset_every-th has a reset (0: none)."""
    moment = source.choice(MOMENTS)
    who = {"ringing": True, "declined": False}.get(moment, source.random() < 0.5)
    reset = source.choice(("caller", "callee")) if reset_every and number % reset_every == reset_every - 1 else ""
    return Plan(bool(number % 2), moment, who, source.uniform(0, 1.5), reset)


@dataclass
class Outcome:
    """What came of it. problem: "" where all is well."""

    plan: Plan
    setup_ms: float | None = None  # dialed to ringing, at the caller
    reasons: tuple[str | None, str | None] = (None, None)  # of caller and callee
    met: bool = False
    cut: bool = False
    problem: str = ""
    seconds: float = 0
    refused: str = ""  # not called: why the caller's phone could not
    states: list[str] = field(default_factory=list)


class Pair:
    """Two phones that call each other, one call at a time."""

    def __init__(self, made: Field, first: TacitelPhone, second: TacitelPhone) -> None:
        self.made, self.first, self.second = made, first, second
        self.phones = (first, second)

    def cycle(self, what: Plan) -> Outcome:
        """One call; both phones are without one when this returns, or the outcome has a problem."""
        began = time.monotonic()
        outcome = Outcome(what)
        try:
            self._cycle(outcome)
        except (TimeoutError, BusError) as error:
            outcome.problem = outcome.problem or f"hangs: {error}"
        outcome.seconds = time.monotonic() - began
        return outcome

    def _cycle(self, outcome: Outcome) -> None:
        caller, callee = self.phones if outcome.plan.caller_first else reversed(self.phones)
        for phone in self.phones:
            phone.wait_ready(READY_S)
        known = set(callee.service.objects(CALL, gone=True))
        last = self.made.last_sms()
        try:
            outgoing = dial(caller, callee)
        except BusError as error:
            if error.name not in CANNOT_CALL:
                raise
            outcome.refused = error.message
            return

        def new() -> list[PhoneCall]:
            """What rings, or rang, at the callee."""
            return [PhoneCall(callee, path) for path in callee.service.objects(CALL, gone=True) if path not in known]

        self._live(outcome, outgoing, callee, new)
        self._wait_end(outgoing)
        self._wait_sms(caller, callee, last, new)
        incoming = new()
        for end in incoming:
            self._wait_end(end)
        self._judge(outcome, outgoing, incoming)

    def _live(self, outcome: Outcome, outgoing: PhoneCall, callee: TacitelPhone, new: Callable) -> None:
        """The call from its moment to the end of it; one that ends by itself is not kept."""
        what = outcome.plan
        try:
            if what.moment == "early":
                self._reset(outcome, outgoing.phone, callee)
            else:
                outgoing.wait_state("ringing", timeout_s=END_S)
                steps = outgoing.properties["Timeline"]
                outcome.setup_ms = round((steps["ringing"] - steps["dialed"]) / 1000, 1)
                self._reset(outcome, outgoing.phone, callee)
            if what.moment in ("active", "both"):
                new()[0].call("Answer")
                outgoing.wait_state("active", timeout_s=END_S)
        except (ConnectionError, IndexError):
            return
        except BusError as error:
            if error.name not in OVER:
                raise
            return
        threading.Event().wait(what.after_s)
        self._hang_up(outcome, outgoing, new())

    def _reset(self, outcome: Outcome, caller: TacitelPhone, callee: TacitelPhone) -> None:
        if outcome.plan.reset:
            phone = caller if outcome.plan.reset == "caller" else callee
            self.made.emulate(phone.name, "ResetModem", "(u)", 3000)
            outcome.cut = True

    def _hang_up(self, outcome: Outcome, outgoing: PhoneCall, incoming: list[PhoneCall]) -> None:
        outcome.states = [end.properties.get("State", "") for end in (outgoing, *incoming)]
        outcome.cut |= "reconnecting" in outcome.states
        ends = [outgoing if outcome.plan.caller_ends or not incoming else incoming[0]]
        if outcome.plan.moment == "both":
            ends = [outgoing, *incoming]
        with ThreadPoolExecutor(len(ends)) as pool:
            list(pool.map(self._hang_up_one, ends))

    @staticmethod
    def _hang_up_one(end: PhoneCall) -> None:
        try:
            end.call("Hangup")
        except BusError as error:
            if error.name not in OVER:
                raise

    @staticmethod
    def _wait_end(end: PhoneCall) -> None:
        """Until it has ended, and is gone from the bus."""
        end.phone.service.wait(lambda: end.path not in end.phone.service.objects(CALL), END_S,
                               f"{end.path} of {end.phone.name} ({end.properties.get('State')}) to end")

    def _wait_sms(self, caller: TacitelPhone, callee: TacitelPhone, last: int, new: Callable) -> None:
        """Until nothing is on its way that could still make a call ring."""
        def settled() -> bool:
            return not [sms for sms in self.made.network.sms(last) if sms["state"] in ("stored", "sent")
                        and {sms["from"], sms["to"]} == {caller.number, callee.number}]

        callee.service.wait(settled, SMS_S + READY_S, f"the SMS between {caller.name} and {callee.name} to arrive")
        # The daemon has had it from oFono; a method's answer comes after whatever it signalled before.
        callee.counters()

    def _judge(self, outcome: Outcome, outgoing: PhoneCall, incoming: list[PhoneCall]) -> None:
        steps = outgoing.properties.get("Timeline", {})
        outcome.met = "secured" in steps and any("secured" in end.properties.get("Timeline", {}) for end in incoming)
        outcome.reasons = (outgoing.properties.get("Reason"),
                           incoming[0].properties.get("Reason") if incoming else None)
        if len(incoming) > 1:
            outcome.problem = f"{len(incoming)} calls for one invitation"
        elif not agree(*outcome.reasons, outcome.met, outcome.cut):
            outcome.problem = f"the ends do not agree: {outcome.reasons[0]}, {outcome.reasons[1]}"
