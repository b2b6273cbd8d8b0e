"""Leaving: hidden at once, back by one press within thirty days, erased afterwards."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.members import parts, policy
from metya.members.models import RETURN, Departure
from metya.ops import audit
from metya.wallets import sessions
from metya.wallets.models import Member
from metya.web.errors import Conflict, Invalid, NotAllowed

# So many things are erased in one go, each in a transaction of its own.
AT_ONCE = 50


@transaction.atomic
def leave(*, actor: Member, handle: str) -> Departure:
    """The actor is hidden from everyone and signed out everywhere; ``handle`` is theirs, typed again.

    Raises NotAllowed (staff), Invalid (handle), Conflict (gone already).
    """
    member = Member.objects.get_queryset().select_for_update().get(pk=actor.pk)
    if not policy.may_leave(member):
        raise NotAllowed(_("Give back your staff roles first: an administrator takes them from you."), code="staff")
    if handle.strip().removeprefix("@").lower() != member.handle:
        raise Invalid(_("That is not your handle."), data={"field": "handle"})
    now = timezone.now()
    if not Member.objects.filter(pk=member.pk, is_active=True).update(is_active=False):
        raise Conflict(_("You left already."), code="left")
    departure = Departure.objects.create(member=member, left_at=now, due_at=now + RETURN)
    audit.record(member, "members.leave", member, due=departure.due_at.isoformat())
    actor.is_active = False
    sessions.end_all(member)
    return departure


@transaction.atomic
def come_back(*, member: Member) -> None:
    """Everything is as it was. Raises Conflict when the days are over."""
    if not Departure.objects.returning().filter(pk=member.pk).delete()[0]:
        raise Conflict(_("It is too late to come back: what you had here is being erased."), code="too-late")
    Member.objects.filter(pk=member.pk).update(is_active=True)
    member.is_active = True
    audit.record(member, "members.come_back", member)


def erase(departure: Departure, *, most: int = AT_ONCE) -> bool:
    """The next piece of erasing whoever does not come back; whether more is to be done.

    Safe to repeat and to interrupt anywhere: a piece looks for what is left, and the state says the rest.
    """
    if departure.state == Departure.State.LEAVING:
        # Asked in the update itself: whoever comes back at this moment wins or loses, never both.
        due = Departure.objects.due().filter(pk=departure.pk, state=Departure.State.LEAVING)
        if not due.update(state=Departure.State.ERASING):
            return False
        departure.state = Departure.State.ERASING
    if departure.state != Departure.State.ERASING:
        return False
    if parts.erase(departure.member, most):
        return True
    with transaction.atomic():
        going = Departure.objects.filter(pk=departure.pk, state=Departure.State.ERASING)
        if going.update(state=Departure.State.ERASED, erased_at=timezone.now()):
            audit.record(None, "members.erased", departure.member)
    departure.state = Departure.State.ERASED
    return False


def returning(member: Member) -> Departure | None:
    """The departure of a member who can still come back."""
    return Departure.objects.returning().filter(pk=member.pk).first()
