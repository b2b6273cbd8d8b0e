"""A community made up for tests and measurements: what its members prefer is known, so what is learned can be judged."""

from dataclasses import dataclass

import numpy as np

from social.ranking.maths.features import KEYS

WIDE = len(KEYS)


@dataclass(frozen=True)
class Examples:
    """Pairs of members: z points from the loser to the winner that they named."""

    z: np.ndarray
    members: np.ndarray
    groups: np.ndarray

    def __len__(self):
        return len(self.z)

    def flipped(self, members):
        """The same with the answers of these members turned round."""
        turned = np.isin(self.members, members)
        return Examples(np.where(turned[:, None], -self.z, self.z), self.members, self.groups)

    def random(self, members, seed=1):
        """The same with the answers of these members thrown by a coin."""
        coin = np.random.default_rng(seed).random(len(self)) < 0.5
        turned = np.isin(self.members, members) & coin
        return Examples(np.where(turned[:, None], -self.z, self.z), self.members, self.groups)

    def where(self, kept):
        return Examples(self.z[kept], self.members[kept], self.groups[kept])


@dataclass(frozen=True)
class Community:
    """What the majority (group 0) and the minority (group 1) really like, on a scale of log odds."""

    tastes: np.ndarray
    minority: float = 0.2
    wide: int = WIDE
    personal: float = 0.0
    """How far each member's own taste is off their group's, a feature (standard deviation)."""

    @classmethod
    def made(cls, seed=0, minority=0.2, wide=WIDE, apart=1.0, strength=0.5, personal=0.0):
        """A minority that wants the opposite of the majority in `apart` of the features."""
        chance = np.random.default_rng(seed)
        majority = chance.normal(size=wide) * strength
        other = majority.copy()
        turned = chance.permutation(wide)[: round(apart * wide)]
        other[turned] = -other[turned]
        return cls(np.vstack((majority, other)), minority, wide, personal)

    def ask(self, members, each, seed=0, first=0):
        """`each` comparisons of each of so many members, numbered from `first`."""
        chance = np.random.default_rng(seed)
        group_of = (np.arange(members) < round(self.minority * members)).astype(np.int64)
        who = np.repeat(np.arange(members), each)
        z = chance.normal(size=(members * each, self.wide))
        tastes = self.tastes[group_of]
        if self.personal:
            tastes = tastes + chance.normal(size=tastes.shape) * self.personal
        margin = np.einsum("ij,ij->i", z, tastes[who])
        lost = chance.random(len(z)) >= 1 / (1 + np.exp(-margin))
        z[lost] *= -1
        return Examples(z, who + first, group_of[who])


def auc(bad, good):
    """How often one of `bad` is below one of `good`, ties by half: 1 when values tell them apart without fault."""
    both = np.concatenate((bad, good))
    order = np.argsort(both, kind="stable")
    ranks = np.empty(len(both))
    ranks[order] = np.arange(1, len(both) + 1)
    _, place, counts = np.unique(both, return_inverse=True, return_counts=True)
    ranks = (np.bincount(place, ranks) / counts)[place]
    above = ranks[: len(bad)].sum() - len(bad) * (len(bad) + 1) / 2
    return 1 - above / (len(bad) * len(good))
