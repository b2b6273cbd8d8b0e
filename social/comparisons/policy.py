"""Who may say what they prefer: whoever was shown it."""

from metya.wallets.models import Member
from social.ranking.models import Slate


def may_say(actor: Member, slate: Slate) -> bool:
    return actor.in_good_standing and slate.member_id == actor.pk
