# SPDX-License-Identifier: GPL-3.0-or-later
"""tacitel audio test: what is said into the microphone comes out of the speaker, later; what does not work is told."""

import json
import os
import subprocess

import pytest
from couple import MAIN, Couple, couple, variant
from demokit import voices
from demokit.align import find_delays
from demokit.bus import BusError
from demokit.sound import RATE, Player, Recorder, common_span
from test_sound import pactl

AUDIO = "org.tacitel.Audio1"
SOUND_STATUS, STATE_STATUS = 35, 6


@pytest.fixture(scope="module")
def pair():
    with couple(os.environ["TACITEL_BUILD"]) as pair:
        yield pair


class AudioTest:
    """tacitel audio test --json, running; when it is made, it listens."""

    def __init__(self, phone, *options: str, listens: bool = True) -> None:
        heard = len(phone.service.signals)
        self._process = phone.phone.popen(["tacitel", "audio", "test", "--json", *options], stdout=subprocess.PIPE,
                                          stderr=subprocess.PIPE, text=True)
        if listens:
            phone.service.wait(lambda: any(map(is_listening, phone.service.signals[heard:])), 10,
                               f"{phone.name} to test its sound")

    def result(self) -> tuple[int, dict]:
        """Waits for its end: exit status, report."""
        out, said = self._process.communicate(timeout=30)
        assert out, said
        return self._process.returncode, json.loads(out)

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


def is_listening(signal: dict) -> bool:
    """Of this test: what comes late of the one before has no time left."""
    return signal["name"] == "Progress" and signal["arguments"][2] > 0


def listeners(phone) -> list[str]:
    """Who records from a source."""
    return pactl(phone, "list", "short", "source-outputs").splitlines()


def test_hears_itself(pair: Couple):
    """Delay and all: what the report says of it is what a stopwatch says."""
    phone = pair.alice
    player = Player(phone.phone.popen, "microphone")
    recorders = [Recorder(phone.phone.popen, source) for source in ("microphone.monitor", "speaker.monitor")]
    try:
        for recorder in recorders:
            recorder.wait()
        test = AudioTest(phone, "--seconds", "5", "--delay", "1000")
        player.say(voices.script(voices.WOMAN, 4))
        status, report = test.result()
    finally:
        recordings = [recorder.stop() for recorder in recorders]
        player.stop()
    said, heard = (recording.cut(*common_span(recordings)) for recording in recordings)
    delays = find_delays(said, heard, RATE)
    print(f"{delays.median_ms:.0f} ms by the recordings, {report['delay']} + {report['mouth_to_ear']} by the report "
          f"({report['capture_delay']} + {report['codec_delay']} + {report['playout_delay']} + "
          f"{report['playback_delay']}); found in {delays.found:.0%} of the windows")
    assert status == 0 and report["all_well"] and report["ended"] == "time" and not report["problems"]
    assert report["echo_canceller"] and report["captured_level"] > -40 and report["played_level"] > -40
    assert delays.found > 0.6
    assert abs(delays.median_ms - report["delay"] - report["mouth_to_ear"]) < 60


@pytest.mark.sanitize
def test_what_does_not_work(pair: Couple):
    phone = pair.alice
    pactl(phone, "set-source-mute", "microphone.monitor", "1")
    pactl(phone, "set-sink-mute", "speaker", "1")
    try:
        status, report = AudioTest(phone, "--seconds", "1", "--delay", "0").result()
    finally:
        pactl(phone, "set-source-mute", "microphone.monitor", "0")
        pactl(phone, "set-sink-mute", "speaker", "0")
    assert status == SOUND_STATUS and [problem["name"] for problem in report["problems"]] == ["silent", "speaker-muted"]
    assert "set-source-mute" in report["problems"][0]["text"]
    pactl(phone, "suspend-sink", "microphone", "1")
    try:
        _, report = AudioTest(phone, "--seconds", "1", "--delay", "0").result()
    finally:
        pactl(phone, "suspend-sink", "microphone", "0")
    assert [problem["name"] for problem in report["problems"]] == ["no-samples"]
    phone.phone.stop("pulseaudio")
    try:
        status, report = AudioTest(phone, listens=False).result()
    finally:
        phone.phone.start("pulseaudio")
    assert status == SOUND_STATUS and [problem["name"] for problem in report["problems"]] == ["no-sound"]
    assert "pactl info" in report["problems"][0]["text"] and report["mouth_to_ear"] == 0


@pytest.mark.sanitize
def test_makes_way(pair: Couple):
    """For a call; and where who asked for it is gone. One at a time, and none beside a call."""
    phone = pair.alice
    test = AudioTest(phone)
    with pytest.raises(BusError, match="a test of the sound is going on"):
        phone.service.call(MAIN, AUDIO, "Test", "(a{sv})", {})
    out, incoming = pair.ring(pair.bob, phone)
    status, report = test.result()
    assert (status, report["ended"]) == (STATE_STATUS, "call")
    with pytest.raises(BusError, match="there is a call"):
        phone.service.call(MAIN, AUDIO, "Test", "(a{sv})", {})
    out.call("Hangup")
    pair.gone(out, incoming)
    test = AudioTest(phone)
    assert listeners(phone)
    test.kill()
    phone.service.wait(lambda: not listeners(phone), 10, "the microphone to be free")
    with pytest.raises(BusError, match="no test"):
        phone.service.call(MAIN, AUDIO, "Stop")


@pytest.mark.parametrize("options", [{"Seconds": variant("u", 0)}, {"Seconds": variant("u", 301)},
                                     {"Delay": variant("u", 5001)}, {"Delay": variant("i", 20)},
                                     {"Loud": variant("b", True)}])
def test_wrong_options(pair: Couple, options):
    with pytest.raises(BusError) as raised:
        pair.alice.service.call(MAIN, AUDIO, "Test", "(a{sv})", options)
    assert raised.value.name == "org.tacitel.Error.InvalidArgument"
