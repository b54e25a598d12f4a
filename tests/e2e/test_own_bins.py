# SPDX-License-Identifier: GPL-3.0-or-later
"""Microphone and ear piece as any GStreamer bin, by configuration."""

import os

import pytest
from couple import couple

BINS = """[audio]
capture=audiotestsrc is-live=true wave=ticks samplesperbuffer=441 ! audio/x-raw,rate=44100
playback=audioconvert ! wavenc ! filesink location={file} sync=true
"""


def test_own_bins_carry_the_voice(tmp_path):
    heard = tmp_path / "heard.wav"
    with couple(os.environ["TACITEL_BUILD"], config=BINS.format(file=heard)) as pair:
        ends = pair.talk(pair.alice, pair.bob)
        statistics = ends[0].statistics()
        assert statistics["PacketsSent"] > 0
        pair.alice.service.wait(lambda: ends[0].statistics()["Played"] > 50, 20, "a second of voice")
        ends[0].call("Hangup")
        assert pair.gone(*ends) == ["hangup", "remote-hangup"]
    assert heard.stat().st_size > 16000 * 2  # a second at 16 kHz, 16 bits


@pytest.mark.parametrize("bin", ["capture=no-such-element", "playback=pulsesink ! !"])
def test_a_broken_bin_is_named(bin):
    with couple(os.environ["TACITEL_BUILD"], config=f"[audio]\n{bin}\n") as pair:
        out = pair.dial(pair.alice, pair.bob)
        assert pair.gone(out)[0] in ("media-failed", "remote-media-failed")
        assert out.properties["ReasonText"]
