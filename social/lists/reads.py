"""The lists of a member, the feed of a list, and who is in it."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from metya.wallets.models import Member
from metya.web.paging import PAGE_SIZE
from social.feeds.timeline import TimelineReader
from social.follows.reads import PeoplePage, page_of_people
from social.lists import policy
from social.lists.models import ListMember, MemberList
from social.posts.reads import CardPage, card_page
from social.posts.sifting import Sift
from social.profiles.models import Profile


@dataclass(frozen=True)
class ListView:
    """A list as ``viewer`` meets it; ``listed``: the viewer is in it."""

    list: MemberList
    mine: bool
    listed: bool


@dataclass(frozen=True)
class Choice:
    """One of the viewer's lists, and whether a certain person is in it."""

    list: MemberList
    holds: bool


def own_lists(owner: Member) -> list[MemberList]:
    """Everything the member made, by name; one query (there are at most a hundred)."""
    return list(MemberList.objects.of(owner).order_by("name"))


def public_lists(viewer: Member | None, owner: Member) -> list[MemberList]:
    """The public lists of a member, by name; one query."""
    return list(MemberList.objects.visible_to(viewer).of(owner).filter(public=True).order_by("name"))


def list_view(viewer: Member | None, pk: int) -> ListView | None:
    """The list ``pk``, or None for what the viewer may not see; two queries."""
    found = MemberList.objects.visible_to(viewer).select_related("owner__profile").filter(pk=pk).first()
    if found is None:
        return None
    if viewer is None:
        return ListView(found, mine=False, listed=False)
    listed = ListMember.objects.filter(list=found, member=viewer).exists()
    return ListView(found, mine=policy.may_change(viewer, found), listed=listed)


def feed_page(viewer: Member | None, pk: int, before: int | None = None, size: int = PAGE_SIZE) -> CardPage:
    """Posts and reposts of the people in the list that ``viewer`` may see, newest first; four queries."""
    rows = TimelineReader(viewer.pk if viewer else 0, pk).rows(size + 1, before=before)
    return card_page(viewer, rows, size, Sift())


def people_page(viewer: Member | None, pk: int, before: int | None = None, size: int = PAGE_SIZE) -> PeoplePage:
    """Who is in the list, the latest first, without those whom the viewer may not meet; four queries."""
    rows = ListMember.objects.filter(list=pk, member__in=Profile.objects.visible_to(viewer).values("pk"))
    return page_of_people(viewer, rows, "member", before, size)


def choices_for(viewer: Member, person: Member) -> list[Choice]:
    """The viewer's lists, each with whether ``person`` is in it; one query."""
    holds = Exists(ListMember.objects.filter(list=OuterRef("pk"), member=person))
    rows = MemberList.objects.of(viewer).annotate(holds=holds).order_by("name")
    return [Choice(row, bool(vars(row)["holds"])) for row in rows]
