"""Pictures drawn on the server: SVG with one accent over neutrals, direct labels, and a sentence for who cannot see them."""

from collections.abc import Sequence

from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from metya.web.charts import anchor
from metya.web.numbers import shortened

GRAIN = 10**9


def short(grains: int) -> str:
    """Grains as MET in the space of five characters: 0.42, 12.1, 940, 12K, 3.4M."""
    tenths = grains * 10 // GRAIN
    for unit in (10**9, 10**6, 10**3):
        if tenths >= unit * 10:
            value = tenths // unit
            return shortened(number_format(value / 10, 1) if value < 100 else str(value // 10), unit)
    if tenths >= 1000:
        return str(tenths // 10)
    if tenths >= 100:
        return number_format(tenths / 10, 1)
    return number_format(grains * 100 // GRAIN / 100, 2)


def sparkline(values: Sequence[int], label: str, *, width: int = 266, height: int = 56) -> SafeString:
    """A line through the values with a dot on the last one; zero is the bottom."""
    if len(values) < 2:
        return SafeString("")
    top, bottom, right = 6, height - 6, width - 6
    most = max(*values, 1)
    step = (right - 4) / (len(values) - 1)
    points = [(4 + step * place, bottom - (bottom - top) * value / most) for place, value in enumerate(values)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return format_html(
        '<svg class="chart spark" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<line class="axis" x1="0" x2="{}" y1="{}.5" y2="{}.5"/><polyline class="ln" points="{}"/>'
        '<circle class="mark" cx="{}" cy="{}" r="4"/></svg>',
        width,
        height,
        label,
        width,
        bottom,
        bottom,
        line,
        f"{points[-1][0]:.1f}",
        f"{points[-1][1]:.1f}",
    )


def steps(values: Sequence[int], here: float, label: str, *, names: Sequence[str], note: str) -> SafeString:
    """Falling steps of equal width (one per year), with a line where we are; ``here`` in steps from the start."""
    width, height, top, floor, left = 588, 204, 44, 172, 8
    most, pitch = max(*values, 1), (width - 16) / len(values)
    path, words = f"M{left},{floor}", []
    for place, value in enumerate(values):
        y = floor - (floor - top) * value / most
        path += f"V{y:.1f}H{left + pitch * (place + 1):.1f}"
        words.append((*anchor(left + pitch * (place + 0.5), width), f"{y - 6:.1f}", short(value)))
        words.append((*anchor(left + pitch * (place + 0.5), width), str(floor + 18), names[place]))
    x = left + pitch * min(max(here, 0.0), float(len(values)))
    side = "start" if x < width * 0.6 else "end"
    return format_html(
        '<svg class="chart" viewBox="0 0 {0} {1}" role="img" aria-label="{2}"><path class="area" d="{3}V{4}Z"/>'
        '<path class="ln" d="{3}V{4}"/><line class="zero" x1="{5}" x2="{6}" y1="{4}.5" y2="{4}.5"/>{7}'
        '<line class="today" x1="{8}" x2="{8}" y1="14" y2="{4}"/><text class="strong" x="{9}" y="12"'
        ' text-anchor="{10}">{11}</text></svg>',
        width,
        height,
        label,
        path,
        floor,
        left,
        width - 8,
        format_html_join("", '<text x="{}" text-anchor="{}" y="{}">{}</text>', words),
        f"{x:.1f}",
        f"{x + (6 if side == 'start' else -6):.1f}",
        side,
        note,
    )
