"""People through people: who follows somebody among those whom one follows, and whom they follow."""

from dataclasses import dataclass, replace

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metya.wallets.models import Member
from metya.web.paging import PAGE_SIZE
from metya.web.prepared import Prepared
from social.follows.models import Follow, FollowRequest, Mute
from social.follows.reads import COUNTED_UP_TO, PeoplePage, PersonCard, cards_of, page_of_people
from social.profiles.models import Profile

# Suggestions look at what the latest so many whom one follows follow themselves.
ASKED = 200


@dataclass(frozen=True)
class Mutuals:
    """Followers of a member whom the viewer follows: the two latest by name, and how many there are (up to 100)."""

    people: list[Profile]
    count: int

    @property
    def text(self) -> str:
        """Who they are, in a sentence; empty for nobody."""
        names = [profile.name or profile.member.handle for profile in self.people]
        others = self.count - 1
        if not names:
            return ""
        if others == 0:
            return _("Followed by %(name)s") % {"name": names[0]}
        if others == 1 and len(names) > 1:
            return _("Followed by %(name)s and %(other)s") % {"name": names[0], "other": names[1]}
        if self.count > COUNTED_UP_TO:
            return _("Followed by %(name)s and more than %(most)d you follow") % {
                "name": names[0],
                "most": COUNTED_UP_TO - 1,
            }
        text = ngettext(
            "Followed by %(name)s and %(count)d other you follow",
            "Followed by %(name)s and %(count)d others you follow",
            others,
        )
        return text % {"name": names[0], "count": others}


def mutuals_of(viewer: Member | None, member: Member) -> Mutuals:
    """Two queries; none for a visitor or oneself."""
    if viewer is None or viewer.pk == member.pk:
        return Mutuals([], 0)
    ids = _mutual_ids(me=viewer.pk, member=member.pk)
    profiles = {profile.pk: profile for profile in (_named(ids=ids[:2]) if ids else [])}
    return Mutuals([profiles[pk] for pk in ids[:2] if pk in profiles], len(ids))


def _mutual_for(me: int, member: int) -> "QuerySet[Follow, int]":
    rows = _mutual(Member.only_id(me), Member.only_id(member)).order_by("-pk")
    return rows.values_list("source", flat=True)[: COUNTED_UP_TO + 1]


_mutual_ids = Prepared(_mutual_for, "me", "member")
_named = Prepared(lambda ids: Profile.objects.select_related("member").filter(pk__in=ids), "ids")


def mutuals_page(viewer: Member, member: Member, before: int | None = None, size: int = PAGE_SIZE) -> PeoplePage:
    """Followers of ``member`` whom the viewer follows, the latest first; four queries."""
    return page_of_people(viewer, _mutual(viewer, member), "source", before, size)


def suggestions(viewer: Member | None, most: int = 3) -> list[PersonCard]:
    """Whom to follow: first those whom many of the followed follow, then those whom many follow.

    Nobody whom the viewer follows, asked, muted or is. Five queries at most.
    """
    rows = Profile.objects.visible_to(viewer).select_related("member")
    if viewer is None:
        return cards_of(None, list(rows.order_by("-follower_count", "-post_count", "pk")[:most]))
    rows = rows.exclude(pk=viewer.pk).exclude(pk__in=Follow.objects.filter(source=viewer).values("target"))
    rows = rows.exclude(pk__in=FollowRequest.objects.filter(source=viewer).values("target"))
    rows = rows.exclude(pk__in=Mute.objects.standing().filter(source=viewer).values("target"))
    near = _near(viewer, rows, most)
    found = rows.in_bulk(list(near))
    chosen = [found[pk] for pk in near if pk in found]
    if len(chosen) < most:
        rest = rows.exclude(pk__in=near).order_by("-follower_count", "-post_count", "pk")
        chosen += list(rest[: most - len(chosen)])
    cards = cards_of(viewer, chosen)
    return [
        replace(card, because=_because(*near[card.profile.pk]) if card.profile.pk in near else "") for card in cards
    ]


def _near(viewer: Member, rows: "QuerySet[Profile]", most: int) -> dict[int, tuple[str, int]]:
    """Id of a suggested person → a name among the followed who follow them, and how many do; two queries."""
    asked = list(Follow.objects.filter(source=viewer).order_by("-pk").values_list("target", flat=True)[:ASKED])
    met = Profile.objects.visible_to(viewer).filter(pk__in=asked).values("pk")
    ties = Follow.objects.filter(source__in=met, target__in=rows.values("pk"))
    counted = ties.values_list("target").annotate(people=Count("pk")).order_by("-people", "target")
    counts = dict(counted[:most])
    names: dict[int, str] = {}
    who = ties.filter(target__in=list(counts)).order_by("pk")
    for target, name, handle in who.values_list("target", "source__profile__name", "source__handle"):
        names.setdefault(target, name or handle)
    return {target: (names.get(target, ""), people) for target, people in counts.items()}


def _because(name: str, people: int) -> str:
    """Short enough for a card beside the page."""
    if people == 1:
        return _("Followed by %(name)s") % {"name": name}
    text = ngettext("Followed by %(name)s and %(count)d other", "Followed by %(name)s and %(count)d others", people - 1)
    return text % {"name": name, "count": people - 1}


def _mutual(viewer: Member, member: Member) -> "QuerySet[Follow]":
    mine = Follow.objects.filter(source=viewer).values("target")
    seen = Profile.objects.visible_to(viewer).values("pk")
    return Follow.objects.filter(target=member, source__in=mine).filter(source__in=seen)
