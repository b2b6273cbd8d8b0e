"""Maps of the town and of ways."""

import math

from social.demo.pictures.canvas import (
    BRICK,
    CORAL,
    CREAM,
    DEEP,
    GREY,
    INK,
    LEAF,
    MIST,
    MOSS,
    OCHRE,
    PAPER,
    PINE,
    ROSE,
    RUST,
    SAGE,
    SAND,
    SEA,
    SKY,
    STONE,
    SUN,
    WHITE,
    Canvas,
    Drawing,
    Point,
    around,
    smooth,
)


def town(c: Canvas) -> None:
    c.fill(CREAM)
    slope = c.rng.uniform(-0.12, 0.12)
    for row in range(8):
        for place in range(13):
            x, y = 20 + place * 72 + row * 6, 16 + row * 74 + place * 72 * slope
            if c.rng.random() < 0.86:
                w, h = c.rng.uniform(46, 60), c.rng.uniform(42, 58)
                c.shape(
                    [(x, y), (x + w, y + w * slope), (x + w + 4, y + h), (x + 3, y + h - 3)],
                    c.rng.choice((SAND, ROSE, SAND, SAGE)),
                )
    river = smooth(
        [(-20, c.rng.uniform(330, 460)), (240, 380), (500, 290), (740, 320), (990, c.rng.uniform(120, 240))], 20
    )
    c.line(river, SEA, 52)
    c.line(river, SKY, 36)
    bx, by = river[len(river) // 2]
    c.line([(bx - 14, by - 46), (bx + 18, by + 46)], INK, 16)
    c.line([(bx - 14, by - 46), (bx + 18, by + 46)], PAPER, 9)
    for _ in range(c.rng.randrange(11, 17)):
        at = c.rng.uniform(50, 910), c.rng.uniform(50, 550)
        c.round(*at, 10, color=BRICK)
        c.round(*at, 4, color=WHITE)
    _frame(c)


def _frame(c: Canvas) -> None:
    c.line([(14, 14), (946, 14), (946, 586), (14, 586), (14, 14)], INK, 3)
    x, y = 896, 74
    c.shape([(x, y - 34), (x + 11, y + 14), (x, y + 6), (x - 11, y + 14)], INK)
    c.write(x, y + 20, "N", 20, anchor="ma")
    for place in range(4):
        c.rect(40 + place * 46, 556, 46, 8, INK if place % 2 else PAPER)


def island(c: Canvas) -> None:
    c.fill(SKY)
    outline = [(p.uniform(0.9, 1.1), p.uniform(0, 6.28)) for p in [c.rng] * 3]
    for level, color in enumerate((MIST, SAND, CREAM, SAGE, SAGE, LEAF, LEAF, MOSS)):
        size = 1.06 - level * 0.13
        line: list[Point] = []
        for step in range(90):
            angle = step / 90 * 6.283
            far = size * (1 + 0.16 * math.sin(2 * angle + outline[0][1]) + 0.09 * math.sin(3 * angle + outline[1][1]))
            line.append((470 + level * 9 + math.cos(angle) * 380 * far, 300 - level * 4 + math.sin(angle) * 225 * far))
        c.shape(line, color)
        c.line([*line, line[0]], SEA if level == 0 else GREY, 1.5)
    walk = smooth([(170, 380), (330, 330), (450, 400), (620, 360), (700, 250), (560, 180)])
    for place in range(0, len(walk) - 3, 4):
        c.line([walk[place], walk[place + 2]], BRICK, 4)
    c.line([(150, 384), (96, 410)], INK, 7)
    c.round(96, 410, 11, color=INK)
    for place in range(5):
        c.line(smooth([(770, 470 + place * 12), (830, 460 + place * 12), (900, 474 + place * 12)]), SEA, 2)
    _frame(c)


def contours(c: Canvas) -> None:
    c.fill(CREAM)
    for cx, cy, size, color in ((300, 260, 330, OCHRE), (700, 330, 280, MOSS)):
        for level in range(11):
            far = size * (1 - level * 0.088)
            points = around(c.rng, cx, cy, far, far * 0.72, 0.05)
            c.line([*points, points[0]], color, 3 if level % 5 == 0 else 1.4)
    pond = around(c.rng, 505, 500, 66, 30)
    c.shape(pond, SEA)
    c.line([*pond, pond[0]], DEEP, 2)
    for _ in range(60):
        x, y = c.rng.uniform(40, 920), c.rng.uniform(40, 560)
        c.line([(x - 4, y), (x + 4, y)], GREY, 1)
        c.line([(x, y - 4), (x, y + 4)], GREY, 1)
    _frame(c)


def yard(c: Canvas) -> None:
    c.fill(SAGE)
    c.rect(80, 70, 800, 400, CREAM, 8)
    c.rect(110, 100, 240, 140, ROSE, 4)
    c.write(230, 170, "hall", 26, anchor="mm")
    c.round(640, 210, 92, 84, LEAF)
    c.round(640, 210, 14, color=RUST)
    c.rect(420, 330, 200, 100, SUN, 20)
    c.write(520, 380, "sand", 24, anchor="mm")
    c.line([(80, 300), (300, 300), (380, 470)], STONE, 18)
    for place in range(14):
        x = 110 + place * 44
        c.round(x, 536, 17, 9, (INK, BRICK)[place % 2])
        c.round(x + 9, 534, 8, 7, (INK, BRICK)[place % 2])
    c.write(860, 520, f"{c.rng.randrange(180, 240)} shoes", 22, anchor="ra")


def _profile(c: Canvas, peaks: list[float]) -> None:
    points = smooth(
        [(60.0, 520.0)]
        + [(60 + 840 * (n + 1) / (len(peaks) + 1), 540 - p) for n, p in enumerate(peaks)]
        + [(900.0, 520.0)]
    )
    c.shape([*points, (900, 570), (60, 570)], LEAF)
    c.line(points, PINE, 4)


def route(c: Canvas) -> None:
    c.fill(PAPER)
    track = smooth([(c.rng.uniform(90, 160) + n * 92, c.rng.uniform(70, 350)) for n in range(9)], 18)
    c.line(track, SAND, 20)
    c.line(track, CORAL, 6)
    for end in (track[0], track[-1]):
        c.round(*end, 13, color=INK)
        c.round(*end, 6, color=WHITE)
    low = 40.0
    _profile(c, [low, c.rng.uniform(70, 110), low, c.rng.uniform(110, 140), low + 20, c.rng.uniform(80, 120), low])


def run(c: Canvas) -> None:
    c.fade(MIST, CREAM)
    c.hills(300, 50, SAGE, 1.4)
    c.hills(380, 44, LEAF, 1.1)
    c.hills(480, 40, MOSS, 1.0)
    track = smooth([(110, 540), (280, 470), (220, 400), (430, 380), (600, 450), (760, 360), (680, 300), (840, 250)], 16)
    c.line(track, CREAM, 15)
    c.line(track, CORAL, 7)
    for x, y, color in ((110, 540, INK), (840, 250, BRICK)):
        c.line([(x, y), (x, y - 80)], INK, 5)
        c.shape([(x, y - 80), (x + 52, y - 64), (x, y - 48)], color)


DRAWINGS: dict[str, Drawing] = {
    "map": town,
    "island": island,
    "contours": contours,
    "yard": yard,
    "route": route,
    "run": run,
}
