"""Members who train the model of the demo: what they prefer of posts that are there, and the two rounds that came of it.

Their answers follow a taste that the first champion does not know, with the noise that people have; everything after that is
computed as on any site.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import numpy as np

from metya.wallets.models import Member
from social.comparisons.models import Example, Kind
from social.consent import actions as consent
from social.consent import texts
from social.consent.models import Grant, Purpose
from social.demo import gathering
from social.demo.people import Role
from social.demo.planting import Planted
from social.ranking.candidates import gather
from social.ranking.maths.arrays import Floats
from social.ranking.maths.features import FEATURES_VERSION, PLACE, START
from social.ranking.measuring import measure
from social.ranking.models import ModelVersion
from social.ranking.packed import packed
from social.ranking.readers import reader_of
from social.training import nightly, running
from social.training.models import Draw, Round

# How many train, in two halves; how many answers each; how many more allow the use of their likes.
TRAINERS, ANSWERS, LIKERS = 90, 16, 40
SHOWN, HER_ANSWERS = "ines", 40
# By how much what they like differs from the weights set by hand.
_TASTE = {
    "recency": -1.2,
    "has_picture": 1.1,
    "question": 0.7,
    "likes_all": 0.9,
    "replies_all": 0.6,
    "length": 0.5,
    "tag_followed": 0.4,
}
Say = Callable[[str], None]


def add(planted: Planted, say: Say) -> None:
    """Two rounds: one three nights ago, one last night."""
    rng = Random(planted.community.seed)  # noqa: S311
    people = [planted.members[person.place] for person in planted.community.people if person.role is Role.REGULAR]
    # The cast decides by itself, but for ines, whose pages show what examples are worth.
    others = [one for one in people if not one.is_demo]
    chosen = rng.sample(others, min(TRAINERS, len(others)))
    shown = list(Member.objects.filter(handle=SHOWN, is_demo=True))
    for member in chosen[:LIKERS]:
        consent.give(actor=member, purpose=Purpose.FEATURES, version=texts.current(Purpose.FEATURES))
    nightly.count()
    _say_earlier(_night(planted, 3) - timedelta(hours=11))
    halves, now = ([*shown, *chosen[: len(chosen) // 2]], chosen[len(chosen) // 2 :]), planted.community.now
    for number, (half, nights) in enumerate(zip(halves, (3, 0), strict=True), start=1):
        at = _night(planted, nights)
        # The groups were founded between the two nights.
        _answers(half, at - timedelta(hours=9), rng, gathering.spread(half) if number == 2 else {})
        Draw.objects.get_or_create(
            number=number, defaults={"seed": hashlib.sha256(f"demo {number}".encode()).hexdigest()}
        )
        one = running.train(fresh=True)
        if one is not None:
            _date_back(one, min(at, now), planted.community.start)
            say(f"round {one.number} of training: {one.examples:,} examples, {one.get_state_display()}")


def _night(planted: Planted, ago: int) -> datetime:
    """When the round of a night was computed."""
    return planted.community.now.replace(hour=1, minute=57, second=0, microsecond=0) - timedelta(days=ago)


def _say_earlier(at: datetime) -> None:
    """What was allowed and said so far was so before the first round, which learns from it."""
    Grant.objects.update(given_at=at)
    rows = list(Example.objects.order_by("pk"))
    for place, row in enumerate(rows):
        row.created_at = at + timedelta(minutes=1, seconds=place)
    Example.objects.bulk_update(rows, ["created_at"], batch_size=500)


def _likes(group: str) -> Floats:
    """What counts for somebody of a group (blank: of none)."""
    likes = START.copy()
    for wanted in (_TASTE, gathering.likes_of(group)):
        for key, more in wanted.items():
            likes[PLACE[key]] += more
    return likes


def _answers(members: list[Member], at: datetime, rng: Random, groups: dict[int, str]) -> None:
    """Which of two posts of their own candidates each prefers; who is in a group likes other things."""
    rows: list[Example] = []
    for member in members:
        # Whoever measures by lot does not train in that round: ines is to train.
        purposes = (Purpose.TRAIN,) if member.is_demo else (Purpose.TRAIN, Purpose.EVALUATE)
        grants = {
            purpose: consent.give(actor=member, purpose=purpose, version=texts.current(purpose)) for purpose in purposes
        }
        rows += _of(member, grants, _likes(groups.get(member.pk, "")), at, rng)
    said = Grant.objects.filter(member__in=members, purpose__in=[Purpose.TRAIN, Purpose.EVALUATE])
    said.filter(given_at__gt=at).update(given_at=at - timedelta(hours=1))
    Example.objects.bulk_create(rows, batch_size=500)


def _of(member: Member, grants: dict[Purpose, Grant], likes: Floats, at: datetime, rng: Random) -> list[Example]:
    reader = reader_of(member)
    found = gather(reader)
    if len(found) < 2:
        return []
    x = measure(reader, found)
    said = {frozenset(pair) for pair in Example.objects.of(member).values_list("winner", "loser")}
    made: dict[frozenset[int], Example] = {}
    if member.handle == SHOWN:
        # By dice of her own: what the others answer is the same without her.
        rng = Random(SHOWN)  # noqa: S311
    for _ in range(HER_ANSWERS if member.handle == SHOWN else ANSWERS):
        one, other = rng.sample(range(len(found)), 2)
        if frozenset((found[one].pk, found[other].pk)) in said:
            continue
        prefers = rng.random() < 1 / (1 + np.exp(-2.5 * float((x[one] - x[other]) @ likes)))
        best, rest = (one, other) if prefers else (other, one)
        made[frozenset((one, other))] = Example(
            member=member,
            kind=Kind.PAIR,
            winner_id=found[best].pk,
            loser_id=found[rest].pk,
            z=packed(x[best] - x[rest]),
            features_version=FEATURES_VERSION,
            grant=grants[Purpose.TRAIN],
            evaluation=grants.get(Purpose.EVALUATE),
            created_at=at + timedelta(minutes=len(made)),
        )
    return list(made.values())


def _date_back(one: Round, at: datetime, start: datetime) -> None:
    """As if it had been computed that night, and the first version had been there from the start."""
    Round.objects.filter(pk=one.pk).update(started_at=at, beat_at=at, finished_at=at + timedelta(seconds=4))
    versions = ModelVersion.objects
    versions.filter(round=one).update(created_at=at)
    versions.filter(round=one, promoted_at__isnull=False).update(promoted_at=at)
    versions.filter(children__round=one, retired_at__isnull=False).update(retired_at=at)
    versions.filter(snapshot="").update(created_at=start, promoted_at=start)
