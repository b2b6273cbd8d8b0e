"""Every example of a member, with what it was about."""

from dataclasses import dataclass

from metya.wallets.models import Member
from metya.web.paging import PAGE_SIZE, Page
from social.comparisons.models import Example
from social.consent import grants
from social.consent.models import Grant, Purpose
from social.posts.models import Post
from social.ranking.features import FEATURES_VERSION


@dataclass(frozen=True)
class Shown:
    """A post of an example: ``text`` is None where the member may not see it now."""

    pk: int
    handle: str
    text: str | None


@dataclass(frozen=True)
class Mine:
    """An example and what it is used for: ``training`` and ``measuring`` are the grants that count for it now."""

    example: Example
    winner: Shown
    loser: Shown
    training: Grant | None
    measuring: Grant | None


def examples(member: Member, before: int | None, size: int = PAGE_SIZE) -> Page[Mine]:
    """Newest first below ``before``; four queries at any length."""
    rows = Example.objects.of(member).select_related("winner__author", "loser__author").order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: size + 1])
    shown, held = found[:size], grants.all_active(member)
    ids = {pk for one in shown for pk in (one.winner_id, one.loser_id)}
    seen = Post.objects.visible_to(member).present().public().filter(pk__in=ids)
    texts = {post.pk: post.summary for post in seen.only("pk", "warning", "text")}
    return Page([_mine(one, texts, held) for one in shown], found[size - 1].pk if len(found) > size else None)


def _mine(one: Example, texts: dict[int, str], held: dict[str, Grant]) -> Mine:
    winner, loser = (Shown(post.pk, post.author.handle, texts.get(post.pk)) for post in (one.winner, one.loser))
    usable = one.features_version == FEATURES_VERSION and winner.text is not None and loser.text is not None
    training, measuring = held.get(Purpose.TRAIN), held.get(Purpose.EVALUATE)
    return Mine(
        one,
        winner,
        loser,
        training if usable and training is not None and one.grant_id == training.pk else None,
        measuring if usable and measuring is not None and one.evaluation_id == measuring.pk else None,
    )
