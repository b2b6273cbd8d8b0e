"""Which weights rank: those of the version in use, or, where they cannot be read, of the last one that can."""

import logging
from dataclasses import dataclass
from functools import lru_cache

from django.db import transaction
from django.utils import timezone

from social.ranking.maths.errors import RankingError
from social.ranking.maths.features import FEATURES_VERSION
from social.ranking.maths.weights import Weights
from social.ranking.models import ModelVersion, State

logger = logging.getLogger(__name__)
FIRST = 1


@dataclass(frozen=True)
class Champion:
    """``pk`` is None where nothing may be written and there is no version yet."""

    pk: int | None
    number: int
    weights: Weights


def champion_from(kept: tuple[int, int, str] | None, *, writing: bool = True) -> Champion:
    """From key, number and text of the version in use; no query where they are there and whole.

    Without one the first version, whose weights were set by hand, comes into use, unless nothing may be written.
    """
    if kept is None:
        if not writing:
            return Champion(None, FIRST, Weights.start())
        first = ensure_first()
        kept = (first.pk, first.number, first.weights)
    pk, number, text = kept
    try:
        return Champion(pk, number, read(text))
    except RankingError as error:
        logger.error(
            "Version %s of the ranking cannot be read (%s: %s); an earlier one ranks", number, error.code, error
        )
    return _earlier(pk, number)


def in_use() -> Champion:
    """The version in use, writing nothing; one query where it can be read."""
    return champion_from(ModelVersion.objects.champion().values_list("pk", "number", "weights").first(), writing=False)


@lru_cache(maxsize=16)
def read(text: str) -> Weights:
    """The weights in a text. Raises RankingError for what is cut off, altered, or of another list of features."""
    return Weights.from_json(text)


def _earlier(pk: int, number: int) -> Champion:
    """The last version that was in use and can be read; else the weights set by hand, under the number of the first."""
    for other in ModelVersion.objects.served().exclude(pk=pk):
        try:
            return Champion(other.pk, other.number, read(other.weights))
        except RankingError:
            logger.exception("Version %s of the ranking cannot be read either", other.number)
    return Champion(pk, number, Weights.start())


def ensure_first() -> ModelVersion:
    """The version in use; where there never was any, number 1 is made of the weights set by hand, once in a race."""
    start = Weights.start()
    with transaction.atomic():
        standing = ModelVersion.objects.champion().first()
        if standing is not None:
            return standing
        now = timezone.now()
        one, _made = ModelVersion.objects.get_or_create(
            number=FIRST,
            defaults={
                "state": State.CHAMPION,
                "weights": start.to_json(),
                "features_version": FEATURES_VERSION,
                "promoted_at": now,
                "note": "Weights set by hand",
            },
        )
    return one
