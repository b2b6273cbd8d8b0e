"""Facts of candidates as the numbers of the model, standardised: one row for each post."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from numpy.typing import ArrayLike

from social.ranking.candidates import Candidate
from social.ranking.maths import features
from social.ranking.maths.arrays import Floats
from social.ranking.maths.features import PLACE
from social.ranking.readers import Reader, Tasted
from social.ranking.sources import SOURCES

# Who joined so lately is new here.
NEW = timedelta(days=30).total_seconds()
# Words of posts as vectors, by post and version: most candidates of two readers are the same.
_vectors: dict[tuple[int, int], Floats] = {}
_MOST_VECTORS = 20_000


def measure(reader: Reader, found: Sequence[Candidate]) -> Floats:
    """The matrix x (posts, features)."""
    raw = np.zeros((len(found), len(PLACE)))
    if not found:
        return raw

    def put(key: str, values: ArrayLike) -> None:
        raw[:, PLACE[key]] = values

    facts = np.array([_plain(one) for one in found], dtype=np.float64)
    for at, key in enumerate(_PLAIN):
        put(key, facts[:, at])
    put("recency", features.recency([one.age for one in found]))
    for key in ("likes_followed", "replies_followed", "reposts_followed", "likes_all", "replies_all", "length"):
        raw[:, PLACE[key]] = features.log_count(raw[:, PLACE[key]])
    put("tag_followed", [float(not reader.tags.isdisjoint(one.tag_ids)) if one.tags else 0.0 for one in found])
    put("language_match", [float(one.language in reader.languages) for one in found])
    put("seen", features.log_count([reader.seen.get(one.pk, 0) for one in found]) / np.log(2))
    for number, source in enumerate(SOURCES):
        if source.feature:
            put(source.feature, [float(one.source == number) for one in found])
    put("bridging", [one.bridging for one in found])
    if reader.allows:
        _personal(reader, found, raw)
    return features.standardise(raw)


_PLAIN = (
    "follows_author", "mutual", "trusted_author", "new_author", "likes_all", "replies_all", "likes_followed",
    "replies_followed", "reposts_followed", "has_picture", "has_poll", "has_link", "length", "question", "assisted",
)  # fmt: skip


def _plain(one: Candidate) -> tuple[float, ...]:
    """The facts that stand in the row as they are, in the order of ``_PLAIN``."""
    return (
        one.follows, one.mutual, one.trusted, float(one.member_age < NEW), one.likes, one.replies, one.likes_followed,
        one.replies_followed, one.reposts_followed, one.picture, one.poll, one.link, one.length, one.question,
        one.assisted,
    )  # fmt: skip


def _personal(reader: Reader, found: Sequence[Candidate], raw: Floats) -> None:
    """What the reader's own likes, replies and reposts say; only of who allowed it."""
    taste = reader.taste
    deeds = np.array([taste.authors.get(one.author, (0.0, 0.0, 0.0)) for one in found])
    raw[:, PLACE["affinity"]] = features.affinity(deeds[:, 0], deeds[:, 1], deeds[:, 2])
    raw[:, PLACE["topic"]] = [_topic(taste, one) for one in found]
    if reader.neighbours:
        raw[:, PLACE["ease"]] = [reader.neighbours.get(one.pk, 0.0) for one in found]
    if taste.words is not None:
        raw[:, PLACE["similarity"]] = features.cosine(taste.words, np.array([_vector(one) for one in found]))


def _topic(taste: Tasted, one: Candidate) -> float:
    return max((taste.tags.get(tag, 0.0) for tag in one.tag_ids), default=0.0)


def _vector(one: Candidate) -> Floats:
    key = (one.pk, one.version)
    found = _vectors.get(key)
    if found is None:
        if len(_vectors) >= _MOST_VECTORS:
            _vectors.clear()
        found = _vectors[key] = features.text_vector(one.text)
    return found
