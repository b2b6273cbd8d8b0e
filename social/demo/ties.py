"""Who follows whom: circles of interest, preferential attachment, following back, and a ring of small accounts."""

from datetime import datetime, timedelta
from random import Random

from social.demo.people import Person, Role

Follow = tuple[int, int, datetime]
"""Places of the one who follows and the one who is followed, and when."""


def tie(rng: Random, people: list[Person], now: datetime) -> list[Follow]:
    """The follows of the community, in the order of time; fills ``follows`` and ``followers`` of everyone."""
    found: dict[tuple[int, int], datetime] = {}
    # By the time of joining, so that those who came first had more to attach to them.
    for person in sorted(people, key=lambda one: (one.joined_at, one.place)):
        if person.role in (Role.RING, Role.SUSPENDED):
            continue
        for target in _chosen(rng, person, people):
            _follow(rng, found, person, target, now, back=0.42)
    cast = [person for person in people if person.role is Role.CAST]
    for source in cast:
        for target in cast:
            # The first three know each other; those who look after the site follow them.
            if source is not target and target in cast[:3]:
                _follow(rng, found, source, target, now, back=0.3)
    ring = [person for person in people if person.role is Role.RING]
    heard = sorted(
        (one for one in people if one.role in (Role.REGULAR, Role.CAST)), key=lambda one: -len(one.followers)
    )
    for person in ring:
        for target in ring:
            if target is not person:
                _follow(rng, found, person, target, now, back=0)
        for target in heard[:20]:
            if rng.random() < 0.6:
                _follow(rng, found, person, target, now, back=0)
    # Two trusting members follow the ring back: what a reviewer should find.
    for trusting in heard[len(heard) // 3 : len(heard) // 3 + 2]:
        for target in ring[:2]:
            _follow(rng, found, trusting, target, now, back=0)
    return sorted(((source, target, at) for (source, target), at in found.items()), key=lambda row: (row[2], row[:2]))


def _chosen(rng: Random, person: Person, people: list[Person]) -> list[Person]:
    wanted = {Role.CAST: 26, Role.REGULAR: 15, Role.QUIET: 7, Role.NEWCOMER: 5}[person.role]
    wanted = max(3, round(wanted * rng.lognormvariate(0, 0.45 if person.role is not Role.CAST else 0.15)))
    wanted += 16 if person.place < 3 else 0
    others = [one for one in people if one is not person and one.role not in (Role.RING, Role.SUSPENDED)]
    weights = [closeness(person, one) * (one.pull + 0.5 * len(one.followers) + 0.2) ** 1.2 for one in others]
    # Weighted choice without putting back: the largest keys of u^(1/w).
    keys = [(rng.random() ** (1 / weight), one.place) for weight, one in zip(weights, others, strict=True)]
    chosen = {place for _, place in sorted(keys, reverse=True)[: min(wanted, len(others) // 2)]}
    return [one for one in others if one.place in chosen]


def closeness(one: Person, other: Person) -> float:
    """How much two people have to say to each other, from .35 to about 12."""
    shared = len(set(one.topics) & set(other.topics))
    first = 2.0 if one.topics[0] in other.topics else 1.0
    return first * (6.0 if shared > 1 else 4.0 if shared else 1.2 if one.group == other.group else 0.35)


def _follow(
    rng: Random, found: dict[tuple[int, int], datetime], source: Person, target: Person, now: datetime, back: float
) -> None:
    if (source.place, target.place) in found:
        return
    begin = max(source.joined_at, target.joined_at)
    at = begin + min(timedelta(days=rng.expovariate(1 / 3)), (now - begin) * rng.uniform(0.05, 0.97))
    found[source.place, target.place] = at
    source.follows.add(target.place)
    target.followers.add(source.place)
    if target.role is not Role.QUIET and rng.random() < back * min(1.0, closeness(source, target) / 4):
        _follow(rng, found, target, source, now, back=0)
