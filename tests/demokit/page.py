# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes report.html: one page with everything in it, which asks nothing of any network."""

from datetime import datetime, timezone
from html import escape
from pathlib import Path

import numpy as np

from . import charts, pcapng, picture, voices
from .figures import Evidence

HERE = Path(__file__).parent
# What is played and drawn at most, so that a long call still makes a page that opens.
LONGEST_S = 60
DIRECTIONS = {"alice_to_bob": ("alice", "bob", True), "bob_to_alice": ("bob", "alice", False)}

LOGO = ('<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" '
        'aria-hidden="true"><path d="M5 9.5v5M9 6v12M13 9v6M17 4.5v15M21 10v4"/></svg>')
START = '<svg class="start" viewBox="0 0 10 10" aria-hidden="true"><path d="M1 0l9 5-9 5z"/></svg>'
STOP = '<svg class="stop" viewBox="0 0 10 10" aria-hidden="true"><path d="M1 0h3v10H1zM6 0h3v10H6z"/></svg>'


def write(path: str | Path, evidence: Evidence, report: dict) -> None:
    """Writes the page about `evidence`, whose figures are `report` (figures.figures)."""
    body = "".join([
        _header(evidence, report),
        "<main>",
        *(_direction(evidence, report, name) for name in DIRECTIONS if name in evidence.voices),
        _air(evidence, report),
        _setup(evidence, report),
        _security(report),
        _targets(report),
        "</main>",
        _footer(report),
    ])
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>Tacitel: an encrypted call</title>"
        f'<link rel="icon" href="data:,"><style>{_text("report.css")}</style></head>'
        f"<body>{body}<script>{_text('report.js')}</script></body></html>\n"
    )
    Path(path).write_text(page, encoding="utf-8")


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _seconds(evidence: Evidence) -> float:
    longest = max(voice.said.size / voice.rate for voice in evidence.voices.values())
    return min(longest, LONGEST_S)


def _header(evidence: Evidence, report: dict) -> str:
    when = datetime.fromtimestamp(evidence.recorded_us / 1e6, timezone.utc)
    met = sum(row["met"] for row in report["targets"])
    whole = met == len(report["targets"])
    verdict = f"{met} of {len(report['targets'])} targets met"
    return f"""<header>
<p class="eyebrow">{LOGO}<span>Tacitel demonstration, {when:%d %B %Y, %H:%M} UTC</span></p>
<h1>{_headline(report)}</h1>
<p class="lede">One encrypted call between two phones, <span class="who alice">Alice</span> and
<span class="who bob">Bob</span>, over stock oFono: one SMS invites, a data connection carries the voice. Below is what
was said, what the network saw of it, and what was heard.
<span class="verdict {'met' if whole else 'missed'}">{verdict}.</span></p>
{_numbers(report)}</header>"""


def _headline(report: dict) -> str:
    """Claims no more than was measured."""
    sound = [row["met"] for row in report["targets"] if row["unit"] == "STOI"]
    even = [row["met"] for row in report["targets"] if row["figure"] in ("Sizes on the air", "Pace on the air, median")]
    heard = "They heard each other." if all(sound) else "They did not hear each other well."
    return f"{heard} The network {'heard noise' if all(even) else 'saw more than it should'}."


def _numbers(report: dict) -> str:
    voice = report["voice"]
    sizes = report["air"]["udp_payload_sizes"]
    cells = [
        ("Intelligibility (STOI)", _both(voice, "stoi", "{:.3f}"), ""),
        ("Mouth to ear", _both(voice, "mouth_to_ear_ms", "{:.0f}"), "ms"),
        ("Answer to first voice", _number(report["setup_ms"]["answer_to_voice"], "{:.0f}"), "ms"),
        ("Sizes on the air", " <small>/</small> ".join(sizes) or "–", "bytes"),
    ]
    return '<dl class="numbers">' + "".join(
        f"<div><dt>{name}</dt><dd>{value} <small>{unit}</small></dd></div>" for name, value, unit in cells) + "</dl>"


def _number(value, shape: str) -> str:
    return "–" if value is None else shape.format(value)


def _both(voice: dict, figure: str, shape: str) -> str:
    return " <small>/</small> ".join(
        f'<span class="who {name.partition("_")[0]}">{_number(values[figure], shape)}</span>'
        for name, values in voice.items())


def _direction(evidence: Evidence, report: dict, name: str) -> str:
    speaker, listener, outbound = DIRECTIONS[name]
    voice, values, seconds = evidence.voices[name], report["voice"][name], _seconds(evidence)
    said, heard = (_cut(sound, voice.rate, seconds) for sound in (voice.said, voice.heard))
    start_s = evidence.recorded_us / 1e6
    sent = [d for d in evidence.datagrams if d.kind == pcapng.VOICE and d.outbound is outbound]
    columns, filled = picture.byte_columns(sent, start_s, seconds)
    delay = _number(values["mouth_to_ear_ms"], "{:.0f} ms later")
    quality = _number(values["stoi"], "STOI {:.3f}")
    bands = [
        _band(speaker, f"{speaker.title()} says", "recorded speech at the microphone",
              picture.spectrogram(said, voice.rate, 1200), _sound(said, voice.rate)),
        _band("network", "The network sees", f"{int(filled.sum()):,} datagrams, a column of bytes each",
              np.where(filled, columns, 0), picture.bytes_as_sound(columns, filled)),
        _band(listener, f"{listener.title()} hears", f"{delay}, {quality}",
              picture.spectrogram(heard, voice.rate, 1200), _sound(heard, voice.rate)),
    ]
    explained = "" if speaker != "alice" else f"""<p>Time runs to the right, together in all three. Speech is drawn as its
spectrum, 0 to {voice.rate // 2000} kHz. The network's band has the bytes of every voice datagram, and sounds as they would
if a loudspeaker played them. Switch between the three while it plays.</p>"""
    marks = "".join(f"<span>{second:g} s</span>" for second in np.linspace(0, seconds, 5).round(1))
    return f"""<section><h2>{speaker.title()} speaks to {listener.title()}</h2>{explained}
<div class="bands" data-seconds="{seconds:.3f}">{''.join(bands)}</div>
<div class="seconds">{marks}</div></section>"""


def _cut(sound: np.ndarray, rate: int, seconds: float) -> np.ndarray:
    wanted = int(rate * seconds)
    return np.pad(sound[:wanted], (0, max(0, wanted - sound.size)))


def _sound(samples: np.ndarray, rate: int) -> bytes:
    return picture.wav(voices.to_pcm(samples), rate, 2)


def _band(tone: str, title: str, text: str, image: np.ndarray, sound: bytes) -> str:
    source = picture.data_uri("image/png", picture.png(image))
    audio = picture.data_uri("audio/wav", sound)
    return f"""<div class="band {tone}"><div class="label"><h3>{escape(title)}<span>{escape(text)}</span></h3>
<button class="play" type="button" aria-pressed="false" aria-label="Play: {escape(title)}">{START}{STOP}Play</button></div>
<div class="picture" role="img" aria-label="{escape(title)}: {escape(text)}"><i style="--image: url({source})"></i>
<span class="head"></span></div><audio preload="auto" src="{audio}"></audio></div>"""


def _air(evidence: Evidence, report: dict) -> str:
    air, seconds, start_s = report["air"], _seconds(evidence), evidence.recorded_us / 1e6
    pace = air["voice_interval_ms"]
    said = evidence.voices["alice_to_bob"]
    around = _call_start(evidence, start_s)
    middle = seconds / 2
    second = said.said[int(middle * said.rate) : int((middle + 1) * said.rate)]
    measured = (f"median {pace['median']:.2f} ms, 90 % between {pace['p5']:.2f} and {pace['p95']:.2f} ms"
                if pace else "no voice was sent")
    total = sum(air["datagrams"].values())
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in air["datagrams"].items())
    legend = """<ul class="legend"><li class="alice">Alice sends</li><li class="bob">Alice receives</li>
<li class="speech">how loud Alice speaks</li><li class="alice stun">STUN</li></ul>"""
    return f"""<section><h2>What the network learns</h2>
<p>Every datagram on the air between Alice's phone and the network: {total:,} in all ({kinds}). The speech has words and
pauses; the datagrams have neither. An observer learns that a call took place and how long it was.</p>
<figure class="chart"><figcaption><b>Every datagram.</b> As tall as it has bytes, up for sent, down for received.</figcaption>
<div class="plot">{legend}{charts.speech_chart(_cut(said.said, said.rate, seconds))}
{charts.datagram_chart(evidence, start_s, seconds)}
<div class="axis"><span>0 s</span><span>{seconds / 2:g} s</span><span>{seconds:g} s</span></div></div></figure>
<div class="pair">
<figure class="chart"><figcaption><b>One second of it.</b> All the same size, at the same pace.</figcaption>
<div class="plot">{charts.speech_chart(second)}{charts.datagram_chart(evidence, start_s + middle, 1, 106)}
<div class="axis"><span>{middle:g} s</span><span>{middle + 1:g} s</span></div></div></figure>
<figure class="chart"><figcaption><b>The pace.</b> Time from one voice datagram to the next: {measured}.</figcaption>
<div class="plot">{charts.interval_chart(evidence, 158)}
<div class="axis"><span>0 ms</span><span>10</span><span>20 ms</span><span>30</span><span>40 ms</span></div></div></figure>
</div>{_first_datagrams(evidence, around)}</section>"""


def _call_start(evidence: Evidence, fallback: float) -> float:
    return evidence.datagrams[0].time_s if evidence.datagrams else fallback


def _first_datagrams(evidence: Evidence, start_s: float) -> str:
    seconds = 1.5
    return f"""<figure class="chart"><figcaption><b>The first {seconds:g} seconds on the air.</b> STUN looks for a path, the handshake
(134 bytes) answers the invitation, and control datagrams agree on keys and words, in datagrams of the voice's own size.</figcaption>
<div class="plot">{charts.datagram_chart(evidence, start_s - 0.01, seconds, 130)}
<div class="axis"><span>0 s</span><span>{seconds / 2:g} s</span><span>{seconds:g} s</span></div></div></figure>"""


def _setup(evidence: Evidence, report: dict) -> str:
    count = report["sms_count"]
    latency = report["sms_latency_ms"]
    sms = f"{count} SMS" + (f", {latency:.0f} ms on its way" if latency is not None else "")
    return f"""<section><h2>From dialling to voice</h2>
<p>{sms}. All bars share one scale, which begins when Alice dials.</p>
{charts.setup_steps(evidence.timelines)}</section>"""


def _security(report: dict) -> str:
    security = report["security"]
    equal = security["sas_equal"]
    cards = []
    for phone, words in security["sas"].items():
        listed = "".join(f"<li>{escape(word)}</li>" for word in words) or "<li>–</li>"
        cards.append(f'<div class="phone {escape(phone)}"><h3>{escape(phone.title())}</h3><ol>{listed}</ol></div>')
    sign = '<div class="equals {}">{}<small>{}</small></div>'.format(
        *(("met", "=", "the same words") if equal else ("missed", "≠", "they differ")))
    level = {
        "noise-kk": "Noise KK between the two identity keys: each phone proved who it is, and the keys of this call are gone.",
        "noise-kk+ml-kem-768": "Noise KK between the two identity keys, with ML-KEM-768: a recording stays closed to a quantum computer.",
    }.get(security["level"], "The call was not secured.")
    return f"""<section><h2>Who was on the line</h2>
<p>Both phones show four words. Read aloud and equal, they prove that nobody sits in between. {level}</p>
<div class="phones">{sign.join(cards)}</div></section>"""


def _targets(report: dict) -> str:
    rows = "".join(
        f"""<tr><td>{escape(row['figure'])}</td><td>{escape(_value(row['value']))} <small>{escape(row['unit'])}</small></td>
<td>{escape(row['target'])}</td><td class="{'met' if row['met'] else 'missed'}">{'met' if row['met'] else 'not met'}</td></tr>"""
        for row in report["targets"])
    more = "".join(
        f"<tr><td>{name}</td><td>{value} <small>{unit}</small></td><td></td><td></td></tr>"
        for name, value, unit in _further(report))
    return f"""<section><h2>Figures</h2><table><thead><tr><th>Figure</th><th>This call</th><th>Target</th><th></th></tr></thead>
<tbody>{rows}{more}</tbody></table></section>"""


def _further(report: dict) -> list[tuple[str, str, str]]:
    found = [("Dialling to ringing", _number(report["setup_ms"]["dial_to_ringing"], "{:.0f}"), "ms")]
    for name, values in report["voice"].items():
        way = name.replace("_to_", " to ")
        found.append((f"Mouth to ear, {way}", _number(values["mouth_to_ear_ms"], "{:.1f}"), "ms"))
        found.append((f"Concealed, {way}", _number(values["concealed_percent"], "{:.2f}"), "%"))
    return found


def _value(value) -> str:
    return "–" if value is None else str(value)


def _footer(report: dict) -> str:
    notes = "".join(f"<p>{escape(note)}</p>" for note in report["notes"])
    return f"""<footer>{notes}<p>Beside this page: <code>report.json</code>, <code>air-alice.pcapng</code> (open it in Wireshark),
<code>alice-said.wav</code>, <code>bob-heard.wav</code>, <code>bob-said.wav</code>, <code>alice-heard.wav</code>.</p></footer>"""
