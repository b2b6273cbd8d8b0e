"""What a round values styles by: the choices that members share, and who has a part in each style, as they stand at one moment.

Of a member each ordered pair of styles counts once, the newest choice, however often it was made. A part has a style's author,
and who had voted for it before the round began and still does when it looks: no vote can be cast after looking at what a round
found. Parts are not looked at again before they are stored. Choices are: they are somebody's consent. A vote that is taken back
and given again all night would else keep every round from its end.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from django.db.models import F

from metya.wallets.models import Member
from social.assistant import choices
from social.assistant.models import DraftPair, StyleCard, StyleVote
from social.ranking.maths.arrays import Bools, Ints
from social.ranking.maths.cards import AUTHOR, VOTE

# The newest that take part, and between how many styles at most: a table of both has to fit into memory.
MOST, MOST_CARDS = 20_000, 300
CHUNK = 5_000
Claimed = tuple[int, int, int]  # style, AUTHOR or VOTE, member


def _none() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Chosen:
    """Choices by ascending id of their pair of drafts; ids of members and styles."""

    ids: Ints = field(default_factory=_none)
    members: Ints = field(default_factory=_none)
    winners: Ints = field(default_factory=_none)
    losers: Ints = field(default_factory=_none)

    def __len__(self) -> int:
        return len(self.ids)

    def of(self, kept: "Bools | Ints") -> "Chosen":
        """Some of them."""
        return Chosen(self.ids[kept], self.members[kept], self.winners[kept], self.losers[kept])

    @property
    def cards(self) -> list[int]:
        """The styles, ascending."""
        found: list[int] = np.unique(np.concatenate((self.winners, self.losers))).tolist()
        return found

    @property
    def lines(self) -> list[str]:
        """What the hash of a snapshot says of them."""
        return [f"style {pk}\n" for pk in self.ids.tolist()]


def take(without: Collection[int] = ()) -> Chosen:
    """As of now, without the members ``without``; one query."""
    known: set[int] = set()
    said: set[tuple[int, int, int]] = set()
    rows: list[tuple[int, int, int, int]] = []
    for pair, member, winner, loser in choices.shared()[:MOST].iterator(chunk_size=CHUNK):
        wider = known | {winner, loser}
        if member in without or len(wider) > MOST_CARDS or (member, winner, loser) in said:
            continue
        known = wider
        said.add((member, winner, loser))
        rows.append((pair, member, winner, loser))
    table = np.array(rows[::-1], dtype=np.int64).reshape(-1, 4)
    return Chosen(*(np.ascontiguousarray(table[:, at]) for at in range(4)))


def claims(cards: Iterable[int], before: datetime) -> list[Claimed]:
    """Who has a part in these styles: members neither gone nor suspended; two queries."""
    here = Member.objects.active()
    authors = StyleCard.objects.filter(pk__in=list(cards), author__in=here)
    votes = StyleVote.objects.filter(card__in=list(cards), member__in=here, value=1, at__lt=before)
    found = [(card, AUTHOR, member) for card, member in authors.values_list("pk", "author_id")]
    found += [
        (card, VOTE, member)
        for card, member in votes.exclude(card__author=F("member")).values_list("card_id", "member_id")
    ]
    return sorted(found)


def hold(chosen: Chosen) -> None:
    """Within a transaction: whoever takes back a choice, a vote or a style waits until it is over."""
    ids = chosen.ids.tolist()
    for start in range(0, len(ids), CHUNK):
        pairs = DraftPair.objects.filter(pk__in=ids[start : start + CHUNK])
        list(pairs.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    # Votes are cast on a style that is held by whoever casts it.
    styles = StyleCard.objects.filter(pk__in=chosen.cards).select_for_update(no_key=True)
    list(styles.order_by("pk").values_list("pk", flat=True))


def leavers(chosen: Chosen) -> set[int]:
    """Members with choices that they do not share any more, or whose style is gone; one query where there are any."""
    if not len(chosen):
        return set()
    still = np.fromiter((row[0] for row in choices.shared().iterator(chunk_size=CHUNK)), dtype=np.int64)
    return set(chosen.members[~np.isin(chosen.ids, still)].tolist())
