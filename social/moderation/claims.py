"""Taking a case in hand: a lease by one filtered UPDATE, so that no two moderators decide the same."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.ops import audit
from metya.wallets.models import Member
from metya.web.errors import Conflict, NotAllowed
from social.moderation import policy
from social.moderation.models import Case, CaseNote, CaseQuerySet
from social.posts.text import clean_text

LEASE = timedelta(minutes=10)
LATER = timedelta(hours=1)
MAX_NOTE = 1000
# How many of the front of the queue are tried before it counts as empty, when others are faster each time.
_TRIED = 50


def cases_of(actor: Member) -> CaseQuerySet:
    """The open cases that the actor may decide. Raises NotAllowed for anyone but moderators."""
    if not policy.may_moderate(actor):
        raise NotAllowed(_("Only moderators decide cases."))
    return Case.objects.for_(actor, senior=policy.is_senior(actor))


def claim(*, actor: Member, case: Case) -> bool:
    """The case is the actor's for LEASE, and no other that was; False when somebody else has it, or it is decided."""
    until = timezone.now() + LEASE
    if not cases_of(actor).claimable_by(actor).filter(pk=case.pk).update(claimed_by=actor, claimed_until=until):
        return False
    Case.objects.filter(claimed_by=actor).exclude(pk=case.pk).update(claimed_by=None, claimed_until=None)
    return True


def claim_next(*, actor: Member, queue: str = "") -> Case | None:
    """The case that the actor has in hand, or else the first of the queue that is free; None when nothing waits."""
    rows = cases_of(actor)
    if queue:
        rows = rows.filter(queue=queue)
    held = rows.filter(claimed_by=actor, claimed_until__gt=timezone.now()).first()
    if held is not None and claim(actor=actor, case=held):
        return held
    for case in rows.waiting().claimable_by(actor)[:_TRIED]:
        if claim(actor=actor, case=case):
            return case
    return None


@transaction.atomic
def put_off(*, actor: Member, case: Case) -> None:
    """For LATER it is not in the queue, then it comes again. Raises Conflict."""
    _let_go(actor, case, later_until=timezone.now() + LATER)


@transaction.atomic
def escalate(*, actor: Member, case: Case) -> None:
    """From now on it is for senior moderators and administrators. Raises Conflict."""
    _let_go(actor, case, escalated=True)
    audit.record(actor, "moderation.escalate", case)


@transaction.atomic
def note(*, actor: Member, case: Case, text: str) -> CaseNote:
    """Tell other moderators something about it. Raises Invalid, NotAllowed."""
    if not policy.may_decide(actor, case):
        raise NotAllowed(_("You cannot write a note about this case."))
    return CaseNote.objects.create(case=case, by=actor, text=clean_text(text, most=MAX_NOTE, field="note"))


def _let_go(actor: Member, case: Case, **changes: object) -> None:
    rows = cases_of(actor).claimable_by(actor).filter(pk=case.pk)
    if not rows.update(claimed_by=None, claimed_until=None, **changes):
        raise not_yours(actor, case)


def not_yours(actor: Member, case: Case) -> Conflict | NotAllowed:
    """Why the actor cannot do anything with the case now."""
    now = Case.objects.filter(pk=case.pk).select_related("claimed_by").first()
    if now is None or now.state != Case.State.OPEN:
        return Conflict(_("This case was decided already."), code="decided")
    if not policy.may_decide(actor, now) or now.reports.by(actor).open().exists():  # type: ignore[attr-defined]
        return Conflict(_("You are part of this case: somebody else decides it."), code="involved")
    if now.escalated and not policy.is_senior(actor):
        return NotAllowed(_("This case was escalated: senior moderators decide it."))
    said = _("@%(handle)s has this case in hand.") % {"handle": now.claimed_by.handle if now.claimed_by else "?"}
    return Conflict(said, code="claimed")
