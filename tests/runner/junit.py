# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the tests in JUnit files, the one format that meson and pytest both write."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

# XML 1.0 §2.2 has no such characters, but meson copies what a test printed as it is, escape sequences too.
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass
class Count:
    """How many tests passed, failed and were skipped, and the failed ones' names."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: list[str] = field(default_factory=list)

    def __iadd__(self, other: "Count") -> "Count":
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.failures += other.failures
        return self

    @property
    def ran(self) -> int:
        return self.passed + self.failed

    def line(self) -> str:
        text = f"{self.passed} passed, {self.failed} failed"
        return f"{text}, {self.skipped} skipped" if self.skipped else text


def read(path: Path) -> Count:
    """Counts one JUnit file.

    The file's own totals are not trusted: meson counts a TAP subtest as a case but a crash of
    the program only as an error of the suite.

    Raises OSError when there is no such file and ElementTree.ParseError when it is cut short.
    """
    count = Count()
    root = ElementTree.fromstring(NO_XML.sub("?", path.read_text(errors="replace")))
    for suite in root.iter("testsuite"):
        failed_before = count.failed
        for case in suite.findall("testcase"):
            _add_case(count, suite, case)
        errors = int(suite.get("errors", "0"))
        if errors and count.failed == failed_before:
            count.failed += 1
            count.failures.append(f"{suite.get('name')}: ended in an error")
    return count


def _add_case(count: Count, suite: ElementTree.Element, case: ElementTree.Element) -> None:
    where = case.get("classname") or suite.get("name") or ""
    if case.find("failure") is not None or case.find("error") is not None:
        count.failed += 1
        count.failures.append(f"{where} {case.get('name')}".strip())
    elif case.find("skipped") is not None:
        count.skipped += 1
    else:
        count.passed += 1
