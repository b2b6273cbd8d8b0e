"""Who may appeal, and who decides."""

from metya.wallets.models import Member, Role
from social.appeals.models import Appeal
from social.moderation import policy as moderation
from social.moderation.models import Decision, Deed


def may_appeal(actor: Member, decision: Decision) -> bool:
    """The member concerned, suspended or not, while the decision has its effects and for half a year."""
    concerned = actor.is_active and actor.pk == decision.member_id and decision.kind != Deed.APPROVE
    stands = decision.applied_at is not None and decision.undone_at is None and decision.overturned_at is None
    return concerned and stands and decision.appealable


def may_decide(actor: Member, appeal: Appeal) -> bool:
    """Another moderator than the one who decided first, and not about themselves; of a suspension of staff administrators."""
    if not moderation.may_moderate(actor) or actor.pk in (appeal.moderator_id, appeal.member_id):
        return False
    of_staff = appeal.decision.kind == Deed.SUSPEND and appeal.member.is_staff
    return not of_staff or actor.has_role(Role.ADMIN)
