# SPDX-License-Identifier: GPL-3.0-or-later
"""tests/soak: calls, one after the other, in a network that misbehaves; what hangs, disagrees or leaks."""

import argparse
import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchkit import process
from benchkit.calls import daemon_pid
from demokit.phones import CALL
from labkit import Lab, LabError, Player, Scenario
from labkit.lab import default_build

from .cycle import Outcome, Pair, Plan, plan
from .field import Field
from .field import field as make_field
from .trend import Trend, percentiles, pooled, trend

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
REPORT_S = 5
QUIET_S = 5
SETTLE_S = 15
CALM_S = 40  # ICE checks of the last call's paths, and what closes them, end by then
CALLS_FOR_A_TREND = 100  # of a phone: in the first dozens caches, pools and the heap find their size
# What a call may gain, all in all, on a phone: its row of the history, in SQLite's cache.
RSS_KB_A_CALL = 1.0
FILES_A_CALL = 0.002
# Sleeping through QUIET_S takes none; one timer of a second that was left behind takes five.
WAKEUPS = 3
# A phone that is cut off cannot give back what its current, standby and seeking path have allocated.
ALLOCATIONS_A_CUT = 4


def multiply(text: str, names: list[tuple[str, str]]) -> str:
    """A scenario for two phones, alice and bob, as one for many pairs, in which the same befalls each."""
    once, each = [], []
    for group in ("\n" + text).split("\n[")[1:]:
        kind = group.split("]")[0].split()[0]
        (each if kind in ("phone", "event") else once).append("[" + group.rstrip() + "\n")
    for index, pair in enumerate(names):
        for group in each:
            head, _, rest = group.partition("]")
            head = _rename(head, pair) if head.startswith("[phone") else f"{head}_{index}"
            lines = [_rename(line, pair) if line.partition("=")[0].strip() in ("phone", "access.share") else line
                     for line in rest.split("\n")]
            once.append(head + "]" + "\n".join(lines))
    return "\n".join(once)


def _rename(text: str, pair: tuple[str, str]) -> str:
    for old, new in zip(("alice", "bob"), ("\0", "\1")):
        text = text.replace(old, new)
    return text.replace("\0", pair[0]).replace("\1", pair[1])


@dataclass
class Samples:
    """What a daemon had after each of its calls."""

    rss_kb: list[float] = field(default_factory=list)
    files: list[float] = field(default_factory=list)

    def take(self, pid: int) -> None:
        self.rss_kb.append(process.rss_mb(pid) * 1000)
        self.files.append(process.open_files(pid))

    def trends(self) -> dict[str, Trend]:
        """None of a run that is too short for one."""
        enough = len(self.files) >= CALLS_FOR_A_TREND
        return {"rss_kb": trend(self.rss_kb), "files": trend(self.files)} if enough else {}


def leaks(samples: Iterable[Samples]) -> list[str]:
    """What all daemons together gain."""
    limits = {"rss_kb": RSS_KB_A_CALL, "files": FILES_A_CALL}
    trends = [found for one in samples if (found := one.trends())]
    lines = {name: pooled([found[name] for found in trends]) for name in limits} if trends else {}
    return [f"{name} grows by {line.slope:.3f} ± {line.error:.3f} a call, {limits[name]} allowed"
            for name, line in lines.items() if line.grows(limits[name])]


class Soak:
    """A run. `tell` is given a line now and then, and each outcome that has a problem."""

    def __init__(self, made: Field, pairs: list[Pair], calls: int, reset_every: int, seed: int,
                 tell: Callable[[str], None] = lambda line: None) -> None:
        self.made, self.pairs, self.calls, self.tell = made, pairs, calls, tell
        source = random.Random(seed)
        self._plans = iter([plan(number, reset_every, source) for number in range(calls)])
        self._lock = threading.Lock()
        self._done = threading.Event()
        self.outcomes: list[Outcome] = []
        self.refused = Counter()
        self.problems: list[str] = []
        self.samples = {phone.name: Samples() for pair in pairs for phone in pair.phones}
        self.pids = {phone.name: daemon_pid(phone) for pair in pairs for phone in pair.phones}
        self.seconds = 0.0

    def run(self) -> None:
        began = time.monotonic()
        threads = [threading.Thread(target=self._work, args=(pair,)) for pair in self.pairs]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(REPORT_S)
                self.tell(self._progress(time.monotonic() - began))
        self.seconds = time.monotonic() - began

    def _work(self, pair: Pair) -> None:
        try:
            while (what := self._next()) is not None:
                self._one(pair, what)
        except Exception as error:  # a pair that cannot go on is a result, too
            with self._lock:
                self.problems.append(f"{pair.first.name} and {pair.second.name}: {type(error).__name__}: {error}")

    def _next(self) -> Plan | None:
        with self._lock:
            return next(self._plans, None)

    def _one(self, pair: Pair, what: Plan) -> None:
        while (outcome := pair.cycle(what)).refused:  # between "ready" and the call the modem went away
            with self._lock:
                self.refused[outcome.refused] += 1
        with self._lock:
            self.outcomes.append(outcome)
            number = len(self.outcomes)
        if outcome.problem:
            self.problems.append(f"call {number}, {pair.first.name} and {pair.second.name}: {outcome.problem}; {what}")
            self.tell(self.problems[-1])
        for phone in pair.phones:
            self.samples[phone.name].take(self.pids[phone.name])

    def _progress(self, seconds: float) -> str:
        with self._lock:
            done, problems = len(self.outcomes), len(self.problems)
            setup = [one.setup_ms for one in self.outcomes if one.setup_ms is not None]
        rss = sum(one.rss_kb[-1] for one in self.samples.values() if one.rss_kb) / 1000
        return (f"{seconds:6.0f} s  {done}/{self.calls} calls, {problems} problems, set-up {percentiles(setup, (50, 95))} "
                f"ms, {rss:.1f} MB")

    def check_rest(self) -> None:
        """When all is over: what is still there that should not be. Adds to the problems."""
        for name, phone in self.made.phones.items():
            if left := phone.service.objects(CALL):
                self.problems.append(f"{name}: calls left on the bus: {', '.join(left)}")
            if self.pids[name] != daemon_pid(phone):
                self.problems.append(f"{name}: its taciteld died and was started again")
        self.problems += leaks(self.samples.values())
        self.problems += [f"{name}: {count} wake-ups in {QUIET_S} s of idleness"
                          for name, count in self._restless().items()]
        allowed = ALLOCATIONS_A_CUT * sum(one.cut or "lost" in one.reasons for one in self.outcomes)
        allocations = self.allocations(allowed)
        if allocations > allowed:
            self.problems.append(f"{allocations} allocations left at the relays, {allowed} allowed")

    def _restless(self) -> dict[str, int]:
        """Wake-ups of the daemons that do not sleep, though they had time to come to rest."""
        deadline = time.monotonic() + CALM_S
        while (found := {name: count for name, count in self._wakeups().items() if count > WAKEUPS}):
            if time.monotonic() > deadline:
                break
        return found

    def _wakeups(self) -> dict[str, int]:
        before = {name: process.switches(pid) for name, pid in self.pids.items()}
        threading.Event().wait(QUIET_S)
        return {name: process.switches(pid) - before[name] for name, pid in self.pids.items()}

    def allocations(self, allowed: int) -> int:
        """Those still there when the last call's clients have had time to give theirs back."""
        deadline = time.monotonic() + SETTLE_S
        while (left := sum(relay.allocations() for relay in self.made.lab.relays.values())) > allowed:
            if time.monotonic() > deadline:
                break
            threading.Event().wait(0.5)
        return left

    def summary(self) -> dict:
        setup = [one.setup_ms for one in self.outcomes if one.setup_ms is not None]
        ends = Counter(" / ".join(str(reason) for reason in one.reasons) for one in self.outcomes)
        return {
            "calls": len(self.outcomes), "seconds": round(self.seconds, 1),
            "calls_a_minute": round(60 * len(self.outcomes) / self.seconds, 1) if self.seconds else None,
            "setup_ms": percentiles(setup), "ended_as": dict(ends.most_common()), "not_called": dict(self.refused),
            "met": sum(one.met for one in self.outcomes), "resets": sum(bool(one.plan.reset) for one in self.outcomes),
            "growth_a_call": {name: {what: [round(line.slope, 4), round(line.error, 4)]
                                     for what, line in samples.trends().items()}
                              for name, samples in self.samples.items()},
            "rss_mb": {name: round(samples.rss_kb[-1] / 1000, 2) for name, samples in self.samples.items()
                       if samples.rss_kb},
            "problems": self.problems,
        }


def relay_config(lab: Lab) -> str:
    """All relays that the scenario has brought, as tacitel.conf names them."""
    return "".join(f"[relay {name}]\ntype={'stun' if relay.stun_only else 'turn'}\naddress={relay.ipv4}\n"
                   + ("" if relay.stun_only else f"secret={relay.secret}\n" if relay.secret else
                      "user={}\npassword={}\n".format(*next(iter(relay.users.items()))))
                   for name, relay in lab.relays.items())


def soak(build, scenario_file: Path, calls: int, pairs: int, reset_every: int, seed: int,
         tell: Callable[[str], None] = lambda line: None) -> Soak:
    """Runs it all and returns what came of it."""
    names = [(f"alice{number}", f"bob{number}") for number in range(1, pairs + 1)]
    scenario = Scenario(scenario_file, multiply(scenario_file.read_text(), names))
    with ExitStack() as stack:
        players = []

        def prepare(lab: Lab) -> str:
            players.append(stack.enter_context(Player(lab, scenario, tell)))
            players[0].apply()
            return relay_config(lab)

        everybody = [name for pair in names for name in pair]
        made = stack.enter_context(make_field(build, everybody, names, config=prepare))
        run = Soak(made, [Pair(made, *(made.phones[name] for name in pair)) for pair in names], calls, reset_every, seed,
                   tell)
        players[0].start()
        run.run()
        players[0].stop()
        if players[0].failure is not None:
            run.problems.append(f"the scenario: {players[0].failure}")
        run.check_rest()
        stack.callback(players.clear)
    return run


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests/soak", description="Calls, one after the other, in a network that misbehaves. Exits with 1 when "
        "one hangs, when two ends disagree, or when something leaks.")
    parser.add_argument("--calls", metavar="N", type=int, default=1000, help="how many (1000)")
    parser.add_argument("--pairs", metavar="N", type=int, default=4, help="pairs of phones, side by side (4)")
    parser.add_argument("--scenario", metavar="NAME", default="soak",
                        help="of tests/scenarios, or a file; for the phones alice and bob (soak)")
    parser.add_argument("--reset-every", metavar="N", type=int, default=50, help="calls between modem resets (50; 0: never)")
    parser.add_argument("--seed", metavar="N", type=int, default=1, help="of what happens in each call")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the summary, and each call, to FILE as well")
    parser.add_argument("--build", metavar="DIR", type=Path, default=default_build(), help="build folder to measure")
    chosen = parser.parse_args()
    named = SCENARIOS / f"{chosen.scenario}.ini"
    chosen.scenario = named if named.exists() else Path(chosen.scenario)
    if not chosen.scenario.exists():
        parser.error(f"--scenario: there is no {chosen.scenario}, and none of that name in {SCENARIOS}")
    return chosen


def main() -> int:
    chosen = options()
    try:
        run = soak(chosen.build, chosen.scenario, chosen.calls, max(chosen.pairs, 1), chosen.reset_every, chosen.seed,
                   lambda line: print(line, file=sys.stderr, flush=True))
    except LabError as error:
        print(f"tests/soak: {error}", file=sys.stderr)
        return 2
    summary = run.summary()
    print(json.dumps(summary, indent=1))
    if chosen.json:
        rows = [asdict(outcome) for outcome in run.outcomes]
        chosen.json.write_text(json.dumps({**summary, "outcomes": rows}, indent=1) + "\n")
    print(f"{len(run.outcomes)} calls, {len(run.problems)} problems")
    return 1 if run.problems or len(run.outcomes) < chosen.calls else 0
