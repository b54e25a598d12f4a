# SPDX-License-Identifier: GPL-3.0-or-later
"""What the runner must count: a runner that miscounts hides every other failure."""

import pytest

from . import junit

CASES = [
    ("two pass", '<testsuite name="s"><testcase name="a"/><testcase name="b"/></testsuite>', (2, 0, 0)),
    ("a failure", '<testsuite name="s"><testcase name="a"><failure/></testcase></testsuite>', (0, 1, 0)),
    ("an error", '<testsuite name="s"><testcase name="a"><error/></testcase></testsuite>', (0, 1, 0)),
    ("a skip", '<testsuite name="s"><testcase name="a"><skipped/></testcase></testsuite>', (0, 0, 1)),
    ("a crash after the last case", '<testsuite name="s" errors="1"><testcase name="a"/></testsuite>', (1, 1, 0)),
    ("an error counted once", '<testsuite errors="1"><testcase name="a"><error/></testcase></testsuite>', (0, 1, 0)),
    ("two suites", '<testsuite><testcase name="a"/></testsuite><testsuite><testcase name="b"/></testsuite>', (2, 0, 0)),
    ("what a test printed", '<testsuite><testcase name="a"/><system-out>\x1b[K\x00</system-out></testsuite>', (1, 0, 0)),
    ("nothing", "", (0, 0, 0)),
]


@pytest.mark.parametrize("name,body,expected", CASES, ids=[case[0] for case in CASES])
def test_counts(tmp_path, name, body, expected):
    report = tmp_path / "report.xml"
    report.write_text(f"<testsuites>{body}</testsuites>")
    count = junit.read(report)
    assert (count.passed, count.failed, count.skipped) == expected
    assert len(count.failures) == count.failed


def test_names_the_failure(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text('<testsuite name="seal"><testcase name="replay"><failure/></testcase></testsuite>')
    assert junit.read(report).failures == ["seal replay"]


def test_cut_short_is_an_error(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text("<testsuites><testsuite>")
    with pytest.raises(junit.ElementTree.ParseError):
        junit.read(report)


def test_the_closing_line():
    count = junit.Count(passed=3)
    assert count.line() == "3 passed, 0 failed"
    count += junit.Count(failed=1, skipped=2)
    assert count.line() == "3 passed, 1 failed, 2 skipped"
