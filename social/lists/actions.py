"""Making lists and choosing who is in them. Every verb is idempotent."""

from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.lists import policy
from social.lists.models import ListMember, MemberList
from social.live import publish as live
from social.posts.text import clean_line, clean_text
from social.profiles.models import Profile, moved

MAX_NAME = 50
MAX_ABOUT = 300
MAX_LISTS = 100
MAX_PEOPLE = 500


def make(*, actor: Member, name: str, about: str = "", public: bool = False) -> MemberList:
    """A new list, empty. Raises Invalid (the name, too many lists), Conflict "taken" (a second one of that name)."""
    if not policy.may_make(actor):
        raise NotAllowed(_("Your account cannot make lists now."))
    name, about = _clean(name, about)
    if MemberList.objects.of(actor).count() >= MAX_LISTS:
        raise Invalid(_("You have %(most)d lists, which is the most. Delete one first.") % {"most": MAX_LISTS})
    try:
        with transaction.atomic():
            return MemberList.objects.create(owner=actor, name=name, about=about, public=public)
    except IntegrityError as error:
        raise _taken() from error


def edit(*, actor: Member, one: MemberList, name: str, about: str, public: bool) -> MemberList:
    """Change its name, description and whether others see it. Raises as ``make`` does."""
    _own(actor, one)
    name, about = _clean(name, about)
    try:
        with transaction.atomic():
            MemberList.objects.filter(pk=one.pk).update(name=name, about=about, public=public)
    except IntegrityError as error:
        raise _taken() from error
    one.name, one.about, one.public = name, about, public
    return one


@transaction.atomic
def delete(*, actor: Member, one: MemberList) -> None:
    """For good. What was written for it stays, seen by its author and those it answers alone."""
    _own(actor, one)
    MemberList.objects.filter(pk=one.pk).delete()


@transaction.atomic
def add(*, actor: Member, one: MemberList, member: Member) -> None:
    """Put ``member`` in. Raises Conflict (gone, blocked), Invalid (the list is full)."""
    _own(actor, one)
    locked = MemberList.objects.select_for_update().get(pk=one.pk)
    if not Profile.objects.visible_to(actor).filter(member=member).exists():
        raise Conflict(_("That person is not there any more."), code="gone", status=404)
    if locked.size >= MAX_PEOPLE and not locked.entries.filter(member=member).exists():
        raise Invalid(_("A list holds at most %(most)d people.") % {"most": MAX_PEOPLE}, code="full")
    if ListMember.objects.get_or_create(list=locked, member=member)[1]:
        _resize(locked, 1)


@transaction.atomic
def remove(*, actor: Member, one: MemberList, member: Member) -> None:
    """Take ``member`` out: the owner anybody, anybody themselves."""
    if actor.pk != member.pk:
        _own(actor, one)
    if ListMember.objects.filter(list=one, member=member).delete()[0]:
        _resize(one, -1)
        live.interest(member.pk)  # what was written for the list leaves their screen


def part(one: Member, other: Member) -> list[int]:
    """A block came between them: each leaves the lists of the other, whose ids these are. Inside the caller's transaction."""
    between = Q(list__owner=one, member=other) | Q(list__owner=other, member=one)
    left = list(ListMember.objects.filter(between).select_related("list"))
    for entry in left:
        entry.delete()
        _resize(entry.list, -1)
    return [entry.list_id for entry in left]


def rejoin(one: Member, other: Member, left: Collection[int]) -> None:
    """The block was a slip: each is again in the lists of the other that ``part`` named, as far as these are there and have
    room. Inside the caller's transaction, which judged that nothing stands between the two."""
    lists = MemberList.objects.select_for_update().filter(pk__in=left, owner__in=(one, other)).order_by("pk")
    for found in lists:
        member = other if found.owner_id == one.pk else one
        if found.size < MAX_PEOPLE and ListMember.objects.get_or_create(list=found, member=member)[1]:
            _resize(found, 1)


def _resize(one: MemberList, step: int) -> None:
    MemberList.objects.filter(pk=one.pk).update(size=moved("size", step))


def _own(actor: Member, one: MemberList) -> None:
    if not policy.may_change(actor, one):
        raise NotAllowed(_("Only its owner can change a list."))


def _clean(name: str, about: str) -> tuple[str, str]:
    shown = clean_line(name, most=MAX_NAME, field="name")
    if not shown:
        raise Invalid(_("Give the list a name."), data={"field": "name"})
    return shown, clean_text(about, most=MAX_ABOUT, field="about", required=False)


def _taken() -> Conflict:
    return Conflict(_("You have a list of that name."), code="taken", data={"field": "name"})
