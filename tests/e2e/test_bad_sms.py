# SPDX-License-Identifier: GPL-3.0-or-later
"""SMS that are no invitation: each is counted, none is answered, and a good one still rings."""

import os
import time

import pytest
from couple import CALL, Couple, couple, variant

VCARD = b"BEGIN:VCARD\r\nVERSION:2.1\r\nFN:A. Friend\r\nTEL:+15551000009\r\nEND:VCARD\r\n"


@pytest.fixture(scope="module")
def pair():
    with couple(os.environ["TACITEL_BUILD"]) as pair:
        yield pair


def send(pair: Couple, data: bytes, sender: str) -> None:
    pair.bob.emulated("SendSms", "(sa{sv})", sender, {"data": variant("ay", list(data))})


def refused(pair: Couple) -> int:
    return sum(pair.bob.counters().values())


def wait_refused(pair: Couple, before: int, what: str) -> None:
    """Counters have no signal: asks again, as fast as the daemon answers."""
    deadline = time.monotonic() + 10
    while refused(pair) == before:
        assert time.monotonic() < deadline, f"{what} was not counted"


def invitation(pair: Couple) -> bytes:
    """The last INVITE that went over the air, as the other phone got it."""
    entry = [one for one in pair.network.sms() if one["to"] == pair.bob.number and one["kind"] == "data"][-1]
    return bytes.fromhex(entry["tpdu"])[-133:]


@pytest.mark.sanitize
def test_bad_sms_are_counted_and_harmless(pair: Couple):
    ends = pair.talk(pair.alice, pair.bob)
    ends[0].call("Hangup")
    pair.gone(*ends)
    good = invitation(pair)
    assert good[0] == 0x54 and good[1] == 0x12
    forged = good[:100] + bytes([good[100] ^ 1]) + good[101:]
    bad = {
        "a vCard": VCARD,
        "empty of meaning": b"\0",
        "truncated": good[:132],
        "too long": good + b"\0",
        "of another version": bytes([good[0], 0x22]) + good[2:],
        "of an unknown type": bytes([good[0], 0x1F]) + good[2:],
        "forged": forged,
        "replayed": good,
        "a reply to nothing": bytes([good[0], 0x13]) + good[2:],
        "in two parts": good + bytes(120),
        "of a low-order key": good[:2] + bytes(32) + good[34:],
    }
    for what, data in bad.items():
        for sender in (pair.alice.number, "+15550000000", ""):
            before, sent = refused(pair), len(pair.network.sms())
            send(pair, data, sender)
            wait_refused(pair, before, f"an SMS {what}")
            assert not pair.bob.service.objects(CALL), what
            parts = 2 if len(data) > 133 else 1
            assert len(pair.network.sms()) == sent + parts, f"an SMS {what} was answered"
    ends = pair.talk(pair.alice, pair.bob)
    ends[0].call("Hangup")
    pair.gone(*ends)


def test_a_stranger_is_neither_answered_nor_shown(pair: Couple):
    pair.bob.tacitel("contact", "remove", "alice")
    before, sent = refused(pair), len(pair.network.sms())
    out = pair.dial(pair.alice, pair.bob)
    wait_refused(pair, before, "the stranger's invitation")
    assert not pair.bob.service.objects(CALL)
    out.call("Hangup")
    pair.gone(out)
    assert len(pair.network.sms()) == sent + 1
    pair.bob.add_contact(pair.alice)
