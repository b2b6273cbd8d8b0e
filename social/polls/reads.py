"""One poll by itself; in lists it comes with its post."""

from metya.wallets.models import Member
from social.polls.cards import PollCard, poll_card
from social.polls.models import Poll, PollVote


def poll_of(viewer: Member | None, pk: int, *, asked: bool = False) -> PollCard:
    """The poll under the post ``pk``, which the caller judged visible; two queries."""
    poll = Poll.objects.select_related("post").get(pk=pk)
    mine = PollVote.objects.filter(poll=poll, member=viewer).values_list("choice", flat=True) if viewer else ()
    return poll_card(viewer, poll, poll.post.author_id, set(mine), asked=asked)
