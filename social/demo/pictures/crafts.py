"""Tools, bowls, books and cloth."""

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
    NIGHT,
    OCHRE,
    PAPER,
    PLUM,
    ROSE,
    RUST,
    SAGE,
    SAND,
    SEA,
    STONE,
    STRAW,
    SUN,
    TEAL,
    WHITE,
    Canvas,
    Drawing,
    smooth,
)


def bench(c: Canvas) -> None:
    c.fill(SAND)
    for row in range(5):
        c.line([(0, 60 + row * 130), (960, 50 + row * 130)], STRAW, 3)


def tools(c: Canvas) -> None:
    bench(c)
    x = 190
    c.rect(x - 22, 70, 44, 190, BRICK, 18)
    c.rect(x - 7, 260, 14, 250, GREY)
    c.shape([(x - 14, 500), (x + 14, 500), (x + 8, 534), (x - 8, 534)], GREY)
    for side in (-1, 1):
        c.line(smooth([(470 + side * 66, 540), (470 + side * 54, 380), (470 + side * 12, 280)]), TEAL, 32)
        c.shape([(470 + side * 2, 300), (470 + side * 44, 270), (470 + side * 8, 96), (470 + side * 2, 96)], INK)
    c.round(470, 284, 18, color=GREY)
    c.rect(728, 330, 48, 210, HONEY, 20)
    c.rect(740, 220, 24, 112, GREY)
    c.shape([(742, 224), (762, 224), (754, 120), (750, 120)], RUST)
    c.line(smooth([(752, 540), (800, 590), (960, 560)]), INK, 8)


def puller(c: Canvas) -> None:
    bench(c)
    c.rect(300, 140, 360, 44, GREY, 8)
    for x in (320, 612):
        c.rect(x, 150, 30, 250, GREY, 6)
        c.rect(x - (0 if x < 400 else 34), 380, 64, 26, GREY, 4)
    c.rect(466, 90, 28, 350, STONE, 3)
    for place in range(23):
        c.line([(464, 100 + place * 15), (496, 107 + place * 15)], INK, 2)
    c.rect(360, 60, 240, 44, RUST, 20)
    c.round(480, 500, 110, 46, DEEP)
    c.round(480, 492, 46, 18, SAND)


def rack(c: Canvas) -> None:
    c.fill(MIST)
    c.rect(290, 50, 380, 520, INK, 12)
    for row in range(6):
        y = 76 + row * 80
        c.rect(314, y, 332, 62, DEEP, 6)
        c.rect(330, y + 14, 70, 32, PAPER, 3)
        c.line([(338, y + 26), (388, y + 26)], INK, 3)
        for place in range(6):
            c.round(440 + place * 30, y + 31, 7, color=LEAF)
        side = 646 if row % 2 else 314
        end = side + (210 if row % 2 else -210)
        c.line(smooth([(side, y + 40), ((side + end) / 2, y + 74), (end, y + 30)]), (CORAL, HONEY, TEAL)[row % 3], 7)
        c.rect((side + end) / 2 - 26, y + 54, 52, 22, WHITE, 3)


def _bowl(c: Canvas, x: float, y: float, wide: float, high: float, glaze: str, clay: str = RUST) -> None:
    half = wide / 2
    curve = smooth(
        [
            (x - half, y),
            (x - half * 0.86, y + high * 0.55),
            (x - half * 0.36, y + high),
            (x + half * 0.36, y + high),
            (x + half * 0.86, y + high * 0.55),
            (x + half, y),
        ]
    )
    c.shape(curve, clay)
    drip = [(x - half, y)] + [
        (x - half + wide * n / 12, y + high * c.rng.uniform(0.42, 0.68) * math.sin(n / 12 * math.pi) ** 0.4)
        for n in range(1, 12)
    ]
    c.shape(smooth([*drip, (x + half, y)]), glaze)
    c.round(x, y, half, wide * 0.1, glaze)
    c.round(x, y + wide * 0.01, half * 0.9, wide * 0.076, INK)


def bowls(c: Canvas) -> None:
    c.fill(CREAM)
    c.rect(0, 430, 960, 60, OCHRE)
    c.rect(0, 486, 960, 8, RUST)
    for place, glaze in enumerate((SEA, RUST, TEAL)):
        _bowl(c, 190 + place * 290, 300, 230, 132, glaze, BRICK if glaze == RUST else SAND)


def stack(c: Canvas) -> None:
    c.fill(MIST)
    c.rect(0, 500, 960, 100, STONE)
    glazes = [TEAL, HONEY, PLUM, SAGE, CORAL, SEA]
    c.rng.shuffle(glazes)
    for place, glaze in enumerate(glazes[:6]):
        _bowl(c, 480 + c.rng.uniform(-8, 8), 410 - place * 48, 290, 92, glaze, SAND)


def bowl(c: Canvas) -> None:
    c.fade(CREAM, SAND)
    c.rect(0, 460, 960, 140, STONE)
    c.round(480, 476, 200, 26, GREY)
    _bowl(c, 480, 250, 430, 220, SAGE, OCHRE)


def tiles(c: Canvas) -> None:
    c.fill(STONE)
    for row in range(4):
        for place in range(6):
            x, y, ink = 36 + place * 150, 16 + row * 145, c.rng.choice((DEEP, TEAL, OCHRE))
            c.rect(x, y, 138, 134, c.rng.choice((WHITE, PAPER, MIST)), 5)
            _sign(c, x + 69, y + 67, ink)


def _sign(c: Canvas, x: float, y: float, ink: str) -> None:
    what = c.rng.randrange(4)
    if what == 0:
        c.round(x, y, 26, color=OCHRE)
        for ray in range(10):
            a = ray * 0.628
            c.line(
                [(x + math.cos(a) * 33, y + math.sin(a) * 33), (x + math.cos(a) * 50, y + math.sin(a) * 50)], OCHRE, 5
            )
    elif what == 1:
        c.round(x, y + 10, 34, 28, ink)
        for side in (-1, 1):
            c.shape([(x + side * 8, y - 14), (x + side * 33, y - 46), (x + side * 33, y)], ink)
            c.round(x + side * 12, y + 4, 5, color=WHITE)
    elif what == 2:
        c.round(x - 8, y, 38, 22, ink)
        c.shape([(x + 24, y), (x + 52, y - 24), (x + 52, y + 24)], ink)
        c.round(x - 26, y - 4, 4, color=WHITE)
    else:
        c.rect(x - 34, y - 8, 68, 50, ink)
        c.shape([(x - 44, y - 8), (x, y - 48), (x + 44, y - 8)], OCHRE if ink != OCHRE else BRICK)
        c.rect(x - 9, y + 10, 18, 32, WHITE)


def books(c: Canvas) -> None:
    c.fill(CREAM)
    c.rect(0, 500, 960, 100, RUST)
    x = 50.0
    while x < 800:
        wide, high = c.rng.uniform(30, 66), c.rng.uniform(270, 400)
        color = c.rng.choice((BRICK, OCHRE, PLUM, RUST, DEEP, HONEY, ROSE))
        c.rect(x, 500 - high, wide, high, color, 3)
        c.rect(x + 4, 500 - high + 36, wide - 8, 7, CREAM)
        c.rect(x + 4, 500 - high + 52, wide - 8, 3, CREAM)
        c.rect(x + 4, 450, wide - 8, 5, CREAM)
        x += wide + 3
    c.shape([(x + 20, 500), (x + 66, 500), (x + 6, 178), (x - 38, 188)], TEAL)


def mended(c: Canvas) -> None:
    c.fill(DEEP)
    for side in (-1, 1):
        c.shape([(480, 140), (480 + side * 380, 110), (480 + side * 390, 500), (480, 530)], OCHRE)
        c.shape([(480, 126), (480 + side * 366, 100), (480 + side * 376, 486), (480, 512)], PAPER)
        for row in range(11):
            y = 160 + row * 28
            c.line([(480 + side * 40, y), (480 + side * c.rng.uniform(270, 330), y - 9)], STONE, 4)
    for _ in range(5):
        c.round(c.rng.uniform(180, 800), c.rng.uniform(180, 440), (r := c.rng.uniform(12, 34)), r * 0.9, SAND)
    c.line([(480, 122), (480, 516)], GREY, 5)
    for place in range(5):
        c.line([(474, 170 + place * 70), (486, 200 + place * 70)], BRICK, 5)


def weave(c: Canvas) -> None:
    c.fill(CREAM)
    width, colors = 20, c.rng.choice(((RUST, CREAM, BRICK), (OCHRE, PAPER, BRICK), (BRICK, CREAM, PLUM)))
    for row in range(30):
        for place in range(48):
            turn = place + row if (place // 8) % 2 else place - row
            color = colors[0] if turn % 8 < 3 else colors[2] if turn % 8 == 5 else colors[1]
            c.rect(place * width, row * width, width - 1.5, width - 1.5, color, 4)


def skeins(c: Canvas) -> None:
    c.fill(MIST)
    c.line([(40, 90), (920, 90)], RUST, 14)
    for place, color in enumerate((SUN, STRAW, HONEY, OCHRE, RUST, BRICK, "#5b3a2a")):
        x = 120 + place * 120
        for strand in range(9):
            c.line(smooth([(x - 4, 90), (x - 36 + strand * 9, 260), (x - 20 + strand * 5, 440)]), color, 8)
        c.rect(x - 26, 330, 52, 26, CREAM, 6)
        c.round(x, 452, 30, 22, color)


def board(c: Canvas) -> None:
    c.fill(DEEP)
    c.rect(200, 20, 560, 560, OCHRE, 16)
    for size in (70, 145, 220):
        c.line(
            [
                (480 - size, 300 - size),
                (480 + size, 300 - size),
                (480 + size, 300 + size),
                (480 - size, 300 + size),
                (480 - size, 300 - size),
            ],
            INK,
            5,
        )
    for dx, dy in ((0, -1), (1, 0), (0, 1), (-1, 0)):
        c.line([(480 + dx * 70, 300 + dy * 70), (480 + dx * 220, 300 + dy * 220)], INK, 5)
    spots = [(dx * s, dy * s) for s in (70, 145, 220) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy]
    for place, (dx, dy) in enumerate(c.rng.sample(spots, 11)):
        c.round(483 + dx, 304 + dy, 24, color=RUST)
        c.round(480 + dx, 300 + dy, 24, color=NIGHT if place % 2 else WHITE)


DRAWINGS: dict[str, Drawing] = {
    d.__name__: d for d in (tools, puller, rack, bowls, stack, bowl, tiles, books, mended, weave, skeins, board)
}
