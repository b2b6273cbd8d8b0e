"""Seeds, leaves and flowers."""

import math

from social.demo.pictures.canvas import (
    BRICK,
    CORAL,
    CREAM,
    GREY,
    HONEY,
    INK,
    LEAF,
    MIST,
    MOSS,
    OCHRE,
    PAPER,
    PINE,
    PLUM,
    ROSE,
    RUST,
    SAGE,
    SAND,
    SKY,
    STRAW,
    SUN,
    TEAL,
    Canvas,
    Drawing,
    Point,
    around,
    smooth,
)


def seeds(c: Canvas) -> None:
    c.fill(SAND)
    for place in range(17):
        c.line([(place * 60, 0), (place * 60 - 40, 600)], CREAM, 3)
    for place in range(3):
        x = 150 + place * 130
        c.rect(x - 48, 60, 96, 150, MIST, 14)
        c.rect(x - 44, 120, 88, 86, (PLUM, OCHRE, BRICK)[place], 10)
        c.rect(x - 40, 44, 80, 22, INK, 5)
        c.rect(x - 32, 130, 64, 34, PAPER)
        c.line([(x - 24, 142), (x + 20, 142)], GREY, 2)
        c.line([(x - 24, 152), (x + 8, 152)], GREY, 2)
    skin = c.rng.choice(((ROSE, PLUM), (CREAM, BRICK), (PLUM, CREAM)))
    for _ in range(c.rng.randrange(46, 64)):
        across, down, turn = c.rng.uniform(60.0, 900.0), c.rng.uniform(270, 560), c.rng.uniform(0, 3.1)
        c.shape(around(c.rng, across + 3, down + 4, 26, 15, 0.08, turn), OCHRE)
        c.shape(around(c.rng, across, down, 26, 15, 0.08, turn), skin[0])
        for _ in range(6):
            c.round(across + c.rng.uniform(-14, 14), down + c.rng.uniform(-9, 9), c.rng.uniform(1.5, 4), color=skin[1])


def seedlings(c: Canvas) -> None:
    c.fill(TEAL)
    c.round(480, 300, 380, 262, MIST)
    c.round(480, 300, 350, 236, CREAM)
    for place in range(10):
        x, y = 230 + place % 5 * 125, 250 + place // 5 * 130
        c.round(x, y + 6, 12, 8, RUST)
        if place in (3, 6):
            continue
        c.line(smooth([(x, y + 4), (x + 5, y - 28), (x, y - 58)]), SAGE, 6)
        for side in (-1, 1):
            c.shape(around(c.rng, x + side * 18, y - 66, 21, 10, 0.05, side * -0.5), LEAF if side > 0 else MOSS)


def _leaf(c: Canvas, x: float, y: float, length: float, turn: float, color: str, lobes: int = 5) -> None:
    edge: list[Point] = []
    for side in (1, -1):
        steps = range(0, 41) if side > 0 else range(40, -1, -1)
        for step in steps:
            along = step / 40
            far = math.sin(along * math.pi) ** 0.8 * (0.36 + 0.09 * math.cos(along * lobes * 6.28))
            edge.append((along * length, side * far * length))
    cos, sin = math.cos(turn), math.sin(turn)
    c.shape([(x + a * cos - b * sin, y + a * sin + b * cos) for a, b in edge], color)
    c.line([(x, y), (x + length * 0.92 * cos, y + length * 0.92 * sin)], CREAM, 2.5)
    for place in range(1, 6):
        for side in (-1, 1):
            a, b = place / 6 * length, 0.0
            ea, eb = a + length * 0.1, side * length * 0.2
            c.line(
                [(x + a * cos - b * sin, y + a * sin + b * cos), (x + ea * cos - eb * sin, y + ea * sin + eb * cos)],
                CREAM,
                1.2,
            )


def leaves(c: Canvas) -> None:
    c.fill(CREAM)
    for place in range(9):
        turn = -2.6 + place * 0.26 + c.rng.uniform(-0.08, 0.08)
        _leaf(c, 480, 610, c.rng.uniform(360, 560), turn, (PINE, LEAF, MOSS, PLUM)[place % 4], 6)


def figs(c: Canvas) -> None:
    c.fill(MIST)
    c.line(smooth([(0, 90), (300, 130), (620, 80), (960, 150)]), RUST, 20)
    for place in range(6):
        _leaf(
            c,
            100 + place * 160,
            110,
            c.rng.uniform(180, 270),
            1.1 + c.rng.uniform(-0.5, 0.9),
            (MOSS, PINE, LEAF)[place % 3],
            3,
        )
    for place in range(3):
        x, y = 240 + place * 240, c.rng.uniform(360, 440)
        c.shape(
            smooth(
                [
                    (x, y - 90),
                    (x - 24, y - 50),
                    (x - 66, y + 20),
                    (x, y + 80),
                    (x + 66, y + 20),
                    (x + 24, y - 50),
                    (x, y - 90),
                ]
            ),
            PLUM,
        )
        for line in range(-2, 3):
            c.line(smooth([(x, y - 84), (x + line * 18, y), (x + line * 6, y + 70)]), ROSE, 1.2)


def herbarium(c: Canvas) -> None:
    c.fill(PAPER)
    for place in range(14):
        x, y = 70 + place % 7 * 128, 230 + place // 7 * 280
        _leaf(
            c,
            x + 20,
            y,
            c.rng.uniform(110, 170),
            -1.57 + c.rng.uniform(-0.3, 0.3),
            c.rng.choice((PINE, MOSS, LEAF, OCHRE)),
            c.rng.randrange(1, 8),
        )
        c.write(x + 20, y + 14, str(place + 1), 19, GREY, "ma")


def flower(c: Canvas) -> None:
    c.fade(SKY, SUN)
    c.hills(470, 16, SAGE, 2)
    for _ in range(15):
        x, y, size = c.rng.uniform(40, 920), c.rng.uniform(150, 450), c.rng.uniform(28, 62)
        c.line(
            smooth([(x, y), (x + c.rng.uniform(-20, 20), (y + 600) / 2), (x + c.rng.uniform(-30, 30), 610)]), MOSS, 4
        )
        color = c.rng.choice((CORAL, BRICK, RUST))
        for petal in range(4):
            angle = petal * 1.57 + c.rng.uniform(-0.2, 0.2)
            c.blob(x + math.cos(angle) * size * 0.5, y + math.sin(angle) * size * 0.42, size * 0.66, size * 0.56, color)
        c.round(x, y, size * 0.24, color=INK)


def comb(c: Canvas) -> None:
    c.fill(OCHRE)
    for row in range(10):
        for place in range(15):
            x, y = place * 70 - (row % 2) * 35, row * 61
            color = c.rng.choice((HONEY, HONEY, SUN, STRAW, RUST)) if c.rng.random() < 0.8 else CREAM
            c.shape([(x + math.sin(n * 1.0472) * 36, y + math.cos(n * 1.0472) * 36) for n in range(6)], color)
            if color in (HONEY, RUST):
                c.round(x - 9, y - 10, 7, 5, SUN)


DRAWINGS: dict[str, Drawing] = {d.__name__: d for d in (seeds, seedlings, leaves, figs, herbarium, flower, comb)}
