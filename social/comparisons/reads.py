"""Every example of a member, with what it was about."""

from collections.abc import Sequence
from dataclasses import dataclass

from metya.wallets.models import Member
from metya.web.paging import PAGE_SIZE, Page, page_by_id
from social.comparisons.models import Example
from social.consent import grants
from social.consent.models import Grant, Purpose
from social.posts.models import Post
from social.ranking.maths.features import FEATURES_VERSION


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
    found = page_by_id(Example.objects.of(member).select_related("winner__author", "loser__author"), before, size)
    held, shown = grants.all_active(member), both_shown(member, found.items)
    return Page([_mine(one, *shown[one.pk], held) for one in found.items], found.next)


def both_shown(member: Member, rows: Sequence[Example]) -> dict[int, tuple[Shown, Shown]]:
    """Winner and loser of each example, which come with their authors, as far as the member may see them now; one query."""
    ids = {pk for one in rows for pk in (one.winner_id, one.loser_id)}
    seen = Post.objects.visible_to(member).present().public().filter(pk__in=ids)
    texts = {post.pk: post.summary for post in seen.only("pk", "warning", "text")}

    def shown(post: Post) -> Shown:
        return Shown(post.pk, post.author.handle, texts.get(post.pk))

    return {one.pk: (shown(one.winner), shown(one.loser)) for one in rows}


def _mine(one: Example, winner: Shown, loser: Shown, held: dict[str, Grant]) -> Mine:
    usable = one.features_version == FEATURES_VERSION and winner.text is not None and loser.text is not None
    training, measuring = held.get(Purpose.TRAIN), held.get(Purpose.EVALUATE)
    return Mine(
        one,
        winner,
        loser,
        training if usable and training is not None and one.grant_id == training.pk else None,
        measuring if usable and measuring is not None and one.evaluation_id == measuring.pk else None,
    )
