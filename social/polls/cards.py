"""What a poll shows to one viewer."""

from dataclasses import dataclass

from metya.wallets.models import Member
from social.polls import policy
from social.polls.models import Poll


@dataclass(frozen=True)
class ChoiceBar:
    """``share`` of the voters, 0 to 1; ``mine``: the viewer chose it; ``leads``: nobody has more."""

    number: int
    text: str
    votes: int
    share: float
    mine: bool
    leads: bool

    @property
    def percent(self) -> str:
        return f"{round(self.share * 100)}\u00a0%"


@dataclass(frozen=True)
class PollCard:
    """All that ``social/polls/_poll.html`` shows; results only to who voted, to the author, and to all when it is over."""

    poll: Poll
    bars: list[ChoiceBar]
    may_vote: bool
    voted: bool
    results: bool


def poll_card(viewer: Member | None, poll: Poll, author_id: int, chosen: set[int], *, asked: bool = False) -> PollCard:
    """``chosen`` is what the viewer voted for (empty: nothing); ``asked``: they want the results before voting."""
    voted = bool(chosen)
    may_vote = viewer is not None and not voted and policy.may_vote(viewer, poll, author_id)
    best = max(poll.counts, default=0)
    bars = [
        ChoiceBar(number, text, votes, votes / poll.voters if poll.voters else 0.0, number in chosen, 0 < votes == best)
        for number, (text, votes) in enumerate(zip(poll.choices, poll.counts, strict=True))
    ]
    return PollCard(poll, bars, may_vote, voted, asked or not may_vote)
