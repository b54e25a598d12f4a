# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures of group voice as pictures: SVG that any browser shows."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from statistics import median

from . import voice_growth, voice_traces
from .voice_stage import BARESIP, FLOORS, OURS, WITH_DSP, Measured

WIDTH, BAR, LEFT, RIGHT = 760, 26, 300, 90
OUR_COLOUR, THEIR_COLOUR, AXIS = "#1d6f5c", "#c8702a", "#777"
HEAD = ('<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>'
        '<text x="12" y="22" font-size="15" font-weight="bold">{title}</text>')


def draw(folder: Path, measured: Measured, outcomes: list, costs: list, minutes: list[dict]) -> None:
    """All of them, into an existing folder."""
    people = (OURS, WITH_DSP, BARESIP, *FLOORS.values())
    for name, title, figures in (
            ("processor", "Processor time a call-minute, one end, s", measured.cpu_s),
            ("wake-ups", "Wake-ups a second in a call, all threads", measured.switches),
            ("mouth-to-ear", "Mouth to ear through PulseAudio, ms", measured.delay_ms)):
        chosen = [(who, figures[who]) for who in people if figures.get(who)]
        (folder / f"voice-{name}.svg").write_text(bars(title, chosen))
    (folder / "voice-playout.svg").write_text(playout(outcomes))
    title = "Processor time a call-minute of both voice halves, s"
    (folder / "voice-growth.svg").write_text(bars(title, [(one.network.name, [one.cpu_s]) for one in costs]))
    (folder / "voice-length.svg").write_text(length(minutes))


def bars(title: str, figures: Sequence[tuple[str, Sequence[float]]]) -> str:
    """A bar is a median; the line on it goes from the least to the most."""
    most = max((max(values) for _, values in figures), default=0) or 1
    parts, width = [], WIDTH - LEFT - RIGHT
    for row, (name, values) in enumerate(figures):
        y, middle = 40 + row * (BAR + 8), median(values)
        colour = OUR_COLOUR if row == 0 or name == WITH_DSP else THEIR_COLOUR
        parts.append(f'<text x="{LEFT - 8}" y="{y + 17}" text-anchor="end">{escape(name)}</text>'
                     f'<rect x="{LEFT}" y="{y}" width="{width * middle / most:.1f}" height="{BAR}" fill="{colour}"/>'
                     f'<path d="M{LEFT + width * min(values) / most:.1f} {y + BAR / 2}H{LEFT + width * max(values) / most:.1f}" '
                     f'stroke="black"/><text x="{LEFT + width * max(values) / most + 6:.1f}" y="{y + 17}">{middle:.3g}</text>')
    return _picture(title, 50 + len(figures) * (BAR + 8), parts)


def playout(outcomes: list[voice_traces.Outcome]) -> str:
    """Both delays of a trace on one line."""
    most = max((max(one.ours_ms, one.theirs_ms) for one in outcomes), default=0) or 1
    parts, width = [], WIDTH - LEFT - RIGHT
    for row, one in enumerate(outcomes):
        y = 66 + row * BAR
        ours, theirs = (LEFT + width * ms / most for ms in (one.ours_ms, one.theirs_ms))
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{escape(one.kind)}, '
                     f'{one.ours_made_up:.2%} / {one.theirs_missing:.2%} made up</text>'
                     f'<path d="M{ours:.1f} {y}H{theirs:.1f}" stroke="{AXIS}"/>'
                     f'<circle cx="{theirs:.1f}" cy="{y}" r="5" fill="{THEIR_COLOUR}"/>'
                     f'<circle cx="{ours:.1f}" cy="{y}" r="5" fill="{OUR_COLOUR}"/>'
                     f'<text x="{max(ours, theirs) + 10:.1f}" y="{y + 4}">{one.ours_ms:.0f} / {one.theirs_ms:.0f}</text>')
    parts.append(f'<text x="{LEFT}" y="44" fill="{OUR_COLOUR}">ours</text>'
                 f'<text x="{LEFT + 50}" y="44" fill="{THEIR_COLOUR}">rtpjitterbuffer at its best constant latency</text>')
    return _picture("Playout delay by network, ms", 76 + len(outcomes) * BAR, parts)


def length(minutes: list[dict]) -> str:
    """Processor time and memory, minute by minute."""
    parts, plot = [], (60, 50, WIDTH - 130, 180)
    for name, values, colour in (("processor time, s a minute", [m["cpu_s"] for m in minutes], OUR_COLOUR),
                                 ("memory, MB", [m["rss_kb"] / 1000 for m in minutes], THEIR_COLOUR)):
        most, last = max(values) * 1.1, max(len(values) - 1, 1)
        points = " ".join(f"{plot[0] + plot[2] * i / last:.1f},{plot[1] + plot[3] * (1 - value / most):.1f}"
                          for i, value in enumerate(values))
        y = plot[1] + plot[3] * (1 - values[-1] / most)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
                     f'<text x="{plot[0] + plot[2] + 8}" y="{y + 4:.1f}" fill="{colour}">{values[-1]:.3g}</text>'
                     f'<text x="{plot[0] + (0 if colour == OUR_COLOUR else 240)}" y="44" fill="{colour}">{name}</text>')
    parts.append(f'<path d="M{plot[0]} {plot[1]}V{plot[1] + plot[3]}H{plot[0] + plot[2]}" fill="none" stroke="{AXIS}"/>'
                 f'<text x="{plot[0] + plot[2]}" y="{plot[1] + plot[3] + 18}" text-anchor="end">minute {len(minutes)}</text>')
    return _picture(f"A long call: {voice_growth.MIXED.name}", 270, parts)


def _picture(title: str, height: int, parts: list[str]) -> str:
    return HEAD.format(width=WIDTH, height=height, title=escape(title)) + "".join(parts) + "</svg>\n"
