"""The whole demo community as plain data, made from a seed; nothing here touches the database."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random

from eth_keys.datatypes import PrivateKey
from eth_utils.crypto import keccak

from metya.wallets import demo
from social.demo.people import Person, gather
from social.demo.regard import Deed, Regard
from social.demo.said import Said
from social.demo.talk import Talk
from social.demo.ties import Follow, tie

LEAST_MEMBERS, MOST_MEMBERS = 24, 5_000
LEAST_POSTS, MOST_POSTS = 40, 50_000
LEAST_DAYS, MOST_DAYS = 3, 200
# The evening around which every community is made up.
EVENING = datetime(2026, 1, 15, 20, 40, tzinfo=UTC)


@dataclass(frozen=True)
class Community:
    """People, ties and what was said and done between ``start`` (a UTC midnight) and ``now``, each by time."""

    seed: int
    start: datetime
    now: datetime
    people: list[Person]
    follows: list[Follow]
    said: list[Said]
    likes: list[Deed]
    reposts: list[Deed]
    bookmarks: list[Deed]


def make(*, members: int, posts: int, days: int, seed: int, now: datetime) -> Community:
    """A community of ``members`` people who wrote ``posts`` posts, reposts included, in the last ``days`` days and today.

    The same numbers give the same community whenever it is made: it is made up around one evening, and all its moments are
    then moved so that this evening is ``now``.
    """
    begin = _midnight(EVENING) - timedelta(days=days)
    rng = Random(f"{seed} {members} {posts} {days}")  # noqa: S311
    people = gather(rng, members, begin, EVENING)
    follows = tie(rng, people, EVENING)
    said = Talk(rng, people, begin, EVENING).fill(posts - posts // 10)
    regard = Regard(rng, people, said, EVENING)
    likes = regard.likes()
    reposts = regard.reposts(posts - len(said))
    bookmarks = regard.bookmarks(members * 3 // 2)
    shift = now - EVENING
    for person in people:
        person.move(shift)
    for one in said:
        one.move(shift)
    return Community(
        seed=seed,
        start=_midnight(now) - timedelta(days=days),
        now=now,
        people=people,
        follows=[(source, target, at + shift) for source, target, at in follows],
        said=said,
        likes=[deed.moved(shift) for deed in likes],
        reposts=[deed.moved(shift) for deed in reposts],
        bookmarks=[deed.moved(shift) for deed in bookmarks],
    )


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.astimezone(UTC).date(), time(), UTC)


def wallet_address(seed: int, person: Person) -> str:
    """The wallet of a demo member, lower case. The key exists only by this derivation; the cast has well-known keys."""
    cast = {one.handle: one.address for one in demo.CAST}
    return cast.get(person.handle) or derived_address(f"metya demo member {seed} {person.place}")


def derived_address(words: str) -> str:
    """The lower-case address of the key keccak256(words)."""
    return PrivateKey(keccak(text=words)).public_key.to_address()
