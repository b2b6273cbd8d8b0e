"""Bread, soup, jars, and fruit beside a jug."""

import math

from social.demo.pictures.canvas import (
    BRICK,
    CORAL,
    CREAM,
    DEEP,
    GREY,
    HONEY,
    INK,
    LEAF,
    MIST,
    MOSS,
    OCHRE,
    PAPER,
    PLUM,
    ROSE,
    RUST,
    SAGE,
    SAND,
    SKY,
    STRAW,
    SUN,
    TEAL,
    WHITE,
    Canvas,
    Drawing,
    around,
    smooth,
)
from social.demo.pictures.crafts import bench


def loaf(c: Canvas) -> None:
    bench(c)
    c.round(486, 320, 292, 246, OCHRE)
    c.round(480, 308, 290, 244, RUST)
    for ring in range(6):
        c.round(480, 308, 60 + ring * 38, 50 + ring * 32, OCHRE, 4)
    c.shape(smooth([(270, 400), (360, 220), (560, 140), (700, 220), (560, 200), (400, 270), (270, 400)]), CREAM)
    c.line(smooth([(270, 400), (350, 210), (560, 124), (704, 216)]), BRICK, 9)
    for _ in range(420):
        angle, far = c.rng.uniform(0, 6.28), c.rng.random() ** 0.5
        c.round(
            480 + math.cos(angle) * 270 * far, 308 + math.sin(angle) * 226 * far, c.rng.uniform(0.6, 2.4), color=PAPER
        )


def braid(c: Canvas) -> None:
    c.fill(TEAL)
    c.rect(80, 150, 800, 320, SAND, 30)
    for place in range(9):
        x, size = 190 + place * 72, 66 - abs(place - 4) * 7
        for side in (-1, 1):
            c.shape(
                around(c.rng, x + side * 14, 310 + side * size * 0.5, 68, size, 0.05, side * 0.6),
                (OCHRE, HONEY)[(place + (side > 0)) % 2],
            )
    for _ in range(190):
        left = c.rng.uniform(170, 800)
        c.shape(around(c.rng, left, 310 + c.rng.gauss(0, 38), 5, 2.6, 0, c.rng.uniform(0, 3)), CREAM)


def baguette(c: Canvas) -> None:
    c.fill(MIST)
    c.shape([(60, 150), (860, 90), (910, 480), (110, 540)], WHITE)
    c.shape(around(c.rng, 482, 330, 400, 72, 0.02, -0.12), RUST)
    c.shape(around(c.rng, 480, 314, 396, 66, 0.02, -0.12), OCHRE)
    for place in range(4):
        x, y = 230 + place * 165, 344 - place * 20
        c.shape(around(c.rng, x, y, 78, 19, 0.04, -0.42), CREAM)
        c.line([(x - 72, y + 22), (x + 66, y - 42)], BRICK, 5)


def _pot(c: Canvas, soup: str) -> None:
    c.fill(SAND)
    c.rect(60, 262, 840, 76, INK, 30)
    c.round(480, 300, 290, color=INK)
    c.round(480, 300, 262, color=GREY)
    c.round(480, 300, 250, color=soup)


def soup(c: Canvas) -> None:
    _pot(c, c.rng.choice((PLUM, RUST, MOSS)))
    spiral = [(480 + math.cos(a / 9) * a * 1.5, 300 + math.sin(a / 9) * a * 1.5) for a in range(4, 130)]
    c.line(spiral, CREAM, 12)
    for _ in range(34):
        angle, far = c.rng.uniform(0, 6.28), c.rng.uniform(20, 232)
        c.shape(around(c.rng, 480 + math.cos(angle) * far, 300 + math.sin(angle) * far, 11, 5, 0.1, angle), LEAF)


def lentils(c: Canvas) -> None:
    _pot(c, RUST)
    for _ in range(420):
        angle, far = c.rng.uniform(0, 6.28), 240 * c.rng.random() ** 0.5
        c.round(
            480 + math.cos(angle) * far, 300 + math.sin(angle) * far, 6, 5, c.rng.choice((BRICK, OCHRE, RUST, CORAL))
        )
    c.line([(520, 340), (860, 60)], STRAW, 26)
    c.shape(around(c.rng, 486, 366, 66, 42, 0, -0.7), STRAW)


def jars(c: Canvas) -> None:
    c.fill(CREAM)
    for shelf in range(2):
        y = 270 + shelf * 260
        c.rect(0, y, 960, 18, RUST)
        for place in range(7):
            x, color = 36 + place * 130, c.rng.choice((HONEY, BRICK, PLUM, CORAL))
            c.rect(x, y - 140, 96, 140, color, 16)
            c.rect(x + 10, y - 120, 12, 90, SUN, 6)
            c.rect(x + 24, y - 86, 52, 40, PAPER, 3)
            c.shape(
                smooth(
                    [
                        (x - 6, y - 124),
                        (x + 10, y - 166),
                        (x + 86, y - 166),
                        (x + 102, y - 124),
                        (x + 48, y - 134),
                        (x - 6, y - 124),
                    ]
                ),
                c.rng.choice((MIST, SAGE, ROSE)),
            )


def still(c: Canvas) -> None:
    c.fade(MIST, SKY, 0.7)
    c.rect(0, 400, 960, 200, SAND)
    c.shape(
        smooth(
            [(620, 150), (570, 230), (560, 380), (620, 470), (760, 470), (810, 380), (790, 230), (750, 150), (620, 150)]
        ),
        TEAL,
    )
    c.arc(800, 280, 70, -100, 110, TEAL, 20)
    c.round(685, 152, 66, 14, DEEP)
    for x, y, size in ((240, 440, 86), (400, 470, 92), (500, 420, 74)):
        c.round(x + 6, y + size * 0.8, size, 14, STRAW)
        c.shape(
            smooth(
                [
                    (x, y - size),
                    (x - size, y),
                    (x - size * 0.5, y + size * 0.8),
                    (x + size * 0.5, y + size * 0.8),
                    (x + size, y),
                    (x, y - size),
                ]
            ),
            HONEY,
        )
        c.line([(x, y - size + 6), (x + 12, y - size - 24)], RUST, 6)


DRAWINGS: dict[str, Drawing] = {d.__name__: d for d in (loaf, braid, baguette, soup, lentils, jars, still)}
