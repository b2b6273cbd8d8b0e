"""Taking a report in: it joins the case about the same subject, or opens one; and cases that moderators open themselves."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.errors import Conflict
from social.moderation import reads
from social.moderation.models import HOURS, About, Case, Report, due, ranked
from social.posts.models import Post
from social.rules.models import Queue, RuleVersion

_TRIES = 3


def take(
    *, reporter: Member, member: Member, about: About, post: Post | None, version: RuleVersion, note: str, evidence: str
) -> Report:
    """The report, in a case that is not closed; the same again while it is open changes nothing."""
    for _try in range(_TRIES):
        known = Report.objects.open().by(reporter).about(about.kind, about.pk).first()
        if known is not None:
            return known
        try:
            with transaction.atomic():
                case = _case(member, about, version.rule.queue)
                report = Report.objects.create(
                    case=case, reporter=reporter, member=member, post=post, rule_version=version, note=note,
                    evidence=evidence,
                )  # fmt: skip
                if _weigh(case, version.rule.queue):
                    return report
                transaction.set_rollback(True)  # closed at this very moment: the next try opens another
        except IntegrityError:
            continue  # the same sent twice at once, or two who open the case
    raise Conflict(_("That did not work just now. Try again."))


def found_by(*, moderator: Member, member: Member, about: About, queue: str) -> Case:
    """The case that stands about a subject, or a new one that the moderator opens."""
    try:
        with transaction.atomic():
            return _case(member, about, queue, moderator)
    except IntegrityError:  # two who open it at once
        return Case.objects.of(about).standing().get()


def _case(member: Member, about: About, queue: str, moderator: Member | None = None) -> Case:
    found = Case.objects.of(about).standing().first()
    if found is not None:
        return found
    now = timezone.now()
    by = due(queue, now)
    return Case.objects.create(
        kind=about.kind, subject_id=about.pk, member=member, queue=queue, opened_at=now, due_at=by, rank_at=by,
        opened_by=moderator,
    )  # fmt: skip


def _weigh(case: Case, queue: str) -> bool:
    """Its priority with the newest report, and the more urgent queue if that names one. False if it is closed."""
    reporters = Member.objects.filter(pk__in=case.reports.open().values("reporter"))  # type: ignore[attr-defined]
    priority = min(100, sum(reads.weight(one) for one in reporters) // 2)
    urgent = min((Queue(case.queue), Queue(queue)), key=lambda one: HOURS[one])
    by = min(case.due_at, due(queue, timezone.now()))
    changed = Case.objects.standing().filter(pk=case.pk)
    # What was put off as less urgent is looked at now.
    again = {"later_until": None} if urgent != case.queue else {}
    ahead = ranked(urgent, by, priority)
    return bool(changed.update(priority=priority, queue=urgent, due_at=by, rank_at=ahead, **again))
