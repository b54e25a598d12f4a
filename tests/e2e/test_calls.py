# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls between two phones, from the dial to the end that both sides see."""

import os

import pytest
from couple import Couple, couple
from demokit.bus import BusError
from demokit.pcapng import datagrams


@pytest.fixture(scope="module")
def pair():
    with couple(os.environ["TACITEL_BUILD"]) as pair:
        yield pair


@pytest.mark.sanitize
@pytest.mark.parametrize(("caller", "callee"), [("alice", "bob"), ("bob", "alice")])
@pytest.mark.parametrize("ends_it", ["caller", "callee"])
def test_answer_and_hang_up(pair: Couple, caller, callee, ends_it):
    before = len(pair.network.sms())
    out, incoming = pair.talk(pair.phones[caller], pair.phones[callee])
    shown = [end.properties for end in (out, incoming)]
    assert [end["Direction"] for end in shown] == ["outgoing", "incoming"]
    assert [end["PeerName"] for end in shown] == [callee, caller]
    assert [end["Security"] for end in shown] == ["noise-kk", "noise-kk"]
    assert len(shown[0]["SasWords"]) == 4
    assert shown[0]["SasWords"] == shown[1]["SasWords"]
    assert len(pair.network.sms()) - before == 1  # the invitation, and nothing else
    statistics = out.statistics()
    assert statistics["PacketsSent"] > 0 and statistics["PathKind"] in ("host", "peer-reflexive")

    (out if ends_it == "caller" else incoming).call("Hangup")
    reasons = pair.gone(out, incoming)
    assert reasons == (["hangup", "remote-hangup"] if ends_it == "caller" else ["remote-hangup", "hangup"])


def test_every_call_has_its_own_words(pair: Couple):
    words = []
    for _ in range(2):
        ends = pair.talk(pair.alice, pair.bob)
        words.append(ends[0].properties["SasWords"])
        ends[0].call("Hangup")
        pair.gone(*ends)
    assert words[0] != words[1]


@pytest.mark.sanitize
def test_decline(pair: Couple):
    out, incoming = pair.ring(pair.alice, pair.bob)
    incoming.call("Hangup")
    assert pair.gone(out, incoming) == ["remote-declined", "declined"]


def test_caller_gives_up_while_it_rings(pair: Couple):
    out, incoming = pair.ring(pair.alice, pair.bob)
    out.call("Hangup")
    assert pair.gone(out, incoming) == ["hangup", "remote-hangup"]


def test_caller_gives_up_before_it_rings(pair: Couple):
    pair.emulator("Set", "(a{sv})", {"SmsLatencyMs": {"variant": ["u", 1500]}})
    try:
        out = pair.dial(pair.alice, pair.bob)
        out.wait_state("inviting")
        out.call("Hangup")
        assert pair.gone(out) == ["hangup"]
    finally:
        pair.emulator("Set", "(a{sv})", {"SmsLatencyMs": {"variant": ["u", 0]}})
    # The invitation comes all the same; with nobody there, bob's phone must not ring.
    late = pair.bob.wait_call()
    assert late.wait_state("ringing", "ended", timeout_s=40) == "ended"
    assert "ringing" not in late.properties["Timeline"]
    pair.gone(late)


@pytest.mark.sanitize
def test_mute_and_hold_reach_the_other_side(pair: Couple):
    out, incoming = pair.talk(pair.alice, pair.bob)
    out.call("SetMuted", "(b)", True)
    pair.alice.service.wait(lambda: out.properties["Muted"], 5, "Muted")
    out.call("SetMuted", "(b)", False)
    out.call("Hold")
    out.wait_state("held")
    pair.bob.service.wait(lambda: incoming.properties["PeerHolds"], 5, "PeerHolds on bob")
    out.call("Resume")
    out.wait_state("active")
    pair.bob.service.wait(lambda: not incoming.properties["PeerHolds"], 5, "bob to be resumed")
    incoming.call("Hangup")
    pair.gone(out, incoming)


def test_tone(pair: Couple):
    out, incoming = pair.talk(pair.alice, pair.bob)
    out.call("SendTone", "(s)", "7")
    pair.bob.service.wait(lambda: [signal for signal in pair.bob.service.signals if "7" in str(signal)], 5,
                          "the tone on bob")
    with pytest.raises(BusError, match="InvalidArgument"):
        out.call("SendTone", "(s)", "77x")
    out.call("Hangup")
    pair.gone(out, incoming)


@pytest.mark.sanitize
def test_the_air_shows_equal_packets_at_one_pace(pair: Couple, tmp_path):
    capture = tmp_path / "air.pcapng"
    pair.network.start_capture("alice", capture)
    out, incoming = pair.talk(pair.alice, pair.bob)
    out.call("SetMuted", "(b)", True)
    incoming.call("Hold")
    pair.alice.service.wait(lambda: out.properties["PeerHolds"], 5, "PeerHolds on alice")
    start = out.statistics()["PacketsSent"]
    pair.alice.service.wait(lambda: out.statistics()["PacketsSent"] > start + 100, 20, "a hundred packets more")
    out.call("Hangup")
    pair.gone(out, incoming)
    pair.network.stop_capture("alice")

    seen = datagrams(capture)
    kinds = {kind: [one for one in seen if one.kind == kind] for kind in ("handshake", "control", "voice")}
    assert {len(one.payload) for one in kinds["handshake"]} == {134}
    assert {len(one.payload) for one in kinds["control"] + kinds["voice"]} == {81}
    for outbound in (True, False):
        ticks = [int.from_bytes(one.payload[1:5]) for one in kinds["voice"] if one.outbound == outbound]
        assert len(ticks) > 100
        assert ticks == list(range(len(ticks)))  # none skipped, none twice, muted and on hold too


def test_refusals_name_the_remedy(pair: Couple):
    for target, error in [("nobody", "UnknownContact"), ("+15559999999", "UnknownContact"), ("+1x", "InvalidNumber"),
                          (pair.alice.number, "SelfCall")]:
        with pytest.raises(BusError, match=error):
            pair.manager(pair.alice, "Dial", "(s)", target)
    out, incoming = pair.ring(pair.alice, pair.bob)
    with pytest.raises(BusError, match="Busy"):
        pair.manager(pair.alice, "Dial", "(s)", "bob")
    with pytest.raises(BusError, match="Busy"):
        pair.alice.service.call("/org/tacitel/Tacitel", "org.tacitel.Contacts1", "Remove", "(s)", "bob")
    with pytest.raises(BusError, match="InvalidState"):
        out.call("Answer")
    with pytest.raises(BusError, match="InvalidState"):
        out.call("Resume")
    out.call("Hangup")
    pair.gone(out, incoming)


def test_glare_becomes_one_call(pair: Couple):
    pair.emulator("Set", "(a{sv})", {"SmsLatencyMs": {"variant": ["u", 300]}})
    try:
        ends = [pair.dial(pair.alice, pair.bob), pair.dial(pair.bob, pair.alice)]
        for end in ends:  # both wanted it, so nobody needs to answer
            end.wait_state("active")
            end.wait_step("first-voice-heard")
        assert ends[0].properties["SasWords"] == ends[1].properties["SasWords"]
        ends[0].call("Hangup")
        assert pair.gone(*ends) == ["hangup", "remote-hangup"]
    finally:
        pair.emulator("Set", "(a{sv})", {"SmsLatencyMs": {"variant": ["u", 0]}})


def test_ofonod_killed_while_it_rings(pair: Couple):
    out, incoming = pair.ring(pair.alice, pair.bob)
    pair.lab.phone("alice").restart("ofonod", 9)
    assert pair.gone(out)[0] in ("modem-gone", "no-data")
    incoming.wait_state("ended", timeout_s=30)
    pair.gone(incoming)
    pair.alice.wait_ready()
    ends = pair.talk(pair.alice, pair.bob)  # and again, at once
    ends[0].call("Hangup")
    pair.gone(*ends)
