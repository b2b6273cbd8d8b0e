"""The registry of what a post is ranked by, and how facts become numbers.

The order of `FEATURES` is part of every model and every stored example: a model that was made for another list is
refused by its `FEATURES_VERSION`. Human words stand where people read them, not here.
"""

import hashlib
import math
import re
import unicodedata
import zlib
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from social.ranking.maths.arrays import Floats, check_shape, floats
from social.ranking.maths.errors import RankingError

CLIP = 4.0
"""No standardised value is beyond ± this: one odd post neither rules a feed nor teaches the model."""
HALF_LIFE = 6 * 3600.0
TEXT_SIZE = 256


@dataclass(frozen=True, slots=True)
class Feature:
    """One factor: its key, the first champion's weight, and what a raw value is divided by (zero stays zero)."""

    key: str
    start: float
    scale: float = 1.0
    center: float = 0.0


# Centres are zero so that an absent fact contributes exactly nothing, which is what "Why this post?" should say.
# The first weights make a fair feed on the first day: fresh posts of those one follows, carried by what they liked.
FEATURES: tuple[Feature, ...] = (
    Feature("recency", 2.0),
    Feature("follows_author", 1.0),
    Feature("mutual", 0.3),
    Feature("affinity", 0.8),
    Feature("trusted_author", 0.3),
    Feature("new_author", 0.2),
    Feature("topic", 0.4),
    Feature("tag_followed", 0.5),
    Feature("similarity", 0.5, scale=0.5),
    Feature("ease", 0.5),
    Feature("language_match", 0.5),
    Feature("likes_followed", 0.4, scale=math.log(4)),
    Feature("replies_followed", 0.3, scale=math.log(4)),
    Feature("reposts_followed", 0.4, scale=math.log(4)),
    Feature("likes_all", 0.2, scale=math.log(16)),
    Feature("replies_all", 0.15, scale=math.log(16)),
    Feature("bridging", 0.4),
    Feature("from_list", 0.3),
    Feature("from_topic", 0.1),
    Feature("from_similar", 0.1),
    Feature("from_exploration", 0.2),
    Feature("seen", -1.5),
    Feature("is_reply", -0.3),
    Feature("has_picture", 0.1),
    Feature("has_poll", 0.05),
    Feature("has_link", 0.0),
    Feature("length", 0.05, scale=math.log(64)),
    Feature("question", 0.05),
    Feature("assisted", -0.2),
)
KEYS: tuple[str, ...] = tuple(feature.key for feature in FEATURES)
PLACE: dict[str, int] = {key: place for place, key in enumerate(KEYS)}
START: Floats = np.array([feature.start for feature in FEATURES])
CENTER: Floats = np.array([feature.center for feature in FEATURES])
SCALE: Floats = np.array([feature.scale for feature in FEATURES])
for _array in (START, CENTER, SCALE):
    _array.setflags(write=False)


def version_of(keys: tuple[str, ...]) -> str:
    """SHA-256 in hex of the keys in their order, a line each."""
    return hashlib.sha256("".join(f"{key}\n" for key in keys).encode()).hexdigest()


FEATURES_VERSION = version_of(KEYS)


def standardise(raw: ArrayLike, center: ArrayLike = CENTER, scale: ArrayLike = SCALE) -> Floats:
    """(raw − center) / scale of every row, clipped to ± CLIP. Raises RankingError on what is no finite number."""
    rows = np.asarray(raw)
    check_shape("features", rows.shape, (None, None))
    rows = floats("features", rows, rows.shape)
    wide = (rows.shape[1],)
    divisor = floats("scale", scale, wide)
    if not (divisor > 0).all():
        raise RankingError("scale must be above zero everywhere", code="bad-scale")
    return np.clip((rows - floats("center", center, wide)) / divisor, -CLIP, CLIP)


def recency(age_seconds: ArrayLike) -> Floats:
    """2^(−age / 6 h): 1 now, a half six hours later. A clock that runs ahead makes nothing newer than now."""
    age: Floats = np.asarray(age_seconds, dtype=np.float64)
    return np.exp2(-np.maximum(age, 0.0) / HALF_LIFE)


def log_count(count: ArrayLike) -> Floats:
    """log(1 + count), nothing below a count of zero."""
    return np.log1p(np.maximum(np.asarray(count, dtype=np.float64), 0.0))


def affinity(likes: ArrayLike = 0, replies: ArrayLike = 0, reposts: ArrayLike = 0) -> Floats:
    """How much somebody took up an author lately: 0 for nothing, towards 1; a reply counts as three likes, a repost as four.

    1 − 1 / (1 + log(1 + points)), so that the first deeds matter most and no number of them passes 1.
    """
    points = sum(
        weight * np.maximum(np.asarray(count, dtype=np.float64), 0.0)
        for weight, count in ((1.0, likes), (3.0, replies), (4.0, reposts))
    )
    return np.asarray(1.0 - 1.0 / (1.0 + np.log1p(points)), dtype=np.float64)


_WORD = re.compile(r"\w+")
_FIRST_WIDE = "\u2e80"


def words(text: str) -> list[str]:
    """Words for comparing texts: folded, without single letters; what is written without spaces goes as pairs of signs."""
    found: list[str] = []
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        if max(word) >= _FIRST_WIDE:
            found += [word[at : at + 2] for at in range(max(1, len(word) - 1))]
        elif len(word) > 1:
            found.append(word)
    return found


def text_vector(text: str, size: int = TEXT_SIZE) -> Floats:
    """The text's words hashed into `size` places with a sign, 1 + log(times) each; of length 1, or zero for no words.

    The hash is CRC-32, which is the same on every machine and in every process.
    """
    vector = np.zeros(size)
    for word, times in Counter(words(text)).items():
        code = zlib.crc32(word.encode())
        vector[(code >> 1) % size] += (1.0 + math.log(times)) * (1.0 if code & 1 else -1.0)
    norm = float(np.sqrt(vector @ vector))
    if norm:
        vector /= norm
    return vector


def cosine(one: ArrayLike, others: ArrayLike) -> Floats:
    """The cosine of a vector with each row of `others`; 0 where either is nothing."""
    a: Floats = np.asarray(one, dtype=np.float64)
    b: Floats = np.asarray(others, dtype=np.float64)
    lengths = np.sqrt((a * a).sum()) * np.sqrt((b * b).sum(axis=-1))
    found: Floats = np.divide(b @ a, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return found
