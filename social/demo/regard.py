"""What people do with what is said: likes, reposts, bookmarks, blocks and mutes."""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from social.demo.people import Person, Role
from social.demo.said import Said
from social.demo.ties import closeness

# How much each kind is liked.
WARMTH = {
    "show": 1.5, "news": 1.0, "ask": 0.55, "event": 0.7, "mishap": 1.1, "tip": 0.9, "muse": 1.2, "joke": 1.0,
    "hello": 1.3, "reply": 0.28, "quote": 0.8,
}  # fmt: skip


@dataclass(frozen=True)
class Deed:
    """Somebody (a place among people) did something with what was said."""

    person: int
    said: Said
    at: datetime

    def moved(self, shift: timedelta) -> "Deed":
        """The same so much later."""
        return replace(self, at=self.at + shift)


class Regard:
    """Who liked, repeated and kept what."""

    def __init__(self, rng: Random, people: list[Person], said: list[Said], now: datetime) -> None:
        self.rng, self.people, self.said, self.now = rng, people, said, now
        self._ring = [one for one in people if one.role is Role.RING]
        self._fond: dict[int, tuple[list[Person], list[float]]] = {}

    def likes(self) -> list[Deed]:
        """Every like, in the order of time; counts them on what was said."""
        found: list[Deed] = []
        for said in self.said:
            author = self.people[said.author]
            if author.role is Role.SUSPENDED:
                continue
            if author.role is Role.RING:
                found += self._ring_likes(said)
                continue
            readers, weights = self._readers(author)
            readable = self._readable(said, readers, weights)
            heard = math.sqrt(len(author.followers) + 1) * WARMTH[said.kind] * self.rng.lognormvariate(0, 0.55)
            found += [
                Deed(one.place, said, at) for one in self._some(readable, heard * 1.7) if (at := self._when(said, one))
            ]
        for deed in found:
            deed.said.likes += 1
        return sorted(found, key=lambda deed: (deed.at, deed.person))

    def _readers(self, author: Person) -> tuple[list[Person], list[float]]:
        """Who may come across somebody's posts, and how likely."""
        if author.place not in self._fond:
            readers = [one for one in self.people if one is not author and one.role not in (Role.RING, Role.SUSPENDED)]
            weights = [
                (6.0 if author.place in one.follows else 0.5) * closeness(author, one) * (0.5 + min(one.activity, 3.0))
                for one in readers
            ]
            self._fond[author.place] = (readers, weights)
        return self._fond[author.place]

    def _readable(self, said: Said, readers: list[Person], weights: list[float]) -> list[tuple[Person, float]]:
        only = self.people[said.root.author].followers if said.followers_only else None
        return [
            (one, weight)
            for one, weight in zip(readers, weights, strict=True)
            if one.joined_at < self.now and (only is None or one.place in only)
        ]

    def _some(self, readable: list[tuple[Person, float]], wanted: float) -> list[Person]:
        """A weighted choice without putting back of about ``wanted`` people."""
        count = min(len(readable) * 2 // 3, int(wanted + self.rng.random()))
        if count < 1:
            return []
        keys = [(math.log(self.rng.random()) / weight, place) for place, (_, weight) in enumerate(readable)]
        return [readable[place][0] for _, place in sorted(keys, reverse=True)[:count]]

    def _when(self, said: Said, one: Person) -> datetime | None:
        """Within hours mostly, later by those who came later; None when that is not yet."""
        begin = max(said.at, one.joined_at)
        left = (self.now - begin).total_seconds()
        wait = self.rng.expovariate(1 / (4.5 * 3600))
        if left < 6 * 3600:
            wait = left * self.rng.uniform(0.05, 1.25)
        return begin + timedelta(seconds=wait) if wait < left else None

    def _ring_likes(self, said: Said) -> list[Deed]:
        """Everybody of the ring, within minutes, always."""
        others = [one for one in self._ring if one.place != said.author]
        moments = [(one, said.at + timedelta(minutes=self.rng.uniform(1, 25))) for one in others]
        return [Deed(one.place, said, at) for one, at in moments if at < self.now]

    def reposts(self, count: int) -> list[Deed]:
        """``count`` reposts (fewer when there is too little to repeat), at most one per person and post, by time."""
        roots = [one for one in self.said if not one.parent and not one.followers_only and one.kind != "joke"]
        open_roots = [one for one in roots if self.people[one.author].role not in (Role.RING, Role.SUSPENDED)]
        weights = [(1 + one.likes) ** 1.15 for one in open_roots]
        found: dict[tuple[int, int], Deed] = {}
        for said in [one for one in roots if self.people[one.author].role is Role.RING][: count // 12]:
            for one in self.rng.sample(self._ring, min(2, len(self._ring))):
                self._repeat(found, said, one)
        tries = 0
        while open_roots and len(found) < count and tries < count * 40:
            tries += 1
            said = self.rng.choices(open_roots, weights)[0]
            readers, fondness = self._readers(self.people[said.author])
            self._repeat(found, said, self.rng.choices(readers, fondness)[0])
        return sorted(list(found.values())[:count], key=lambda deed: (deed.at, deed.person))

    def _repeat(self, found: dict[tuple[int, int], Deed], said: Said, one: Person) -> None:
        at = self._when(said, one)
        key = (one.place, id(said))
        if at and key not in found and one.place != said.author and one.role is not Role.QUIET:
            found[key] = Deed(one.place, said, at)

    def bookmarks(self, count: int) -> list[Deed]:
        """Things kept for later; the first three of the cast keep a few more."""
        keepers = [one for one in self.people if one.role in (Role.CAST, Role.REGULAR, Role.QUIET)]
        useful = [one for one in self.said if one.kind in ("tip", "show", "event", "news") and not one.followers_only]
        found: dict[tuple[int, int], Deed] = {}
        for number in range(count if useful else 0):
            one = keepers[number % 3] if number < 18 else self.rng.choice(keepers)
            said = self.rng.choice(useful)
            at = self._when(said, one)
            if at and one.place != said.author:
                found[one.place, id(said)] = Deed(one.place, said, at)
        return sorted(found.values(), key=lambda deed: (deed.at, deed.person))
