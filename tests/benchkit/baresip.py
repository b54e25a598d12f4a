# SPDX-License-Identifier: GPL-3.0-or-later
"""baresip with SRTP between two phones of a lab, on their network and on a sound server of their own."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from labkit.plan import PULSE_SCRIPT

from . import calls

PORT = 5070
MODULES = "opus.so alsa.so srtp.so uuid.so account.so menu.so".split()
CONFIG = """module_path /usr/lib/baresip/modules
{modules}
sip_listen {address}:{port}
net_interface {address}
call_max_calls 4
audio_player alsa,default
audio_source alsa,default
audio_alert aufile,none
audio_channels 1
rtp_ports 20000-20100
opus_bitrate 24000
opus_cbr yes
opus_inbandfec yes
opus_complexity 5
opus_application voip
opus_stereo no
opus_sprop_stereo no
"""
ACCOUNT = "<sip:{name}@{address}:{port}>;regint=0;answermode=auto;mediaenc=srtp-mand;audio_codecs=opus/48000/1;ptime=20\n"
ALSA = "pcm.!default { type pulse }\nctl.!default { type pulse }\n"
PATIENCE_S = 20
END_S = 3


class NoBaresip(RuntimeError):
    """It could not be brought to talk, with what it said."""


@dataclass
class End:
    """One of the two, while they talk."""

    phone: object  # labkit.Phone
    folder: Path
    pid: int = 0
    server_pid: int = 0

    @property
    def environment(self) -> dict:
        return {"PULSE_SERVER": f"unix:{self.folder}/pulse.sock", "HOME": str(self.folder)}

    def popen(self, command: list, **more) -> subprocess.Popen:
        """On its phone, with its sound server; for demokit.sound."""
        return self.phone.popen(command, env={**self.environment, **more.pop("env", {})}, **more)


def settings(address: str) -> str:
    """Its configuration file."""
    return CONFIG.format(address=address, port=PORT, modules="\n".join(f"module {name}" for name in MODULES))


def check() -> None:
    """Raises NoBaresip where it cannot run."""
    if not shutil.which("baresip") or not list(Path("/usr/lib").glob("*/alsa-lib/libasound_module_pcm_pulse.so")):
        raise NoBaresip("it is not installed: tests/install-deps --bench does that")


@contextmanager
def call(phones: list, addresses: list[str], folder: Path) -> Iterator[list[End]]:
    """A call from the first to the second of two labkit.Phones, whose network is up at these addresses."""
    ends, started = [], []
    try:
        for phone in phones:
            ends.append(End(phone, folder / phone.name))
            started.append(serve(ends[-1]))
        for end in ends:
            wait(lambda end=end: (end.folder / "pulse.sock").is_socket(), "a sound server")
            end.server_pid = calls.child_pid(started[ends.index(end)].pid, "pulseaudio")
        for end, address in reversed(list(zip(ends, addresses))):
            dial = [] if end is ends[1] else ["-e", f"d sip:{phones[1].name}@{addresses[1]}:{PORT}"]
            started.append(start(end, address, dial))
            if end is ends[1]:
                wait(lambda: "baresip is ready" in said(ends[1]), "baresip", ends)
            end.pid = calls.child_pid(started[-1].pid, "baresip")
        for end in ends:
            wait(lambda end=end: "Call established" in said(end), "a call of baresip's", ends)
        yield ends
    finally:
        for process in reversed(started):
            end_one(process)


def end_one(process: subprocess.Popen) -> None:
    """Waits for it. A baresip whose sound server went first writes into nothing for ever, and hears no signal but the last."""
    process.terminate()
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def serve(end: End) -> subprocess.Popen:
    """Its own PulseAudio, as a lab's phone has one."""
    end.folder.mkdir(parents=True)
    (end.folder / "default.pa").write_text(PULSE_SCRIPT.format(socket=end.folder / "pulse.sock"))
    (end.folder / ".asoundrc").write_text(ALSA)
    command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--realtime=no",
               "--high-priority=no", "--log-target=stderr", "-F", str(end.folder / "default.pa")]
    with open(end.folder / "pulse.log", "wb") as log:
        return end.popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                         env={"PULSE_RUNTIME_PATH": str(end.folder), "DBUS_SESSION_BUS_ADDRESS": "disabled:"})


def start(end: End, address: str, more: list[str]) -> subprocess.Popen:
    (end.folder / "config").write_text(settings(address))
    (end.folder / "accounts").write_text(ACCOUNT.format(name=end.phone.name, address=address, port=PORT))
    (end.folder / "contacts").write_text("")
    with open(end.folder / "baresip.log", "wb") as log:
        return end.popen(["baresip", "-f", str(end.folder), *more], stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def said(end: End) -> str:
    path = end.folder / "baresip.log"
    return path.read_text(errors="replace") if path.exists() else ""


def wait(condition, what: str, ends: list[End] = ()) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            logs = "\n".join(said(end) for end in ends)
            raise NoBaresip(f"waited {PATIENCE_S} s for {what}:\n{logs}")
        time.sleep(0.05)
