"""What people count."""

from social.demo.pictures.canvas import (
    CORAL,
    DEEP,
    GREY,
    HONEY,
    INK,
    MIST,
    PAPER,
    PLUM,
    RUST,
    SAND,
    SEA,
    TEAL,
    Canvas,
    Drawing,
    Point,
)


def _axes(c: Canvas, title: str) -> None:
    c.fill(PAPER)
    c.write(90, 44, title, 26, INK)
    for row in range(4):
        c.line([(90, 130 + row * 110), (890, 130 + row * 110)], SAND, 1.5)
    c.line([(90, 110), (90, 520), (890, 520)], INK, 2.5)


def power(c: Canvas) -> None:
    _axes(c, "Community server, watts")
    points: list[Point] = []
    for day in range(30):
        watts = 330 + c.rng.uniform(-7, 7) - (74 if day == 9 else 112 if day == 21 else 0)
        points.append((100 + day * 27, watts))
    c.shape([*points, (883, 520), (100, 520)], MIST)
    c.line(points, TEAL, 4)
    for place in (9, 21):
        c.round(*points[place], 7, color=CORAL)


def _bars(c: Canvas, title: str, bars: list[tuple[str, float]], color: str = TEAL, last: str = "") -> None:
    _axes(c, title)
    wide = 780 / len(bars)
    for place, (label, high) in enumerate(bars):
        c.rect(104 + place * wide, 520 - high, wide * 0.7, high, last if last and place == len(bars) - 1 else color, 3)
        c.write(104 + place * wide + wide * 0.35, 532, label, 20, GREY, "ma")


def weekdays(c: Canvas) -> None:
    high = [
        c.rng.uniform(290, 330),
        c.rng.uniform(310, 350),
        c.rng.uniform(100, 130),
        c.rng.uniform(300, 340),
        c.rng.uniform(270, 310),
    ]
    _bars(c, "Bicycles on the bridge, 7 to 9", list(zip(("Mon", "Tue", "Wed", "Thu", "Fri"), high, strict=True)))


def wishes(c: Canvas) -> None:
    _bars(
        c,
        "What became of the wishes",
        [("built", 330), ("on paper", 160), ("waiting", 140), ("a bench", 100)],
        TEAL,
        HONEY,
    )


def delays(c: Canvas) -> None:
    _bars(c, "The early boat", [("on time", 350), ("late", 84), ("early", 24)], DEEP, CORAL)


def rain(c: Canvas) -> None:
    tall = c.rng.randrange(4, 10)
    _bars(
        c,
        "Rain at our station, by month",
        [(m, 345 if n == tall else c.rng.uniform(60, 190)) for n, m in enumerate("JFMAMJJASOND")],
        SEA,
    )


def scatter(c: Canvas) -> None:
    _axes(c, "Warmer kitchen, quicker dough")
    c.line([(120, 480), (870, 170)], SAND, 4)
    for _ in range(22):
        x = c.rng.uniform(130, 860)
        c.round(x, 480 - (x - 120) * 0.413 + c.rng.gauss(0, 13), 9, color=RUST)


def steps(c: Canvas) -> None:
    _axes(c, "Seconds until the page is there")
    points: list[Point] = []
    for place, level in enumerate((150, 185, 190, 290, 380, 385, 455, 466)):
        points += [(95 + place * 98, level), (95 + place * 98 + 98, level)]
    c.line(points, PLUM, 7)
    c.round(*points[-1], 9, color=CORAL)


def swims(c: Canvas) -> None:
    c.fill(PAPER)
    c.write(60, 36, "A year of swims", 26)
    gap = c.rng.randrange(6, 12)
    for week in range(52):
        for day in range(7):
            swum = c.rng.random() < 0.42 and not gap <= week < gap + 4
            c.rect(58 + week * 16.3, 120 + day * 54, 13.5, 46, c.rng.choice((SEA, TEAL, DEEP)) if swum else MIST, 3)


DRAWINGS: dict[str, Drawing] = {d.__name__: d for d in (power, weekdays, wishes, delays, rain, scatter, steps, swims)}
