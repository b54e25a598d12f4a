# SPDX-License-Identifier: GPL-3.0-or-later
"""What trust costs: unlocking, the store, whose invitation it is; and how that grows with the contacts."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from gi.repository import Gio, GLib

from . import process
from .bench import Bench
from .rows import Row

SUMMARY = "unlocking, opening the store and invitations, history: from 100 to 100,000 contacts"
GROUP = "trust"
SIZES = (100, 1_000, 10_000, 100_000)
CALLS = 10  # in the history, to each contact
PASSPHRASE = "bench"

# What the store holds is what was put into it: nothing is too old or too much.
CONFIGURATION = "[history]\nkeep-days=36500\nkeep-calls=100000000\n"


def run(bench: Bench) -> Iterator[Row]:
    for size in SIZES:
        folder = bench.folder / f"trust-{size}" / "tacitel"
        folder.mkdir(parents=True, mode=0o700)
        bench_trust(bench, "make", str(folder), str(size), str(size * CALLS))
        yield from store(json.loads(bench_trust(bench, "measure", str(folder))), size)
        yield from daemon(bench, folder, size)


def bench_trust(bench: Bench, *arguments: str) -> str:
    program = bench.build / "tests/benchkit/bench-trust"
    return subprocess.run([program, *arguments], check=True, text=True, capture_output=True).stdout


def store(measured: dict, size: int) -> Iterator[Row]:
    """Medians, the file in the page cache, each time opened anew. Targets are for the largest."""
    target = (lambda text: text) if size == SIZES[-1] else (lambda text: None)
    among = f"{size:,} contacts"
    yield Row(GROUP, f"INVITE, number known, {among}", "ms", measured["known"],
              measured["floor_x25519"], "one X25519", target("<= 2"))
    yield Row(GROUP, f"INVITE, number withheld, {among}", "ms", measured["withheld"],
              round(measured["floor_aead"] * size, 3), f"{size:,} AEAD opens", target("<= 1000"))
    yield Row(GROUP, f"store opened, {size * CALLS:,} calls", "ms", measured["open"],
              measured["floor_open"], "bare SQLCipher", target("<= 300"))
    yield Row(GROUP, f"yesterday of {size * CALLS:,} calls", "ms", measured["yesterday"],
              measured["floor_rows"], f"{measured['yesterday_rows']} rows by rowid", target("<= 50"))


def daemon(bench: Bench, folder: Path, size: int) -> Iterator[Row]:
    """taciteld itself, on buses of its own, without a modem."""
    target = (lambda text: text) if size == SIZES[-1] else (lambda text: None)
    with taciteld(bench, folder) as (pid, bus):
        locked = process.rss_mb(pid)
        start = time.monotonic()
        unlock(bus)
        unlocked_s = time.monotonic() - start
        yield Row(GROUP, f"unlock, {size:,} contacts", "s", round(unlocked_s, 3), target="<= 1.5")
        yield Row(GROUP, f"memory idle (RSS), {size:,} contacts", "MB", round(process.rss_mb(pid), 2),
                  round(locked, 2), "locked", target("<= 30"))


@contextmanager
def taciteld(bench: Bench, folder: Path) -> Iterator[tuple[int, Gio.DBusConnection]]:
    """A daemon whose data is in folder: its process and its session bus."""
    configuration = bench.folder / "trust.conf"
    configuration.write_text(CONFIGURATION)
    with ExitStack() as stack:
        session, system = (stack.enter_context(message_bus()) for _ in range(2))
        env = os.environ | {"XDG_DATA_HOME": str(folder.parent), "DBUS_SESSION_BUS_ADDRESS": session,
                            "DBUS_SYSTEM_BUS_ADDRESS": system, "XDG_RUNTIME_DIR": str(bench.folder)}
        bus = Gio.DBusConnection.new_for_address_sync(
            session, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION)
        program = stack.enter_context(stopped_at_the_end([bench.build / "daemon/taciteld", "-c", configuration], env=env))
        subprocess.run(["gdbus", "wait", "--session", "--timeout", "20", "org.tacitel.Tacitel"], env=env, check=True)
        yield program.pid, bus


@contextmanager
def message_bus() -> Iterator[str]:
    with stopped_at_the_end(["dbus-daemon", "--session", "--nofork", "--print-address"],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as program:
        yield program.stdout.readline().strip()


@contextmanager
def stopped_at_the_end(command: list, **options) -> Iterator[subprocess.Popen]:
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, **options) as program:
        try:
            yield program
        finally:
            program.terminate()


def unlock(bus: Gio.DBusConnection) -> None:
    """Returns when it is open. Raises GLib.Error."""
    reading, writing = os.pipe()
    with open(writing, "w") as pipe:
        pipe.write(PASSPHRASE)
    files = Gio.UnixFDList.new_from_array([reading])
    bus.call_with_unix_fd_list_sync(
        "org.tacitel.Tacitel", "/org/tacitel/Tacitel", "org.tacitel.Keyring1", "Unlock",
        GLib.Variant("(ha{sv})", (0, {})), None, Gio.DBusCallFlags.NONE, 30_000, files)
