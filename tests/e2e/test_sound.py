# SPDX-License-Identifier: GPL-3.0-or-later
"""A call whose sound server is restarted, sleeps, changes its devices or was never there: it goes on."""

import os
import threading

import numpy as np
import pytest
from couple import Couple, couple
from demokit.sound import RATE, Player

LOUD_DBFS = -40  # the tone has -13 at the microphone


@pytest.fixture(scope="module")
def pair():
    with couple(os.environ["TACITEL_BUILD"]) as pair:
        yield pair


def pactl(phone, *command: str) -> str:
    done = phone.phone.run(["pactl", *command], capture_output=True, text=True, timeout=10)
    assert done.returncode == 0, f"pactl {' '.join(command)}: {done.stderr}"
    return done.stdout.strip()


class Voice:
    """A tone in a phone's microphone, until the end."""

    def __init__(self, phone, microphone: str = "microphone") -> None:
        self._player = Player(phone.phone.popen, microphone)
        self._ended = threading.Event()
        tone = 0.3 * np.sin(2 * np.pi * 500 * np.arange(RATE // 2) / RATE)
        self._thread = threading.Thread(target=self._speak, args=(tone,))
        self._thread.start()

    def _speak(self, tone: np.ndarray) -> None:
        while not self._ended.is_set():
            self._player.say(tone)
            try:
                self._player.wait(5)
            except RuntimeError:  # its server has gone
                return

    def __enter__(self) -> "Voice":
        return self

    def __exit__(self, *_) -> None:
        self._ended.set()
        self._thread.join(10)
        self._player.stop()


@pytest.fixture
def ends(pair: Couple):
    ends = pair.talk(pair.alice, pair.bob)
    yield ends
    ends[0].call("Hangup")
    assert pair.gone(*ends) == ["hangup", "remote-hangup"]


def hears(end) -> None:
    end.wait_statistics(lambda now: now["PlayedLevel"] > LOUD_DBFS, "to hear the tone")


def pace_of(end, packets: int) -> float:
    """Packets a second, while so many are sent."""
    first = end.statistics()
    last = end.wait_statistics(lambda now: now["PacketsSent"] >= first["PacketsSent"] + packets, "to send on")
    return 1000 * (last["PacketsSent"] - first["PacketsSent"]) / (last["Duration"] - first["Duration"])


def test_both_are_heard(pair: Couple, ends):
    with Voice(pair.alice):
        hears(ends[1])
    with Voice(pair.bob):
        hears(ends[0])
    for end in ends:
        now = end.statistics()
        assert now["Sound"] and not now["SoundProblem"] and not now["SoundBreaks"]
        assert now["CaptureDelay"] < 100 and 0 < now["PlaybackDelay"] < 100


@pytest.mark.sanitize
def test_server_restarts(pair: Couple, ends):
    """The pace on the wire stays, and both are heard again."""
    pair.alice.phone.stop("pulseaudio", signal=9)
    try:
        problem = ends[0].wait_statistics(lambda now: not now["Sound"], "to miss its sound")["SoundProblem"]
        assert "pactl info" in problem
        assert 45 <= pace_of(ends[0], 100) <= 55
    finally:
        pair.alice.phone.start("pulseaudio")
    after = ends[0].wait_statistics(lambda now: now["Sound"], "its sound to be back")
    assert after["SoundBreaks"] >= 1 and not after["SoundProblem"]
    with Voice(pair.alice):
        hears(ends[1])
    with Voice(pair.bob):
        hears(ends[0])
    assert [end.properties["State"] for end in ends] == ["active", "active"]


@pytest.mark.sanitize
def test_server_blocks(pair: Couple, ends):
    """It takes in all and answers nothing: little piles up, and nothing of it is played when it goes on."""
    pulse = pair.lab.request("status")["components"]["alice/pulseaudio"].rpartition(" ")[2]
    assert pair.alice.run("kill", "-STOP", pulse).returncode == 0
    try:
        now = ends[0].wait_statistics(lambda now: not now["Sound"], "to miss an answer")
        assert "does not answer" in now["SoundProblem"]
        assert 45 <= pace_of(ends[0], 100) <= 55
    finally:
        pair.alice.run("kill", "-CONT", pulse)
    ends[0].wait_statistics(lambda now: now["Sound"] and not now["SoundProblem"], "an answer")
    with Voice(pair.alice):
        hears(ends[1])
    with Voice(pair.bob):
        hears(ends[0])
    ends[0].wait_statistics(lambda now: now["PlaybackDelay"] < 100, "little to wait in the server")


def test_source_sleeps(pair: Couple, ends):
    """A microphone that delivers nothing: silence is sent, at the same pace, and the peer is heard."""
    pactl(pair.alice, "suspend-sink", "microphone", "1")
    try:
        ends[0].wait_statistics(lambda now: now["CapturedLevel"] == -96, "to capture nothing")
        assert 45 <= pace_of(ends[0], 100) <= 55
        with Voice(pair.bob):
            hears(ends[0])
    finally:
        pactl(pair.alice, "suspend-sink", "microphone", "0")
    with Voice(pair.alice):
        hears(ends[1])


def test_headset_is_plugged_in(pair: Couple, ends):
    """Another device becomes the default, of another rate: the streams move there, and back when it goes.
    What a speaker needs is off meanwhile."""
    def for_speaker(on: bool):
        return lambda now: [now[part] for part in ("EchoCanceller", "NoiseSuppression", "Gain")] == [on] * 3

    ends[0].wait_statistics(for_speaker(True), "an echo canceller")
    ear = pactl(pair.alice, "load-module", "module-null-sink", "sink_name=ear", "rate=44100", "channels=1",
                "sink_properties=device.form_factor=headset")
    mouth = pactl(pair.alice, "load-module", "module-null-sink", "sink_name=mouth", "rate=44100", "channels=1")
    pactl(pair.alice, "set-default-sink", "ear")
    pactl(pair.alice, "set-default-source", "mouth.monitor")
    with Voice(pair.alice, "mouth"):
        hears(ends[1])
    ends[0].wait_statistics(for_speaker(False), "no echo canceller")
    for module in (ear, mouth):
        pactl(pair.alice, "unload-module", module)
    pactl(pair.alice, "set-default-sink", "speaker")
    pactl(pair.alice, "set-default-source", "microphone.monitor")
    with Voice(pair.alice):
        hears(ends[1])
    with Voice(pair.bob):
        hears(ends[0])
    ends[0].wait_statistics(for_speaker(True), "an echo canceller")


@pytest.mark.sanitize
def test_no_server_at_all(pair: Couple):
    """The call is made, and says what is wrong; the sound comes with the server."""
    pair.alice.phone.stop("pulseaudio")
    try:
        ends = pair.talk(pair.alice, pair.bob)
        assert "pactl info" in ends[0].wait_statistics(lambda now: now["SoundProblem"], "a problem")["SoundProblem"]
    finally:
        pair.alice.phone.start("pulseaudio")
    ends[0].wait_statistics(lambda now: now["Sound"], "sound")
    with Voice(pair.bob):
        hears(ends[0])
    ends[0].call("Hangup")
    pair.gone(*ends)


def test_named_devices():
    """Those of the configuration, and the default ones where there is none of that name."""
    config = {"alice": "[audio]\nsource=mouth.monitor\nsink=ear\n", "bob": "[audio]\nsource=no-such\nsink=no-such\n"}
    with couple(os.environ["TACITEL_BUILD"], config=config) as pair:
        for sink in ("ear", "mouth"):
            pactl(pair.alice, "load-module", "module-null-sink", f"sink_name={sink}", "rate=48000", "channels=1")
        ends = pair.talk(pair.alice, pair.bob)
        assert "ear" in sinks_of_tacitel(pair.alice) and "speaker" in sinks_of_tacitel(pair.bob)
        with Voice(pair.alice, "mouth"):
            hears(ends[1])
        with Voice(pair.bob):
            hears(ends[0])
        ends[0].call("Hangup")
        pair.gone(*ends)


def sinks_of_tacitel(phone) -> list[str]:
    """The names of those into which anything plays."""
    used = {line.split("\t")[1] for line in pactl(phone, "list", "short", "sink-inputs").splitlines()}
    return [line.split("\t")[1] for line in pactl(phone, "list", "short", "sinks").splitlines()
            if line.split("\t")[0] in used]
