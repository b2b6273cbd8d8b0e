"""A sheet to draw on in flat, calm colours; twice as large as the picture, so that edges come out smooth."""

import colorsys
import io
import math
from collections.abc import Callable, Sequence
from random import Random

from PIL import Image, ImageDraw, ImageFont

SCALE = 2
Point = tuple[float, float]
Drawing = Callable[["Canvas"], None]

PAPER, CREAM, SAND, STRAW = "#f6f2e9", "#efe6d2", "#e0cfa9", "#d8b86a"
OCHRE, RUST, BRICK, PLUM = "#c98f3c", "#b9603a", "#94412f", "#6b3f5c"
ROSE, CORAL, HONEY, SUN = "#dba89a", "#d9785a", "#e3a53a", "#f4d78f"
MIST, SKY, SEA, TEAL, DEEP, NIGHT = "#dfeaea", "#bcd7de", "#7fb0bd", "#3f7f8c", "#1f4f5f", "#14253b"
LEAF, MOSS, PINE, SAGE = "#8fae72", "#5f8450", "#2f5a43", "#b9c9a8"
INK, GREY, STONE, WHITE = "#24303a", "#7d8790", "#b8b9b2", "#fdfcf8"


class Canvas:
    """Coordinates are pixels of the finished picture. Every colour is turned a little, the same for all of a picture."""

    def __init__(self, rng: Random, width: int = 960, height: int = 600) -> None:
        self.rng, self.width, self.height = rng, width, height
        self._turn, self._light = rng.uniform(-0.022, 0.022), rng.uniform(-0.03, 0.03)
        self.image = Image.new("RGB", (width * SCALE, height * SCALE), self.tone(PAPER))
        self.pen = ImageDraw.Draw(self.image)

    def tone(self, color: str) -> str:
        """The colour as this picture sees it."""
        red, green, blue = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
        hue, light, vivid = colorsys.rgb_to_hls(red, green, blue)
        mixed = colorsys.hls_to_rgb((hue + self._turn) % 1, min(0.99, max(0.03, light + self._light)), vivid)
        return "#" + "".join(f"{round(part * 255):02x}" for part in mixed)

    def fill(self, color: str) -> None:
        """One colour everywhere."""
        self.image.paste(self.tone(color), (0, 0, *self.image.size))

    def fade(self, top: str, bottom: str, until: float = 1.0) -> None:
        """From one colour at the top to another at ``until`` of the height."""
        height = int(self.image.height * until)
        mask = Image.linear_gradient("L").resize((self.image.width, height))
        self.image.paste(self.tone(top), (0, 0, self.image.width, height))
        self.image.paste(self.tone(bottom), (0, 0), mask)

    def rect(self, x: float, y: float, width: float, height: float, color: str, radius: float = 0) -> None:
        box = [x * SCALE, y * SCALE, (x + width) * SCALE, (y + height) * SCALE]
        self.pen.rounded_rectangle(box, radius * SCALE, fill=self.tone(color))

    def round(self, x: float, y: float, rx: float, ry: float | None = None, color: str = INK, line: float = 0) -> None:
        """A circle or ellipse about a middle; only its outline when ``line`` is given."""
        ry = rx if ry is None else ry
        box = [(x - rx) * SCALE, (y - ry) * SCALE, (x + rx) * SCALE, (y + ry) * SCALE]
        if line:
            self.pen.ellipse(box, outline=self.tone(color), width=round(line * SCALE))
        else:
            self.pen.ellipse(box, fill=self.tone(color))

    def arc(self, x: float, y: float, radius: float, start: float, end: float, color: str, line: float) -> None:
        """Part of a circle, in degrees clockwise from three o'clock."""
        box = [(x - radius) * SCALE, (y - radius) * SCALE, (x + radius) * SCALE, (y + radius) * SCALE]
        self.pen.arc(box, start, end, fill=self.tone(color), width=round(line * SCALE))

    def shape(self, points: Sequence[Point], color: str) -> None:
        self.pen.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=self.tone(color))

    def line(self, points: Sequence[Point], color: str, width: float = 2) -> None:
        path = [(x * SCALE, y * SCALE) for x, y in points]
        self.pen.line(path, fill=self.tone(color), width=max(1, round(width * SCALE)), joint="curve")
        radius = width * SCALE / 2
        if radius >= 2:
            for x, y in (path[0], path[-1]):
                self.pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=self.tone(color))

    def blob(self, x: float, y: float, rx: float, ry: float, color: str, rough: float = 0.12) -> None:
        """A hand-cut round shape."""
        self.shape(around(self.rng, x, y, rx, ry, rough), color)

    def hills(self, level: float, swing: float, color: str, waves: float = 2.0) -> list[Point]:
        """A rolling horizon filled down to the lower edge; its line."""
        parts = [
            (self.rng.uniform(0, 7), waves * grow * self.rng.uniform(0.8, 1.2), swing / grow) for grow in (1, 2.3, 5)
        ]
        line: list[Point] = [
            (x, level + sum(math.sin(start + x / self.width * often * 6.28) * size for start, often, size in parts))
            for x in range(0, self.width + 8, 8)
        ]
        self.shape([*line, (self.width + 8, self.height), (0, self.height)], color)
        return line

    def write(self, x: float, y: float, text: str, size: float, color: str = INK, anchor: str = "la") -> None:
        font = ImageFont.load_default(size * SCALE)
        self.pen.text((x * SCALE, y * SCALE), text, font=font, fill=self.tone(color), anchor=anchor)

    def encoded(self, shrink: int = SCALE) -> bytes:
        """The finished picture as the bytes of a WebP file."""
        out = io.BytesIO()
        self.image.reduce(shrink).save(out, "WEBP", quality=82, method=1)
        return out.getvalue()


def around(rng: Random, x: float, y: float, rx: float, ry: float, rough: float = 0.12, turn: float = 0) -> list[Point]:
    """Points of a closed smooth line about a middle."""
    waves = [(rng.uniform(0, 6.28), often, rough * rng.uniform(0.3, 1) / often) for often in (2, 3, 5)]
    points = []
    for step in range(72):
        angle = step / 72 * 2 * math.pi
        far = 1 + sum(math.sin(angle * often + start) * size for start, often, size in waves)
        dx, dy = math.cos(angle) * rx * far, math.sin(angle) * ry * far
        points.append((x + dx * math.cos(turn) - dy * math.sin(turn), y + dx * math.sin(turn) + dy * math.cos(turn)))
    return points


def smooth(points: Sequence[Point], steps: int = 12) -> list[Point]:
    """A curve through the points (Catmull-Rom)."""
    padded = [points[0], *points, points[-1]]
    curve: list[Point] = []
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(steps):
            t = step / steps
            curve.append((_between(before, start, end, after, t, 0), _between(before, start, end, after, t, 1)))
    return [*curve, points[-1]]


def _between(before: Point, start: Point, end: Point, after: Point, t: float, axis: int) -> float:
    p, q, r, s = before[axis], start[axis], end[axis], after[axis]
    linear, square, cube = r - p, 2 * p - 5 * q + 4 * r - s, -p + 3 * q - 3 * r + s
    return 0.5 * (2 * q + linear * t + square * t * t + cube * t * t * t)
