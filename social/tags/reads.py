"""The tags that a member follows, and what is posted with them."""

from dataclasses import dataclass, replace

from django.db.models import Min

from metya.wallets.models import Member
from metya.web.paging import PAGE_SIZE
from social.posts.models import Post, PostTag
from social.posts.reads import CardPage, page_of
from social.tags.models import TagFollow


@dataclass(frozen=True)
class TagsFeed:
    """The names of the followed tags, and public posts that have one, newest first, each with its tag as the reason."""

    tags: list[str]
    page: CardPage


def follows(viewer: Member | None, name: str) -> bool:
    """Whether ``viewer`` follows the tag ``name``; one query, none for a visitor."""
    return viewer is not None and TagFollow.objects.filter(member=viewer, tag__name=name).exists()


def tags_feed(viewer: Member, before: int | None = None, size: int = PAGE_SIZE) -> TagsFeed:
    """Six queries at any length."""
    followed = dict(TagFollow.objects.filter(member=viewer).order_by("tag__name").values_list("tag_id", "tag__name"))
    uses = PostTag.objects.filter(tag__in=followed)
    rows = Post.objects.visible_to(viewer).present().public().originals().unmuted_by(viewer)
    page = page_of(viewer, rows.filter(pk__in=uses.values("post")), before, size)
    shown = uses.filter(post__in=[card.pk for card in page.items]).values("post").annotate(first=Min("tag__name"))
    reasons = dict(shown.values_list("post", "first"))
    cards = [replace(card, tag=reasons.get(card.pk, "")) for card in page.items]
    return TagsFeed(list(followed.values()), replace(page, items=cards))
