"""Whether those who measure answer unlike everybody else: the sign that measuring was captured.

Members who train, and allow to be measured by, are measured by a model that did not learn from them (cross-fitted); those
drawn by lot by one that did not either. Both should find the model right equally often. A difference above five in a hundred,
and beyond what chance explains, is an alarm: nothing is promoted or paid until people have looked.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from social.ranking.maths import evaluation
from social.ranking.maths.arrays import Bools, Floats
from social.ranking.maths.errors import RankingError
from social.ranking.maths.evaluation import HeldOut
from social.ranking.maths.learning import pair_weights
from social.ranking.maths.rounds import Inputs

THRESHOLD = 0.05
# Below so many pairs or members on either side nothing is said.
LEAST_PAIRS, LEAST_MEMBERS = 100, 10
# How seldom chance alone may look like it, on either side: as three standard errors where many answer. Of few members the
# error itself is uncertain, so that ten of them need more than three.
_CHANCE = 0.00135


@dataclass(frozen=True)
class Capture:
    """How often the model is right on either side, from 0 to 1; None where too little is known to compare."""

    drawn: float | None = None
    others: float | None = None
    alarm: bool = False


def captured(inputs: Inputs, start: Floats, table: Floats, measured: Bools, key: bytes) -> Capture:
    """``measured`` are the examples whose members allow to be measured by."""
    held, examples = inputs.validation, inputs.examples
    drawn = evaluation.held_out(held.z, held.weights, held.members, held.groups, start, table)
    worth = pair_weights(examples.members, examples.weights, inputs.rules.member_cap)
    try:
        crossed = evaluation.cross_fit(
            examples.z, worth, examples.members, examples.groups, start, inputs.rules.lam, key
        )
    except RankingError:
        return Capture()
    others = crossed.of(measured)
    if not (_enough(drawn) and _enough(others)):
        return Capture()
    ours, theirs = _right(drawn), _right(others)
    one, other = float(ours.mean()), float(theirs.mean())
    return Capture(one, other, abs(one - other) > max(THRESHOLD, _chance(ours, theirs)))


def _enough(pairs: HeldOut) -> bool:
    return len(pairs.members) >= LEAST_PAIRS and len(np.unique(pairs.members)) >= LEAST_MEMBERS


def _right(pairs: HeldOut) -> Floats:
    """How often the model is right for each member."""
    _, place, times = np.unique(pairs.members, return_inverse=True, return_counts=True)
    found: Floats = np.bincount(place, weights=evaluation.right(pairs.after)) / times
    return found


def _chance(ours: Floats, theirs: Floats) -> float:
    """How far two means may lie apart by chance: Welch's test, a member counting as one.

    Source: B. L. Welch, "The generalization of Student's problem when several different population variances are involved",
    Biometrika 34 (1947).
    """
    parts = np.array([float(one.var(ddof=1)) / len(one) for one in (ours, theirs)])
    if not parts.sum() > 0:
        return 0.0
    freedom = parts.sum() ** 2 / float((parts**2 / (np.array([len(ours), len(theirs)]) - 1)).sum())
    return float(stdtrit(freedom, 1 - _CHANCE) * np.sqrt(parts.sum()))
