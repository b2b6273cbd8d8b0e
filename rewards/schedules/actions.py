"""Making, pausing, resuming and deleting schedules."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.ops import audit
from metya.wallets.models import Member
from metya.web.errors import Conflict, Invalid, NotAllowed
from rewards.reports.datasets import DATASETS
from rewards.reports.models import Format
from rewards.schedules import policy, timing
from rewards.schedules.models import UNDO, Every, Pause, Schedule, Span
from social.digest.models import MailDigest

MOST = 20


def address_of(member: Member) -> str:
    """Where the member proved that mails reach them; empty for nowhere."""
    row = MailDigest.objects.filter(pk=member.pk).first()
    return row.address if row is not None and not row.failing else ""


@transaction.atomic
def create(
    *,
    actor: Member,
    name: str,
    format: str,
    span: str,
    every: str,
    hour: int,
    weekday: int | None = None,
    monthday: int | None = None,
    people: bool = False,
    only: str = "",
) -> Schedule:
    """Due from the next time on. Raises NotAllowed, Invalid (with the field), Conflict (no address, too many)."""
    _require(actor)
    if name not in DATASETS:
        raise Invalid(_("Choose a table of the list."), data={"field": "name"})
    if only and only not in dict(DATASETS[name].choices):
        raise Invalid(_("These rows belong to another table."), data={"field": "only"})
    for field, value, known in (("format", format, Format), ("span", span, Span), ("every", every, Every)):
        if value not in known.values:
            raise Invalid(_("Choose one of the possibilities."), data={"field": field})
    if not 0 <= hour <= 23:
        raise Invalid(_("An hour is from 0 to 23."), data={"field": "hour"})
    if every == Every.WEEK and not (weekday is not None and 0 <= weekday <= 6):
        raise Invalid(_("Choose a day of the week."), data={"field": "weekday"})
    if every == Every.MONTH and not (monthday is not None and 1 <= monthday <= 28):
        raise Invalid(_("Choose a day from 1 to 28, which every month has."), data={"field": "monthday"})
    # One after the other: two at once do not both find room for the last.
    Member.objects.get_queryset().select_for_update().get(pk=actor.pk)
    if Schedule.objects.kept().filter(member=actor).count() >= MOST:
        raise Conflict(_("You have %(most)d schedules. Delete one first.") % {"most": MOST}, code="too-many")
    made = Schedule(
        member=actor,
        name=name,
        format=format,
        span=span,
        people=people,
        only=only,
        every=every,
        weekday=weekday if every == Every.WEEK else None,
        monthday=monthday if every == Every.MONTH else None,
        hour=hour,
    )
    made.next_at = timing.after(made, timezone.now())
    made.save()
    audit.record(actor, "schedules.made", made, table=name, format=format, span=span, every=every)
    return made


@transaction.atomic
def pause(*, actor: Member, schedule: Schedule) -> bool:
    """Nothing is made from now on; False if that was so. Raises NotAllowed."""
    _own(actor, schedule)
    return _set(actor, schedule, Pause.MEMBER, "schedules.paused")


@transaction.atomic
def resume(*, actor: Member, schedule: Schedule) -> bool:
    """From the next time on; what was due meanwhile is not made up for. False if nothing was paused.

    Raises NotAllowed (role), Conflict (no address).
    """
    _own(actor, schedule)
    _require(actor)
    following = timing.after(schedule, timezone.now())
    rows = Schedule.objects.kept().filter(pk=schedule.pk).exclude(pause="")
    if not rows.update(pause="", next_at=following):
        return False
    audit.record(actor, "schedules.resumed", schedule)
    return True


@transaction.atomic
def delete(*, actor: Member, schedule: Schedule) -> bool:
    """It can be brought back for a day; False if it was deleted. Raises NotAllowed."""
    _own(actor, schedule)
    if not Schedule.objects.kept().filter(pk=schedule.pk).update(deleted_at=timezone.now()):
        return False
    audit.record(actor, "schedules.deleted", schedule)
    return True


@transaction.atomic
def restore(*, actor: Member, schedule: Schedule) -> bool:
    """As it was, due from the next time on. Raises NotAllowed, Conflict (too late, too many)."""
    _own(actor, schedule)
    Member.objects.get_queryset().select_for_update().get(pk=actor.pk)
    if Schedule.objects.kept().filter(member=actor).count() >= MOST:
        raise Conflict(_("You have %(most)d schedules. Delete one first.") % {"most": MOST}, code="too-many")
    rows = Schedule.objects.filter(pk=schedule.pk, deleted_at__gt=timezone.now() - UNDO)
    if not rows.update(deleted_at=None, next_at=timing.after(schedule, timezone.now())):
        return False
    audit.record(actor, "schedules.restored", schedule)
    return True


@transaction.atomic
def stop(*, schedule: Schedule) -> None:
    """By the link in a mail; twice is harmless."""
    _set(None, schedule, Pause.MAIL, "schedules.stopped")


def forget(now: datetime) -> int:
    """Schedules that nobody can bring back any more; the log of their exports stays."""
    gone: int = Schedule.objects.filter(deleted_at__lte=now - UNDO).delete()[0]
    return gone


def _set(actor: Member | None, schedule: Schedule, why: Pause, verb: str) -> bool:
    if not Schedule.objects.kept().filter(pk=schedule.pk, pause="").update(pause=why):
        return False
    audit.record(actor, verb, schedule)
    return True


def _own(actor: Member, schedule: Schedule) -> None:
    if not policy.may_change(actor, schedule):
        raise NotAllowed(_("Only whoever made a schedule changes it."))


def _require(actor: Member) -> None:
    if not policy.may_schedule(actor):
        raise NotAllowed(_("You may not export."))
    if not settings.SENDS_MAIL:
        raise Conflict(_("This community sends no e-mail."), code="no-mail")
    if not address_of(actor):
        message = _("Confirm an address for mails first, in your settings: the link goes nowhere else.")
        raise Conflict(message, code="no-address")
