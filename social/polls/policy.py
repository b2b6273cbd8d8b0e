"""Who may vote in a poll that they may see."""

from metya.wallets.models import Member
from social.polls.models import Poll


def may_vote(actor: Member, poll: Poll, author_id: int) -> bool:
    """Members in good standing while it is open, but not the one who asks."""
    return actor.in_good_standing and actor.pk != author_id and poll.open
