# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of an imagined call: its figures, and a page that needs nothing else."""

import json
import re
import zlib
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from . import imagined, page, picture, voices
from .figures import figures, intervals, setup_ms
from .speech import speech


@pytest.fixture(scope="module")
def evidence():
    return imagined.evidence()


@pytest.fixture(scope="module")
def report(evidence):
    return figures(evidence)


def test_a_good_call_meets_every_target(report):
    assert [row["figure"] for row in report["targets"] if not row["met"]] == []
    json.dumps(report, allow_nan=False)


def test_voice(report):
    assert report["voice"]["alice_to_bob"]["mouth_to_ear_ms"] == pytest.approx(140, abs=0.2)
    assert report["voice"]["bob_to_alice"]["mouth_to_ear_ms"] == pytest.approx(155, abs=0.2)
    assert report["voice"]["alice_to_bob"]["stoi"] > 0.99


def test_setup(report):
    assert report["setup_ms"]["dial_to_ringing"] == 1185
    assert report["setup_ms"]["invite_to_ringing"] == 435
    assert report["setup_ms"]["answer_to_voice"] == 85  # the later of the two directions
    assert report["sms_latency_ms"] == 500


def test_air(report):
    assert report["air"]["udp_payload_sizes"] == {"81": 608, "134": 1}
    assert report["air"]["datagrams"] == {"control": 8, "handshake": 1, "stun": 6, "voice": 600}
    assert report["air"]["voice_interval_ms"]["median"] == pytest.approx(20, abs=0.3)


def missed(evidence, **changes):
    return [row["figure"] for row in figures(replace(evidence, **changes))["targets"] if not row["met"]]


def test_nothing_heard_is_not_good(evidence):
    voice = replace(evidence.voices["alice_to_bob"], heard=np.zeros(6 * imagined.RATE))
    assert missed(evidence, voices={**evidence.voices, "alice_to_bob": voice}) == ["Intelligibility, alice to bob"]


def test_noise_is_not_good(evidence):
    voice = evidence.voices["alice_to_bob"]
    noisy = voice.heard + 0.3 * np.random.default_rng(1).standard_normal(voice.heard.size)
    changed = {**evidence.voices, "alice_to_bob": replace(voice, heard=noisy)}
    assert missed(evidence, voices=changed) == ["Intelligibility, alice to bob"]


def test_one_datagram_of_another_size_is_seen(evidence):
    odd = replace(evidence.datagrams[-1], payload=bytes(80))
    assert missed(evidence, datagrams=[*evidence.datagrams, odd]) == ["Sizes on the air"]


def test_a_second_sms_and_other_words_are_seen(evidence):
    assert missed(evidence, sms=evidence.sms * 2) == ["SMS used"]
    words = {**evidence.words, "bob": ["adult", "bravado", "crackdown", "decimal"]}
    assert missed(evidence, words=words) == ["Same four words on both phones"]
    assert missed(evidence, words={"alice": [], "bob": []}) == ["Same four words on both phones"]


def test_a_call_that_failed_still_has_a_report(tmp_path):
    nothing = imagined.evidence(2)
    silent = {name: replace(voice, heard=np.zeros(0)) for name, voice in nothing.voices.items()}
    failed = replace(nothing, voices=silent, datagrams=[], timelines={}, sms=[], security="none", words={})
    report = figures(failed)
    assert report["air"]["voice_interval_ms"] is None
    assert not any(row["met"] for row in report["targets"])
    page.write(tmp_path / "report.html", failed, report)


def test_setup_without_steps_is_null():
    assert set(setup_ms({}).values()) == {None}


def test_intervals_by_hand():
    assert intervals(np.array([20.0, 20, 20, 20, 40])) == {"median": 20, "p5": 20, "p95": 36, "max": 40}


def test_the_headline_claims_what_was_measured(tmp_path, evidence):
    def headline(changed):
        page.write(tmp_path / "report.html", changed, figures(changed))
        return re.search("<h1>(.*?)</h1>", (tmp_path / "report.html").read_text())[1]

    assert headline(evidence) == "They heard each other. The network heard noise."
    mute = {name: replace(voice, heard=np.zeros(6 * imagined.RATE)) for name, voice in evidence.voices.items()}
    assert headline(replace(evidence, voices=mute)).startswith("They did not hear")
    odd = replace(evidence.datagrams[-1], payload=bytes(80))
    assert "more than it should" in headline(replace(evidence, datagrams=[*evidence.datagrams, odd]))


class Reader(HTMLParser):
    """Collects the places that a page would fetch something from, and checks that tags match."""

    VOID = {"meta", "link", "br", "img"}
    SVG = {"path", "line", "rect"}

    def __init__(self):
        super().__init__()
        self.fetched, self.open, self.counted = [], [], {}

    def handle_starttag(self, tag, attributes):
        self.counted[tag] = self.counted.get(tag, 0) + 1
        self.fetched += [value for name, value in attributes if name in ("src", "href", "poster", "srcset")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.counted[tag] = self.counted.get(tag, 0) + 1

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_and_alone(tmp_path, evidence, report):
    path = tmp_path / "report.html"
    page.write(path, evidence, report)
    html = path.read_text(encoding="utf-8")
    reader = Reader()
    reader.feed(html)
    assert reader.open == []
    assert reader.counted["audio"] == 6
    assert all(place.startswith("data:") for place in reader.fetched)
    assert all(place.startswith("data:") for place in re.findall(r"url\((.{5})", html))
    assert "@import" not in html and "://" not in html
    for word in ("adult", "decadence", "134"):
        assert word in html


def test_what_a_phone_says_cannot_become_markup(tmp_path, evidence):
    words = {phone: ["<script>", "&", "c", "d"] for phone in ("alice", "bob")}
    changed = replace(evidence, words=words)
    path = tmp_path / "report.html"
    page.write(path, changed, figures(changed))
    assert "<li>&lt;script&gt;</li>" in path.read_text()


def test_png_by_hand():
    image = np.array([[0, 128], [255, 7]], dtype=np.uint8)
    data = picture.png(image)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert data[16:26] == bytes([0, 0, 0, 2, 0, 0, 0, 2, 8, 4])
    start = data.index(b"IDAT")
    length = int.from_bytes(data[start - 4 : start], "big")
    lines = zlib.decompress(data[start + 4 : start + 4 + length])
    # Filter 2, then grey and alpha minus the alpha above.
    assert lines == bytes([2, 0, 0, 0, 128, 2, 0, 255, 0, (7 - 128) % 256])


def test_the_spectrogram_shows_a_tone_in_its_row():
    time = np.arange(16_000) / 16_000
    image = picture.spectrogram(np.sin(2 * np.pi * 2000 * time), 16_000, 50)
    assert image.shape == (128, 50)
    assert abs(int(image[:, 25].argmax()) - (127 - 32)) <= 1  # 2000 of 8000 Hz: a quarter from below


def test_bytes_stand_in_the_column_of_their_tick(evidence):
    sent = [d for d in evidence.datagrams if d.kind == "voice" and d.outbound]
    lost = sent[:100] + sent[110:]
    columns, filled = picture.byte_columns(lost, imagined.START_S, 6)
    assert columns.shape == (81, 300)
    assert np.flatnonzero(~filled).tolist() == list(range(100, 110))
    assert bytes(columns[:, 110]) == sent[110].payload
    wav = picture.bytes_as_sound(columns, filled)
    assert len(wav) == 44 + 2 * 81 * 300
    assert wav[44:46] == b"\xc3\xc3"


def test_wav_comes_back(tmp_path):
    sound = speech(16_000, 1)
    voices.write_wav(tmp_path / "a.wav", sound)
    back, rate = voices.read_wav(tmp_path / "a.wav")
    assert rate == 16_000
    assert back == pytest.approx(sound, abs=1 / 32768)


@pytest.mark.parametrize("seconds", [0.5, 3, 21])
def test_a_script_has_its_length_and_level(tmp_path, seconds):
    voices.write_wav(tmp_path / "a.wav", 0.01 * speech(8_000, 2), 8_000)
    said = voices.script([tmp_path / "a.wav"], seconds)
    assert said.size == seconds * voices.RATE
    assert np.abs(said).max() <= 0.98
    assert said[-1] == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("content", [b"", b"not a wav", b"RIFF\0\0\0\0WAVE"])
def test_refuses_what_is_no_wav(tmp_path, content):
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="a.wav"):
        voices.read_wav(path)


def test_refuses_silence(tmp_path):
    voices.write_wav(tmp_path / "a.wav", np.zeros(16_000))
    with pytest.raises(ValueError, match="silence"):
        voices.script([tmp_path / "a.wav"], 2)
