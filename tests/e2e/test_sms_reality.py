# SPDX-License-Identifier: GPL-3.0-or-later
"""SMS as networks serve them: lost, doubled, overtaken, late, slept through, stripped of all that is not text.

Most of it is waiting for what the protocol's timers do, so the stories are told side by side, each by a pair of phones of
its own in one lab; a test looks how its story went.
"""

import base64
import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from couple import CALL, Couple, couple, variant
from demokit.phones import EMULATOR, EMULATOR_PATH

STALE_S = 61
MARKS = {"dense": "tac:", "plain": "tac="}


# A pair of the lab: its phones are "alice" and "bob", whatever the lab calls them.

def pair_up(lab: Couple, first: str, second: str, acquainted: bool) -> Couple:
    pair = Couple(lab.lab, {"alice": lab.phones[first], "bob": lab.phones[second]}, lab.network)
    if acquainted:
        pair.alice.add_contact(pair.bob)
        pair.bob.add_contact(pair.alice)
    return pair


def sms_of(pair: Couple) -> list[dict]:
    """All SMS between the two, of both directions, oldest first."""
    numbers = {pair.alice.number, pair.bob.number}
    return [one for one in pair.network.sms() if {one["from"], one["to"]} == numbers]


def sent_by(pair: Couple, phone) -> list[dict]:
    return [one for one in sms_of(pair) if one["from"] == phone.number]


def wait_sent(pair: Couple, phone, n: int, timeout_s: float = 30) -> list[dict]:
    return phone.service.wait(lambda: len(sent := sent_by(pair, phone)) >= n and sent, timeout_s,
                              f"{n} SMS of {phone.name}")


def rule(pair: Couple, phone=None, **keys) -> int:
    """Adds a rule for one of the two; its id."""
    return pair.rule(**({"phone": phone.name} if phone else {}), **keys)


def lift(pair: Couple, *rules: int) -> None:
    for one in rules:
        pair.emulator("RemoveRule", "(u)", one)


def no_path(pair: Couple) -> list[int]:
    return [rule(pair, phone, kind="ip", direction="up", action="drop") for phone in (pair.alice, pair.bob)]


def end(pair: Couple, *ends) -> None:
    ends[0].call("Hangup")
    assert pair.gone(*ends) == ["hangup", "remote-hangup"]
    nothing_left(pair)


def nothing_left(pair: Couple) -> None:
    """No call, and no data context that a call has raised."""
    for phone in (pair.alice, pair.bob):
        phone.service.wait(lambda phone=phone: not phone.service.objects(CALL), 10, f"{phone.name} to have no call")
        phone.service.wait(lambda phone=phone: phone.manager["Data"] == "down" and not contexts(pair, phone), 20,
                           f"{phone.name}'s data to be down")


def contexts(pair: Couple, phone) -> list:
    return pair.network.service.call(f"{EMULATOR_PATH}/phone/{phone.name}", "org.freedesktop.DBus.Properties", "Get",
                                     "(ss)", f"{EMULATOR}.Phone", "Contexts")


def calls_ever(phone) -> int:
    return len(phone.service.objects(CALL, gone=True))


def rang(phone) -> bool:
    return any("ringing" in phone.service.properties(path, CALL).get("Timeline", {})
               for path in phone.service.objects(CALL, gone=True))


def missed(phone) -> list[str]:
    """Reasons of the calls that it shows as missed."""
    return [one["arguments"][0]["Reason"] for one in phone.service.signals if one["name"] == "MissedCall"]


def payload(entry: dict) -> str:
    return entry["tpdu"][-266:]


# The stories

def doubled_and_overtaken(pair: Couple) -> None:
    """The first copy comes last, and the second twice: one call, which rings once."""
    rule(pair, pair.bob, kind="sms", direction="down", action="delay", delay_ms=9500, times=1)
    rule(pair, pair.bob, kind="sms", direction="down", action="duplicate", times=1)
    ends = pair.ring(pair.alice, pair.bob)
    pair.bob.service.wait(lambda: pair.bob.counters().get("sms.repeated", 0) == 2, 20, "the other two copies")
    assert ends[1].properties["State"] == "ringing"
    assert (calls_ever(pair.bob), pair.bob.counters()["sms.invite"]) == (1, 1)
    assert len({payload(one) for one in sent_by(pair, pair.alice)}) == 1
    end(pair, *ends)


def reply_lost(pair: Couple) -> None:
    """No path, and the REPLY by SMS is lost: the repeated INVITE brings the same REPLY again."""
    blocked = no_path(pair)
    rule(pair, pair.bob, kind="sms", direction="up", action="drop", times=1)
    out = pair.dial(pair.alice, pair.bob)
    replies = wait_sent(pair, pair.bob, 2)
    assert payload(replies[0]) == payload(replies[1])
    out.wait_state("connecting")
    lift(pair, *blocked)
    incoming = pair.bob.wait_call()
    for side in (out, incoming):
        side.wait_state("ringing")
    assert len(sent_by(pair, pair.alice)) == 2
    end(pair, out, incoming)


def asleep(pair: Couple) -> None:
    """The SMS that wakes the phone is lost; the repeat rings."""
    pair.bob.emulated("Suspend", "(b)", True)
    ends = pair.ring(pair.alice, pair.bob)
    assert len(sent_by(pair, pair.alice)) == 2
    end(pair, *ends)


def late(pair: Couple) -> None:
    """The caller has given up by the time that the INVITE comes: a missed call, no ring."""
    rule(pair, pair.bob, kind="sms", direction="down", action="delay", delay_ms=3000, times=1)
    out = pair.dial(pair.alice, pair.bob)
    out.wait_step("invite-sent")
    out.call("Hangup")
    pair.gone(out)
    pair.bob.wait_call()
    pair.bob.service.wait(lambda: missed(pair.bob) == ["no-path"], 40, "the missed call")
    assert not rang(pair.bob)
    nothing_left(pair)


def both_give_up(pair: Couple) -> None:
    """Each calls the other and hangs up before anything arrives."""
    for phone in (pair.alice, pair.bob):
        rule(pair, phone, kind="sms", direction="down", action="delay", delay_ms=3000, times=1)
    ends = [pair.dial(pair.alice, pair.bob), pair.dial(pair.bob, pair.alice)]
    for one in ends:
        one.wait_step("invite-sent")
        one.call("Hangup")
    assert pair.gone(*ends) == ["hangup", "hangup"]
    for phone in (pair.alice, pair.bob):
        phone.service.wait(lambda phone=phone: missed(phone) == ["no-path"], 40, f"{phone.name}'s missed call")
        assert not rang(phone)
        counters = phone.counters()
        assert (counters.get("sms.invite"), counters.get("sms.glare", 0)) == (1, 0)
    nothing_left(pair)


def glare(pair: Couple) -> None:
    """Both call, the SMS take seconds, and the INVITE that loses comes when the call is up: one call, unharmed."""
    winner, loser = sorted((pair.alice, pair.bob), key=lambda phone: phone.manager["Identity"])
    slow = [rule(pair, winner, kind="sms", direction="up", action="delay", delay_ms=3000),
            rule(pair, loser, kind="sms", direction="up", action="delay", delay_ms=5000)]
    ends = [pair.dial(pair.alice, pair.bob), pair.dial(pair.bob, pair.alice)]
    for one in ends:
        one.wait_state("active")
    assert ends[0].properties["SasWords"] == ends[1].properties["SasWords"]
    winner.service.wait(lambda: winner.counters().get("sms.glare", 0) == 1, 20, "the loser's invitation")
    assert [one.properties["State"] for one in ends] == ["active", "active"]
    assert [calls_ever(phone) for phone in (pair.alice, pair.bob)] == [1, 1]
    lift(pair, *slow)
    end(pair, *ends)


def stripped(pair: Couple) -> None:
    """The carrier lets no binary SMS through: the third INVITE is text, and so is the REPLY; then all are at once."""
    for phone in (pair.alice, pair.bob):
        rule(pair, phone, kind="sms", direction="up", coding="data", action="drop")
    blocked = no_path(pair)
    out = pair.dial(pair.alice, pair.bob)
    reply = wait_sent(pair, pair.bob, 1, 40)[0]
    assert [one["kind"] for one in sent_by(pair, pair.alice)] == ["data", "data", "text"]
    text = sent_by(pair, pair.alice)[2]["text"]
    assert (len(text), text[:4], reply["kind"], len(reply["text"])) == (160, MARKS["dense"], "text", 160)
    out.wait_state("connecting")
    lift(pair, *blocked)
    incoming = pair.bob.wait_call()
    for side in (out, incoming):
        side.wait_state("ringing")
    end(pair, out, incoming)

    before = len(sms_of(pair))
    end(pair, *pair.ring(pair.alice, pair.bob))
    assert [one["kind"] for one in sms_of(pair)[before:]] == ["text"]


def paired_by_text(pair: Couple) -> None:
    """Strangers whose carrier strips binary SMS: the second request is text, the answer too, and calls are at once."""
    for phone in (pair.alice, pair.bob):
        rule(pair, phone, kind="sms", direction="up", coding="data", action="drop")
    pair.alice.tacitel("pair", pair.bob.number, "--name", pair.bob.name)
    assert not pair.bob.requests()
    pair.alice.pair(pair.bob)
    assert [one["kind"] for one in sms_of(pair)] == ["data", "text", "text"]
    end(pair, *pair.ring(pair.bob, pair.alice))
    assert [one["kind"] for one in sms_of(pair)[3:]] == ["text"]


def plain_text(pair: Couple) -> None:
    """A text in two SMS is understood, and answered in kind; calls follow suit."""
    rule(pair, pair.alice, kind="sms", direction="up", action="drop", times=1)
    pair.alice.tacitel("pair", pair.bob.number, "--name", pair.bob.name)
    body = bytes([0x11, 0]) + bytes.fromhex(pair.alice.manager["Identity"])  # what was dropped, without a name
    text = MARKS["plain"] + base64.b64encode(body.ljust(132, b"\0")).decode()
    assert len(pair.bob.emulated("SendSms", "(sa{sv})", pair.alice.number, {"text": variant("s", text)})) == 2
    pair.bob.wait_request(pair.alice.number)
    pair.bob.tacitel("pair", "accept", pair.alice.number, "--name", pair.alice.name, "--yes")
    pair.alice.service.wait(lambda: not pair.alice.requests(), 20, "the answer")
    answer = sent_by(pair, pair.bob)
    assert [(one["kind"], one["parts"]) for one in answer] == [("text", 2)] * 2
    whole = "".join(one["text"] for one in answer)
    assert whole.isascii() and (whole[:4], len(whole)) == (MARKS["plain"], 180)
    end(pair, *pair.ring(pair.alice, pair.bob))
    assert [(one["kind"], one["parts"]) for one in sent_by(pair, pair.alice)[-2:]] == [("text", 2)] * 2


def text_only(pair: Couple) -> None:
    """signalling=text: nothing goes as a datagram."""
    pair.alice.pair(pair.bob)
    end(pair, *pair.ring(pair.alice, pair.bob))
    end(pair, *pair.ring(pair.bob, pair.alice))
    assert [(one["kind"], len(one["text"])) for one in sms_of(pair)] == [("text", 160)] * 4


CONFIGS = {text_only: "[sms]\nsignalling=text\n"}
STRANGERS = [paired_by_text, plain_text, text_only]
STORIES = [asleep, stripped, late, both_give_up, doubled_and_overtaken, reply_lost, glare, *STRANGERS]
NAMES = [f"{side}{number}" for number in range(1, len(STORIES) + 1) for side in ("alice", "bob")]


def lost_invitation(pair: Couple) -> bytes:
    """An INVITE of bob to alice that has not arrived."""
    rule(pair, pair.bob, kind="sms", direction="up", action="drop", times=1)
    out = pair.dial(pair.bob, pair.alice)
    entry = wait_sent(pair, pair.bob, 1)[0]
    out.call("Hangup")
    pair.gone(out)
    return bytes.fromhex(payload(entry))


@pytest.fixture(scope="module")
def told():
    """The stories, as futures by name, running side by side; "old" is the invitation of the last test."""
    configs = {name: CONFIGS.get(STORIES[i // 2], "") for i, name in enumerate(NAMES)}
    with couple(os.environ["TACITEL_BUILD"], tuple(NAMES), configs, acquainted=False) as lab:
        pairs = [pair_up(lab, *NAMES[2 * i:2 * i + 2], story not in STRANGERS) for i, story in enumerate(STORIES)]
        old = pairs[0], lost_invitation(pairs[0]), time.monotonic() + STALE_S
        with ThreadPoolExecutor(len(STORIES)) as pool:
            yield {"old": old, **{story.__name__: pool.submit(story, pair) for story, pair in zip(STORIES, pairs)}}


@pytest.mark.parametrize("story", [story.__name__ for story in STORIES])
def test_story(told, story: str):
    told[story].result(120)


@pytest.mark.slow
def test_an_old_invitation_is_a_missed_call(told):
    """Over a minute old by this phone's clock and the network's: not even looked for."""
    pair, invitation, due = told["old"]
    before = calls_ever(pair.alice)
    pair.alice.service.wait(lambda: time.monotonic() > due, STALE_S, "the invitation to be old")
    pair.alice.emulated("SendSms", "(sa{sv})", pair.bob.number, {"data": variant("ay", list(invitation))})
    pair.alice.service.wait(lambda: missed(pair.alice) == ["stale"], 10, "the missed call")
    assert (calls_ever(pair.alice), pair.alice.counters()["sms.stale"]) == (before, 1)
