# SPDX-License-Identifier: GPL-3.0-or-later
"""The spoken words: what each judgement does, and what the policy makes of it."""

import os

import pytest
from couple import Couple, couple
from demokit.bus import BusError
from demokit.phones import CommandFailed
from labkit import Lab


@pytest.fixture
def pair():
    with couple(os.environ["TACITEL_BUILD"]) as pair:
        yield pair


def trust(pair: Couple, phone, name: str) -> str:
    return phone.contacts()[name]["Trust"]


@pytest.mark.sanitize
def test_words_that_match_verify_the_contact(pair: Couple):
    ends = pair.talk(pair.alice, pair.bob)
    words = ends[0].properties["SasWords"]
    assert len(words) == 4 and words == ends[1].properties["SasWords"]
    shown = pair.alice.tacitel("verify")
    assert words == shown["sas_words"]
    pair.alice.tacitel("verify", "bob", "--match")
    assert ends[0].properties["Trust"] == trust(pair, pair.alice, "bob") == "verified"
    assert trust(pair, pair.bob, "alice") == "paired"  # who did not compare does not know
    ends[0].call("Hangup")
    pair.gone(*ends)
    pair.alice.stop_daemon("KILL")
    pair.alice.start_daemon()
    assert trust(pair, pair.alice, "bob") == "verified"
    assert pair.alice.history()[0]["Verified"] is True


def test_words_that_differ_end_the_call_and_mark_the_contact(pair: Couple):
    ends = pair.talk(pair.alice, pair.bob)
    pair.bob.tacitel("verify", "alice", "--differ")
    assert pair.gone(*ends) == ["sas-mismatch", "sas-mismatch"]
    assert "ALARM" in ends[0].properties["ReasonText"]
    assert trust(pair, pair.bob, "alice") == "mismatch"
    # By default it is not talked to any more, in either direction.
    with pytest.raises(BusError, match="Refused"):
        pair.dial(pair.bob, pair.alice)
    out = pair.dial(pair.alice, pair.bob)
    assert pair.gone(out) == ["remote-declined"]
    decision = pair.manager(pair.bob, "GetDecisions")[0]
    assert (decision["Party"], decision["Action"], decision["Name"]) == ("mismatch", "refuse", "alice")
    assert pair.bob.history()[0]["Reason"] == "refused"
    assert not pair.bob.service.objects("org.tacitel.Call1", gone=True)[1:]


def test_verify_needs_a_call_that_was_answered(pair: Couple):
    with pytest.raises(CommandFailed):
        pair.alice.tacitel("verify", "bob", "--match")
    ends = pair.ring(pair.alice, pair.bob)
    with pytest.raises(CommandFailed):
        pair.alice.tacitel("verify", "bob", "--match")
    assert trust(pair, pair.alice, "bob") == "paired"
    ends[1].call("Hangup")
    pair.gone(*ends)


POLICIES = [
    # party, action, what the caller hears, is it missed on the other side
    ("unverified", "refuse", "remote-declined", "refused"),
    ("unverified", "ignore", None, None),
    ("blocked", "ignore", None, None),
    ("blocked", "refuse", "remote-declined", "refused"),
]


@pytest.mark.parametrize(("party", "action", "heard", "missed"), POLICIES)
def test_policy(party: str, action: str, heard: str | None, missed: str | None):
    with couple(os.environ["TACITEL_BUILD"], config=f"[policy]\n{party}={action}\n") as pair:
        assert pair.bob.manager["Policy"][party] == action
        if party == "blocked":
            pair.bob.tacitel("contact", "block", "alice")
            with pytest.raises(BusError, match="Refused"):
                pair.dial(pair.bob, pair.alice)
        out = pair.dial(pair.alice, pair.bob)
        decision = pair.bob.service.wait(lambda: next(iter(pair.manager(pair.bob, "GetDecisions")), None), 20,
                                         "bob's phone to decide")
        assert (decision["Party"], decision["Action"]) == (party, action)
        if heard:
            assert pair.gone(out) == [heard]
        else:
            out.call("Hangup")
            pair.gone(out)
        assert [row["Reason"] for row in pair.bob.history()] == ([missed] if missed else [])
        assert not pair.bob.service.objects("org.tacitel.Call1", gone=True)


def test_a_warning_is_shown():
    with couple(os.environ["TACITEL_BUILD"], config="[policy]\nunverified=warn\n") as pair:
        ends = pair.ring(pair.alice, pair.bob)
        assert "words" in ends[1].properties["Warning"]
        ends[1].call("Hangup")
        pair.gone(*ends)


@pytest.mark.parametrize("line", ["unknown=ring", "blocked=ring", "nobody=ring", "unverified=perhaps"])
def test_a_policy_that_cannot_be_is_refused(line: str, tmp_path):
    with Lab(["alice"], os.environ["TACITEL_BUILD"]) as lab:
        config = tmp_path / "tacitel.conf"
        config.write_text(f"[policy]\n{line}\n")
        done = lab.phone("alice").run(["taciteld", "--config", str(config)], capture_output=True, text=True, timeout=20)
        assert done.returncode == 1
        assert "[policy]" in done.stderr and line.split("=")[0] in done.stderr
