"""Circuits, waves, letters and posters."""

import math

from social.demo.pictures.canvas import (
    BRICK,
    CORAL,
    CREAM,
    DEEP,
    GREY,
    HONEY,
    INK,
    MIST,
    NIGHT,
    PLUM,
    RUST,
    SAGE,
    SAND,
    SEA,
    SKY,
    SUN,
    TEAL,
    Canvas,
    Drawing,
    Point,
    smooth,
)

TALL = (720, 900)


def circuit(c: Canvas) -> None:
    _wires(c, CREAM)
    for x, y in ((350, 300), (610, 300)):
        c.round(x, y, 46, color=INK, line=4)
        c.line([(x - 14, y - 26), (x - 14, y + 26)], INK, 6)
        c.line([(x - 80, y), (x - 14, y)], INK, 4)
        c.line([(x - 14, y - 10), (x + 24, y - 36), (x + 24, y - 140)], INK, 4)
        c.line([(x - 14, y + 10), (x + 24, y + 36), (x + 24, y + 140)], INK, 4)
    for x, y in ((374, 160), (634, 160), (634, 440)):
        _resistor(c, x, y)
    _coil(c, 170, 300)


def _wires(c: Canvas, paper: str) -> None:
    c.fill(paper)
    for place in range(33):
        c.line([(place * 30, 0), (place * 30, 600)], SAND, 0.6)
        c.line([(0, place * 30), (960, place * 30)], SAND, 0.6)
    c.line([(120, 110), (840, 110)], INK, 4)
    c.line([(120, 490), (840, 490)], INK, 4)


def _resistor(c: Canvas, x: float, y: float) -> None:
    zigzag = [(x, y - 50)] + [(x + (12 if n % 2 else -12), y - 36 + n * 12) for n in range(7)] + [(x, y + 50)]
    c.line([(x - 20, y), (x + 20, y)], CREAM, 44)
    c.line(zigzag, BRICK, 4)


def _coil(c: Canvas, x: float, y: float) -> None:
    c.line([(x, 110), (x, y - 75)], INK, 4)
    c.line([(x, y + 75), (x, 490)], INK, 4)
    for turn in range(5):
        c.arc(x, y - 60 + turn * 30, 15, -90, 90, TEAL, 5)


def crystal(c: Canvas) -> None:
    _wires(c, MIST)
    _coil(c, 200, 300)
    c.line([(390, 110), (390, 280)], INK, 4)
    c.line([(390, 316), (390, 490)], INK, 4)
    for y in (284, 312):
        c.line([(350, y), (430, y)], INK, 7)
    c.line([(340, 350), (440, 250)], CORAL, 4)
    c.line([(390, 200), (560, 200)], INK, 4)
    c.shape([(560, 174), (560, 226), (606, 200)], INK)
    c.line([(608, 172), (608, 228)], INK, 6)
    c.line([(606, 200), (760, 200), (760, 260)], INK, 4)
    c.round(760, 310, 50, color=RUST, line=10)
    c.round(760, 310, 18, color=RUST)
    c.line([(760, 360), (760, 490)], INK, 4)
    c.line([(200, 110), (120, 60), (60, 60)], INK, 4)


def shortwave(c: Canvas) -> None:
    c.fade(NIGHT, TEAL)
    c.round(480, 1300, 900, color=DEEP)
    for x in (170, 790):
        c.line([(x, 500), (x, 300)], MIST, 6)
        c.line([(x - 26, 340), (x + 26, 340)], MIST, 4)
        c.line([(x - 18, 316), (x + 18, 316)], MIST, 4)
    for place in range(3):
        wave = [
            (170 + n * 7.75, 300 - math.sin(n / 80 * math.pi) * (150 + place * 22) + math.sin(n * 0.9) * 9)
            for n in range(81)
        ]
        c.line(wave, (SUN, CORAL, SEA)[place], 3)


def echo(c: Canvas) -> None:
    c.fill(NIGHT)
    for place in range(12, 0, -1):
        c.round(480, 600, place * 62, place * 48, (DEEP, TEAL, SEA, SKY)[place % 4] if place < 9 else DEEP, 5)
    c.shape(
        [
            (0, 0),
            (960, 0),
            (960, 600),
            (840, 600),
            *smooth([(840, 600), (780, 260), (480, 120), (180, 260), (120, 600)]),
            (0, 600),
        ],
        RUST,
    )
    for row in range(13):
        for place in range(14):
            x, y = place * 76 - (row % 2) * 38, row * 48
            if ((x + 30 - 480) / 400) ** 2 + ((y - 620) / 540) ** 2 > 1:
                c.rect(x, y, 68, 40, BRICK, 3)
    c.round(480, 560, 16, color=SUN)


def code(c: Canvas) -> None:
    c.fill(NIGHT)
    depth = 0
    for row in range(15):
        depth = max(0, min(4, depth + c.rng.choice((-1, 0, 0, 1))))
        x = 110.0 + depth * 44
        c.write(60, 48 + row * 35, str(row + 1), 15, GREY, "ma")
        for _ in range(c.rng.randrange(1, 5)):
            wide = c.rng.uniform(40, 160)
            c.rect(x, 50 + row * 35, wide, 14, c.rng.choice((SEA, SUN, CORAL, SAGE, MIST)), 7)
            x += wide + 14


def letters(c: Canvas) -> None:
    c.fill(CREAM)
    strokes: list[list[list[Point]]] = [
        [[(-40, 60), (0, -60), (40, 60)], [(-24, 16), (24, 16)]],
        [[(-46, 58), (-20, 58), (-30, 30), (-44, -6), (-24, -52), (24, -52), (44, -6), (30, 30), (20, 58), (46, 58)]],
        [[(0, -60), (0, 60)], [(-46, -60), (-10, 0), (-46, 60)], [(46, -60), (10, 0), (46, 60)], [(-10, 0), (10, 0)]],
        [[(-44, -50), (-38, 50), (40, 50), (46, -50)], [(0, -46), (-2, 46)]],
        [[(-44, -50), (40, -50), (30, 56)]],
        [[(-40, -34), (40, -34)], [(0, -60), (0, 20), (-30, 56)], [(24, -10), (44, 56)]],
    ]
    for place, glyph in enumerate(strokes):
        x, y = 170 + place % 3 * 310, 160 + place // 3 * 280
        c.rect(x - 120, y - 110, 280, 240, (MIST, SAND, SAGE)[place % 3], 10)
        for stroke in glyph:
            c.line([(x - 20 + a, y + b * 1.1) for a, b in stroke], INK, 13)
        c.round(x + 96, y + 80, 28, 14, CORAL)
        c.shape([(x + 120, y + 80), (x + 144, y + 64), (x + 144, y + 96)], CORAL)
        c.round(x + 82, y + 77, 3, color=INK)


def choir(c: Canvas) -> None:
    c.fill(c.rng.choice((PLUM, DEEP, BRICK)))
    for x, y, r, color in ((520, 250, 190, HONEY), (240, 420, 130, CORAL), (560, 560, 90, CREAM)):
        c.round(x, y, r, color=color)
    for line in range(5):
        c.line(
            smooth([(40, 700 - line * 30), (240, 640 - line * 44), (460, 420 - line * 52), (690, 150 - line * 20)]),
            CREAM,
            5,
        )
    c.write(56, 744, "Open", 66, CREAM)
    c.write(56, 812, "Choir", 66, HONEY)
    c.write(664, 852, c.rng.choice(("Sunday, five", "Saturday, seven", "Friday, eight")), 24, CREAM, "ra")


def film(c: Canvas) -> None:
    c.fill(INK)
    c.shape([(80, 120), (720, 40), (720, 520), (80, 160)], c.rng.choice((SUN, HONEY, MIST)))
    c.rect(36, 100, 90, 80, CORAL, 10)
    for row in range(4):
        for place in range(9):
            c.round(60 + place * 80 + (row % 2) * 36, 560 + row * 60, 30, color=(GREY, DEEP, TEAL, NIGHT)[row])
            c.rect(36 + place * 80 + (row % 2) * 36, 572 + row * 60, 48, 50, (GREY, DEEP, TEAL, NIGHT)[row])
    c.rect(0, 790, 720, 110, CORAL)
    c.write(360, 844, c.rng.choice(("SILENT, LOUD", "SHORT FILMS", "TWO REELS")), 62, INK, "mm")


DRAWINGS: dict[str, Drawing] = {d.__name__: d for d in (circuit, crystal, shortwave, echo, code, letters, choir, film)}
SIZES = {"choir": TALL, "film": TALL}
