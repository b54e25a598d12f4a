# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of the sanitizers' files are findings."""

from . import sanitizer

CRASHED = """Tracer caught signal 11: addr=0x1ca8 pc=0x559927f1078a sp=0x7fc2affe1d40
==34==LeakSanitizer has encountered a fatal error.
==34==HINT: For debugging, try setting environment variable LSAN_OPTIONS=verbosity=1:log_threads=1
==34==HINT: LeakSanitizer does not work under ptrace (strace, gdb, etc)
"""
LEAK = "==7==ERROR: LeakSanitizer: detected memory leaks\nDirect leak of 1 byte(s) in 1 object(s) allocated from:\n"


def write(folder, *texts):
    paths = [folder / f"sanitizer.{number}" for number in range(len(texts))]
    for path, text in zip(paths, texts):
        path.write_text(text)
    return paths


def test_a_finding(tmp_path):
    paths = write(tmp_path, LEAK)
    assert sanitizer.findings(paths) == [f"sanitizer report: {paths[0]}"]


def test_a_leak_check_that_could_not_run(tmp_path):
    assert sanitizer.findings(write(tmp_path, CRASHED, CRASHED)) == []


def test_a_finding_before_the_check_crashed(tmp_path):
    assert len(sanitizer.findings(write(tmp_path, LEAK + CRASHED))) == 1


def test_checks_that_hardly_ever_run(tmp_path):
    assert len(sanitizer.findings(write(tmp_path, *[CRASHED] * 3))) == 1


def test_an_empty_report_is_a_finding(tmp_path):
    assert len(sanitizer.findings(write(tmp_path, ""))) == 1
