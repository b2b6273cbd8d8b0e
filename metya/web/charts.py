"""Columns and bars drawn on the server: SVG with one accent over neutrals, direct labels, and a sentence for who cannot see
them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# From a note down to its column, where higher ones between them lifted it.
_LEAD = '<line class="today" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
_LETTER = 11.0


@dataclass(frozen=True)
class Bar:
    """One column: its height, a text under it (empty for none), and whether it is the one that matters."""

    value: int
    label: str = ""
    marked: bool = False


def columns(
    bars: Sequence[Bar], label: str, *, note: str = "", axis: str = "", width: int = 588, height: int = 172
) -> SafeString:
    """Columns over a zero line; ``note`` is written over the marked one, ``axis`` under the middle."""
    if not bars:
        return SafeString("")
    top, floor, left, right = 26, height - 30, 8, width - 8
    most = max(max(bar.value for bar in bars), 1)
    pitch = (right - left) / len(bars)
    gap = min(8.0, pitch * 0.3)
    shapes, words, lead = [], [], SafeString("")
    heights = [max((floor - top) * bar.value / most, 2.0) if bar.value else 0.0 for bar in bars]
    for place, bar in enumerate(bars):
        x, tall = left + pitch * place + gap / 2, heights[place]
        shapes.append(
            ("mark" if bar.marked else "dim", f"{x:.1f}", f"{floor - tall:.1f}", f"{pitch - gap:.1f}", f"{tall:.1f}")
        )
        middle = x + (pitch - gap) / 2
        if bar.label:
            words.append(("", *anchor(middle, width), str(floor + 18), bar.label))
        if bar.marked and note:
            at, side = anchor(middle, width)
            foot = floor - max(heights[slice(*_beneath(float(at), side, note, left, pitch))], default=tall) - 8
            words.append(("strong", at, side, f"{foot:.1f}", note))
            if floor - tall - foot > 20:
                lead = format_html(_LEAD, f"{middle:.1f}", f"{foot + 6:.1f}", f"{floor - tall - 4:.1f}")
    if axis:
        words.append(("", f"{width / 2:.1f}", "middle", str(floor + 18), axis))
    return format_html(
        '<svg class="chart" viewBox="0 0 {0} {1}" role="img" aria-label="{2}">'
        '<line class="zero" x1="{3}" x2="{4}" y1="{5}.5" y2="{5}.5"/>{6}{8}{7}</svg>',
        width,
        height,
        label,
        left,
        right,
        floor,
        format_html_join("", '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="2"/>', shapes),
        format_html_join("", '<text class="{}" x="{}" text-anchor="{}" y="{}">{}</text>', words),
        lead,
    )


def rows(bars: Sequence[Bar], label: str, *, notes: Sequence[str], width: int = 588) -> SafeString:
    """Bars that lie, one under the other, each under its label and followed by its note."""
    if not bars:
        return SafeString("")
    pitch, tall, room = 46, 14, 96
    most = max(max(bar.value for bar in bars), 1)
    shapes, words = [], []
    for place, (bar, note) in enumerate(zip(bars, notes, strict=True)):
        long = (width - room) * bar.value / most
        long = max(long, 2.0) if bar.value else 0.0
        y = pitch * place + 24
        shapes.append(("mark" if bar.marked else "dim", y, f"{long:.1f}", tall))
        words.append(("", "0", y - 7, bar.label))
        words.append(("strong", f"{long + 8:.1f}", y + tall - 2, note))
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>',
        width,
        pitch * len(bars),
        label,
        format_html_join("", '<rect class="{}" x="0" y="{}" width="{}" height="{}" rx="2"/>', shapes),
        format_html_join("", '<text class="{}" x="{}" y="{}">{}</text>', words),
    )


@dataclass(frozen=True)
class Point:
    """One point of a line: how far along, how high, and what is written at it (empty: nothing)."""

    x: float
    y: float
    note: str = ""
    under: str = ""


def line(points: Sequence[Point], label: str, *, axis: str = "", width: int = 588, height: int = 188) -> SafeString:
    """A line through points, the last of them marked. The bottom is the lowest, a little below: what matters is the course."""
    if len(points) < 2:
        return SafeString("")
    top, floor, left, right = 30, height - 44, 24, width - 24
    low, high = min(one.y for one in points), max(one.y for one in points)
    room = (high - low) or 1.0
    low -= room * 0.15
    first, span = points[0].x, (points[-1].x - points[0].x) or 1.0
    places = [
        (left + (right - left) * (one.x - first) / span, floor - (floor - top) * (one.y - low) / (high - low or 1.0))
        for one in points
    ]
    words = [("strong", *_clear(places, at, width), one.note) for at, one in enumerate(points) if one.note]
    words += [
        ("", *anchor(x, width), str(floor + 18), one.under)
        for one, (x, _y) in zip(points, places, strict=True)
        if one.under
    ]
    if axis:
        words.append(("", f"{width / 2:.1f}", "middle", str(floor + 38), axis))
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<line class="zero" x1="{}" x2="{}" y1="{}.5" y2="{}.5"/><polyline class="ln" points="{}"/>{}{}</svg>',
        width,
        height,
        label,
        left,
        right,
        floor,
        floor,
        " ".join(f"{x:.1f},{y:.1f}" for x, y in places),
        format_html_join(
            "",
            '<circle class="{}" cx="{}" cy="{}" r="4"/>',
            (
                ("mark" if place == len(places) - 1 else "dim", f"{x:.1f}", f"{y:.1f}")
                for place, (x, y) in enumerate(places)
            ),
        ),
        format_html_join("", '<text class="{}" x="{}" text-anchor="{}" y="{}">{}</text>', words),
    )


def _beneath(x: float, side: str, text: str, left: int, pitch: float) -> tuple[int, int]:
    """From which column to which (not included) a text stands over; its letters as wide as they are on a phone."""
    long = len(text) * _LETTER
    start = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[side] * long
    return max(int((start - left) / pitch), 0), max(int((start + long - left) / pitch) + 1, 0)


def _clear(places: list[tuple[float, float]], at: int, width: int) -> tuple[str, str, str]:
    """Where the note of a point of a line stands: above it, at an end from which the line rises beside it, under the line."""
    x, y = places[at]
    if at == 0 and places[1][1] < y:
        return f"{x + 10:.1f}", "start", f"{y + 11:.1f}"
    if at == len(places) - 1 and places[-2][1] < y:
        return f"{x - 10:.1f}", "end", f"{y + 11:.1f}"
    return (*anchor(x, width), f"{y - 12:.1f}")


def anchor(x: float, width: int) -> tuple[str, str]:
    """Where a text stands and how it is anchored, so that it does not leave the picture."""
    if x < 40:
        return f"{max(x - 20, 4):.1f}", "start"
    if x > width - 40:
        return f"{min(x + 20, width - 4):.1f}", "end"
    return f"{x:.1f}", "middle"
