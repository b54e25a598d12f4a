# SPDX-License-Identifier: GPL-3.0-or-later
"""What two ends may say of one call."""

import pytest

from .outcome import agree


@pytest.mark.parametrize("caller,callee", [
    ("hangup", "remote-hangup"), ("remote-hangup", "hangup"), ("remote-declined", "declined"), ("hangup", "hangup"),
    ("lost", "lost"), ("no-answer", "no-answer"), ("hangup", "declined")])
def test_always_fine(caller, callee):
    assert agree(caller, callee, met=True)
    assert agree(caller, callee, met=False)


@pytest.mark.parametrize("caller,callee", [
    ("hangup", None), ("hangup", "no-path"), ("no-path", "no-path"), ("unreachable", None), ("unreachable", "no-path"),
    ("busy", None), ("remote-no-data", "no-data"), ("modem-gone", "no-path"), ("unreachable", "declined"),
    ("sms-failed", None)])
def test_only_when_they_never_met(caller, callee):
    assert agree(caller, callee, met=False)
    assert not agree(caller, callee, met=True)


@pytest.mark.parametrize("caller,callee", [("hangup", "lost"), ("lost", "hangup"), ("modem-gone", "lost")])
def test_only_when_the_network_was_silent(caller, callee):
    assert agree(caller, callee, met=True, cut=True)
    assert not agree(caller, callee, met=True)


@pytest.mark.parametrize("caller,callee", [
    (None, None), ("remote-hangup", "remote-hangup"), ("remote-hangup", "no-path"), ("remote-declined", "remote-hangup"),
    ("remote-media-failed", "lost"), (None, "remote-hangup"), ("busy", "busy"), ("sas-mismatch", "hangup"),
    ("", "hangup"), ("hung", "hung")])
def test_never(caller, callee):
    for met in (False, True):
        for cut in (False, True):
            assert not agree(caller, callee, met, cut)
