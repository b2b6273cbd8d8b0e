"""Who may stop and decide about an amount, said with the refusal that fits; the same for payouts and for pay for training."""

from django.utils.translation import gettext as _

from metya.wallets.models import Member
from metya.web.errors import NotAllowed
from rewards.payouts import policy
from rewards.payouts.errors import NotReviewer, SamePerson


def require_reviewer(actor: Member) -> None:
    """Raises NotReviewer."""
    if not policy.is_reviewer(actor):
        raise NotReviewer(_("Only payout reviewers may do this, whatever other role you have."))


def require_other(actor: Member, owner: int | None) -> None:
    """Raises NotReviewer, NotAllowed on one's own."""
    require_reviewer(actor)
    if not policy.may_decide(actor, owner):
        raise NotAllowed(_("This is your own payout; another reviewer has to decide."))


def require_second(actor: Member, owner: int | None, placed_by: int | None) -> None:
    """Raises NotReviewer, NotAllowed, SamePerson."""
    require_other(actor, owner)
    if not policy.may_take(actor, owner, placed_by):
        raise SamePerson(_("You placed this hold; somebody else has to decide that the amount is forfeited."))
