"""Pictures of members: portraits without features, letters, small landscapes, patterns and things people like."""

import math
from random import Random

from social.demo.pictures.canvas import (
    BRICK,
    CORAL,
    CREAM,
    DEEP,
    HONEY,
    INK,
    LEAF,
    MIST,
    MOSS,
    NIGHT,
    OCHRE,
    PAPER,
    PINE,
    PLUM,
    ROSE,
    RUST,
    SAGE,
    SAND,
    SEA,
    SKY,
    STONE,
    STRAW,
    SUN,
    TEAL,
    WHITE,
    Canvas,
    smooth,
)

SIZE = 192
GROUNDS = (MIST, SKY, SAND, SAGE, ROSE, SUN, CORAL, HONEY, TEAL, DEEP, PLUM, MOSS, STONE, CREAM)
SKINS = ("#f1cfb4", "#e3b08a", "#c98d62", "#a06a43", "#7a4b2f", "#55341f")
HAIR = ("#2a211e", "#4a3226", "#7d5233", "#b98748", "#a8492c", "#8f8d89", "#d9d5cc")
DARK_HAIR = (*HAIR[:2], *HAIR[:2], *HAIR[5:])
CLOTHES = (TEAL, DEEP, BRICK, RUST, PLUM, PINE, OCHRE, NIGHT, CORAL, SEA, MOSS, CREAM)

STYLES = ("long", "long", "bob", "bob", "short", "curls", "bun", "bun", "scarf", "braids")
BEARDED_STYLES = ("short", "short", "short", "curls", "bald", "cap")
SCENES = (
    (SKY, CREAM, SUN, (SAGE, TEAL, DEEP)),
    (SUN, ROSE, CORAL, (PLUM, DEEP, INK)),
    (NIGHT, DEEP, MIST, (TEAL, DEEP, INK)),
    (MIST, SAND, WHITE, (LEAF, MOSS, PINE)),
    (CREAM, SUN, CORAL, (OCHRE, RUST, BRICK)),
)


def portrait(c: Canvas, bearded: bool) -> None:
    rng, mid = c.rng, SIZE / 2
    c.fill(rng.choice(GROUNDS))
    if rng.random() < 0.4:
        c.round(
            rng.uniform(30, 160), rng.uniform(30, 110), rng.uniform(40, 80), color=rng.choice((SUN, PAPER, SKY, CORAL))
        )
    shade, cloth = rng.randrange(len(SKINS)), rng.choice(CLOTHES)
    skin, hair = SKINS[shade], rng.choice(HAIR if shade < 2 else DARK_HAIR)
    style = rng.choice(BEARDED_STYLES if bearded else STYLES)
    wide, tall = rng.uniform(36, 43), rng.uniform(46, 53)
    y = 86 + rng.uniform(-3, 4)
    if style in ("long", "bob"):
        low = y + (104 if style == "long" else 44)
        c.rect(mid - wide - 13, y - 20, 2 * wide + 26, low - y + 16, hair, 26)
    if style == "braids":
        for side in (-1, 1):
            for knot in range(5):
                c.round(mid + side * (wide + 8), y + 20 + knot * 17, 11, color=hair)
    if style == "curls":
        for _ in range(34):
            angle = rng.uniform(math.pi * 0.95, math.pi * 2.05)
            c.round(
                mid + math.cos(angle) * (wide + 6),
                y - 12 + math.sin(angle) * (tall - 4),
                rng.uniform(13, 19),
                color=hair,
            )
    if style == "scarf":
        c.rect(mid - wide - 15, y - 60, 2 * wide + 30, 150, cloth, 50)
    c.shape(smooth([(14, 210), (26, 166), (70, 150), (mid, 152), (122, 150), (166, 166), (178, 210)]), cloth)
    c.rect(mid - 15, y + 30, 30, 46, skin, 14)
    if style != "scarf":
        for side in (-1, 1):
            c.round(mid + side * wide, y + 6, 8, 11, skin)
    c.round(mid, y, wide, tall, skin)
    _hair(c, style, mid, y, wide, tall, hair, cloth)
    _features(c, mid, y, hair, wide, tall, bearded)
    if rng.random() < 0.35:
        c.shape([(mid - 28, 150), (mid, 186), (mid + 28, 150), (mid, 160)], rng.choice((CREAM, SUN, WHITE)))


def _hair(c: Canvas, style: str, mid: float, y: float, wide: float, tall: float, hair: str, cloth: str) -> None:
    if style in ("long", "bob", "short", "bun", "braids"):
        part = c.rng.uniform(-16, 16)
        crown = smooth(
            [
                (mid - wide - 4, y + 2),
                (mid - wide + 2, y - 34),
                (mid, y - tall - 9),
                (mid + wide - 2, y - 34),
                (mid + wide + 4, y + 2),
            ]
        )
        c.shape([*crown, *smooth([(mid + wide - 4, y - 10), (mid + part, y - 30), (mid - wide + 4, y - 10)])], hair)
    if style == "bun":
        c.round(mid, y - tall - 13, 19, 17, hair)
    if style == "scarf":
        c.shape(
            smooth(
                [
                    (mid - wide - 8, y + 20),
                    (mid - wide, y - 36),
                    (mid, y - tall - 12),
                    (mid + wide, y - 36),
                    (mid + wide + 8, y + 20),
                    (mid + wide - 5, y - 14),
                    (mid, y - 32),
                    (mid - wide + 5, y - 14),
                ]
            ),
            cloth,
        )
    if style == "cap":
        c.shape(
            smooth(
                [
                    (mid - wide - 4, y - 16),
                    (mid - wide + 2, y - 44),
                    (mid, y - tall - 12),
                    (mid + wide - 2, y - 44),
                    (mid + wide + 4, y - 16),
                ]
            ),
            cloth,
        )
        c.rect(mid - 10, y - 26, wide + 28, 11, INK, 5)


def _features(c: Canvas, mid: float, y: float, hair: str, wide: float, tall: float, bearded: bool) -> None:
    rng = c.rng
    for side in (-1, 1):
        c.round(mid + side * 15, y + 2, 3, color=INK)
    if rng.random() < 0.3:
        for side in (-1, 1):
            c.round(mid + side * 15, y + 2, 11, color=INK, line=2)
        c.line([(mid - 4, y), (mid + 4, y)], INK, 2)
    if bearded and rng.random() < 0.4:
        c.shape(
            smooth(
                [
                    (mid - wide + 2, y + 12),
                    (mid - 28, y + tall - 4),
                    (mid, y + tall + 9),
                    (mid + 28, y + tall - 4),
                    (mid + wide - 2, y + 12),
                    (mid + 12, y + 22),
                    (mid - 12, y + 22),
                    (mid - wide + 2, y + 12),
                ]
            ),
            hair,
        )
    c.arc(mid, y + 16, 11, 25, 155, BRICK, 2.6)


def letter(c: Canvas, text: str) -> None:
    ground, ink = c.rng.choice(
        (
            (DEEP, SUN),
            (BRICK, CREAM),
            (HONEY, INK),
            (SAGE, PINE),
            (PLUM, ROSE),
            (SKY, NIGHT),
            (CREAM, RUST),
            (TEAL, CREAM),
        )
    )
    c.fill(ground)
    what = c.rng.randrange(3)
    if what == 0:
        c.round(c.rng.choice((30, 160)), c.rng.choice((30, 160)), 70, color=c.rng.choice((CORAL, OCHRE, SEA)))
    elif what == 1:
        for row in range(7):
            c.line([(0, row * 40 - 60), (SIZE, row * 40)], c.rng.choice((STRAW, SEA)), 5)
    else:
        c.shape([(0, SIZE), (SIZE, SIZE), (SIZE, c.rng.uniform(60, 120))], c.rng.choice((CORAL, TEAL, OCHRE)))
    c.write(SIZE / 2, SIZE / 2 + 4, text, 112, ink, "mm")


def landscape(c: Canvas) -> None:
    top, low, sun, hills = c.rng.choice(SCENES)
    c.fade(top, low)
    c.round(c.rng.uniform(40, 150), c.rng.uniform(40, 76), c.rng.uniform(16, 30), color=sun)
    for level, color in zip((104, 132, 160), hills, strict=True):
        c.hills(level + c.rng.uniform(-8, 8), c.rng.uniform(10, 24), color, c.rng.uniform(0.5, 1.4))


def pattern(c: Canvas) -> None:
    colors = c.rng.sample((DEEP, CORAL, HONEY, CREAM, SAGE, PLUM, SKY, BRICK, TEAL, SAND), 4)
    cells, step = 3, SIZE / 3
    for place in range(cells * cells):
        x, y = place % cells * step, place // cells * step
        ground, ink = c.rng.sample(colors, 2)
        c.rect(x, y, step, step, ground)
        what = c.rng.randrange(4)
        if what == 0:
            c.round(x + step / 2, y + step / 2, step * 0.36, color=ink)
        elif what == 1:
            c.shape([(x, y), (x + step, y + step), (x, y + step)], ink)
        elif what == 2:
            c.rect(x, y + step / 2, step, step / 2, ink)
        else:
            start = c.rng.choice((0, 90, 180, 270))
            cx, cy = x + (step if start in (90, 180) else 0), y + (step if start in (180, 270) else 0)
            fan = [
                (cx + math.cos(math.radians(start + a)) * step, cy + math.sin(math.radians(start + a)) * step)
                for a in range(0, 91, 6)
            ]
            c.shape([(cx, cy), *fan], ink)


def liking(c: Canvas) -> None:
    rng, mid = c.rng, SIZE / 2
    c.fill(rng.choice(GROUNDS[:8]))
    what = rng.randrange(6)
    if what == 0:
        c.round(mid - 6, mid + 14, 50, 40, DEEP)
        c.round(mid + 26, mid - 34, 27, color=DEEP)
        c.shape([(mid + 48, mid - 40), (mid + 76, mid - 30), (mid + 48, mid - 24)], HONEY)
        c.shape([(mid - 50, mid), (mid - 84, mid + 40), (mid - 36, mid + 36)], DEEP)
        c.round(mid + 32, mid - 38, 4, color=WHITE)
    elif what == 1:
        c.shape(
            smooth(
                [(mid, 20), (mid + 58, 80), (mid + 26, 150), (mid, 164), (mid - 26, 150), (mid - 58, 80), (mid, 20)]
            ),
            PINE,
        )
        c.line([(mid, 44), (mid, 184)], CREAM, 4)
        for row in range(4):
            for side in (-1, 1):
                c.line([(mid, 80 + row * 22), (mid + side * 34, 62 + row * 22)], CREAM, 3)
    elif what == 2:
        c.round(mid, mid + 16, 52, 46, INK)
        for side in (-1, 1):
            c.shape([(mid + side * 12, mid - 20), (mid + side * 50, mid - 64), (mid + side * 50, mid + 10)], INK)
            c.round(mid + side * 19, mid + 8, 8, 10, SUN)
        c.shape([(mid - 6, mid + 26), (mid + 6, mid + 26), (mid, mid + 33)], CORAL)
    elif what == 3:
        c.round(mid, mid, 62, color=NIGHT)
        c.round(mid, mid, 50, color=CREAM)
        c.round(mid + 24, mid - 12, 46, color=NIGHT)
    elif what == 4:
        for x in (54, 138):
            c.round(x, 122, 36, color=INK, line=6)
        c.line([(54, 122), (80, 74), (126, 74), (138, 122)], BRICK, 6)
        c.line([(54, 122), (96, 122), (126, 74)], BRICK, 6)
        c.line([(96, 122), (74, 64), (60, 64)], BRICK, 6)
        c.line([(138, 122), (122, 56), (136, 50)], BRICK, 6)
    else:
        c.shape(smooth([(46, 86), (52, 146), (80, 164), (112, 164), (140, 146), (146, 86)]), TEAL)
        c.round(mid, 86, 50, 12, RUST)
        c.arc(146, 112, 22, -100, 110, TEAL, 10)
        for x in (80, 100):
            c.line(smooth([(x, 64), (x + 8, 48), (x - 4, 34), (x + 4, 18)]), PAPER, 5)


def face(seed: str, name: str, *, bearded: bool = False, drawn: bool = False) -> bytes:
    """The picture of somebody as a WebP file; the same for the same seed. ``drawn``: a portrait for certain."""
    rng = Random(seed)  # noqa: S311
    c = Canvas(rng, SIZE, SIZE)
    kind = rng.choices(("portrait", "landscape", "pattern", "liking", "letter"), (55, 15, 10, 10, 10))[0]
    if drawn or kind == "portrait":
        portrait(c, bearded)
    elif kind == "letter":
        letter(c, name[:1].upper())
    else:
        {"landscape": landscape, "pattern": pattern, "liking": liking}[kind](c)
    # Shown at up to twice its size on dense screens.
    return c.encoded(shrink=1)
