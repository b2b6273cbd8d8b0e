"""Holds: stopping one payout with a reason, and deciding about it."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from metya.ops import audit
from metya.wallets.models import Member
from metya.web.errors import NotAllowed
from rewards.ledger.accounts import TREASURY, held, owed
from rewards.ledger.actions import transfer
from rewards.payouts import policy, states
from rewards.payouts.deciding import require_other, require_reviewer, require_second
from rewards.payouts.errors import WrongState
from rewards.payouts.models import Batch, BatchState, Hold, Payout, PayoutState, Touched
from rewards.payouts.reasons import clean_reason
from social.moderation.models import Decision
from social.notifications.actions import notify
from social.notifications.sentences import Sentence, once

_HELD = once(gettext_noop("%(amount)s of epoch %(epoch)d are on hold: %(reason)s"))
_RELEASED = once(gettext_noop("%(amount)s of epoch %(epoch)d are no longer on hold: %(note)s"))
_FORFEITED = once(gettext_noop("%(amount)s of epoch %(epoch)d went to the treasury: %(note)s"))


def place(*, actor: Member, payout: Payout, reason: str) -> Hold:
    """Takes a payout out of the tree and its amount into `held`; every submission that this touches is void.

    The reason is published with the wallet in holds.csv and told to the member.
    Raises NotReviewer, WrongState once the batch is approved, Invalid without a reason.
    """
    reason = clean_reason(reason)
    with transaction.atomic():
        payout = Payout.objects.get(pk=payout.pk)
        batch = Batch.objects.live().filter(epoch=payout.epoch_id).first()
        require_reviewer(actor)
        if batch is None or not policy.may_hold(actor, payout, batch):
            raise WrongState(_("Only a payout whose batch is not approved yet can be put on hold."))
        hold = _stop(payout, batch, actor, reason)
        audit.record(actor, "hold.placed", hold, epoch=payout.epoch_id, wallet=payout.wallet, reason=reason)
    return hold


def place_for_decision(*, decision: Decision, payout: Payout) -> Hold:
    """As `place`, because a moderator decided about something of the member that counted in the payout: their decision, once
    it has its effects, is what stops it, and no reviewer has to agree. What becomes of the amount reviewers decide, or an appeal.

    The reason cites case and rule, which holds.csv leaves out. Raises NotAllowed when the decision is not in effect, or about
    somebody else; WrongState once the batch is approved, or when the payout is stopped already.
    """
    with transaction.atomic():
        if not policy.may_hold_for(decision, payout):
            raise NotAllowed(_("This decision does not touch this payout."))
        payout = Payout.objects.get(pk=payout.pk)
        batch = Batch.objects.live().filter(epoch=payout.epoch_id).first()
        if batch is None or not policy.can_be_held(payout, batch):
            raise WrongState(_("Only a payout whose batch is not approved yet can be put on hold."))
        hold = _stop(payout, batch, decision.moderator, _cited(decision))
        audit.record(
            decision.moderator,
            "hold.placed_for_decision",
            hold,
            epoch=payout.epoch_id,
            wallet=payout.wallet,
            reason=hold.reason,
            decision=decision.pk,
        )
    return hold


def place_all(*, actor: Member, payouts: list[Payout], reason: str) -> list[Hold]:
    """Takes several payouts of one batch out of its tree for the same reason; all of them or none.

    Raises what `place` raises, WrongState when there is nothing to hold.
    """
    if not payouts:
        raise WrongState(_("None of these payouts can be put on hold any more."))
    with transaction.atomic():
        return [place(actor=actor, payout=payout, reason=reason) for payout in payouts]


def release(*, actor: Member, hold: Hold, note: str) -> Hold:
    """Gives the amount back to the member.

    Before anything was published without it, the payout is simply in its batch again; afterwards the amount is owed
    again and comes with the next epoch that closes. Raises NotReviewer, NotAllowed on one's own, WrongState, Invalid.
    """
    note = clean_reason(note)
    with transaction.atomic():
        hold, payout = _decided_by(actor, hold)
        _give_back(hold, payout, actor, note)
        audit.record(actor, "hold.released", hold, epoch=payout.epoch_id, wallet=payout.wallet, note=note)
        _tell(hold, "released", _RELEASED)
    return hold


def release_on_appeal(*, actor: Member, decision: Decision, hold: Hold, note: str) -> Hold:
    """As `release`, because the decision for which it was placed was overturned; ``actor`` is who decided the appeal.

    Raises NotAllowed when it was not placed for a decision, or that one stands, or the payout is the actor's own; WrongState
    when it was decided already, or the batch or the next close moved on at this moment: then once more.
    """
    note = clean_reason(note)
    with transaction.atomic():
        hold = Hold.objects.select_related("payout").get(pk=hold.pk)
        placed = Touched.objects.held().filter(hold=hold, decision=decision).exists()
        if not placed or not policy.may_release_on_appeal(actor, decision, hold):
            raise NotAllowed(_("Only what a decision stopped that was overturned is given back here."))
        if hold.state != Hold.State.ACTIVE:
            raise WrongState(_("This hold was decided already."))
        payout = hold.payout
        _give_back(hold, payout, actor, note)
        audit.record(
            actor,
            "hold.released_on_appeal",
            hold,
            epoch=payout.epoch_id,
            wallet=payout.wallet,
            note=note,
            decision=decision.pk,
        )
        _tell(hold, "released", _RELEASED)
    return hold


def forfeit(*, actor: Member, hold: Hold, note: str) -> Hold:
    """Gives the amount to the treasury for good; another reviewer than the one who placed the hold.

    Raises NotReviewer, SamePerson, NotAllowed on one's own, WrongState, Invalid.
    """
    note = clean_reason(note)
    with transaction.atomic():
        hold, payout = _decided_by(actor, hold)
        require_second(actor, payout.member_id, hold.placed_by_id)
        states.move_hold(hold, Hold.State.FORFEITED, decided_by=actor, decision_note=note)
        states.move_payout(payout, PayoutState.FORFEITED)
        transfer(source=held(payout.wallet), target=TREASURY, amount=hold.amount, key=f"hold:{hold.pk}:forfeited")
        audit.record(actor, "hold.forfeited", hold, epoch=payout.epoch_id, wallet=payout.wallet, note=note)
        _tell(hold, "forfeited", _FORFEITED)
    return hold


def _stop(payout: Payout, batch: Batch, actor: Member, reason: str) -> Hold:
    """Out of the tree, the amount into `held`, and the member told; what was submitted with it is void. Raises WrongState."""
    _void(batch, actor)
    states.move_payout(payout, PayoutState.HELD)
    hold = Hold.objects.create(payout=payout, amount=payout.amount, reason=reason, placed_by=actor)
    transfer(source=owed(payout.wallet), target=held(payout.wallet), amount=payout.amount, key=f"hold:{hold.pk}:placed")
    _tell(hold, "held", _HELD)
    return hold


def _cited(decision: Decision) -> str:
    """Case and rule for reviewers and the member, in no language but the rule's key; holds.csv says neither."""
    rule = f", rule {decision.rule_version.rule.key} v{decision.rule_version.number}" if decision.rule_version else ""
    return f"moderation case {decision.case_id}{rule}"


def _give_back(hold: Hold, payout: Payout, actor: Member, note: str) -> None:
    """Into its batch again while nothing was published without it, else owed with the next epoch that closes."""
    batch = Batch.objects.live().filter(epoch=payout.epoch_id).first()
    in_time = batch is not None and batch.state in policy.OPEN_STATES and hold.folded_epoch is None
    if in_time and batch is not None:
        _void(batch, actor)
        # A close that folds it at this moment wins: then it comes back by a release.
        states.move_hold(hold, Hold.State.CANCELLED, only={"folded_epoch": None}, decided_by=actor, decision_note=note)
        states.move_payout(payout, PayoutState.IN_REVIEW)
    else:
        states.move_hold(hold, Hold.State.RELEASED, decided_by=actor, decision_note=note)
        states.move_payout(payout, PayoutState.RELEASED)
    transfer(source=held(payout.wallet), target=owed(payout.wallet), amount=hold.amount, key=f"hold:{hold.pk}:released")


def _decided_by(actor: Member, hold: Hold) -> tuple[Hold, Payout]:
    hold = Hold.objects.select_related("payout").get(pk=hold.pk)
    require_other(actor, hold.payout.member_id)
    if not policy.may_release(actor, hold):
        raise WrongState(_("This hold was decided already."))
    return hold, hold.payout


def _void(batch: Batch, actor: Member) -> None:
    """The content changes: this batch and every later submitted one, whose tree builds on it, are drafts again."""
    empty: dict[str, Any] = {
        "submitted_by": None,
        "submitted_at": None,
        "content_hash": "",
        "tree_root": "",
        "tree_total": 0,
    }
    empty["submitted_points"] = []
    still = Batch.objects.filter(pk=batch.pk, state__in=policy.OPEN_STATES)
    if not still.update(state=BatchState.DRAFT, **empty):
        raise WrongState(_("The batch was approved or rejected meanwhile; look again."))
    later = Batch.objects.filter(epoch__gt=batch.epoch_id, state=BatchState.SUBMITTED)
    for other in [batch, *later] if batch.state == BatchState.SUBMITTED else list(later):
        audit.record(actor, "batch.voided", other, epoch=other.epoch_id)
    later.update(state=BatchState.DRAFT, **empty)


def _tell(hold: Hold, what: str, text: str) -> None:
    payout = hold.payout
    if payout.member is None:
        return
    values: dict[str, str | int] = {
        "amount": hold.amount,
        "epoch": payout.epoch_id,
        "reason": hold.reason,
        "note": hold.decision_note,
    }
    notify(
        member=payout.member,
        kind="payout",
        text=Sentence(text, {name: each for name, each in values.items() if f"%({name})" in text}),
        url=f"/rewards/epochs/{payout.epoch_id}/why/",
        key=f"hold:{hold.pk}:{what}",
    )
