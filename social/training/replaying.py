"""Explored posts played again: would the challenger have shown what members then chose, where chance decided what they saw?"""

from dataclasses import dataclass

import numpy as np

from social.comparisons.models import Example
from social.comparisons.slates import page_of
from social.consent.models import Purpose
from social.ranking.maths.arrays import Bools, Floats, Ints
from social.ranking.maths.promotion import Replay, replay
from social.ranking.maths.weights import Weights
from social.ranking.models import Slate
from social.ranking.sources import EXPLORATION

# Pages that are played at most, the newest first.
MOST = 5_000


@dataclass(frozen=True)
class Explored:
    """Rows are posts of pages on which something was explored and answered; ``groups`` by row."""

    slates: Ints
    members: Ints
    x: Floats
    groups: tuple[str, ...]
    shown: Bools
    rewards: Floats
    propensities: Floats

    def without(self, members: Ints) -> "Explored | None":
        """Of other members alone: of whom the model has learned nothing."""
        kept = ~np.isin(self.members, members)
        if not kept.any():
            return None
        groups = tuple(name for name, keep in zip(self.groups, kept.tolist(), strict=True) if keep)
        columns = (self.shown[kept], self.rewards[kept], self.propensities[kept])
        return Explored(self.slates[kept], self.members[kept], self.x[kept], groups, *columns)

    def replay(self, champion: Weights, challenger: Weights) -> Replay:
        """Both models on the same pages."""
        before, after = (self._scores(weights) for weights in (champion, challenger))
        return replay(self.slates, before, after, self.shown, self.rewards, self.propensities)

    def _scores(self, weights: Weights) -> Floats:
        found = np.zeros(len(self.x))
        names = np.array(self.groups, dtype=object)
        for name in set(self.groups):
            own = names == name
            found[own] = self.x[own] @ weights.of(name or None)
        return found


def explored(groups: dict[int, str]) -> Explored | None:
    """From pages of members who allow measuring, with what they said of them; None where nothing was explored. Two queries."""
    said = Example.objects.consented(Purpose.EVALUATE).filter(slate__isnull=False)
    liked = set(said.order_by("-pk").values_list("slate", "winner")[: MOST * 10])
    pages = Slate.objects.filter(pk__in={slate for slate, _post in sorted(liked)[-MOST:]}) if liked else []
    parts: list[tuple[Slate, str, Floats, Bools, Floats, Floats]] = []
    for slate in pages:
        page = page_of(slate)
        drawn = np.array([entry.get("source") == EXPLORATION for entry in slate.entries], dtype=np.bool_)
        if page is None or not drawn.any():
            continue
        rewards = np.array([float((slate.pk, post) in liked) for post in page.posts])
        parts.append((slate, groups.get(slate.member_id, ""), page.x, drawn, rewards, np.array(page.propensities)))
    if not parts:
        return None
    sizes = [len(one[3]) for one in parts]
    return Explored(
        np.repeat(np.array([one[0].pk for one in parts], dtype=np.int64), sizes),
        np.repeat(np.array([one[0].member_id for one in parts], dtype=np.int64), sizes),
        np.concatenate([one[2] for one in parts]),
        tuple(one[1] for one, size in zip(parts, sizes, strict=True) for _ in range(size)),
        np.concatenate([one[3] for one in parts]),
        np.concatenate([one[4] for one in parts]),
        np.concatenate([one[5] for one in parts]),
    )
