# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorder against a real PulseAudio: two recordings of one sound must lie upon each other."""

import os
import shutil
import subprocess
import time

import numpy as np
import pytest

from .align import find_delays
from .sound import Pace, Player, Recorder, Recording, common_span
from .speech import speech
from .voices import RATE

MODULES = """
load-module module-native-protocol-unix auth-anonymous=1 socket={folder}/native
load-module module-null-sink sink_name=microphone rate=48000 channels=1
load-module module-null-sink sink_name=speaker rate=48000 channels=1
"""


@pytest.fixture(scope="module")
def spawn(tmp_path_factory):
    """A private PulseAudio with the sinks of a phone."""
    if shutil.which("pulseaudio") is None:
        pytest.fail("pulseaudio is not installed: run tests/install-deps")
    folder = tmp_path_factory.mktemp("pulse")
    (folder / "default.pa").write_text(MODULES.format(folder=folder))
    environment = {**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder),
                   "PULSE_SERVER": f"unix:{folder}/native"}
    server = subprocess.Popen(
        ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--realtime=no",
         f"--file={folder}/default.pa"], env=environment, stderr=subprocess.DEVNULL)
    subprocess.run(["pactl", "info"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 10
    while subprocess.run(["pactl", "info"], env=environment, capture_output=True).returncode:
        assert server.poll() is None and time.monotonic() < deadline, "PulseAudio does not start"
    yield lambda command, **options: subprocess.Popen(command, env=environment, **options)
    server.terminate()
    server.wait()


def test_two_recordings_of_one_sound_lie_upon_each_other(spawn):
    """Begun at different times, as those of two phones are."""
    recorders = []
    for _ in range(2):
        recorders.append(Recorder(spawn, "speaker.monitor"))
        recorders[-1].wait()
    said = speech(RATE, 4)
    player = Player(spawn, "speaker")
    player.say(np.concatenate([np.zeros(RATE // 2), said, np.zeros(RATE // 2)]))
    player.wait(20)
    player.stop()
    first, second = (recorder.stop() for recorder in recorders)
    assert abs(first.started_s - second.started_s) > 0.2
    start, end = common_span([first, second])
    later = np.concatenate([np.zeros(800), second.cut(start, end)])
    delays = find_delays(first.cut(start, end), later, RATE)
    assert delays.median_ms - 50 == pytest.approx(0, abs=15)
    assert delays.found > 0.9


def test_what_is_played_is_what_is_recorded(spawn):
    said = np.concatenate([speech(RATE, 3), np.zeros(RATE // 2)])
    player = Player(spawn, "speaker")
    recorder = Recorder(spawn, "speaker.monitor")
    recorder.wait()
    start = time.time()
    player.say(said)
    player.wait(20)
    player.stop()
    recording = recorder.stop()
    delays = find_delays(said, recording.cut(start - 0.1, start + 5), RATE)
    assert delays.likeness.min() > 0.95
    assert delays.found > 0.9
    assert 100 <= delays.median_ms < 1000


@pytest.mark.parametrize("attempt", [lambda spawn: Recorder(spawn, "nowhere.monitor").wait(),
                                     lambda spawn: Player(spawn, "nowhere").wait(10)],
                         ids=["record", "play"])
def test_a_device_that_is_not_there_is_named(spawn, attempt):
    with pytest.raises(RuntimeError, match="nowhere"):
        attempt(spawn)


CUTS = [
    ((10.0, 10.5), 0, 8000, "inside"),
    ((9.5, 10.5), 8000, 8000, "before it began"),
    ((10.5, 12.0), 0, 8000, "after it ended"),
    ((8.0, 9.0), 16000, 0, "wholly before"),
    ((12.0, 13.0), 0, 0, "wholly after"),
]


@pytest.mark.parametrize("span,silent,sounding,_", CUTS, ids=[case[3] for case in CUTS])
def test_cut(span, silent, sounding, _):
    cut = Recording(np.ones(RATE), 10.0).cut(*span)
    assert cut.size == round((span[1] - span[0]) * RATE)
    assert not cut[:silent].any()
    assert (cut[silent : silent + sounding] == 1).all()
    assert not cut[silent + sounding :].any()


def settled_after(blocks):
    """The index of the first block at which the pace is settled; blocks: arrival and length."""
    pace = Pace()
    return next((n for n, block in enumerate(blocks) if pace.is_settled(*block)), None)


def test_pace():
    steady = [(10 + 0.01 * n, 0.01) for n in range(100)]
    assert 40 <= settled_after(steady) <= 45
    # 2 s rendered in advance, a pause that pays for it, then the pace of time.
    ahead = [(10, 2.0)] + [(12 + 0.01 * n, 0.01) for n in range(100)]
    assert 41 <= settled_after(ahead) <= 46
    assert settled_after([(10 + 0.01 * n, 0.02) for n in range(100)]) is None
    assert settled_after([(10, 0.01)]) is None
