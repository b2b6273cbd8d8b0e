"""Deciding a case, taking that back within seconds, and the moment when it comes into effect.

A decision is written down first, and its effects come later in a transaction of their own, which also marks it as applied: a
crash in between leaves a decision that is due, and the next pass applies it, once.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from metya.ops import audit
from metya.wallets.models import Member
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.moderation import actions, claims, effects, policy, publishing, stakes
from social.moderation.models import DEEDS, Case, Decision, Deed, Kind, Report, Strike
from social.notifications import actions as notifications
from social.notifications.sentences import Sentence
from social.posts.text import clean_text
from social.rules.models import Rule

logger = logging.getLogger(__name__)
UNDO = timedelta(seconds=10)
STRIKE = timedelta(days=90)
DAYS = (1, 7, 30, 90)
MAX_FACTS = 1000
_TOLD = {
    Deed.HIDE: gettext_noop("A moderator took your post out of sight: %(rule)s. Read the reasons."),
    Deed.REMOVE: gettext_noop("A moderator removed something of yours: %(rule)s. Read the reasons."),
    Deed.WARN: gettext_noop("A moderator warns you: %(rule)s. Read the reasons."),
    Deed.LIMIT: gettext_noop("A moderator limited your reach until %(day)s: %(rule)s. Read the reasons."),
    Deed.SUSPEND: gettext_noop("A moderator suspended your account until %(day)s: %(rule)s. Read the reasons."),
}


@transaction.atomic
def decide(
    *,
    actor: Member,
    case: Case,
    kind: str,
    rule: str = "",
    facts: str = "",
    days: int | None = None,
    sure: bool = False,
) -> Decision:
    """Decide an open case that nobody else has in hand; the effects come UNDO later.

    ``rule`` is the key of the rule that is broken (all but approving), ``facts`` what the moderator found, ``days`` how long a
    limit or a suspension lasts; a suspension must be ``sure``.

    Raises NotAllowed, Invalid (kind, rule, facts, days, sure), Conflict "involved", "claimed", "decided".
    """
    if not policy.may_moderate(actor):
        raise NotAllowed(_("Only moderators decide cases."))
    if kind not in DEEDS[Kind(case.kind)]:
        raise Invalid(_("That cannot be decided about this."), data={"field": "kind"})
    now = timezone.now()
    version, ends = None, None
    if kind != Deed.APPROVE:
        chosen = Rule.objects.active().filter(key=rule).first()
        if chosen is None:
            raise Invalid(_("Choose which rule is broken."), data={"field": "rule"})
        version = chosen.version
    if kind in (Deed.LIMIT, Deed.SUSPEND):
        if days not in DAYS:
            raise Invalid(_("Choose for how long."), data={"field": "days"})
        ends = now + timedelta(days=days)
    if kind == Deed.SUSPEND:
        if not policy.may_suspend(actor, case.member):
            raise NotAllowed(_("You may not suspend this member."))
        if not sure:
            raise Invalid(_("Tick that you are sure, then suspend."), data={"field": "sure"})
    text = clean_text(facts, most=MAX_FACTS, field="facts", required=False)
    rows = claims.cases_of(actor).claimable_by(actor).filter(pk=case.pk)
    if not rows.update(state=Case.State.DECIDED, claimed_by=actor, claimed_until=now + UNDO):
        raise claims.not_yours(actor, case)
    made = Decision.objects.create(
        case=case,
        member=case.member,
        moderator=actor,
        kind=kind,
        rule_version=version,
        ground=version.rule.ground if version else "",
        facts=text,
        automated_detection=case.by_signal,
        ends_at=ends,
        made_at=now,
        effective_at=now + UNDO,
    )
    wording = {"rule": version.rule.key, "version": version.number} if version else {}
    audit.record(actor, "moderation.decide", case, decision=made.pk, kind=kind, member=case.member_id, **wording)
    return made


@transaction.atomic
def undo(*, actor: Member, decision: Decision) -> Case:
    """Whoever decided takes it back before it has effects; the case is open again and theirs. Raises NotAllowed, Conflict."""
    if not policy.may_moderate(actor) or decision.moderator_id != actor.pk:
        raise NotAllowed(_("Only the moderator who decided can take it back."))
    now = timezone.now()
    rows = Decision.objects.pending().filter(pk=decision.pk, effective_at__gt=now)
    if not rows.update(undone_at=now):
        raise Conflict(_("It is too late to take it back: the decision has its effects."), code="too-late")
    case = Case.objects.get(pk=decision.case_id)
    Case.objects.filter(pk=case.pk).update(
        state=Case.State.OPEN, claimed_by=actor, claimed_until=now + claims.LEASE, closed_at=None
    )
    audit.record(actor, "moderation.undo", case, decision=decision.pk)
    case.refresh_from_db()
    return case


def apply_due(most: int = 50) -> int:
    """Give those decisions their effects that can no longer be taken back; how many. Safe to repeat and to interrupt, and
    for many at once: each is applied by whoever marks it first."""
    done = 0
    for pk in list(Decision.objects.due().order_by("effective_at").values_list("pk", flat=True)[:most]):
        try:
            done += _apply(pk)
        except Exception:  # one that fails does not keep the others waiting; it is due again in the next pass
            logger.exception("decision %s has no effects yet", pk)
    return done


@transaction.atomic
def _apply(pk: int) -> bool:
    now = timezone.now()
    if not Decision.objects.due().filter(pk=pk).update(applied_at=now):
        return False
    made = Decision.objects.select_related("case", "member", "moderator", "rule_version__rule").get(pk=pk)
    effects.apply(made)
    stakes.hold(made)
    if made.kind != Deed.APPROVE:
        Strike.objects.create(decision=made, member=made.member, expires_at=now + STRIKE)
        _tell(made)
    outcome = Report.State.DISMISSED if made.kind == Deed.APPROVE else Report.State.UPHELD
    actions.settle(made.case, state=outcome, by=made.moderator)
    Case.objects.filter(pk=made.case_id).update(
        state=Case.State.CLOSED, closed_at=now, claimed_by=None, claimed_until=None
    )
    audit.record(None, "moderation.effect", made.case, decision=made.pk, kind=made.kind)
    publishing.decided(made)  # last: whoever appends to the log has it until the transaction is over
    return True


def _tell(made: Decision) -> None:
    values: dict[str, str | int] = {"rule": made.rule_version.said_title if made.rule_version else ""}
    if made.ends_at:
        values["day"] = made.ends_at.date().isoformat()
    text = Sentence(_TOLD[Deed(made.kind)], values)
    url = f"/settings/reports/#decision-{made.pk}"
    notifications.notify(member=made.member, kind="notice", text=text, url=url, key=f"decision:{made.pk}")
