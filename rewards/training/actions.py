"""What reviewers do with pay for training: stop it with a reason, give it back, or have it forfeited by a second of them."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from metya.ops import audit
from metya.wallets.models import Member
from rewards.ledger.accounts import TRAINING, TREASURY
from rewards.ledger.actions import transfer
from rewards.payouts.deciding import require_other, require_reviewer, require_second
from rewards.payouts.errors import WrongState
from rewards.payouts.reasons import clean_reason
from rewards.training import policy
from rewards.training.models import PayKind, PayState, TrainingPay
from social.notifications.actions import notify
from social.notifications.sentences import Sentence

_STOPPED = gettext_noop("%(amount)s for your examples in round %(round)d are on hold: %(reason)s")
_RELEASED = gettext_noop("%(amount)s for your examples in round %(round)d are no longer on hold: %(reason)s")
_FORFEITED = gettext_noop("%(amount)s for your examples in round %(round)d went to the treasury: %(reason)s")
_OF_STYLES = {
    _STOPPED: gettext_noop("%(amount)s for styles in round %(round)d are on hold: %(reason)s"),
    _RELEASED: gettext_noop("%(amount)s for styles in round %(round)d are no longer on hold: %(reason)s"),
    _FORFEITED: gettext_noop("%(amount)s for styles in round %(round)d went to the treasury: %(reason)s"),
}


def stop(*, actor: Member, pay: TrainingPay, reason: str) -> TrainingPay:
    """Keep an amount out of the next epoch's files until somebody decides; the member is told why.

    Raises NotReviewer, WrongState once it is in an epoch's files or stopped already, Invalid without a reason.
    """
    reason = clean_reason(reason)
    with transaction.atomic():
        pay = _locked(pay)
        require_reviewer(actor)
        if not policy.may_stop(actor, pay):
            raise WrongState(
                _("Only what is not in an epoch's files yet, and not stopped already, can be put on hold.")
            )
        placed: dict[str, Any] = {"placed_by": actor, "placed_at": timezone.now(), "reason": reason}
        cleared: dict[str, Any] = {"decided_by": None, "decided_at": None, "decision_note": ""}
        _change(pay, state=PayState.HELD, released_at=None, **placed, **cleared)
        _note(actor, "training_pay.held", pay, reason)
        _tell(pay, "held", _STOPPED, reason)
    return pay


def release(*, actor: Member, pay: TrainingPay, note: str) -> TrainingPay:
    """Let it go on: it enters the next epoch, unless the round's own time is not over.

    Raises NotReviewer, NotAllowed on one's own, WrongState, Invalid.
    """
    note = clean_reason(note)
    with transaction.atomic():
        pay, now = _decided_by(actor, pay), timezone.now()
        placed: dict[str, Any] = {"placed_by": None, "placed_at": None, "reason": ""}
        _change(pay, **placed, decided_by=actor, decided_at=now, decision_note=note)
        if TrainingPay.objects.due(now).filter(pk=pay.pk).exists():
            _change(pay, state=PayState.RELEASED, released_at=now)
        _note(actor, "training_pay.released", pay, note)
        _tell(pay, "released", _RELEASED, note)
    return pay


def forfeit(*, actor: Member, pay: TrainingPay, note: str) -> TrainingPay:
    """Give it to the treasury for good; another reviewer than the one who stopped it.

    Raises NotReviewer, SamePerson, NotAllowed on one's own, WrongState, Invalid, InsufficientFunds.
    """
    note = clean_reason(note)
    with transaction.atomic():
        pay = _decided_by(actor, pay)
        require_second(actor, pay.member_id, pay.placed_by_id)
        _change(pay, state=PayState.FORFEITED, decided_by=actor, decided_at=timezone.now(), decision_note=note)
        transfer(source=TRAINING, target=TREASURY, amount=pay.grains, key=f"training:{pay.pk}:forfeited")
        _note(actor, "training_pay.forfeited", pay, note)
        _tell(pay, "forfeited", _FORFEITED, note)
    return pay


def _locked(pay: TrainingPay) -> TrainingPay:
    return TrainingPay.objects.select_for_update(of=("self",)).select_related("round", "member").get(pk=pay.pk)


def _decided_by(actor: Member, pay: TrainingPay) -> TrainingPay:
    pay = _locked(pay)
    require_other(actor, pay.member_id)
    if not policy.may_release(actor, pay):
        raise WrongState(_("This hold was decided already."))
    return pay


def _change(pay: TrainingPay, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(pay, name, value)
    pay.save(update_fields=list(fields))


def _note(actor: Member, verb: str, pay: TrainingPay, reason: str) -> None:
    audit.record(
        actor, verb, pay, round=pay.round.number, kind=pay.kind, member=pay.member_id, grains=pay.grains, reason=reason
    )


def _tell(pay: TrainingPay, what: str, text: str, reason: str) -> None:
    """Each time anew: an amount may be stopped, let go and stopped again."""
    text = _OF_STYLES[text] if pay.kind == PayKind.STYLES else text
    moment = pay.decided_at or pay.placed_at or timezone.now()
    notify(
        member=pay.member,
        kind="payout",
        text=Sentence(text, {"amount": pay.grains, "round": pay.round.number, "reason": reason}),
        url=f"/rewards/training/{pay.round.number}/mine/",
        key=f"training:{pay.pk}:{what}:{moment:%Y%m%d%H%M%S%f}",
    )
