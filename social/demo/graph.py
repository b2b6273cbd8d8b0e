"""A real trust network as members and interactions, written by the ordinary bulk path."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Count

from metya.ops import audit
from metya.ops.models import AuditEvent
from metya.wallets.models import Member, Wallet
from social.demo.community import derived_address
from social.demo.edges import Edge, EdgeList
from social.follows.models import Follow
from social.interactions.actions import Fact, record_many
from social.profiles.models import Profile

VERB = "graph.load"
BATCH = 1000
# What a weight stands for: as many of these, from the left, as the weight rounded up (at most all).
LADDER = ("like", "like", "follow", "reply", "like", "quote", "like", "reply", "repost", "like")


@dataclass(frozen=True)
class Loaded:
    """What a load did; ``already``: so many edges of the same file had been loaded before, and nothing was added."""

    members: int
    interactions: int
    follows: int
    already: int = 0


def load(edges: EdgeList, *, days: int, now: datetime, name: str) -> Loaded:
    """Make the accounts and interactions of an edge list, spread over the ``days`` before ``now``; all or nothing.

    The account 215 becomes the member g_215 with a wallet derived from the number; the same account in another file is the
    same member. Who has most incoming edges joins first and so is a founder, from whom trust starts. Times of the file are
    rescaled to the window. The same file (by its content) adds nothing a second time.
    """
    with transaction.atomic():
        if (before := AuditEvent.objects.filter(verb=VERB, data__digest=edges.digest).first()) is not None:
            return Loaded(0, 0, 0, already=before.data["edges"])
        ids, made = _members(edges.names, now - timedelta(days=days))
        facts = list(_facts(edges, ids, days, now))
        follows = _follow(fact for fact in facts if fact.kind == "follow")
        known = {(follow.source_id, follow.target_id) for follow in follows}
        wanted = [fact for fact in facts if fact.kind != "follow" or (fact.source_id, fact.target_id) in known]
        count = record_many(wanted)
        _count_follows(set(ids.values()))
        first = Member.objects.get(pk=min(ids.values()))
        audit.record(None, VERB, first, file=name, digest=edges.digest, edges=len(edges.edges), interactions=count)
    return Loaded(made, count, len(follows))


def _members(names: list[str], joined: datetime) -> tuple[dict[str, int], int]:
    """Ids by account, and how many members were made now. The first named are the first to join: the founders."""
    handles = {f"g_{name}": name for name in names}
    known = dict(Member.objects.filter(handle__startswith="g_").values_list("handle", "pk"))
    new = [handle for handle in handles if handle not in known]
    moments = [joined + timedelta(milliseconds=place) for place in range(len(new))]
    fresh = [
        Member(handle=handle, joined_at=at, onboarded_at=at, password=make_password(None))
        for handle, at in zip(new, moments, strict=True)
    ]
    Member.objects.bulk_create(fresh, batch_size=BATCH)
    wallets = [
        Wallet(member=member, address=derived_address(f"metya graph account {member.handle}"), linked_at=joined)
        for member in fresh
    ]
    Wallet.objects.bulk_create(wallets, batch_size=BATCH)
    for member, wallet in zip(fresh, wallets, strict=True):
        member.payout_wallet = wallet
    Member.objects.bulk_update(fresh, ["payout_wallet"], batch_size=400)
    Profile.objects.bulk_create(
        [Profile(member=member, name=f"Account {handles[member.handle]}") for member in fresh], batch_size=BATCH
    )
    ids = known | {member.handle: member.pk for member in fresh}
    return {name: ids[handle] for handle, name in handles.items()}, len(fresh)


def _facts(edges: EdgeList, ids: dict[str, int], days: int, now: datetime) -> Iterator[Fact]:
    """The interactions of every edge; a graph has no posts, so none is named."""
    rng = Random(edges.digest)  # noqa: S311
    window, span = timedelta(days=days), edges.span
    followed: set[tuple[int, int]] = set()
    for edge in edges.edges:
        source, target = ids[edge.source], ids[edge.target]
        place = _place(edge, span, rng)
        for kind in LADDER[: min(len(LADDER), math.ceil(edge.weight))]:
            if kind == "follow" and (source, target) in followed:
                continue
            if kind == "follow":
                followed.add((source, target))
            # Several deeds of a pair lie within the hours after the first.
            at = now - window * (1 - place) * rng.uniform(0.985, 1) - timedelta(seconds=1)
            yield Fact(source, target, kind, None, True, at)


def _place(edge: Edge, span: tuple[float, float] | None, rng: Random) -> float:
    """Where in the window an edge lies, from 0 to 1."""
    if span is None or edge.time is None:
        return rng.random()
    return (edge.time - span[0]) / (span[1] - span[0])


def _follow(facts: Iterable[Fact]) -> list[Follow]:
    """The follows that did not stand before, as rows."""
    wanted = {(fact.source_id, fact.target_id): fact.at for fact in facts}
    sources = {source for source, _ in wanted}
    standing: set[tuple[int, int]] = set()
    for chunk in _chunks(sorted(sources)):
        standing.update(Follow.objects.filter(source__in=chunk).values_list("source_id", "target_id"))
    rows = [
        Follow(source_id=source, target_id=target, **({"created_at": at} if at else {}))
        for (source, target), at in wanted.items()
        if (source, target) not in standing
    ]
    return Follow.objects.bulk_create(rows, batch_size=BATCH)


def _count_follows(ids: set[int]) -> None:
    """Set the follow counters of these members from the rows."""
    for chunk in _chunks(sorted(ids)):
        following = dict(_tally("source", chunk))
        followers = dict(_tally("target", chunk))
        profiles = list(Profile.objects.filter(pk__in=chunk))
        for profile in profiles:
            profile.following_count = following.get(profile.pk, 0)
            profile.follower_count = followers.get(profile.pk, 0)
        Profile.objects.bulk_update(profiles, ["following_count", "follower_count"], batch_size=300)


def _tally(side: str, chunk: list[int]) -> Iterable[tuple[int, int]]:
    rows = Follow.objects.filter(**{f"{side}__in": chunk}).values_list(f"{side}_id")
    return rows.annotate(count=Count("pk")).values_list(f"{side}_id", "count")


def _chunks(values: list[int], size: int = 500) -> Iterator[list[int]]:
    for place in range(0, len(values), size):
        yield values[place : place + size]
