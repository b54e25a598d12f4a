# SPDX-License-Identifier: GPL-3.0-or-later
"""tests/reach-matrix: calls from every kind of access to every kind, without a relay and with one."""

import argparse
import json
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from demokit.phones import CALL, QUICK_UNLOCK, PhoneCall
from labkit.lab import default_build

from . import expect
from .field import Field, dial, field, stun_config, turn_config, wait_gone

RELAYS = {"none": [False], "one": [True], "both": [False, True]}
GIVE_UP_S = 45  # a call that finds no path ends by itself long before


@dataclass(frozen=True)
class Row:
    """One cell. ms: from the invitation's arrival to ringing; problem: why it is not as expected, or ""."""

    caller: str
    callee: str
    relay: bool
    connected: bool
    sms: int
    ms: float | None
    expected: str
    reason: str
    problem: str = ""


def judge(connected: bool, sms: int, expected: str, ended: list[str]) -> str:
    """What is wrong with a cell; "" for nothing. ended: the reasons of a call that did not connect."""
    if expected == expect.NO_PATH:
        return "connected, against the laws of nature" if connected else (
            "" if ended == ["no-path", "no-path"] else f"ended as {', '.join(ended)} instead of no-path")
    if not connected:
        return f"not connected: {', '.join(ended)}"
    allowed = expect.sms_allowed(expected)
    return "" if sms <= allowed else f"{sms} SMS instead of {allowed}"


def phone_name(side: str, kind: str) -> str:
    return f"{side}_{kind.replace('-', '_')}"


def try_cell(made: Field, caller_kind: str, callee_kind: str, relay: bool) -> Row:
    """One call from its invitation until it rings on both sides, or ends by itself."""
    caller, callee = (made.phones[phone_name(side, kind)] for side, kind in (("from", caller_kind), ("to", callee_kind)))
    before = made.last_sms()
    expected = expect.expected(caller_kind, callee_kind, relay)
    connected, ended, span = False, [], None
    outgoing = dial(caller, callee)
    try:
        incoming = callee.wait_call(GIVE_UP_S)
    except TimeoutError:
        ended = [outgoing.properties.get("Reason") or "nothing arrived", ""]
    else:
        connected, ended = _ring(outgoing, incoming)
        steps = incoming.properties.get("Timeline", {})
        if connected:
            span = round((steps["ringing"] - steps["invite-received"]) / 1000, 1)
    sms = made.sms_between(caller, callee, before)
    return Row(caller_kind, callee_kind, relay, connected, sms, span, expected,
               expect.reason(caller_kind, callee_kind, relay), judge(connected, sms, expected, ended))


def _ring(outgoing: PhoneCall, incoming: PhoneCall) -> tuple[bool, list[str]]:
    """Whether it rang on both sides, and how it ended; gone from both when this returns."""
    ends = (outgoing, incoming)
    try:
        for end in ends:
            end.wait_state("ringing", timeout_s=GIVE_UP_S)
    except (ConnectionError, TimeoutError):
        return False, _end(ends)
    outgoing.call("Hangup")
    wait_gone(*ends)
    return True, []


def _end(ends: tuple[PhoneCall, PhoneCall]) -> list[str]:
    """The reasons of both; a call that has not ended by now is hung up, and tells its state."""
    try:
        return wait_gone(*ends, timeout_s=GIVE_UP_S)
    except TimeoutError:
        stuck = [end.properties.get("Reason") or f"stuck in {end.properties.get('State')}" for end in ends]
        for end in ends:
            if end.path in end.phone.service.objects(CALL):
                end.call("Hangup")
        return stuck


class Scheduler:
    """Runs a job for each pair, several at once, and never two with the same phone."""

    def __init__(self, pairs: Iterable[tuple[str, str]], job: Callable[[str, str], None]) -> None:
        self._left, self._job = list(pairs), job
        self._busy: set[tuple[int, str]] = set()  # (0, caller), (1, callee)
        self._changed = threading.Condition()
        self._failure: BaseException | None = None

    def run(self, jobs: int) -> None:
        """Raises what a job raised first, when those that ran beside it are done."""
        threads = [threading.Thread(target=self._work) for _ in range(jobs)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._failure is not None:
            raise self._failure

    def _take(self) -> tuple[str, str] | None:
        """The next pair that is free; waits for it. None: there is none left, or a job failed."""
        with self._changed:
            while self._left and self._failure is None:
                for pair in self._left:
                    if self._busy.isdisjoint(enumerate(pair)):
                        self._left.remove(pair)
                        self._busy.update(enumerate(pair))
                        return pair
                self._changed.wait()
        return None

    def _work(self) -> None:
        while (pair := self._take()) is not None:
            try:
                self._job(*pair)
            except BaseException as error:  # told to whoever called run()
                self._failure = self._failure or error
            with self._changed:
                self._busy.difference_update(enumerate(pair))
                self._changed.notify_all()


def in_turn(callers: list[str], callees: list[str]) -> list[tuple[str, str]]:
    """All pairs, neighbours in the list disjoint where that is possible."""
    size = max(len(callers), len(callees))
    pairs = ((callers[i % size], callees[(i + shift) % size]) for shift in range(size) for i in range(size)
             if i < len(callers) and (i + shift) % size < len(callees))
    return list(pairs)


def measure(build, pairs: list[tuple[str, str]], relays: list[bool], jobs: int,
            tell: Callable[[Row], None] = lambda row: None) -> list[Row]:
    """Tries every cell and returns its row, as soon as they come."""
    rows: list[Row] = []
    access = {phone_name(side, kind): kind for pair in pairs for side, kind in zip(("from", "to"), pair)}
    known = [(phone_name("from", caller), phone_name("to", callee)) for caller, callee in pairs]
    configs = {False: stun_config, True: turn_config}
    with field(build, access, known, access, configs[relays[0]]) as made:
        for turn, relay in enumerate(relays):
            if turn:
                made.reconfigure(configs[relay](made.lab) + QUICK_UNLOCK)

            def cell(caller: str, callee: str, relay: bool = relay) -> None:
                rows.append(try_cell(made, caller, callee, relay))
                tell(rows[-1])

            # Those that find no path take longest.
            Scheduler(sorted(pairs, key=lambda pair: expect.expected(*pair, relay) != expect.NO_PATH), cell).run(jobs)
    return rows


def table(rows: list[Row], callees: list[str]) -> str:
    """A row a caller, a column a callee: SMS and ms; "–" where there is no path, "!" what should not be."""
    lines = []
    for relay in sorted({row.relay for row in rows}):
        lines += ["", "With a relay that both share:" if relay else "Without a relay:",
                  "".join(f"{text:<17}" for text in ("from \\ to", *callees)).rstrip()]
        for caller in dict.fromkeys(row.caller for row in rows):
            cells = {row.callee: cell_text(row) for row in rows if (row.caller, row.relay) == (caller, relay)}
            lines.append("".join(f"{text:<17}" for text in (caller, *(cells[callee] for callee in callees))).rstrip())
    return "\n".join(lines).lstrip("\n")


def cell_text(row: Row) -> str:
    text = f"{row.sms} SMS {row.ms:.0f} ms" if row.connected else "–"
    return f"{text} !" if row.problem else text


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests/reach-matrix", description="Calls from every kind of access to every kind, and says how many SMS "
        "and how long each took. Exits with 1 when a cell is not as it should be.")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the rows to FILE as well")
    parser.add_argument("--relay", choices=RELAYS, default="both", help="without a relay, with one, or both")
    for side in ("callers", "callees"):
        parser.add_argument(f"--{side}", metavar="KIND,…", default=",".join(expect.KINDS), help=f"default: all {side}")
    parser.add_argument("--jobs", metavar="N", type=int, default=6, help="calls at once (6)")
    parser.add_argument("--build", metavar="DIR", type=Path, default=default_build(), help="build folder to measure")
    chosen = parser.parse_args()
    for side in ("callers", "callees"):
        kinds = getattr(chosen, side).split(",")
        if unknown := [kind for kind in kinds if kind not in expect.KINDS]:
            parser.error(f"--{side}: no kind {', '.join(unknown)}: there is {', '.join(expect.KINDS)}")
        setattr(chosen, side, kinds)
    return chosen


def main() -> int:
    chosen = options()
    begin = time.monotonic()

    def tell(row: Row) -> None:
        print(f"{time.monotonic() - begin:6.1f} s  {'relay ' if row.relay else ''}{row.caller} → {row.callee}: "
              f"{cell_text(row)}{f' {row.problem}' if row.problem else ''}", file=sys.stderr, flush=True)

    rows = measure(chosen.build, in_turn(chosen.callers, chosen.callees), RELAYS[chosen.relay], max(chosen.jobs, 1), tell)
    rows.sort(key=lambda row: (row.relay, chosen.callers.index(row.caller), chosen.callees.index(row.callee)))
    print(table(rows, chosen.callees))
    wrong = [row for row in rows if row.problem]
    for row in wrong:
        print(f"{row.caller} → {row.callee}{' with a relay' if row.relay else ''}: {row.problem} "
              f"(expected: {row.expected}, {row.reason})")
    print(f"{len(rows) - len(wrong)} of {len(rows)} cells as they should be")
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    return 1 if wrong else 0
