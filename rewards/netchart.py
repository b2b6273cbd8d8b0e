"""A small node-link picture: members on a circle, what they give each other as lines between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 588, 380
RADIUS_X, RADIUS_Y = 120, 140
# Beyond this many, names at the circle would cover each other; they stand in the table beneath.
MOST_NAMES = 16
_LETTERS = 14


@dataclass(frozen=True)
class Node:
    """A member by name, with how many support them from outside."""

    name: str
    outside: int


@dataclass(frozen=True)
class Link:
    """Places of two nodes and the weight between them, both ways together."""

    one: int
    other: int
    weight: int


def network(nodes: Sequence[Node], links: Sequence[Link], label: str) -> SafeString:
    """The picture; a line is the thicker the more goes over it. Short lines outwards are support from outside."""
    if len(nodes) < 2:
        return SafeString("")
    spots = [_spot(place, len(nodes)) for place in range(len(nodes))]
    most = max((link.weight for link in links), default=1) or 1
    lines = [
        (*spots[link.one], *spots[link.other], f"{1 + 4 * link.weight / most:.1f}")
        for link in sorted(links, key=lambda link: (link.weight, link.one, link.other))
    ]
    return format_html(
        '<svg class="chart net" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}{}</svg>',
        WIDTH,
        HEIGHT,
        label,
        format_html_join("", '<line class="tie" x1="{}" y1="{}" x2="{}" y2="{}" stroke-width="{}"/>', lines),
        format_html_join("", '<line class="axis" x1="{}" y1="{}" x2="{}" y2="{}"/>', list(_outwards(nodes))),
        format_html_join("", '<circle class="mark" cx="{}" cy="{}" r="9"/>', spots),
        format_html_join("", '<text class="strong" x="{}" y="{}" text-anchor="{}">{}</text>', list(_names(nodes))),
    )


def _angle(place: int, count: int) -> float:
    return -pi / 2 + 2 * pi * place / count


def _spot(place: int, count: int, out: float = 0) -> tuple[str, str]:
    angle = _angle(place, count)
    return (
        f"{WIDTH / 2 + (RADIUS_X + out) * cos(angle):.1f}",
        f"{HEIGHT / 2 + (RADIUS_Y + out) * sin(angle):.1f}",
    )


def _outwards(nodes: Sequence[Node]) -> list[tuple[str, str, str, str]]:
    """One short line for those whom somebody outside supports."""
    return [
        (*_spot(place, len(nodes)), *_spot(place, len(nodes), 22)) for place, node in enumerate(nodes) if node.outside
    ]


def _names(nodes: Sequence[Node]) -> list[tuple[str, str, str, str]]:
    if len(nodes) > MOST_NAMES:
        return []
    found = []
    for place, node in enumerate(nodes):
        angle, (x, y) = _angle(place, len(nodes)), _spot(place, len(nodes), 28)
        side = "middle" if abs(cos(angle)) < 0.2 else "start" if cos(angle) > 0 else "end"
        name = node.name if len(node.name) <= _LETTERS else node.name[: _LETTERS - 1] + "…"
        found.append((x, f"{float(y) + 4 + 4 * sin(angle):.1f}", side, name))
    return found
