"""A trial: a detector looks back over the public posts of the last week by the very rules by which it will run, and opens
nothing."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from metya.wallets.models import Member
from social.detection import kinds, looking_on, rings
from social.detection.kinds import Found
from social.detection.looking import SHORTEST, Look, seen_by_all
from social.detection.models import TRIED, Kind, PostPrint, Trial

MOST_POSTS = 50_000
MOST_SHOWN = 50
_AT_ONCE = 500


def run(trial_id: int) -> None:
    """Bring a trial about. One that was replaced, or is over, is left alone; twice at once is harmless. What fails is marked as
    failed, and tried again as jobs are."""
    trial = Trial.objects.select_related("detector").filter(pk=trial_id).exclude(state=Trial.State.DONE).first()
    if trial is None or trial.version != trial.detector.version:
        return
    rows = Trial.objects.filter(pk=trial_id).exclude(state=Trial.State.DONE)
    rows.update(state=Trial.State.RUNNING, looked=0, matched=0, sample=[])
    try:
        looked, matched, cut, sample = _tried(trial)
    except Exception:
        rows.update(state=Trial.State.FAILED, done_at=timezone.now())
        raise
    rows.update(state=Trial.State.DONE, looked=looked, matched=matched, cut=cut, sample=sample, done_at=timezone.now())


def _tried(trial: Trial) -> tuple[int, int, bool, list[dict[str, Any]]]:
    detector, since = trial.detector, trial.asked_at - TRIED
    if detector.kind == Kind.RING:
        return _tried_on_rings(since)
    posts = seen_by_all().filter(Q(created_at__gt=since) | Q(edited_at__gt=since), created_at__lte=trial.asked_at)
    numbers = list(posts.order_by("-pk").values_list("pk", flat=True)[: MOST_POSTS + 1])
    cut = len(numbers) > MOST_POSTS
    numbers = numbers[:MOST_POSTS]
    if detector.kind == Kind.DUPLICATE:
        _fill_in(numbers)
    looked, matched = 0, 0
    sample: list[dict[str, Any]] = []
    for looks in _looks(numbers):
        for look in looks:
            found = kinds.judge(detector.kind, detector.params, look)
            looked, matched = looked + 1, matched + (found is not None)
            if found is not None and len(sample) < MOST_SHOWN:
                sample.append(_kept(found, look.post.author.handle, look.post.pk))
        Trial.objects.filter(pk=trial.pk, state=Trial.State.RUNNING).update(looked=looked, matched=matched)
    return looked, matched, cut, sample


def _tried_on_rings(since: datetime) -> tuple[int, int, bool, list[dict[str, Any]]]:
    """Looked at: everybody in a ring, epoch by epoch; matched: each member once."""
    looked, seen = 0, set()
    sample: list[dict[str, Any]] = []
    for ring in rings.since(since):
        people = list(Member.objects.active().filter(pk__in=ring.members).order_by("pk"))
        looked += len(people)
        found = looking_on.of_ring(ring, people)
        for member in people:
            if member.pk not in seen and len(sample) < MOST_SHOWN:
                sample.append(_kept(found, member.handle, None))
            seen.add(member.pk)
    return looked, len(seen), False, sample


def _kept(found: Found, handle: str, post: int | None) -> dict[str, Any]:
    """A match as it stands in the sample."""
    reason = {"text": found.reason.text, "values": dict(found.reason.values)}
    return {"post": post, "handle": handle, "evidence": found.evidence, **reason}


def _looks(numbers: list[int]) -> Iterator[list[Look]]:
    """The newest first, a few hundred at a time."""
    for start in range(0, len(numbers), _AT_ONCE):
        rows = seen_by_all().filter(pk__in=numbers[start : start + _AT_ONCE]).prefetch_related("images").order_by("-pk")
        yield [Look(post) for post in rows]


def _fill_in(numbers: list[int]) -> None:
    """Posts from before there was a detector have no fingerprint yet."""
    for looks in _looks(numbers):
        known = set(PostPrint.objects.filter(post__in=[one.post for one in looks]).values_list("post_id", flat=True))
        new = [one.print for one in looks if one.post.pk not in known and one.length >= SHORTEST]
        PostPrint.objects.bulk_create(new, ignore_conflicts=True)
