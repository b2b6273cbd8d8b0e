""" "Which of these two?": when it is asked, and about what.

It never stands on the first page of a sitting, is about two posts of the page before it, and comes at most once in as many
pages as the member's setting says, counted over all their sittings. So nobody new is asked on their first pages.
"""

from itertools import combinations

import numpy as np
from django.db import IntegrityError, transaction
from django.db.models import F, Q, Subquery

from metya.wallets.models import Member
from social.comparisons.models import Example, Feedback, Question
from social.comparisons.slates import Page, page_of
from social.posts.models import Post
from social.ranking.models import Ask, Slate, Steering

# Once in so many pages, by what the member chose.
EVERY = {Ask.NORMAL: 4, Ask.SELDOM: 12}
# Of how many posts at the top of a page two are taken: those that were surely seen.
NEAR = 8


def ask(*, actor: Member, slate: Slate) -> Question | None:
    """The question that stands above the page ``slate``, if one is due; noted, so that the next one waits.

    No query on the first page of a sitting, mostly one, and eight where one is asked.
    """
    if slate.page < 2 or not actor.in_good_standing:
        return None
    if not _due(actor):
        return None
    before = Slate.objects.of(actor).filter(chain=slate.chain, page=slate.page - 1).order_by("-pk").first()
    page = page_of(before) if before is not None else None
    pair = _pair(actor, page) if page is not None else None
    if before is None or pair is None:
        return None
    first, second = pair if slate.pk % 2 else pair[::-1]
    try:
        with transaction.atomic():
            return Question.objects.create(member=actor, slate=before, first=first, second=second)
    except IntegrityError:
        # The same page in two windows: one of them asks.
        return None


def _due(actor: Member) -> bool:
    """Whether so many pages were shown since the last question as the member chose; one query."""
    last = Question.objects.of(actor).order_by("-pk").values("asked_at")[:1]
    chosen = Steering.objects.filter(member=actor).values("ask")[:1]
    pages = Slate.objects.of(actor).annotate(last=Subquery(last), often=Subquery(chosen))
    since = pages.filter(Q(last=None) | Q(shown_at__gt=F("last"))).order_by("-pk")
    found = list(since.values_list("often", flat=True)[: max(EVERY.values())])
    often = (found[0] if found else None) or Ask.NORMAL
    return often in EVERY and len(found) >= EVERY[Ask(often)]


def _pair(actor: Member, page: Page) -> tuple[Post, Post] | None:
    """The two of different authors whose answer tells most: nearly as good as each other, and as different as possible."""
    top = page.posts[:NEAR]
    seen = Post.objects.visible_to(actor).present().public().exclude(author=actor).filter(pk__in=top)
    posts = {post.pk: post for post in seen.select_related("author__profile")}
    said = set(Feedback.objects.of(actor).filter(post__in=top).values_list("post", flat=True))
    told = Example.objects.of(actor).filter(winner__in=top, loser__in=top).values_list("winner", "loser")
    known = {frozenset(pair) for pair in told}
    best: tuple[float, tuple[Post, Post]] | None = None
    for one, other in combinations([posts[pk] for pk in top if pk in posts and pk not in said], 2):
        if one.author_id == other.author_id or frozenset((one.pk, other.pk)) in known:
            continue
        worth = _worth(page, one.pk, other.pk)
        if worth > 0 and (best is None or worth > best[0]):
            best = (worth, (one, other))
    return best and best[1]


def _worth(page: Page, one: int, other: int) -> float:
    """p (1 − p) · |z|²: how much an answer is expected to move the weights."""
    z = page.z(one, other)
    expected = 1 / (1 + np.exp(-np.clip(z @ page.weights, -30, 30)))
    return float(expected * (1 - expected) * (z @ z))
