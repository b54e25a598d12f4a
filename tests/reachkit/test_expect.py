# SPDX-License-Identifier: GPL-3.0-or-later
"""The expectations of tests/reach-matrix, cell by cell."""

import pytest

from .expect import KINDS, NO_PATH, ONE_SMS, TWO_SMS, expected, reason, sms_allowed

# Columns: the callee in the order of KINDS.
WITHOUT_RELAY = {
    "public": "1 1 1 1 1 1",
    "eim": "2 2 - 2 - 2",
    "symmetric": "2 - - - - 2",
    "double": "2 2 - 2 - 2",
    "ipv6-firewalled": "2 - - - 2 2",
    "ipv6-only": "2 2 2 2 2 2",
}


@pytest.mark.parametrize("caller", KINDS)
def test_without_a_relay(caller):
    meant = {"1": ONE_SMS, "2": TWO_SMS, "-": NO_PATH}
    assert [expected(caller, callee, False) for callee in KINDS] == [
        meant[sign] for sign in WITHOUT_RELAY[caller].split()]


def test_one_sms_wherever_both_share_a_relay():
    assert {expected(caller, callee, True) for caller in KINDS for callee in KINDS} == {ONE_SMS}


def test_who_meets_whom_is_symmetric():
    for one in KINDS:
        for other in KINDS:
            assert (expected(one, other, False) == NO_PATH) == (expected(other, one, False) == NO_PATH)


def test_what_is_allowed():
    assert [sms_allowed(what) for what in (ONE_SMS, TWO_SMS, NO_PATH)] == [1, 2, None]


def test_reasons():
    assert reason("public", "eim", True) == "the caller's address is open"
    assert reason("eim", "eim", True) == "by the relay"
    assert "fixed" in reason("symmetric", "symmetric", False)
