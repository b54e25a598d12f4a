# SPDX-License-Identifier: GPL-3.0-or-later
"""The charts of the report, as inline SVG and HTML that take their colours from the page."""

from html import escape

import numpy as np

from . import pcapng
from .figures import Evidence, voice_intervals
from .picture import envelope

TALLEST = 150  # bytes at the edge of the chart of sizes


def speech_chart(sound: np.ndarray, height: int = 44) -> str:
    """How loud a sound is over time, to compare its rhythm with the network's."""
    loudness = envelope(sound, 500)
    points = [f"{1000 * x / loudness.size:.0f} {100 - 98 * y:.0f}" for x, y in enumerate(loudness)]
    return (f'<svg class="rhythm" viewBox="0 0 1000 100" preserveAspectRatio="none" height="{height}" role="img" '
            f'aria-label="Loudness of the speech"><path class="tone" d="M0 100L{"L".join(points)}L1000 100Z"/></svg>')


def datagram_chart(evidence: Evidence, start_s: float, seconds: float, height: int = 150) -> str:
    """Every datagram as a stroke as long as it has bytes: sent upwards, received downwards."""
    parts = ['<line class="zero" x1="0" x2="1000" y1="0" y2="0"/>']
    for tone, outbound in (("alice", True), ("bob", False)):
        chosen = [d for d in evidence.datagrams if d.outbound is outbound and 0 <= d.time_s - start_s <= seconds]
        for faint, stun in ((" faint", True), ("", False)):
            strokes = _strokes([d for d in chosen if (d.kind == pcapng.STUN) is stun], start_s, seconds, outbound)
            width = max(1.5, min(5.0, 11 / seconds))
            parts.append(f'<path class="trace {tone}{faint}" stroke-width="{width:.1f}" d="{strokes}"/>')
    return (f'<svg viewBox="0 -{TALLEST} 1000 {2 * TALLEST}" preserveAspectRatio="none" height="{height}" '
            f'role="img" aria-label="Size and time of every datagram">{"".join(parts)}</svg>')


def _strokes(datagrams: list, start_s: float, seconds: float, outbound: bool) -> str:
    sign = -1 if outbound else 1
    return "".join(
        f"M{1000 * (d.time_s - start_s) / seconds:.1f} 0v{sign * min(len(d.payload), TALLEST)}" for d in datagrams)


def interval_chart(evidence: Evidence, height: int = 150) -> str:
    """How often alice's phone sent the next voice datagram after so many milliseconds."""
    edges = np.arange(0, 41, 0.5)
    counts, _ = np.histogram(np.clip(voice_intervals(evidence.datagrams), 0, 39.9), edges)
    tallest = max(counts.max(), 1)
    bars = "".join(
        f'<rect class="tone" x="{1000 * left / 40:.1f}" width="11.5" y="{100 - 100 * count / tallest:.1f}" '
        f'height="{100 * count / tallest:.1f}"/>'
        for left, count in zip(edges, counts) if count)
    return (f'<svg class="alice" viewBox="0 0 1000 100" preserveAspectRatio="none" height="{height}" role="img" '
            f'aria-label="Distribution of the intervals"><line class="zero" x1="0" x2="1000" y1="100" y2="100"/>'
            f"{bars}</svg>")


# Phone and step at the start and at the end of each bar, in the order in which they happen.
STEPS = [
    ("alice", "Alice dials; her data connection comes up", ("alice", "dialed"), ("alice", "data-up")),
    ("alice", "The invitation is made and sent", ("alice", "data-up"), ("alice", "invite-sent")),
    ("network", "One SMS carries it", ("alice", "invite-sent"), ("bob", "invite-received")),
    ("bob", "Bob's data connection comes up", ("bob", "invite-received"), ("bob", "data-up")),
    ("bob", "A path is found", ("bob", "data-up"), ("bob", "path-found")),
    ("bob", "Keys are agreed", ("bob", "path-found"), ("bob", "secured")),
    ("bob", "Bob's phone rings", ("bob", "ringing"), ("bob", "answered")),
    ("alice", "Bob hears Alice", ("bob", "answered"), ("bob", "first-voice-heard")),
    ("bob", "Alice hears Bob", ("bob", "answered"), ("alice", "first-voice-heard")),
]


def setup_steps(timelines: dict[str, dict[str, int]]) -> str:
    """The set-up as one bar a step, all on one scale that begins when alice dials."""
    def time(place: tuple[str, str]) -> int | None:
        return timelines.get(place[0], {}).get(place[1])

    spans = [(tone, text, time(start), time(end)) for tone, text, start, end in STEPS]
    spans = [span for span in spans if span[2] is not None and span[3] is not None]
    if not spans:
        return "<p>No time line was recorded.</p>"
    first = min(start for _, _, start, _ in spans)
    whole = max(max(end for *_, end in spans) - first, 1)
    rows = "".join(
        f'<li class="{tone}"><span>{escape(text)}</span><span class="track"><i style="left: '
        f"{max(0, min(99, 100 * (start - first) / whole)):.2f}%; width: {max(0, 100 * (end - start) / whole):.2f}%"
        f'"></i></span><b>{milliseconds(end - start)}</b></li>'
        for tone, text, start, end in spans)
    return f'<ol class="steps">{rows}</ol>'


def milliseconds(microseconds: float) -> str:
    value = max(microseconds, 0) / 1000
    return f"{value:.1f} ms" if value < 10 else f"{value:,.0f} ms".replace(",", "\u202f")
