"""For whom is ranked: how they steer, what they saw, what they allowed, and by which model. One query."""

import json
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID
from zlib import crc32

import numpy as np
from django.db import connection
from django.utils import timezone
from django.utils.translation import get_language

from metya.wallets.models import Member
from metya.web.statements import run_written
from social.consent import texts
from social.consent.models import Purpose
from social.ranking.maths.arrays import Floats
from social.ranking.maths.features import FEATURES_VERSION, KEYS, PLACE
from social.ranking.maths.scoring import LARGEST_SLIDER
from social.ranking.packed import FLOAT, floats_in, ids_in

logger = logging.getLogger(__name__)
# A post counts as seen after so long: who comes back at once finds the same order, and not another one for having looked.
SITTING = timedelta(minutes=30)
SLATES = 60
# Posts that go with so many of the newest likes, at most so many of them.
LIKED, NEAR = 100, 150
USUAL = 1.0
_SQL = """
SELECT 'champion' AS what, v.id AS number, v.weights AS a, CAST(v.number AS {text}) AS b, CAST(NULL AS {blob}) AS bytes
FROM social_modelversion v WHERE v.state = 'champion'
UNION ALL SELECT 'steering', 0, CAST(s.sliders AS {text}), CAST(s.quotas AS {text}), s.delta
FROM social_steering s WHERE s.member_id = %(me)s
UNION ALL SELECT 'learnt', 0, s.delta_version, s."group", NULL FROM social_steering s WHERE s.member_id = %(me)s
UNION ALL SELECT * FROM (
  SELECT 'slate', CASE WHEN l.shown_at <= %(settled)s THEN 1 ELSE 0 END, CAST(l.chain AS {text}), '', l.posts
  FROM social_slate l WHERE l.member_id = %(me)s ORDER BY l.id DESC LIMIT {slates}
) recent
UNION ALL SELECT * FROM (
  SELECT 'less', k.post_id, '', '', CAST(NULL AS {blob}) FROM social_feedback k
  WHERE k.member_id = %(me)s AND k.said = 'less' ORDER BY k.id DESC LIMIT {slates}
) unwanted
UNION ALL SELECT 'tag', t.tag_id, '', '', NULL FROM social_tagfollow t WHERE t.member_id = %(me)s
UNION ALL SELECT 'allows', 1, '', '', NULL FROM social_grant g
WHERE g.member_id = %(me)s AND g.purpose = 'features' AND g.ended_at IS NULL AND g.version = %(consent)s
UNION ALL SELECT * FROM (
  SELECT 'near', n.other_id, CAST(SUM(n.score) AS {text}), '', CAST(NULL AS {blob}) FROM social_neighbour n
  WHERE n.post_id IN (SELECT k.post_id FROM social_like k WHERE k.member_id = %(me)s ORDER BY k.id DESC LIMIT {liked})
    AND EXISTS (SELECT 1 FROM social_grant g WHERE g.member_id = %(me)s AND g.purpose = 'features' AND g.ended_at IS NULL
      AND g.version = %(consent)s)
    AND NOT EXISTS (SELECT 1 FROM social_like o WHERE o.member_id = %(me)s AND o.post_id = n.other_id)
  GROUP BY n.other_id ORDER BY SUM(n.score) DESC, n.other_id LIMIT {near}
) near
UNION ALL SELECT 'taste', 1, CAST(k.data AS {text}), '', NULL FROM social_taste k WHERE k.member_id = %(me)s
"""


@dataclass(frozen=True)
class Tasted:
    """What somebody took up lately: authors as (likes, replies, reposts), hashtags from 0 to 1, and the words."""

    authors: dict[int, tuple[float, float, float]] = field(default_factory=dict)
    tags: dict[int, float] = field(default_factory=dict)
    words: Floats | None = None

    @classmethod
    def of(cls, data: dict[str, Any]) -> "Tasted":
        authors = {int(one): (float(a), float(b), float(c)) for one, (a, b, c) in data.get("authors", {}).items()}
        words = np.array(data["words"], dtype=np.float64) if data.get("words") else None
        return cls(authors, {int(tag): float(weight) for tag, weight in data.get("tags", {}).items()}, words)


@dataclass
class Reader:
    """``sliders`` by feature; ``shown``: the posts of this sitting; ``seen``: how often older pages showed a post."""

    pk: int
    following: int = 0
    languages: frozenset[str] = frozenset()
    sliders: dict[str, float] = field(default_factory=dict)
    quotas: dict[str, int] = field(default_factory=dict)
    group: str = ""
    residual: Floats | None = None
    tags: set[int] = field(default_factory=set)
    allows: bool = False
    taste: Tasted = field(default_factory=Tasted)
    shown: set[int] = field(default_factory=set)
    pages: int = 0
    seen: dict[int, int] = field(default_factory=dict)
    neighbours: dict[int, float] = field(default_factory=dict)
    seed: int = 1
    # Of the model in use: its key, number and text; None where there is none yet.
    champion: tuple[int, int, str] | None = None


def reader_of(member: Member, chain: UUID | None = None, *, now: datetime | None = None) -> Reader:
    """All that is known of ``member`` for a ranking; ``chain`` is the sitting that goes on."""
    now = now or timezone.now()
    values = {
        "me": member.pk,
        "settled": connection.ops.adapt_datetimefield_value(now - SITTING),
        "consent": texts.current(Purpose.FEATURES),
    }
    reader = Reader(member.pk, following=member.profile.following_count, seed=_seed(member.pk, now))
    spoken = (get_language() or "").partition("-")[0]
    reader.languages = frozenset(filter(None, (str(member.profile.writes_in), spoken)))
    delta: bytes | None = None
    delta_version, taste = "", ""
    for what, number, a, b, blob in run_written(_statement(connection.vendor), values):
        if what == "champion":
            reader.champion = (number, int(b), a)
        elif what == "steering":
            reader.sliders, reader.quotas, delta = _sliders(json.loads(a)), json.loads(b), blob
        elif what == "learnt":
            delta_version, reader.group = a, b
        elif what == "slate":
            _note(reader, blob, mine=chain is not None and UUID(a) == chain, settled=bool(number))
        elif what == "less":
            # Of what the member wants less, that very post is not shown again.
            reader.shown.add(number)
        elif what == "tag":
            reader.tags.add(number)
        elif what == "allows":
            reader.allows = True
        elif what == "near":
            reader.neighbours[number] = float(a)
        elif what == "taste":
            taste = a
    if reader.allows:
        reader.taste = Tasted.of(json.loads(taste)) if taste else Tasted()
    reader.residual = _residual(member.pk, delta, delta_version)
    return reader


@cache
def _statement(vendor: str) -> str:
    blob = {"postgresql": "bytea"}.get(vendor, "blob")
    return _SQL.format(text="text", blob=blob, slates=SLATES, liked=LIKED, near=NEAR)


def _note(reader: Reader, blob: Any, *, mine: bool, settled: bool) -> None:
    ids = ids_in(blob)
    if mine:
        reader.shown.update(ids)
        reader.pages += 1
    elif settled:
        for pk in ids:
            reader.seen[pk] = reader.seen.get(pk, 0) + 1


def _sliders(stored: dict[str, Any]) -> dict[str, float]:
    """Those of today's features; what another list of features had is left out."""
    return {key: float(value) for key, value in stored.items() if key in PLACE}


def slider_row(sliders: dict[str, float]) -> Floats:
    """One number for each feature, in their order."""
    row = np.full(len(KEYS), USUAL)
    for key, value in sliders.items():
        if key in PLACE:
            row[PLACE[key]] = max(-LARGEST_SLIDER, min(LARGEST_SLIDER, value))
    return row


def _residual(member_id: int, delta: bytes | None, version: str) -> Floats | None:
    """What was learnt of the member, if it is of today's features and whole."""
    if not delta:
        return None
    row = floats_in(delta) if len(delta) == FLOAT.itemsize * len(KEYS) else None
    if version != FEATURES_VERSION or row is None or not np.isfinite(row).all():
        logger.warning(
            "What was learnt of member %s is of another list of features or damaged, and left out", member_id
        )
        return None
    return row


def _seed(member_id: int, now: datetime) -> int:
    """By which exploration draws: the same for one member during a sitting."""
    return crc32(f"{member_id}:{int(now.timestamp() // SITTING.total_seconds())}".encode()) % 1_000_002 + 1
