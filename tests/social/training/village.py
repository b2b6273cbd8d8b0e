"""A community made up for the tests of training: members who allow it, and examples of what they prefer."""

from datetime import timedelta

import numpy as np
from django.utils import timezone

from metya.wallets.models import Member
from social.assistant.models import CardState, DraftHalf, DraftPair, StyleCard, StyleVote
from social.comparisons.models import Example
from social.consent.models import Grant
from social.posts.models import Post
from social.profiles.models import Profile
from social.ranking.maths.features import FEATURES_VERSION, KEYS, START
from social.ranking.models import Steering
from social.training import folders, lots
from social.training.models import Round
from tests import make

WIDE = len(KEYS)
_in_order = lots.in_order


def same_lot(monkeypatch) -> None:
    """Everybody draws the same lot each time, so that no test hangs on luck: the seed is one, and it goes by the place in the row
    instead of the id, which on PostgreSQL depends on what ran before."""

    def by_place(members, seed):
        row = sorted(members)
        return [row[at] for at in _in_order(list(range(len(row))), seed)]

    monkeypatch.setattr(lots, "_seed", lambda: "5e" * 32)
    monkeypatch.setattr(lots, "in_order", by_place)


def taste(seed=0, strength=0.6):
    """What everybody likes, apart from what the first champion knows."""
    return START + np.random.default_rng(seed).normal(size=WIDE) * strength


def people(count):
    """Members as bare rows."""
    first = Member.objects.count()
    rows = [Member(handle=f"villager{first + at}", onboarded_at=timezone.now()) for at in range(count)]
    Member.objects.bulk_create(rows)
    return list(Member.objects.filter(handle__in=[row.handle for row in rows]).order_by("pk"))


def posts(count=40):
    """Public posts by one author, as many as there are not yet."""
    author = Member.objects.filter(handle="writer").first() or make.member("writer")
    have = list(Post.objects.filter(author=author).order_by("pk"))
    made = [Post(author=author, text=f"Post {at}", html="x") for at in range(count - len(have))]
    Post.objects.bulk_create(made)
    return list(Post.objects.filter(author=author).order_by("pk"))


def allow(members, *purposes):
    """Grants as bare rows, by (member, purpose)."""
    rows = [
        Grant(member=one, purpose=purpose, version=1, language="en", words="w", digest="d" * 64)
        for one in members
        for purpose in purposes
    ]
    Grant.objects.bulk_create(rows)
    return {(row.member_id, row.purpose): row for row in Grant.objects.filter(member__in=members, ended_at=None)}


def ask(members, each=20, *, likes=None, seed=1, purposes=("train", "evaluate"), flipped=(), noise=1.0):
    """`each` answers of every member, whose own draws depend on nobody else; of `flipped` the wrong way round.

    That what they like is used they allow in any case: their answers are about all factors.
    """
    likes = taste() if likes is None else likes
    grants, there = allow(members, *purposes, "features"), posts()
    rows = []
    for member in members:
        chance = np.random.default_rng([seed, int(member.handle.removeprefix("villager"))])
        pairs = chance.permutation(len(there) * (len(there) - 1))[:each]
        for pair in pairs.tolist():
            first, second = divmod(pair, len(there) - 1)
            second += second >= first
            z = np.clip(chance.normal(size=WIDE), -4, 4)
            right = chance.random() < 1 / (1 + np.exp(-noise * (z @ likes)))
            turned = (not right) ^ (member in flipped)
            rows.append(
                Example(
                    member=member, kind="pair", winner=there[first], loser=there[second], z=(-z if turned else z).tobytes(),
                    features_version=FEATURES_VERSION, grant=grants.get((member.pk, "train")),
                    evaluation=grants.get((member.pk, "evaluate")),
                )
            )  # fmt: skip
    Example.objects.bulk_create(rows)
    return rows


def join(members, group):
    """Put members into an opt-in group."""
    Steering.objects.bulk_create([Steering(member=one, group=group) for one in members])


def village(count=60, each=20, **options):
    """So many members with their answers."""
    members = people(count)
    ask(members, each, **options)
    return members


# How strong the styles of `wardrobe` are.
STRONG = (2.0, 0.7, 0.0, -2.0)


def wardrobe(count=4):
    """As many styles in use, each by an author of its own."""
    authors = people(count)
    rows = [
        StyleCard(author=one, name=f"Style of {one.handle}", instruction="As it is called.", state=CardState.IN_USE)
        for one in authors
    ]
    return StyleCard.objects.bulk_create(rows)


def vote_for(card, members, *, days=1):
    """Votes for a style from some time ago."""
    at = timezone.now() - timedelta(days=days)
    StyleVote.objects.bulk_create(StyleVote(member=one, card=card, value=1, at=at) for one in members)


def share_drafts(members):
    """They allow that their choices between drafts are used."""
    have = set(Profile.objects.filter(member__in=members).values_list("member", flat=True))
    Profile.objects.bulk_create(Profile(member=one) for one in members if one.pk not in have)
    Profile.objects.filter(member__in=members).update(uses_assistant=True, shares_drafts=True)


def chose(member, winner, loser, *, shared=True, state="done"):
    """One choice between two drafts."""
    pair = DraftPair.objects.create(
        member=member, ask="rewrite", text="t", model="m", state="ready", choice="a", shared=shared
    )
    DraftHalf.objects.create(pair=pair, side="a", card=winner, text="a", state=state)
    DraftHalf.objects.create(pair=pair, side="b", card=loser, text="b", state="done")
    return pair


def dress(members, cards, each=14, *, strong=STRONG, seed=11):
    """`each` shared choices of every member, as strong as the styles are; own draws for each member."""
    share_drafts(members)
    pairs, halves = [], []
    for place, member in enumerate(members):
        chance = np.random.default_rng([seed, place])
        for _ in range(each):
            a, b = chance.permutation(len(cards))[:2].tolist()
            if chance.random() > 1 / (1 + np.exp(strong[b] - strong[a])):
                a, b = b, a
            pairs.append(
                DraftPair(
                    member=member,
                    ask="rewrite",
                    text="t",
                    model="m",
                    state="ready",
                    choice="a",
                    shared=True,
                )
            )
            halves.append((cards[a], cards[b]))
    made = DraftPair.objects.bulk_create(pairs)
    rows = zip(made, halves, strict=True)
    DraftHalf.objects.bulk_create(
        DraftHalf(pair=pair, side=side, card=card, text="x", state="done")
        for pair, both in rows
        for side, card in zip("ab", both, strict=True)
    )
    return made


def intact(one: Round) -> bool:
    """Whether the record of a round is as it was stored."""
    return folders.listing(one)[1]
