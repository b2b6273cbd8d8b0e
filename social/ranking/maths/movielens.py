"""EASE under the published protocol, on a file of ratings that the operator has; their terms forbid shipping it.

Every rating is one positive item (the published rows are binary without a threshold; `at_least` sets one), what is in
the training part is never recommended, and the first ten places are measured over all users who have something in the
test part. Read are the layouts of MovieLens: `u.data` (tabs), `ratings.dat` (::) and `ratings.csv` (with its header).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from social.ranking.maths import ease
from social.ranking.maths.arrays import Bools, Floats, Ints
from social.ranking.maths.errors import RankingError, shown
from social.ranking.maths.metrics import AtK, at_k, mean_at_k

PLACES = 10
MOST_ITEMS = 6_000
_AT_ONCE = 1_000
_SEPARATORS = ("\t", "::", ",")


@dataclass(frozen=True, slots=True)
class Ratings:
    """Who rated what how; each pair once."""

    users: Ints
    items: Ints
    stars: Floats

    def __len__(self) -> int:
        return len(self.users)

    def of(self, kept: Bools) -> "Ratings":
        """Some of them."""
        return Ratings(self.users[kept], self.items[kept], self.stars[kept])


@dataclass(frozen=True, slots=True)
class Protocol:
    """A way to split, and what others reached with it on MovieLens-100k."""

    name: str
    test_part: float
    by_user: bool
    published: float
    """nDCG@10 of the best published row."""
    mark: float
    """What EASE is held to here."""


PROTOCOLS = (
    Protocol("random 80/20", 0.20, False, published=0.4402, mark=0.43),
    Protocol("per user 75/25", 0.25, True, published=0.4751, mark=0.47),
)


def read(path: Path | str) -> Ratings:
    """The ratings in a file. Raises RankingError naming the line that is none."""
    place = Path(path)
    rows: list[tuple[int, int, float]] = []
    try:
        with place.open(encoding="utf-8") as file:
            separator = None
            for number, line in enumerate(file, start=1):
                if separator is None:
                    separator = _separator(place.name, line)
                    if line.lower().startswith("userid,movieid,rating"):
                        continue
                rows.append(_row(place.name, number, line, separator))
    except UnicodeDecodeError:
        raise RankingError(
            f"{place.name}: is no text; an archive has to be unpacked first.", code="no-ratings"
        ) from None
    except OSError as error:
        raise RankingError(f"{path}: {error.strerror or error}", code="no-ratings") from None
    if not rows:
        raise RankingError(f"{place.name}: has no ratings.", code="no-ratings")
    users, items, stars = (np.array(column) for column in zip(*rows, strict=True))
    pairs, counts = np.unique(np.column_stack((users, items)), axis=0, return_counts=True)
    if (counts > 1).any():
        user, item = pairs[counts.argmax()].tolist()
        raise RankingError(f"{place.name}: user {user} rated item {item} twice.", code="no-ratings")
    return Ratings(users.astype(np.int64), items.astype(np.int64), stars.astype(np.float64))


def _separator(name: str, line: str) -> str:
    for one in _SEPARATORS:
        if len(line.split(one)) in (3, 4):
            return one
    words = "user, item, rating and time with tabs, :: or commas between"
    raise RankingError(f"{name}:1: must be {words}, not {shown(line.strip())}", code="no-ratings")


def _row(name: str, number: int, line: str, separator: str) -> tuple[int, int, float]:
    parts = line.strip().split(separator)
    try:
        if len(parts) not in (3, 4):
            raise ValueError
        user, item, stars = int(parts[0]), int(parts[1]), float(parts[2])
    except ValueError:
        raise RankingError(f"{name}:{number}: is no rating: {shown(line.strip())}", code="no-ratings") from None
    if not (0 <= user < 2**31 and 0 <= item < 2**31 and 0 <= stars <= 10):
        raise RankingError(f"{name}:{number}: is out of range: {shown(line.strip())}", code="no-ratings")
    return user, item, stars


def split(ratings: Ratings, protocol: Protocol, seed: int) -> tuple[Ratings, Ratings]:
    """Training and test part."""
    draw = np.random.Generator(np.random.PCG64(seed)).random(len(ratings))
    if protocol.by_user:
        order = np.lexsort((draw, ratings.users))
        _, start, count = np.unique(ratings.users[order], return_index=True, return_counts=True)
        place = np.arange(len(ratings)) - np.repeat(start, count)
        test = np.zeros(len(ratings), dtype=np.bool_)
        test[order] = place < np.repeat(np.rint(count * protocol.test_part), count)
    else:
        test = draw.argsort(kind="stable").argsort(kind="stable") < round(len(ratings) * protocol.test_part)
    return ratings.of(~test), ratings.of(test)


def evaluate(
    ratings: Ratings,
    protocol: Protocol,
    *,
    draws: int = 5,
    lam: float = ease.LAMBDA,
    at_least: float | None = None,
    places: int = PLACES,
) -> AtK:
    """The mean over several draws of the split."""
    positive = ratings if at_least is None else ratings.of(ratings.stars >= at_least)
    if len(positive) < 2:
        raise RankingError("There are too few ratings to split.", code="no-ratings")
    return mean_at_k([_once(*split(positive, protocol, seed), lam, places) for seed in range(draws)])


def _once(train: Ratings, test: Ratings, lam: float, places: int) -> AtK:
    model = ease.fit(train.users, train.items, lam, MOST_ITEMS)
    names, likes = ease.likes_of(train.users, train.items, model.items)
    hits, relevant = [], []
    wanted = {user: test.items[test.users == user] for user in np.unique(test.users).tolist()}
    for low in range(0, len(names), _AT_ONCE):
        part = likes[low : low + _AT_ONCE]
        scores = model.scores(part)
        scores[part.nonzero()] = -np.inf
        best = model.items[np.argsort(-scores, axis=1, kind="stable")[:, :places]]
        for user, shown_items in zip(names[low : low + _AT_ONCE].tolist(), best, strict=True):
            own = wanted.pop(user, np.zeros(0, dtype=np.int64))
            hits.append(np.isin(shown_items, own))
            relevant.append(len(own))
    # Whom nothing is known about gets nothing right here; they count all the same.
    hits += [np.zeros(hits[0].shape, dtype=np.bool_)] * len(wanted)
    relevant += [len(own) for own in wanted.values()]
    return at_k(np.array(hits), np.array(relevant), places)
