"""What is counted and forgotten in the background: how often posts were shown, tastes, and old slates."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Count, F
from django.utils import timezone

from metya.wallets.models import Member
from social.consent.models import Grant, Purpose
from social.interactions.models import Interaction, Kind
from social.posts.models import Post, PostTag
from social.ranking.maths.features import text_vector
from social.ranking.models import Reach, Slate, Taste
from social.ranking.packed import ids_in

AT_ONCE = 500
# What a taste is made of: so far back, so many deeds; and how long it is good.
BACK, DEEDS, LASTING = timedelta(days=90), 300, timedelta(hours=1)
_WORDS_KEPT = 4


def count_shown(most: int = AT_ONCE) -> int:
    """Add what new slates showed to how often posts were shown; how many slates. Each counts once, also after a crash."""
    with transaction.atomic():
        slates = list(
            Slate.objects.uncounted().select_for_update(skip_locked=True).order_by("pk").only("posts", "counted")[:most]
        )
        shown: Counter[int] = Counter()
        for slate in slates:
            shown.update(ids_in(slate.posts))
        present = set(Post.objects.filter(pk__in=shown).values_list("pk", flat=True))
        known = set(Reach.objects.filter(pk__in=present).values_list("pk", flat=True))
        Reach.objects.bulk_create([Reach(post_id=pk) for pk in sorted(present - known)], ignore_conflicts=True)
        by_count: dict[int, list[int]] = {}
        for pk in present:
            by_count.setdefault(shown[pk], []).append(pk)
        for count, ids in by_count.items():
            Reach.objects.filter(pk__in=ids).update(shown=F("shown") + count)
        Slate.objects.filter(pk__in=[slate.pk for slate in slates]).update(counted=True)
    return len(slates)


def forget_slates(most: int = AT_ONCE) -> int:
    """Delete slates that nobody may ask about any more; how many."""
    ids = list(Slate.objects.over().order_by("shown_at").values_list("pk", flat=True)[:most])
    Slate.objects.filter(pk__in=ids).delete()
    return len(ids)


def refresh_tastes(most: int = AT_ONCE) -> int:
    """Count the tastes that are due, of who allows it; forget those of who does not. How many were counted."""
    allowing = Grant.objects.active(Purpose.FEATURES)
    Taste.objects.exclude(member__in=allowing.values("member")).delete()
    fresh = Taste.objects.filter(made_at__gt=timezone.now() - LASTING).values("member")
    due = list(Member.objects.filter(pk__in=allowing.values("member")).exclude(pk__in=fresh).order_by("pk")[:most])
    for member in due:
        Taste.objects.update_or_create(member=member, defaults={"data": taste_of(member), "made_at": timezone.now()})
    return len(due)


def taste_of(member: Member) -> dict[str, Any]:
    """What the member took up lately of what is public, in numbers; no word of anybody."""
    since = timezone.now() - BACK
    kinds: list[str] = [Kind.LIKE, Kind.REPLY, Kind.REPOST]
    deeds = Interaction.objects.standing().filter(source=member, public=True, kind__in=kinds, at__gt=since)
    latest = list(deeds.order_by("-pk").values_list("kind", "target", "post", "post__in_reply_to")[:DEEDS])
    authors: dict[int, list[int]] = {}
    for kind, target, _post, _parent in latest:
        authors.setdefault(target, [0, 0, 0])[kinds.index(kind)] += 1
    about = ((parent if kind == Kind.REPLY else post) for kind, _target, post, parent in latest)
    posts = {pk for pk in about if pk is not None}
    public = Post.objects.present().public().filter(pk__in=posts)
    return {
        "authors": {str(pk): counts for pk, counts in authors.items()},
        "tags": _tags(public.values_list("pk", flat=True)),
        "words": _words(public.values_list("text", flat=True)),
    }


def _tags(ids: Iterable[int]) -> dict[str, float]:
    """The hashtags of these posts, the most frequent 1 and the others by their share of it."""
    rows = PostTag.objects.filter(post__in=list(ids)).values("tag").annotate(n=Count("pk"))
    counts = dict(rows.order_by("-n").values_list("tag", "n")[:50])
    most = max(counts.values(), default=1)
    return {str(tag): count / most for tag, count in counts.items()}


def _words(texts: Iterable[str]) -> list[float]:
    """The sum of the texts as one vector of length 1; empty for none."""
    vectors = [text_vector(text) for text in texts]
    whole = np.sum(vectors, axis=0) if vectors else np.zeros(1)
    norm = float(np.linalg.norm(whole))
    return [round(value, _WORDS_KEPT) for value in (whole / norm).tolist()] if norm else []
