# SPDX-License-Identifier: GPL-3.0-or-later
"""What the history says of calls, and forgets."""

import os
from pathlib import Path
from xml.etree import ElementTree

import pytest
from couple import Couple, couple, variant


@pytest.fixture(scope="module")
def pair():
    with couple(os.environ["TACITEL_BUILD"]) as pair:
        yield pair


@pytest.fixture(autouse=True)
def forgotten(pair: Couple):
    yield
    for phone in pair.phones.values():
        phone.tacitel("history", "--forget", "--yes")


def test_a_conversation(pair: Couple):
    ends = pair.talk(pair.alice, pair.bob)
    lasting = pair.bob.history()[0]
    assert (lasting["Reason"], lasting["Duration"]) == ("", -1)
    pair.bob.service.wait(lambda: ends[1].statistics()["Duration"] > 2200, 10, "two reports")
    ends[0].call("Hangup")
    pair.gone(*ends)
    alice, bob = (phone.history()[0] for phone in (pair.alice, pair.bob))
    assert (alice["Direction"], bob["Direction"]) == ("outgoing", "incoming")
    assert (alice["Name"], bob["Name"]) == ("bob", "alice")
    assert (alice["Reason"], bob["Reason"]) == ("hangup", "remote-hangup")
    assert alice["Security"] == bob["Security"] == "noise-kk"
    assert not alice["Verified"] and not bob["Verified"]
    assert 2200 <= bob["Duration"] < 20000
    assert 0 <= bob["Loss"] <= 20
    begun = ends[0].properties["Timeline"]["dialed"]
    assert alice["Time"] == begun


def test_what_it_was_like(pair: Couple, tmp_path: Path):
    """A network that loses a third for a while: seen second by second, on the phone that heard it."""
    ends = pair.talk(pair.alice, pair.bob)
    pair.bob.service.wait(lambda: ends[1].statistics()["Duration"] > 3000, 10, "a calm beginning")
    pair.alice.emulated("SetLink", "(sa{sv})", "up", {"loss": variant("d", 33)})
    ends[1].wait_statistics(lambda now: now["Concealed"] > 20 and now["LossReceived"] > 20, "voice to be lost")
    pair.alice.emulated("SetLink", "(sa{sv})", "up", {"loss": variant("d", 0)})
    ends[1].wait_statistics(lambda now: now["LossReceived"] == 0, "a calm end")
    ends[0].call("Hangup")
    pair.gone(*ends)
    shown = pair.bob.tacitel("history", "show", str(pair.bob.history()[0]["Id"]))
    losses = [point["loss"] for point in shown["points"]]
    assert shown["step"] == 1 and len(losses) >= 4
    assert losses[0] < 10 and max(losses) > 15, losses
    assert max(point["made_up"] for point in shown["points"]) > 5
    assert {point["profile"] for point in shown["points"]} <= {"wide", "lean", "thin"}
    assert all(0 < point["delay"] < 1000 for point in shown["points"][1:])
    svg = tmp_path / "call.svg"
    assert pair.bob.tacitel("history", "show", "--plot", str(svg)) == {"file": str(svg)}
    lines = ElementTree.parse(svg).getroot().findall("{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == 7
    assert [len(line.get("points").split()) for line in lines] == [len(losses)] * 5 + [2 * len(losses)] * 2


def test_nothing_is_known_of_a_call_that_was_not_answered(pair: Couple, tmp_path: Path):
    out, incoming = pair.ring(pair.alice, pair.bob)
    out.call("Hangup")
    pair.gone(out, incoming)
    svg = tmp_path / "call.svg"
    done = pair.bob.run("tacitel", "history", "show", "--plot", str(svg))
    assert done.returncode == 6 and "was not answered" in done.stderr and not svg.exists()
    assert pair.bob.run("tacitel", "history", "show", "4711").returncode == 5


def test_missed_and_declined(pair: Couple):
    out, incoming = pair.ring(pair.alice, pair.bob)
    out.call("Hangup")
    pair.gone(out, incoming)
    out, incoming = pair.ring(pair.alice, pair.bob)
    incoming.call("Hangup")
    pair.gone(out, incoming)
    assert [row["Reason"] for row in pair.bob.history()] == ["declined", "remote-hangup"]
    assert [row["Reason"] for row in pair.alice.history()] == ["remote-declined", "hangup"]
    assert all(row["Duration"] == -1 for row in pair.alice.history())


def test_a_crash_in_a_call_is_told(pair: Couple):
    pair.talk(pair.alice, pair.bob)
    pair.bob.stop_daemon("KILL")
    pair.bob.start_daemon()
    row = pair.bob.history()[0]
    assert (row["Reason"], row["Name"]) == ("crashed", "alice")
    # and the peer notices by itself
    pair.alice.service.wait(lambda: pair.alice.history()[0]["Reason"], 60, "alice's call to have ended")
    assert pair.alice.history()[0]["Reason"] == "lost"
    ends = pair.talk(pair.alice, pair.bob)
    ends[0].call("Hangup")
    pair.gone(*ends)


def test_filter_and_forget(pair: Couple):
    for _ in range(2):
        out, incoming = pair.ring(pair.alice, pair.bob)
        out.call("Hangup")
        pair.gone(out, incoming)
    rows = pair.alice.tacitel("history", "--contact", "bob")
    assert len(rows) == 2
    assert pair.alice.tacitel("history", "--since", "yesterday", "--limit", "1") == rows[:1]
    assert pair.alice.tacitel("history", "--until", "2001-01-01") == []
    pair.alice.tacitel("history", "--contact", "bob", "--forget", "--yes")
    assert pair.alice.tacitel("history") == []
    assert len(pair.bob.tacitel("history")) == 2


def test_nothing_of_it_can_be_read_from_the_files(pair: Couple):
    out, incoming = pair.ring(pair.alice, pair.bob)
    out.call("Hangup")
    pair.gone(out, incoming)
    folder = Path(pair.bob.phone.env["XDG_DATA_HOME"]) / "tacitel"
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert files["store.db"]
    for name, data in files.items():
        for secret in (b"alice", pair.alice.number.encode(), b"remote-hangup", b"SQLite format 3", b"CREATE TABLE",
                       bytes.fromhex(pair.alice.manager["Identity"])):
            assert secret not in data, f"{name} has {secret!r}"
