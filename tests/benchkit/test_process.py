# SPDX-License-Identifier: GPL-3.0-or-later
"""The meters against processes of which the answer is known."""

import subprocess
import sys
from contextlib import contextmanager

import pytest

from . import process

BUSY = "import time; print(flush=True)\nwhile True: pass"
TICKING = "import time; print(flush=True)\nwhile True: time.sleep(0.05)"
ASLEEP = "import select; print(flush=True); select.poll().poll()"
TWO_ASLEEP = ("import select, threading; threading.Thread(target=select.poll().poll).start(); "
              "print(flush=True); select.poll().poll()")
LARGE = "import select; block = bytearray(b'x' * 50_000_000); print(flush=True); select.poll().poll()"


@contextmanager
def running(code):
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    child.stdout.readline()
    try:
        yield child.pid
    finally:
        child.kill()
        child.communicate()


@pytest.mark.parametrize("code", [ASLEEP, TWO_ASLEEP], ids=["one-thread", "two-threads"])
def test_a_sleeper_makes_no_system_call(code):
    with running(code) as pid:
        assert process.system_calls(pid, 0.5) == []


def test_a_ticker_makes_some():
    with running(TICKING) as pid:
        assert len(process.system_calls(pid, 1)) >= 10


def test_a_process_that_is_not_there_cannot_be_traced():
    with running(ASLEEP) as pid:
        pass
    with pytest.raises(RuntimeError, match=str(pid)):
        process.system_calls(pid, 0.1)
    with pytest.raises(ProcessLookupError):
        process.rss_mb(pid)


def test_memory():
    with running(ASLEEP) as small, running(LARGE) as large:
        assert process.rss_mb(large) - process.rss_mb(small) == pytest.approx(50, abs=5)


def test_processor_and_switches():
    with running(BUSY) as busy, running(ASLEEP) as asleep, running(TICKING) as ticking:
        before = process.cpu_s(busy), process.cpu_s(asleep), process.switches(ticking)
        with running("import time; time.sleep(0.4); print(flush=True)"):
            assert process.cpu_s(busy) - before[0] > 0.1
            assert process.cpu_s(asleep) == before[1]
            assert process.switches(ticking) - before[2] >= 4


def test_open_files():
    with running("import os, select; files = [os.dup(1) for _ in range(7)]; print(flush=True); select.poll().poll()") as pid, \
            running(ASLEEP) as plain:
        assert process.open_files(pid) - process.open_files(plain) == 7
