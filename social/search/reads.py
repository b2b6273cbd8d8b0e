"""Posts, people and tags that a search finds. Posts of authors who opted out are found by themselves alone."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.paging import PAGE_SIZE
from social.follows.reads import PeoplePage, cards_of
from social.posts.models import Post, PostImage, PostQuerySet, PostTag, Tag
from social.posts.reads import CardPage, card_page, page_of, rows_of
from social.posts.sifting import Sift
from social.profiles.models import Profile
from social.search.models import PostWords
from social.search.query import Query

POSTS, PEOPLE, TAGS = "posts", "people", "tags"
TABS = (POSTS, PEOPLE, TAGS)
# A handle that is exactly what was typed stands before everybody, however many follow them.
EXACT = 10**7
# The place of a person in a list: how many follow, then the id; 18 digits, as much as a cursor holds.
_IDS = 10**10
# What a post has for each value of ``has:``.
HAS: dict[str, Q] = {
    "image": Q(Exists(PostImage.objects.filter(post=OuterRef("pk")))),
    "link": Q(html__contains='rel="nofollow'),
    "quote": Q(quote_of__isnull=False),
    "poll": Q(poll__isnull=False),
}


@dataclass(frozen=True)
class TagsPage:
    """Names of hashtags in alphabetical order, and after which the next page begins (empty: the last)."""

    items: list[str] = field(default_factory=list)
    next: str = ""


def searchable_by(posts: PostQuerySet, viewer: Member | None) -> PostQuerySet:
    """Present posts that ``viewer`` may see, by authors who let themselves be found, or the viewer's own."""
    found = posts.visible_to(viewer).present().originals()
    listed = Q(author__profile__searchable=True)
    return found.filter(listed if viewer is None else listed | Q(author=viewer))


def posts_page(viewer: Member | None, query: Query, before: int | None = None, size: int = PAGE_SIZE) -> CardPage:
    """Posts and replies, newest first; four queries."""
    if not query.asks:
        return CardPage([], None)
    rows = searchable_by(Post.objects.all(), viewer).filter(*_conditions(query))
    if not query.authors:
        rows = rows.unmuted_by(viewer)
    if excluded := query.excluding():
        rows = rows.exclude(pk__in=PostWords.objects.filter(text__has=excluded).values("pk"))
    if not (words := query.matching()):
        return page_of(viewer, rows, before, size, Sift(words=False))
    # By the key of the index, in whose order FTS5 finds them, and stops.
    rows = rows.filter(words__text__has=words).order_by("-words__pk")
    if before is not None:
        rows = rows.filter(words__pk__lt=before)
    return card_page(viewer, rows_of(rows[: size + 1]), size, Sift(words=False))


def people_page(viewer: Member | None, query: Query, before: int | None = None, size: int = PAGE_SIZE) -> PeoplePage:
    """By handle and name, the exact handle first, then those whom most follow; two queries."""
    words = query.matching_person()
    if not words:
        return PeoplePage([], None)
    rows = Profile.objects.visible_to(viewer).filter(words__text__has=words).select_related("member")
    rows = rows.filter(_listed(viewer))
    handle = query.text.removeprefix("@").lower()
    weight = F("follower_count") + Case(
        When(member__handle=handle, then=Value(EXACT)), default=Value(0), output_field=IntegerField()
    )
    rows = rows.annotate(weight=weight).order_by("-weight", "-pk")
    if before is not None:
        heavier, pk = divmod(before, _IDS)
        rows = rows.filter(Q(weight__lt=heavier) | Q(weight=heavier, pk__lt=pk))
    found: list[Any] = list(rows[: size + 1])
    cards = cards_of(viewer, found[:size])
    last = found[size - 1] if len(found) > size else None
    return PeoplePage(cards, last.weight * _IDS + last.pk if last else None)


def tags_page(viewer: Member | None, query: Query, after: str = "", size: int = PAGE_SIZE) -> TagsPage:
    """Hashtags that begin with the first word or tag and stand on a post that ``viewer`` could find; one query."""
    beginning = (query.tags or [word.casefold() for word in query.words] or [""])[0]
    if not beginning:
        return TagsPage()
    posts = searchable_by(Post.objects.filter(tags__tag=OuterRef("pk")), viewer).unmuted_by(viewer)
    rows = Tag.objects.filter(name__startswith=beginning).filter(Exists(posts))
    if after:
        rows = rows.filter(name__gt=after)
    names = list(rows.order_by("name").values_list("name", flat=True)[: size + 1])
    return TagsPage(names[:size], names[size - 1] if len(names) > size else "")


def unknown_authors(viewer: Member | None, query: Query) -> list[str]:
    """What to say about each ``from:`` that names nobody whom ``viewer`` could find; at most one query."""
    if not query.authors:
        return []
    people = Profile.objects.visible_to(viewer).filter(member__handle__in=query.authors)
    known = set(people.filter(_listed(viewer)).values_list("member__handle", flat=True))
    message = _("from: there is nobody called @%(handle)s whose posts you can search.")
    return [message % {"handle": handle} for handle in dict.fromkeys(query.authors) if handle not in known]


def _listed(viewer: Member | None) -> Q:
    """Profiles that let themselves be found, and one's own."""
    return Q(searchable=True) if viewer is None else Q(searchable=True) | Q(pk=viewer.pk)


def _conditions(query: Query) -> list[Q]:
    """Everything but the words."""
    found = [HAS[kind] for kind in query.has]
    if query.authors:
        found.append(Q(author__handle__in=query.authors))
    if query.since:
        found.append(Q(created_at__gte=_midnight(query.since)))
    if query.until:
        found.append(Q(created_at__lt=_midnight(query.until) + timedelta(days=1)))
    found += [Q(Exists(_tagged(tag))) for tag in query.tags]
    return found + [~Q(Exists(_tagged(tag))) for tag in query.without_tags]


def _tagged(tag: str) -> Any:
    return PostTag.objects.filter(post=OuterRef("pk"), tag__name=tag)


def _midnight(day: date) -> datetime:
    """The beginning of a day where the reader is."""
    return timezone.make_aware(datetime.combine(day, time.min))
