# SPDX-License-Identifier: GPL-3.0-or-later
"""A call of Chromium with itself, in a page without a window, where there is a Chromium: what both ends cost together."""

import json
import queue
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from . import process

PATIENCE_S = 40
PAGE = """<!doctype html><script>
const tell = what => fetch("/", {method: "POST", body: JSON.stringify(what)});
async function call() {
  const plain = {echoCancellation: false, noiseSuppression: false, autoGainControl: false};
  const ends = [new RTCPeerConnection(), new RTCPeerConnection()];
  const opus = sdp => sdp.replace(/(a=fmtp:111 .*)/, "$1;maxaveragebitrate=24000;cbr=1;stereo=0");
  for (const [n, end] of ends.entries()) {
    end.onicecandidate = event => event.candidate && ends[1 - n].addIceCandidate(event.candidate);
    end.ontrack = event => { const ear = new Audio(); ear.srcObject = event.streams[0]; ear.play(); document.body.append(ear); };
    const said = await navigator.mediaDevices.getUserMedia({audio: plain});
    said.getTracks().forEach(track => end.addTrack(track, said));
  }
  const offer = await ends[0].createOffer();
  await ends[0].setLocalDescription({type: "offer", sdp: opus(offer.sdp)});
  await ends[1].setRemoteDescription({type: "offer", sdp: opus(offer.sdp)});
  const answer = await ends[1].createAnswer();
  await ends[1].setLocalDescription({type: "answer", sdp: opus(answer.sdp)});
  await ends[0].setRemoteDescription({type: "answer", sdp: opus(answer.sdp)});
  setInterval(async () => {
    for (const report of (await ends[0].getStats()).values())
      if (report.type === "inbound-rtp") tell(report);
  }, 1000);
}
onload = () => call().catch(error => tell({problem: String(error)}));
</script><body></body>"""


class NoChromium(RuntimeError):
    """There is none, or it could not be brought to talk."""


@dataclass
class Talk:
    """A call that is on."""

    pid: int  # of the browser, whose children do the work
    heard: "queue.SimpleQueue[dict]"

    def pids(self) -> list[int]:
        return family(self.pid)

    def cpu_s(self) -> float:
        """Of both ends."""
        return sum(alive(process.exact_cpu_s, pid) for pid in self.pids())

    def switches(self) -> int:
        return sum(alive(process.switches, pid) for pid in self.pids())

    def memory_mb(self) -> float:
        """What all its processes share is counted once."""
        return sum(alive(process.pss_mb, pid) for pid in self.pids())

    def jitter_buffer_ms(self) -> float | None:
        """What a sample waits in its playout buffer, mean, by what it last said."""
        last = None
        while not self.heard.empty():
            last = self.heard.get()
        return waited_ms(last or {})


def waited_ms(report: dict) -> float | None:
    """Of an inbound-rtp report of getStats()."""
    count = report.get("jitterBufferEmittedCount")
    return 1000 * report["jitterBufferDelay"] / count if count else None


def alive(meter, pid: int) -> float:
    """0 of a process that has ended meanwhile."""
    try:
        return meter(pid)
    except (OSError, ProcessLookupError):
        return 0


def family(pid: int) -> list[int]:
    """A process, its children, and theirs."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, task.read_text().split())
            except (OSError, ProcessLookupError):
                continue
    return found


@contextmanager
def call(wav: Path, folder: Path) -> Iterator[Talk]:
    """wav: what both say. Raises NoChromium."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise NoChromium("there is none here")
    told: queue.SimpleQueue[dict] = queue.SimpleQueue()
    server = serve(told)
    command = [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--mute-audio",
               "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
               f"--use-file-for-fake-audio-capture={wav}", "--autoplay-policy=no-user-gesture-required",
               f"--user-data-dir={folder}", f"http://127.0.0.1:{server.server_port}/"]
    browser = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_heard(told)
        yield Talk(browser.pid, told)
    finally:
        browser.terminate()
        browser.wait()
        server.shutdown()
        server.server_close()


def wait_heard(told: queue.SimpleQueue) -> None:
    """Until packets come."""
    deadline = time.monotonic() + PATIENCE_S
    while (left := deadline - time.monotonic()) > 0:
        try:
            said = told.get(timeout=left)
        except queue.Empty:
            break
        if "problem" in said:
            raise NoChromium(said["problem"])
        if said.get("packetsReceived", 0) > 50:
            return
    raise NoChromium(f"it did not talk within {PATIENCE_S} s")


def serve(told: queue.SimpleQueue) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(PAGE.encode())

        def do_POST(self):
            told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            """Not into the table."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
