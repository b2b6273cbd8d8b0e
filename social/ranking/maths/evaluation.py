"""Everything that judges a model, in one place to import from."""

from social.ranking.maths.heldout import (
    Gain,
    HeldOut,
    Score,
    bootstrap,
    by_group,
    cross_fit,
    fold_of,
    folds_of,
    held_out,
    margins,
    right,
    score,
)
from social.ranking.maths.metrics import AtK, at_k, mean_at_k
from social.ranking.maths.promotion import Replay, Verdict, judge, replay

__all__ = [
    "AtK",
    "Gain",
    "HeldOut",
    "Replay",
    "Score",
    "Verdict",
    "at_k",
    "bootstrap",
    "by_group",
    "cross_fit",
    "fold_of",
    "folds_of",
    "held_out",
    "judge",
    "margins",
    "mean_at_k",
    "replay",
    "right",
    "score",
]
