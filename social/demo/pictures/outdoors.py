"""Hills, sea, sky and birds."""

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
    NIGHT,
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
    TEAL,
    WHITE,
    Canvas,
    Drawing,
    smooth,
)


def ridge(c: Canvas) -> None:
    c.fade(SKY, CREAM, 0.7)
    c.round(c.width * 0.78, 170, 46, color=SUN)
    c.hills(300, 34, SAGE, 1.3)
    c.rect(0, 372, c.width, 230, SEA)
    for row in range(6):
        y, x = 388 + row * 13, c.rng.uniform(560, 700)
        c.line([(x, y), (x + c.rng.uniform(60, 190), y)], MIST, 3)
    c.hills(440, 38, TEAL, 1.0)
    c.hills(520, 34, DEEP, 1.4)


def fog(c: Canvas) -> None:
    c.fade(MIST, SUN, 0.75)
    c.round(c.width * c.rng.uniform(0.25, 0.7), 190, 40, color=WHITE)
    for level, color in ((250, SKY), (310, SEA), (372, STONE), (440, TEAL), (520, DEEP)):
        line = c.hills(level, 26, color, c.rng.uniform(0.9, 1.9))
        if level < 440:
            for _ in range(3):
                x, y = c.rng.choice(line)
                c.round(x, y + 48, c.rng.uniform(120, 260), 15, MIST)
    x = c.rng.uniform(200, 720)
    c.rect(x, 318, 16, 60, INK)
    c.shape([(x - 2, 320), (x + 8, 270), (x + 18, 320)], INK)


def ferry(c: Canvas) -> None:
    c.fade(SUN, ROSE, 0.5)
    c.round(c.width * 0.3, 262, 42, color=CORAL)
    for row, color in enumerate((SKY, SEA, TEAL, SEA, TEAL, DEEP)):
        c.rect(0, 285 + row * 54, c.width, 60, color)
    for row in range(5):
        c.line([(250 - row * 8, 300 + row * 15), (325 + row * 8, 300 + row * 15)], SUN, 4)
    x, y = c.width * 0.62, 296
    c.shape([(x, y), (x + 190, y), (x + 168, y + 32), (x + 20, y + 32)], INK)
    c.rect(x + 34, y - 34, 110, 34, WHITE)
    c.rect(x + 58, y - 58, 46, 26, WHITE)
    c.rect(x + 110, y - 70, 14, 40, BRICK)
    for place in range(5):
        c.rect(x + 44 + place * 19, y - 24, 10, 11, TEAL)


def storm(c: Canvas) -> None:
    c.fade(GREY, MIST, 0.7)
    for row, color in enumerate((SEA, TEAL, DEEP, TEAL)):
        y, path = 250 + row * 62, []
        for place in range(14):
            path += [(place * 76 - 30 + row * 20, y + 24), (place * 76 + row * 20, y - c.rng.uniform(18, 60))]
        curve = smooth(path, 8)
        c.shape([*curve, (c.width + 40, c.height), (-40, c.height)], color)
        c.line(curve, WHITE, 3)
    c.rect(0, 470, 560, 130, INK)
    c.rect(500, 400, 16, 72, INK)
    c.rect(492, 380, 32, 24, SUN)
    for _ in range(90):
        c.round(c.rng.gauss(560, 70), c.rng.gauss(380, 70), c.rng.uniform(1.5, 5), color=WHITE)


def harbour(c: Canvas) -> None:
    c.fade(CREAM, SKY, 0.6)
    c.rect(0, 330, c.width, 270, TEAL)
    c.rect(0, 330, c.width, 34, SEA)
    x = c.rng.uniform(90, 200)
    c.line([(x, 340), (x, 110), (x + 230, 70)], INK, 9)
    c.line([(x, 200), (x + 200, 78)], INK, 4)
    c.line([(x + 200, 78), (x + 200, 190)], INK, 2)
    for place in range(9):
        c.rect(
            300 + place * 74, 330 - (high := c.rng.choice((60, 84, 104))), 66, high, (BRICK, OCHRE, CREAM)[place % 3]
        )
    for bx, by, color in ((360, 420, BRICK), (610, 468, DEEP)):
        c.shape([(bx, by), (bx + 170, by), (bx + 140, by + 38), (bx + 24, by + 38)], color)
        c.rect(bx + 58, by - 38, 50, 38, WHITE)
        c.line([(bx + 120, by), (bx + 120, by - 100)], INK, 4)
    c.rect(860, 380, 24, 220, INK)
    c.round(872, 366, 24, 15, WHITE)
    c.round(894, 356, 10, color=WHITE)
    c.shape([(902, 354), (918, 359), (902, 361)], HONEY)


def houses(c: Canvas) -> None:
    c.fill(CREAM)
    x, place = -10.0, 0
    colors = [OCHRE, BRICK, TEAL, SAND]
    while x < c.width:
        wide, high = c.rng.uniform(86, 138), c.rng.uniform(270, 400)
        top = 540 - high
        c.rect(x, top, wide - 5, high, colors[place % 4])
        c.shape([(x, top), (x + wide / 2 - 2, top - 62), (x + wide - 5, top)], INK)
        for row in range(int(high // 84)):
            for side in (0.24, 0.62):
                c.rect(x + wide * side - 6, top + 24 + row * 76, 25, 40, INK, 3)
        x, place = x + wide, place + 1
    c.rect(0, 540, c.width, 60, GREY)


def backs(c: Canvas) -> None:
    c.fill(MIST)
    for place in range(5):
        x, high = place * 200 - 20, c.rng.uniform(330, 450)
        top = 600 - high
        c.rect(x, top, 192, high, (SAND, ROSE, STONE, OCHRE, CREAM)[place])
        c.shape([(x - 6, top), (x + 96, top - 50), (x + 198, top)], BRICK)
        for row in range(3):
            y = top + 40 + row * 110
            c.rect(x + 26, y, 40, 58, DEEP, 2)
            c.rect(x + 120, y, 40, 58, DEEP, 2)
            if row < 2:
                c.rect(x + 10, y + 62, 172, 7, INK)
                for bar in range(12):
                    c.line([(x + 14 + bar * 15, y + 36), (x + 14 + bar * 15, y + 62)], INK, 2)
    for y, start in ((300, 60), (392, 420)):
        c.line(smooth([(start, y), (start + 180, y + 18), (start + 380, y)]), INK, 2)
        for place in range(8):
            c.rect(start + 28 + place * 42, y + 10, 26, c.rng.uniform(30, 56), c.rng.choice((WHITE, CORAL, TEAL, SUN)))


def _bird(c: Canvas, x: float, y: float, size: float, lean: float) -> None:
    left, right = (x - size, y - size * (0.35 + lean)), (x + size, y - size * (0.35 - lean))
    upper = smooth([left, (x - size * 0.42, y - size * 0.24), (x, y), (x + size * 0.42, y - size * 0.24), right], 6)
    lower = smooth(
        [right, (x + size * 0.36, y - size * 0.04), (x, y + size * 0.2), (x - size * 0.36, y - size * 0.04), left], 6
    )
    c.shape([*upper, *lower], INK)
    c.shape([(x - 0.1 * size, y), (x, y + size * 0.52), (x + 0.1 * size, y)], INK)


def swifts(c: Canvas) -> None:
    c.fade(SKY, ROSE)
    c.hills(560, 14, DEEP, 3)
    for _ in range(c.rng.randrange(19, 27)):
        _bird(
            c, c.rng.uniform(60, 900), c.rng.uniform(60, 450), c.rng.choice((14, 20, 28, 44)), c.rng.uniform(-0.3, 0.3)
        )


def heron(c: Canvas) -> None:
    c.fade(MIST, SKY, 0.7)
    c.rect(0, 400, c.width, 200, SEA)
    for step in range(5):
        c.round(500, 490, 60 + step * 62, 12 + step * 13, (MIST, SKY)[step % 2], 3)
    c.line([(500, 488), (496, 400), (504, 340)], INK, 6)
    c.shape(smooth([(420, 352), (468, 296), (548, 300), (566, 330), (520, 356), (440, 372), (420, 352)]), INK)
    c.line(smooth([(548, 312), (596, 270), (566, 214), (590, 160)]), INK, 15)
    c.round(598, 154, 18, 13, INK)
    c.shape([(612, 148), (690, 160), (610, 164)], HONEY)
    c.line([(590, 150), (548, 142)], INK, 4)
    for _ in range(24):
        x = c.rng.choice((c.rng.uniform(20, 240), c.rng.uniform(780, 940)))
        c.line([(x, 420), (x + c.rng.uniform(-20, 20), c.rng.uniform(230, 330))], MOSS, 3)


def kingfisher(c: Canvas) -> None:
    c.fade(SAGE, MIST, 0.8)
    c.rect(0, 470, c.width, 130, SEA)
    c.line(smooth([(960, 120), (740, 210), (520, 260), (300, 300)]), PINE, 10)
    for place in range(26):
        x = 300 + place * 25
        y = 300 - place * 6
        c.shape([(x, y), (x - 20, y + 34), (x - 36, y + 84), (x - 16, y + 42)], (MOSS, LEAF)[place % 2])
    c.shape(smooth([(470, 262), (440, 214), (462, 172), (520, 168), (546, 214), (520, 262), (470, 262)]), TEAL)
    c.shape(smooth([(466, 256), (452, 216), (486, 206), (506, 240), (490, 262), (466, 256)]), RUST)
    c.round(468, 166, 32, 27, TEAL)
    c.shape([(442, 160), (366, 172), (444, 176)], INK)
    c.round(458, 160, 5, color=WHITE)
    c.shape([(520, 240), (560, 296), (540, 300), (504, 256)], DEEP)
    for step in range(3):
        c.round(360, 520, 40 + step * 40, 9 + step * 8, MIST, 3)


def feather(c: Canvas) -> None:
    c.fill(PAPER)
    spine = smooth([(180, 520), (360, 400), (560, 260), (800, 90)], 30)
    for place, (x, y) in enumerate(spine[8:-2]):
        far = math.sin(min(1, (place + 6) / 82) * math.pi * 0.86) * 86
        color = INK if (place // 7) % 2 else GREY
        for side, reach in ((-1, 1.0), (1, 0.62)):
            c.line([(x, y), (x + far * reach * 0.42 * (1 if side > 0 else 0.5), y + side * far * reach)], color, 3)
    c.line(spine, INK, 5)


def _sky(c: Canvas, count: int) -> None:
    c.fade(NIGHT, DEEP)
    for _ in range(count):
        size = c.rng.choice((0.7, 0.7, 0.9, 1.2, 1.2, 2.0, 2.8))
        c.round(
            c.rng.uniform(0, c.width), c.rng.uniform(0, c.height), size, color=c.rng.choice((WHITE, WHITE, SUN, SKY))
        )


def stars(c: Canvas) -> None:
    _sky(c, 500)
    for _ in range(2600):
        along = c.rng.uniform(-50, c.width + 50)
        c.round(
            along, 120 + along * 0.32 + c.rng.gauss(0, 50), c.rng.uniform(0.4, 1.0), color=c.rng.choice((SKY, MIST))
        )
    x = c.rng.uniform(180, 420)
    c.line([(x, 420), (x + 330, 230)], WHITE, 2)
    c.hills(575, 12, INK, 3)
    c.round(c.width * 0.8, 590, 190, 16, BRICK)
    c.hills(584, 6, INK, 4)


def trails(c: Canvas) -> None:
    c.fade(NIGHT, DEEP)
    for _ in range(150):
        radius, start = c.rng.uniform(14, 720), c.rng.uniform(0, 360)
        c.arc(470, 210, radius, start, start + 46, c.rng.choice((MIST, SUN, SKY)), c.rng.choice((0.6, 1, 1.6)))
    c.hills(540, 10, INK, 2)
    c.line([(700, 560), (700, 300), (890, 268)], INK, 10)
    c.line([(700, 380), (850, 276)], INK, 4)
    c.rect(120, 470, 120, 90, INK)
    c.shape([(110, 474), (180, 410), (250, 474)], INK)


def moon(c: Canvas) -> None:
    c.fill(NIGHT)
    x, y, r = 470, 300, 230
    c.round(x, y, r, color=CREAM)
    for _ in range(60):
        angle, far = c.rng.uniform(-1.3, 1.3), c.rng.uniform(0.3, 0.97)
        size = c.rng.uniform(4, 20)
        px, py = x + math.cos(angle) * r * far, y + math.sin(angle) * r * far
        c.round(px, py, size, size * 0.9, SAND)
        c.arc(px, py, size, 100, 260, GREY, 2)
    c.round(x - 84, y, r * 1.01, color="#101d30")
    for _ in range(70):
        c.round(c.rng.uniform(0, 960), c.rng.uniform(0, 600), 1, color=GREY)


DRAWINGS: dict[str, Drawing] = {
    drawing.__name__: drawing
    for drawing in (
        ridge,
        fog,
        ferry,
        storm,
        harbour,
        houses,
        backs,
        swifts,
        heron,
        kingfisher,
        feather,
        stars,
        trails,
        moon,
    )
}
