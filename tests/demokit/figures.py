# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns what was seen and heard of one call into the figures of report.json."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from . import align, pcapng
from .pcapng import Datagram
from .stoi import stoi

TICK_MS = 20


@dataclass
class Voice:
    """One direction of a call: what was said and what was heard, recorded on one clock."""

    said: np.ndarray
    heard: np.ndarray
    rate: int
    concealed_percent: float | None = None  # of the frames played, as the listener counts


@dataclass
class Evidence:
    """Everything observed of a call from alice to bob. Times are Unix µs of one clock."""

    voices: dict[str, Voice]  # "alice_to_bob", "bob_to_alice"
    recorded_us: int  # the first sample of every recording
    datagrams: list[Datagram]  # on alice's air interface
    timelines: dict[str, dict[str, int]]  # phone → step → time, as Call1.Timeline
    sms: list[tuple[int, int]]  # sent, delivered
    security: str
    words: dict[str, list[str]]  # phone → SAS
    profile: str = "wide"
    notes: list[str] = field(default_factory=list)


def figures(evidence: Evidence) -> dict:
    """The content of report.json; a figure that could not be had is null."""
    latencies = [delivered - sent for sent, delivered in evidence.sms]
    report = {
        "setup_ms": setup_ms(evidence.timelines),
        "sms_count": len(evidence.sms),
        "sms_latency_ms": round(float(np.median(latencies)) / 1000, 1) if latencies else None,
        "voice": {name: voice_figures(voice) for name, voice in evidence.voices.items()},
        "air": air_figures(evidence.datagrams),
        "security": {
            "level": evidence.security,
            "sas": evidence.words,
            "sas_equal": _all_equal(list(evidence.words.values())),
        },
        "notes": evidence.notes,
    }
    report["targets"] = targets(report)
    return report


def setup_ms(timelines: dict[str, dict[str, int]]) -> dict[str, float | None]:
    """How long each part of the set-up took, from the two phones' timelines."""
    alice, bob = timelines.get("alice", {}), timelines.get("bob", {})
    heard = [phone.get("first-voice-heard") for phone in (alice, bob)]
    last_heard = max(heard) if None not in heard else None
    return {
        "dial_to_ringing": _span(alice.get("dialed"), alice.get("ringing")),
        "dial_to_invite_sent": _span(alice.get("dialed"), alice.get("invite-sent")),
        "invite_to_ringing": _span(bob.get("invite-received"), bob.get("ringing")),
        "invite_to_path": _span(bob.get("invite-received"), bob.get("path-found")),
        "path_to_secured": _span(bob.get("path-found"), bob.get("secured")),
        "answer_to_voice": _span(bob.get("answered"), last_heard),
    }


def _span(start: int | None, end: int | None) -> float | None:
    return None if start is None or end is None else round((end - start) / 1000, 1)


def _all_equal(words: list[list[str]]) -> bool:
    return len(words) == 2 and words[0] == words[1] and len(words[0]) == 4


def voice_figures(voice: Voice) -> dict[str, float | None]:
    """Intelligibility and delay of one direction; both null when nothing was recognised."""
    figures_ = {"stoi": None, "mouth_to_ear_ms": None, "concealed_percent": voice.concealed_percent}
    try:
        delays = align.find_delays(voice.said, voice.heard, voice.rate)
    except align.NothingHeard:
        return figures_
    heard = align.realign(voice.said, voice.heard, voice.rate, delays)
    # What was said too late to be heard before the recording ended is not judged.
    end = min(voice.said.size, voice.heard.size - int(max(delays.delays_s) * voice.rate))
    figures_["stoi"] = round(stoi(voice.said[:end], heard[:end], voice.rate), 4)
    figures_["mouth_to_ear_ms"] = round(delays.median_ms, 1)
    figures_["recognised_percent"] = round(100 * delays.found, 1)
    return figures_


def air_figures(datagrams: list[Datagram]) -> dict:
    """Sizes and pace of what was on the air, as an observer measures them."""
    call = [datagram for datagram in datagrams if datagram.kind != pcapng.STUN]
    stun = [datagram for datagram in datagrams if datagram.kind == pcapng.STUN]
    return {
        "udp_payload_sizes": sizes(call),
        "stun_payload_sizes": sizes(stun),
        "datagrams": dict(sorted(Counter(datagram.kind for datagram in datagrams).items())),
        "voice_interval_ms": intervals(voice_intervals(datagrams)),
    }


def sizes(datagrams: list[Datagram]) -> dict[str, int]:
    count = Counter(len(datagram.payload) for datagram in datagrams)
    return {str(size): count[size] for size in sorted(count)}


def voice_intervals(datagrams: list[Datagram]) -> np.ndarray:
    """The milliseconds between the voice datagrams that the phone sent."""
    times = [datagram.time_s for datagram in datagrams
             if datagram.kind == pcapng.VOICE and datagram.outbound is not False]
    return np.diff(np.array(times)) * 1000


def intervals(values: np.ndarray) -> dict[str, float] | None:
    if values.size == 0:
        return None
    low, middle, high = np.percentile(values, (5, 50, 95))
    named = {"median": middle, "p5": low, "p95": high, "max": values.max()}
    return {name: round(float(value), 2) for name, value in named.items()}


def targets(report: dict) -> list[dict]:
    """What this project promises of a call on a clean network, and whether this call kept it."""
    voice, setup, air = report["voice"], report["setup_ms"], report["air"]
    call_sizes = set(air["udp_payload_sizes"])
    pace = air["voice_interval_ms"] or {}
    rows = [
        _target(f"Intelligibility, {name.replace('_to_', ' to ')}", figures_["stoi"], "STOI",
                "≥ 0.93", lambda value: value >= 0.93)
        for name, figures_ in voice.items()
    ]
    return rows + [
        _target("Invitation to ringing", setup["invite_to_ringing"], "ms", "< 600", lambda v: v < 600),
        _target("Answer to first voice", setup["answer_to_voice"], "ms", "< 150", lambda v: v < 150),
        _target("SMS used", report["sms_count"], "", "1", lambda v: v == 1),
        _target("Sizes on the air", ", ".join(air["udp_payload_sizes"]) or None, "bytes", "81 (handshake 134)",
                lambda _: "81" in call_sizes and call_sizes <= {"81", "134"}),
        _target("Pace on the air, median", pace.get("median"), "ms", f"{TICK_MS}",
                lambda v: abs(v - TICK_MS) < 0.5),
        _target("Same four words on both phones", "yes" if report["security"]["sas_equal"] else "no", "",
                "yes", lambda v: v == "yes"),
    ]


def _target(figure: str, value, unit: str, target: str, kept) -> dict:
    return {
        "figure": figure,
        "value": value,
        "unit": unit,
        "target": target,
        "met": value is not None and bool(kept(value)),
    }
