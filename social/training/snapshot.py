"""What a round learns from and is measured by: the examples whose members allow it, as they stand at one moment."""

import hashlib
import logging
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
from django.db import transaction

from social.comparisons.models import Example, ExampleQuerySet
from social.consent.models import Grant, Purpose
from social.ranking.maths.arrays import Bools, Floats, Ints
from social.ranking.maths.design import LARGEST
from social.ranking.maths.features import KEYS, PLACE
from social.ranking.models import Steering
from social.ranking.packed import FLOAT, floats_in
from social.ranking.words import FACTORS
from social.training import styles
from social.training.styles import Chosen

logger = logging.getLogger(__name__)
# The newest that take part: what fits into memory and an hour.
MOST = 1_000_000
CHUNK = 5_000
# What tells of a member's likes, replies and reposts.
_ASKED = np.array([PLACE[key] for key, words in FACTORS.items() if words.asked], dtype=np.int64)


@dataclass(frozen=True)
class Rows:
    """Examples by ascending id. ``taps`` tells which belong to one tap or answer: an item is accepted once."""

    ids: Ints
    members: Ints
    taps: Ints
    weights: Floats
    z: Floats

    def __len__(self) -> int:
        return len(self.ids)

    def of(self, kept: "Bools | Ints") -> "Rows":
        """Some of them."""
        return Rows(self.ids[kept], self.members[kept], self.taps[kept], self.weights[kept], self.z[kept])


@dataclass(frozen=True)
class Snapshot:
    """What may train, what may measure, the opt-in groups by member, and choices between styles. ``damaged`` rows were left
    out."""

    training: Rows
    measuring: Rows
    groups: dict[int, str]
    damaged: int = 0
    choices: Chosen = field(default_factory=Chosen)

    @property
    def ids(self) -> str:
        """SHA-256 of the sorted ids, those that train, then those that measure, then choices of styles, one a line."""
        lines = [f"train {pk}\n" for pk in self.training.ids.tolist()]
        lines += [f"evaluate {pk}\n" for pk in self.measuring.ids.tolist()]
        lines += self.choices.lines
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def take(without: Collection[int] = ()) -> Snapshot:
    """As of now, without the members ``without``; five queries.

    Of who does not allow any more that what they like is used, the factors that tell of it count nothing here either.
    """
    with transaction.atomic():
        allowing = Grant.objects.active(Purpose.FEATURES)
        telling = np.array(list(allowing.values_list("member", flat=True)), dtype=np.int64)
        training, bad = _rows(Example.objects.consented(Purpose.TRAIN), telling)
        training = _less(training, without)
        measuring, worse = _rows(Example.objects.consented(Purpose.EVALUATE), telling)
        measuring = _less(measuring, without)
        chosen = styles.take(without)
        groups = dict(Steering.objects.exclude(group="").values_list("member", "group"))
    if bad or worse:
        logger.error("%s examples have numbers that cannot be used, and were left out", bad + worse)
    return Snapshot(training, measuring, groups, bad + worse, chosen)


def _less(rows: Rows, members: Collection[int]) -> Rows:
    return rows.of(~np.isin(rows.members, list(members))) if members else rows


def leavers(taken: Snapshot) -> set[int]:
    """Members with examples or choices in a snapshot that they do not allow any more, or that are deleted; three queries."""
    found: set[int] = set()
    for purpose, rows in ((Purpose.TRAIN, taken.training), (Purpose.EVALUATE, taken.measuring)):
        there = _ids(Example.objects.granted(purpose).filter(member__is_active=True))
        found.update(rows.members[~np.isin(rows.ids, there)].tolist())
    return found | styles.leavers(taken.choices)


def _ids(rows: ExampleQuerySet) -> Ints:
    return np.fromiter(rows.values_list("pk", flat=True).iterator(chunk_size=CHUNK), dtype=np.int64)


def _rows(found: ExampleQuerySet, telling: Ints) -> tuple[Rows, int]:
    """The newest, and how many had to be left out; ``telling`` are the members who allow the use of what they like."""
    plain: list[tuple[int, int, int, float]] = []
    raw, damaged = bytearray(), 0
    wide = len(KEYS) * FLOAT.itemsize
    columns = found.order_by("-pk").values_list("pk", "member", "feedback", "base", "z")[:MOST]
    for pk, member, feedback, base, z in columns.iterator(chunk_size=CHUNK):
        if len(z) != wide:
            damaged += 1
            continue
        plain.append((pk, member, -pk if feedback is None else feedback, base))
        raw += z
    z_all = floats_in(bytes(raw)).reshape(-1, len(KEYS))
    whole = np.array([one[:3] for one in plain], dtype=np.int64).reshape(-1, 3)
    weights = np.array([one[3] for one in plain], dtype=np.float64)
    # NaN compares as false, so it is left out as well.
    usable = (np.abs(z_all) <= LARGEST).all(axis=1) & np.isfinite(weights)
    order = np.argsort(whole[:, 0], kind="stable")
    order = order[usable[order]]
    rows = Rows(whole[order, 0], whole[order, 1], whole[order, 2], weights[order], z_all[order])
    silent = np.flatnonzero(~np.isin(rows.members, telling))
    rows.z[silent[:, None], _ASKED] = 0.0
    return rows, damaged + int((~usable).sum())
