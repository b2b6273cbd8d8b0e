"""What is said when: the order of the pieces and the moments of first posts."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle
from random import Random

from social.demo import corpus
from social.demo.corpus import Piece
from social.demo.people import Person

# How much is said in each hour of the day (UTC).
RHYTHM = (2, 1, 1, 1, 1, 3, 8, 14, 16, 13, 11, 12, 15, 13, 10, 10, 12, 15, 19, 22, 22, 18, 11, 5)
# The newest of all, as somebody finds them who looks for the first time: minutes ago, by the handle of the author.
PINNED = {"ines": 4, "tomasz": 21, "amara": 58}
# When somebody spoke last, in minutes, whatever the hour.
LATELY = (2, 9, 14, 27, 33, 44, 52)


def moments(rng: Random, count: int, start: datetime, now: datetime) -> list[datetime]:
    """Moments of ``count`` first posts, the newest last; busier by day, in the evening, and towards the end."""
    found: list[datetime] = []
    while len(found) < count:
        at = start + (now - start) * rng.random() ** 0.7
        if rng.random() * max(RHYTHM) < RHYTHM[at.hour]:
            found.append(at)
    found.sort()
    for back, minutes in enumerate(LATELY[: max(1, count // 10)]):
        found[-1 - back] = max(found[-1 - back], now - timedelta(minutes=minutes))
    return sorted(found)


def opening(people: list[Person]) -> list[Piece]:
    """The pieces that stand on top of the first page: the first one written for each of the three members."""
    homes = {one.handle: one.topics[0] for one in people}
    return [next(piece for piece in corpus.topics()[homes[handle]] if piece.by == handle) for handle in PINNED]


def order(rng: Random, people: list[Person]) -> Iterator[Piece]:
    """The opening, every other piece once, topics well mixed; then, for ever, those that can be told otherwise."""
    first = opening(people)
    every = [piece for pieces in corpus.topics().values() for piece in pieces if piece not in first]
    yield from first
    yield from _mixed(rng, every)
    yield from cycle(_mixed(rng, [piece for piece in every if piece.varies]))


def _mixed(rng: Random, pieces: list[Piece]) -> list[Piece]:
    """Shuffled so that each topic is spread evenly."""
    by_topic: dict[str, list[Piece]] = {}
    for piece in rng.sample(pieces, len(pieces)):
        by_topic.setdefault(piece.topic, []).append(piece)
    keyed: list[tuple[float, Piece]] = []
    for mine in by_topic.values():
        shift = rng.random()
        keyed += [((place + shift + rng.uniform(-0.3, 0.3)) / len(mine), piece) for place, piece in enumerate(mine)]
    return _varied([piece for _, piece in sorted(keyed, key=lambda row: row[0])])


def _varied(pieces: list[Piece]) -> list[Piece]:
    """Kept near their places, but rarely the same kind twice in a row."""
    for place in range(1, len(pieces)):
        before = pieces[place - 1].kind
        later = next((n for n in range(place, min(place + 8, len(pieces))) if pieces[n].kind != before), place)
        pieces.insert(place, pieces.pop(later))
    return pieces
