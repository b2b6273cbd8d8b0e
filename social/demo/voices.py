"""Who says it: the author of a piece and those who answer, by interest, nearness and how much they talk."""

import math
from datetime import datetime, timedelta
from random import Random

from social.demo.corpus import Piece
from social.demo.people import GROUP_OF, Person, Role
from social.demo.ties import closeness


class Voices:
    """Finds fitting people; remembers when each of them spoke."""

    def __init__(self, rng: Random, people: list[Person], start: datetime) -> None:
        self.rng, self.people, self.start = rng, people, start
        self._able = [one for one in people if one.role not in (Role.QUIET, Role.RING, Role.SUSPENDED)]
        self._spoke: dict[int, list[datetime]] = {}
        self._close: dict[tuple[int, int], float] = {}

    def note(self, place: int, at: datetime) -> None:
        """Somebody said something."""
        self._spoke.setdefault(place, []).append(at)

    def author(self, piece: Piece, at: datetime) -> Person | None:
        """Somebody for whom the piece would be natural at that moment; None when there is nobody."""
        if piece.by:
            return next(one for one in self.people if one.handle == piece.by)
        fitting = [
            one
            for one in self._able
            if (piece.topic in one.topics or piece.kind == "hello")
            and one.joined_at < at
            and one.speaks(piece.language)
            and (piece.kind == "hello")
            == (one.role is Role.NEWCOMER or (piece.kind == "hello" and self._young(one, at)))
        ]
        if piece.language and not fitting:
            fitting = [one for one in self._able if one.speaks(piece.language) and one.joined_at < at]
        weights = [
            one.activity * (2.5 if one.topics[0] == piece.topic else 1.0) * self._rest(one, at) for one in fitting
        ]
        return self.rng.choices(fitting, weights)[0] if fitting and sum(weights) > 0 else None

    def _young(self, one: Person, at: datetime) -> bool:
        return one.joined_at > self.start and at - one.joined_at < timedelta(days=3)

    def _rest(self, one: Person, at: datetime) -> float:
        """Less likely shortly before or after something else that the person said."""
        gaps = [abs((at - other).total_seconds()) / 3600 for other in self._spoke.get(one.place, ())[-12:]]
        return min(1.0, (min(gaps, default=24) / 6) ** 2 + 0.01)

    def cast(self, piece: Piece, author: Person, at: datetime) -> dict[str, int] | None:
        """Who speaks which letter; None when too few people fit."""
        found = {"A": author.place}
        for letter in piece.speakers:
            one = self.answerer(piece.topic, author, at, set(found.values()), piece.language)
            if one is None:
                return None
            found[letter] = one.place
        return found

    def answerer(
        self, topic: str, author: Person, at: datetime, not_these: set[int], language: str = ""
    ) -> Person | None:
        """Somebody who would answer ``author`` about a topic; none of ``not_these`` places."""
        fitting = [
            one
            for one in self._able
            if one.place not in not_these and one.joined_at < at and one.speaks(language) and one.activity > 0
        ]
        weights = [
            math.sqrt(one.activity)
            * self._closeness(author, one)
            * (3 if author.place in one.follows else 1)
            * (2 if topic in one.topics else 1 if GROUP_OF[topic] == one.group else 0.5)
            for one in fitting
        ]
        return self.rng.choices(fitting, weights)[0] if fitting else None

    def _closeness(self, one: Person, other: Person) -> float:
        key = (one.place, other.place)
        if key not in self._close:
            self._close[key] = closeness(one, other)
        return self._close[key]
