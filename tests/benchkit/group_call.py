# SPDX-License-Identifier: GPL-3.0-or-later
"""What a call costs: idle before it, setting it up, while it lasts, and after fifty of them."""

from collections.abc import Iterator
from statistics import median

from . import calls, process
from .allocations import Allocations
from .bench import Bench
from .rows import Row

SUMMARY = "idle and in a call: memory, processor, wake-ups, allocations, set-up times; 50 calls in a row"
GROUP = "call"
IDLE_S = 30
CALL_S = 60
CALLS = 50
SETTLED = 10  # calls until caches and pools have their size


def run(bench: Bench) -> Iterator[Row]:
    with calls.two_phones(bench.build) as phones:
        yield from idle(phones)
        yield from one_call(phones, bench)
        yield from many_calls(phones)
    yield from allocations(bench)


def idle(phones: dict) -> Iterator[Row]:
    """Before the first call: asleep, and small."""
    pid = calls.daemon_pid(phones["alice"])
    yield Row(GROUP, f"system calls in {IDLE_S} s idle", "", len(process.system_calls(pid, IDLE_S)), target="== 0")
    yield Row(GROUP, "memory idle (RSS)", "MB", round(process.rss_mb(pid), 2), target="<= 14")
    # The core library may be linked; the registry and the plugins come with initialisation.
    plugins = process.maps(pid).count("/gstreamer-1.0/")
    yield Row(GROUP, "GStreamer plugins mapped idle", "", plugins, target="== 0")


def one_call(phones: dict, bench: Bench) -> Iterator[Row]:
    """A minute in which both speak, next to the floor in the same run."""
    pid = calls.daemon_pid(phones["alice"])
    with calls.call(phones), calls.speaking(phones, CALL_S + 5):
        before = process.cpu_s(pid), process.switches(pid)
        calls.wait_s(CALL_S)
        cpu, switched = process.cpu_s(pid) - before[0], process.switches(pid) - before[1]
        rss = process.rss_mb(pid)
    floor = bench.floor("paced", CALL_S)
    yield Row(GROUP, "processor time a call-minute", "s", round(cpu * 60 / CALL_S, 3),
              round(floor["cpu_s_per_call_minute"], 3), "Opus + AEAD, one thread")
    yield Row(GROUP, "wake-ups in a call", "1/s", round(switched / CALL_S, 1))
    yield Row(GROUP, "memory in a call (RSS)", "MB", round(rss, 2), round(floor["rss_kb"] / 1000, 2),
              "Opus + AEAD, one thread", target="<= 25")


def many_calls(phones: dict) -> Iterator[Row]:
    """CALLS calls in a row: how long each took to set up, and what is left of them."""
    pids = {name: calls.daemon_pid(phone) for name, phone in phones.items()}
    invite, answer, rss, files = [], [], [], []
    spaces = calls.namespaces(phones)
    for _ in range(CALLS):
        with calls.call(phones) as calling:
            setup = calling.setup_ms()
        invite.append(setup["invite_to_ringing"])
        answer.append(setup["answer_to_voice"])
        rss.append(sum(process.rss_mb(pid) for pid in pids.values()))
        files.append(sum(process.open_files(pid) for pid in pids.values()))
    yield Row(GROUP, "invitation to ringing, median", "ms", median(invite), target="< 600")
    yield Row(GROUP, "invitation to ringing, worst", "ms", max(invite), target="< 600")
    yield Row(GROUP, "answer to first voice, median", "ms", median(answer), target="< 150")
    yield Row(GROUP, "answer to first voice, worst", "ms", max(answer), target="< 150")
    yield from growth(rss, files)
    objects = sum(len(phone.service.objects(calls.CALL)) for phone in phones.values())
    yield Row(GROUP, f"D-Bus calls left after {CALLS}", "", objects, target="== 0")
    yield Row(GROUP, f"namespaces more after {CALLS} calls", "", calls.namespaces(phones) - spaces, target="== 0")


def growth(rss: list[float], files: list[int]) -> Iterator[Row]:
    """Of both daemons together, from the calls after SETTLED to the last ones."""
    span = f"{CALLS - SETTLED} calls, both phones"
    memory = median(rss[-SETTLED:]) - median(rss[SETTLED : 2 * SETTLED])
    yield Row(GROUP, f"memory more after {span}", "MB", round(memory, 3), target="<= 0.5")
    yield Row(GROUP, f"descriptors more after {span}", "", files[-1] - files[SETTLED], target="<= 0")


def allocations(bench: Bench) -> Iterator[Row]:
    """In a lab of its own, since counting costs time and memory."""
    counter = Allocations(bench.build, bench.folder / "allocations")
    with calls.two_phones(bench.build, counter) as phones, calls.call(phones) as calling:
        calls.wait_s(2)
        # Asking for statistics allocates: it stays outside of what is counted.
        packets = packets_of(calling)
        calls.wait_s(1)
        before = counter.read()
        calls.wait_s(10)
        count, packets = counter.read() - before, (packets_of(calling) - packets) * 10 / 11
    yield Row(GROUP, "allocations a packet in our code", "", round(count.ours / packets, 4), target="< 0.01")
    yield Row(GROUP, "allocations a packet in all", "", round(count.everything / packets, 2))


def packets_of(calling: calls.Calling) -> int:
    statistics = calling.alice.statistics()
    return statistics["PacketsSent"] + statistics["PacketsReceived"]
