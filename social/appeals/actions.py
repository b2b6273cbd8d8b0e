"""Appealing, taking an appeal in hand, and deciding it."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.ops import audit
from metya.wallets.models import Member
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.appeals import policy, reversal
from social.appeals.models import DUE, Appeal, AppealQuerySet
from social.moderation import policy as moderation
from social.moderation.claims import LEASE
from social.moderation.models import Decision
from social.posts import removal
from social.posts.models import Post
from social.posts.text import clean_text

MAX_TEXT = 2000
MAX_REASONS = 1000
# What an appeal is about is not emptied while it may be decided.
KEPT = timedelta(days=90)
_TRIED = 50


@transaction.atomic
def appeal(*, actor: Member, decision: Decision, text: str) -> Appeal:
    """Say why a decision about oneself is wrong; another moderator looks at it within DUE.

    Raises NotAllowed (not about oneself), Invalid (text), Conflict "too-late", "appealed".
    """
    if actor.pk != decision.member_id or not actor.is_active:
        raise NotAllowed(_("Only the member concerned can appeal."))
    if not policy.may_appeal(actor, decision):
        raise Conflict(_("This decision cannot be appealed any more."), code="too-late")
    words = clean_text(text, most=MAX_TEXT, field="text")
    now = timezone.now()
    try:
        with transaction.atomic():
            made = Appeal.objects.create(
                decision=decision,
                member=actor,
                moderator=decision.moderator,
                text=words,
                made_at=now,
                due_at=now + DUE,
            )
    except IntegrityError as again:
        raise Conflict(_("You appealed this decision already."), code="appealed") from again
    post = Post.objects.filter(pk=decision.case.subject_id).first() if reversal.hides(decision) else None
    if post is not None:
        removal.keep(post, until=now + KEPT)
    audit.record(actor, "appeal.made", made, decision=decision.pk, case=decision.case_id)
    return made


def appeals_of(actor: Member) -> AppealQuerySet:
    """The open appeals that the actor may decide. Raises NotAllowed for anyone but moderators."""
    if not moderation.may_moderate(actor):
        raise NotAllowed(_("Only moderators decide appeals."))
    return Appeal.objects.for_(actor)


def claim(*, actor: Member, appeal: Appeal) -> bool:
    """The appeal is the actor's for LEASE, and no other that was; False when it cannot be."""
    until = timezone.now() + LEASE
    if not appeals_of(actor).claimable_by(actor).filter(pk=appeal.pk).update(claimed_by=actor, claimed_until=until):
        return False
    others = Appeal.objects.filter(claimed_by=actor).exclude(pk=appeal.pk)
    others.update(claimed_by=None, claimed_until=None)
    return True


def claim_next(*, actor: Member) -> Appeal | None:
    """The appeal that the actor has in hand, or else the one that is due first; None when nothing waits."""
    rows = appeals_of(actor)
    held = rows.filter(claimed_by=actor, claimed_until__gt=timezone.now()).first()
    if held is not None and claim(actor=actor, appeal=held):
        return held
    for one in rows.claimable_by(actor).order_by("due_at", "pk")[:_TRIED]:
        if claim(actor=actor, appeal=one):
            return one
    return None


@transaction.atomic
def decide(*, actor: Member, appeal: Appeal, outcome: str, reasons: str) -> Appeal:
    """``outcome`` "upheld": the decision stays; "overturned": it is taken back with everything that follows, in this transaction.

    Raises NotAllowed, Invalid (outcome, reasons), Conflict "involved", "claimed", "decided".
    """
    rows = appeals_of(actor)
    if outcome not in (Appeal.State.UPHELD, Appeal.State.OVERTURNED):
        raise Invalid(_("Choose whether the decision stays."), data={"field": "outcome"})
    text = clean_text(reasons, most=MAX_REASONS, field="reasons")
    fields = {"claimed_by": None, "claimed_until": None, "decided_by": actor, "decided_at": timezone.now()}
    if not rows.claimable_by(actor).filter(pk=appeal.pk).update(state=outcome, reasons=text, **fields):
        raise not_yours(actor, appeal)
    found = Appeal.objects.select_related("decision__case", "decision__rule_version", "member", "decided_by").get(
        pk=appeal.pk
    )
    reversal.settle(found)
    return found


def not_yours(actor: Member, appeal: Appeal) -> Conflict | NotAllowed:
    """Why the actor cannot decide the appeal now."""
    now = Appeal.objects.select_related("claimed_by", "decision", "member").get(pk=appeal.pk)
    if now.state != Appeal.State.OPEN:
        return Conflict(_("This appeal was decided already."), code="decided")
    if not Appeal.objects.for_(actor).filter(pk=now.pk).exists():
        return Conflict(_("You are part of this, or may not decide it: another moderator does."), code="involved")
    said = _("@%(handle)s has this appeal in hand.") % {"handle": now.claimed_by.handle if now.claimed_by else "?"}
    return Conflict(said, code="claimed")
