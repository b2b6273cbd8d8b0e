"""People: who follows whom, who asks to, and what stands between two members."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from metya.wallets.models import Member
from metya.web.paging import PAGE_SIZE
from metya.web.prepared import Prepared
from social.follows import policy
from social.follows.models import Block, Follow, FollowRequest, Mute
from social.profiles.models import Profile

FOLLOWERS, FOLLOWING = "followers", "following"
COUNTED_UP_TO = 99


@dataclass(frozen=True)
class PersonCard:
    """A person in a list: whether the viewer follows them or ``asked`` to; ``cursor`` is their place in the list.

    ``until`` is when a mute ends (None: never), ``because`` why they are suggested.
    """

    profile: Profile
    following: bool
    may_follow: bool
    cursor: int = 0
    asked: bool = False
    until: datetime | None = None
    because: str = ""

    @property
    def member(self) -> Member:
        return self.profile.member  # type: ignore[no-any-return]

    @property
    def name(self) -> str:
        """The name, or the handle of one who gave none."""
        return self.profile.name or self.member.handle


@dataclass(frozen=True)
class PeoplePage:
    """People and the cursor of the next page (None: the last)."""

    items: list[PersonCard]
    next: int | None


@dataclass(frozen=True)
class Bond:
    """What stands between the viewer and a member, from the viewer's side; ``followed_by``: they follow the viewer."""

    following: bool = False
    followed_by: bool = False
    muting: bool = False
    muted_until: datetime | None = None
    asked: bool = False
    asks: bool = False


def bond(viewer: Member | None, member: Member) -> Bond:
    """One query; none for a visitor or oneself."""
    if viewer is None or viewer.pk == member.pk:
        return Bond()
    return Bond(**_bond(me=viewer.pk, member=member.pk)[0])


def _bond_of(me: int, member: int) -> "QuerySet[Any, dict[str, Any]]":
    mutes = Mute.objects.standing().filter(source=me, target=member)
    found = {
        "following": Exists(Follow.objects.filter(source=me, target=member)),
        "followed_by": Exists(Follow.objects.filter(source=member, target=me)),
        "asked": Exists(FollowRequest.objects.filter(source=me, target=member)),
        "asks": Exists(FollowRequest.objects.filter(source=member, target=me)),
        "muting": Exists(mutes),
        "muted_until": Subquery(mutes.values("until")[:1]),
    }
    rows: QuerySet[Any, dict[str, Any]] = Profile.objects.filter(pk=member).annotate(**found).values(*found)
    return rows


_bond = Prepared(_bond_of, "me", "member")


def people_page(
    viewer: Member | None, member: Member, which: str, before: int | None = None, size: int = PAGE_SIZE
) -> PeoplePage:
    """Who follows ``member``, or whom they follow, the latest first, without those the viewer may not see; four queries."""
    rows = Follow.objects.filter(target=member) if which == FOLLOWERS else Follow.objects.filter(source=member)
    side = "source" if which == FOLLOWERS else "target"
    seen = Profile.objects.visible_to(viewer).filter(pk=OuterRef(side))
    return page_of_people(viewer, rows.filter(Exists(seen)), side, before, size)


def blocked_page(member: Member, before: int | None = None, size: int = PAGE_SIZE) -> PeoplePage:
    """Whom the member blocked, the latest first."""
    return page_of_people(None, Block.objects.filter(source=member), "target", before, size)


def muted_page(member: Member, before: int | None = None, size: int = PAGE_SIZE) -> PeoplePage:
    """Whom the member muted, the latest first, with when that ends; four queries."""
    rows = Mute.objects.standing().filter(source=member)
    page = page_of_people(None, rows, "target", before, size)
    until = dict(rows.filter(target__in=[card.profile.pk for card in page.items]).values_list("target", "until"))
    return replace(page, items=[replace(card, until=until.get(card.profile.pk)) for card in page.items])


def requests_page(member: Member, before: int | None = None, size: int = PAGE_SIZE) -> PeoplePage:
    """Who asks to follow the member, the latest first; four queries."""
    return page_of_people(member, _requests(member), "source", before, size)


def request_count(member: Member) -> int:
    """How many wait for the member's answer, at most COUNTED_UP_TO + 1; one query."""
    return _requests(member).order_by()[: COUNTED_UP_TO + 1].count()


def waiting_for(member: Member) -> list[Member]:
    """Everyone who asks to follow the member, first come first; nobody once the account is locked again. Two queries."""
    if Profile.objects.filter(member=member, locked=True).exists():
        return []
    return [row.source for row in _requests(member).select_related("source").order_by("pk")]


def person_card(viewer: Member, member: Member) -> PersonCard:
    """One person as a list shows them; three queries."""
    profile = Profile.objects.select_related("member").get(member=member)
    return cards_of(viewer, [profile])[0]


def cards_of(viewer: Member | None, profiles: Sequence[Profile]) -> list[PersonCard]:
    """People as a list shows them, in the order given; two queries beside the profiles with their members."""
    ids = [profile.pk for profile in profiles]
    followed, asked = _followed(viewer, ids), _asked(viewer, ids)
    return [_card(viewer, profile, followed, asked, 0) for profile in profiles]


def page_of_people(
    viewer: Member | None,
    rows: "QuerySet[Any]",
    side: str,
    before: int | None,
    size: int,
) -> PeoplePage:
    """The people whom ``side`` of some rows names, the latest row first; four queries at any length."""
    if before is not None:
        rows = rows.filter(pk__lt=before)
    pairs = list(rows.order_by("-pk").values_list("pk", f"{side}_id")[: size + 1])
    profiles = Profile.objects.select_related("member").in_bulk([member for _pk, member in pairs[:size]])
    followed, asked = _followed(viewer, list(profiles)), _asked(viewer, list(profiles))
    items = [_card(viewer, profiles[member], followed, asked, pk) for pk, member in pairs[:size] if member in profiles]
    return PeoplePage(items, pairs[size - 1][0] if len(pairs) > size else None)


def _followed(viewer: Member | None, ids: list[int]) -> set[int]:
    """Whom of them the viewer follows; one query, also for nobody, so that their number does not depend on the list."""
    if viewer is None:
        return set()
    return set(Follow.objects.filter(source=viewer, target__in=ids).values_list("target_id", flat=True))


def _asked(viewer: Member | None, ids: list[int]) -> set[int]:
    """Whom of them the viewer asked to follow; as ``_followed``."""
    if viewer is None:
        return set()
    return set(FollowRequest.objects.filter(source=viewer, target__in=ids).values_list("target_id", flat=True))


def _requests(member: Member) -> "QuerySet[FollowRequest]":
    return FollowRequest.objects.filter(target=member, source__in=Profile.objects.visible_to(member).values("pk"))


def _card(viewer: Member | None, profile: Profile, followed: set[int], asked: set[int], cursor: int) -> PersonCard:
    may = viewer is not None and policy.may_follow(viewer, profile.member)
    return PersonCard(profile, profile.pk in followed, may, cursor, profile.pk in asked)
