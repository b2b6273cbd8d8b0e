"""Taking a report or a signal in: it joins the case about the same subject, or opens one; and cases that moderators open."""

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.errors import Conflict
from social.detection import reads as detection
from social.moderation import reads
from social.moderation.models import HOURS, About, Case, Report, due, ranked
from social.posts.models import Post
from social.rules.models import Queue, RuleVersion

_TRIES = 3
T = TypeVar("T")


def take(
    *, reporter: Member, member: Member, about: About, post: Post | None, version: RuleVersion, note: str, evidence: str
) -> Report:
    """The report, in a case that is not closed; the same again while it is open changes nothing."""

    def known() -> Report | None:
        return Report.objects.open().by(reporter).about(about.kind, about.pk).first()

    def add(case: Case) -> Report:
        return known() or Report.objects.create(
            case=case, reporter=reporter, member=member, post=post, rule_version=version, note=note, evidence=evidence
        )

    return known() or join(member=member, about=about, queue=version.rule.queue, add=add)


def join(*, member: Member, about: About, queue: str, add: Callable[[Case], T], by_signal: bool = False) -> T:
    """What ``add`` makes of the case about the same that is not closed, or of one that is opened; None of it makes nothing.

    ``add`` runs again when somebody else made the same, opened the case or closed it at that moment. Raises Conflict.
    """
    for _try in range(_TRIES):
        try:
            with transaction.atomic():
                case = _case(member, about, queue, by_signal=by_signal)
                made = add(case)
                if made is None:
                    transaction.set_rollback(True)  # no case without anything in it
                    return made
                if _weigh(case, queue):
                    return made
                transaction.set_rollback(True)  # closed at this very moment: the next try opens another
        except IntegrityError:
            continue  # the same sent twice at once, or two who open the case
    raise Conflict(_("That did not work just now. Try again."))


def found_by(*, moderator: Member, member: Member, about: About, queue: str) -> Case:
    """The case that stands about a subject, or a new one that the moderator opens."""
    try:
        with transaction.atomic():
            return _case(member, about, queue, by_signal=False, moderator=moderator)
    except IntegrityError:  # two who open it at once
        return Case.objects.of(about).standing().get()


def _case(member: Member, about: About, queue: str, *, by_signal: bool, moderator: Member | None = None) -> Case:
    # Locked, so that whoever joins at the same moment is weighed together with this.
    found = Case.objects.of(about).standing().select_for_update(no_key=True).first()
    if found is not None:
        return found
    now = timezone.now()
    by = due(queue, now)
    return Case.objects.create(
        kind=about.kind, subject_id=about.pk, member=member, queue=queue, opened_at=now, due_at=by, rank_at=by,
        opened_by=moderator,
        by_signal=by_signal,
    )  # fmt: skip


def _weigh(case: Case, queue: str) -> bool:
    """Its priority with the newest report or signal, and the more urgent queue if that names one. False if it is closed."""
    reporters = Member.objects.filter(pk__in=case.reports.open().values("reporter"))  # type: ignore[attr-defined]
    priority = min(100, (sum(reads.weight(one) for one in reporters) + detection.weigh(case)) // 2)
    urgent = min((Queue(case.queue), Queue(queue)), key=lambda one: HOURS[one])
    by = min(case.due_at, due(queue, timezone.now()))
    changed = Case.objects.standing().filter(pk=case.pk)
    # What was put off as less urgent is looked at now.
    again = {"later_until": None} if urgent != case.queue else {}
    ahead = ranked(urgent, by, priority)
    return bool(changed.update(priority=priority, queue=urgent, due_at=by, rank_at=ahead, **again))
