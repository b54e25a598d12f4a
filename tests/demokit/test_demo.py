# SPDX-License-Identifier: GPL-3.0-or-later
"""What the demo says and refuses before any phone is there."""

import io
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from . import demo, imagined, voices
from .__main__ import summary
from .figures import figures
from .terminal import Terminal

TESTS = Path(__file__).resolve().parents[1]


class Screen(io.StringIO):
    def isatty(self):
        return True


def shown(stream, monkeypatch, evidence):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal = Terminal(stream)
    with terminal.step("Build"):
        terminal.bar("both speak", 1, 2)
    summary(figures(evidence), Path("there"), terminal)
    return stream.getvalue()


def test_colours_and_movement_only_on_a_terminal(monkeypatch):
    evidence = imagined.evidence(3)
    assert "\033[32mmet" in shown(Screen(), monkeypatch, evidence)
    plain = shown(io.StringIO(), monkeypatch, evidence)
    assert "\033" not in plain and "\r" not in plain and "█" not in plain
    assert "there/report.html" in plain


def test_a_missed_target_is_shown(monkeypatch):
    evidence = imagined.evidence(3)
    assert "NOT MET" not in shown(io.StringIO(), monkeypatch, evidence)
    text = shown(io.StringIO(), monkeypatch, replace(evidence, sms=evidence.sms * 2))
    assert text.count("NOT MET") == 1


def test_a_step_that_fails_says_so(monkeypatch):
    stream = io.StringIO()
    with pytest.raises(OSError), Terminal(stream).step("Build"):
        raise OSError
    assert "failed after" in stream.getvalue()


def test_the_report_has_its_files(tmp_path):
    demo.write_report(tmp_path, imagined.evidence(3))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "alice-heard.wav", "alice-said.wav", "bob-heard.wav", "bob-said.wav", "report.html", "report.json"]
    assert voices.read_wav(tmp_path / "bob-heard.wav")[0].size == 3 * voices.RATE


@pytest.mark.parametrize("statistics,percent", [
    ({"Played": 990, "Concealed": 10}, 1.0), ({"Played": 100, "Concealed": 0}, 0.0), ({}, None),
])
def test_concealed(statistics, percent):
    assert demo.concealed(statistics) == percent


@pytest.mark.parametrize("arguments,message", [
    (["--seconds", "1"], "3 to 3600"),
    (["--seconds", "x"], "invalid float"),
    (["--wav-a", "/nowhere.wav"], "nowhere.wav"),
    (["--wav-b", __file__], "not a PCM wav file"),
], ids=["too-short", "no-number", "no-file", "no-wav"])
def test_refuses(arguments, message):
    done = subprocess.run([sys.executable, "-B", "-m", "demokit", *arguments], capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(TESTS)})
    assert done.returncode == 2
    assert message in done.stderr
