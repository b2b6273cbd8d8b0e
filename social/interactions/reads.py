"""What the rewards side asks of the facts: the rows of a window, and who may seed the trust."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Q
from numpy.typing import NDArray

from metya.wallets.models import Member
from social.follows.models import Block
from social.interactions.models import Kind

KINDS: tuple[str, ...] = tuple(sorted(Kind.values))
CHUNK = 50_000
Ints = NDArray[np.int64]
_FOLLOW = KINDS.index(Kind.FOLLOW)
# A pair of member ids as one number; ids are sequences and stay far below.
_PAIR = 1 << 31

# The whole UTC days since 1970 of a moment, in SQL.
_DAY = {
    "postgresql": "FLOOR(EXTRACT(EPOCH FROM at) / 86400)",
    "sqlite": "CAST(strftime('%%s', substr(at, 1, 10)) AS INTEGER) / 86400",
}
# What was given to posts while a decision about them stands (``Pause``): likes, reposts and tips of them, answers to them and
# quotes of them, as far as they are towards their author.
_DEEDS = """
WITH paused AS (
  SELECT DISTINCT p.id, p.author_id FROM social_pause x JOIN social_post p ON p.id = x.post_id WHERE x.ended_at IS NULL
), stopped AS (
  SELECT k.kind, paused.id AS post_id, author_id AS target_id
  FROM paused CROSS JOIN (SELECT 'like' AS kind UNION ALL SELECT 'repost' UNION ALL SELECT 'tip') k
  UNION ALL SELECT 'reply', a.id, paused.author_id FROM paused JOIN social_post a ON a.in_reply_to_id = paused.id
  UNION ALL SELECT 'quote', a.id, paused.author_id FROM paused JOIN social_post a ON a.quote_of_id = paused.id
)
SELECT source_id, target_id, {kind} AS k, CAST({day} AS BIGINT) AS d, COUNT(*)
FROM social_interaction
WHERE public AND kind <> 'follow' AND at >= %(start)s AND at < %(close)s
  AND (undone_at IS NULL OR undone_at >= %(close)s)
  AND (post_id IS NULL OR (kind, post_id, target_id) NOT IN (SELECT kind, post_id, target_id FROM stopped))
GROUP BY source_id, target_id, k, d
"""
_FOLLOWS = """
SELECT DISTINCT source_id, target_id FROM social_interaction
WHERE public AND kind = 'follow' AND at < %(close)s AND (undone_at IS NULL OR undone_at >= %(close)s)
"""


@dataclass(frozen=True)
class WindowRows:
    """Counted facts as parallel arrays, sorted by (source, target, kind, day).

    ``source_id`` and ``target_id`` are member ids, ``kind`` an index into KINDS, ``day`` whole UTC days since 1970-01-01,
    ``count`` how many of that kind the pair had on that day. A standing follow is one row on the last day.
    """

    source_id: Ints
    target_id: Ints
    kind: Ints
    day: Ints
    count: Ints

    def __len__(self) -> int:
        return len(self.source_id)


def window(*, start: datetime, close: datetime) -> WindowRows:
    """Facts at or after ``start`` and before ``close`` that count, and the follows that stand at ``close``.

    Left out: what is not public or was undone before ``close``; what was given to a post about which a decision of moderators
    stands now; anything from or to a member who is suspended at
    ``close``, gone, or opted out; anything between two members of whom one blocks the other. Counted in SQL; the people
    left out are few, so they are taken out of the arrays. Four queries.
    """
    moments = {name: connection.ops.adapt_datetimefield_value(at) for name, at in (("start", start), ("close", close))}
    last_day = _day_of(close - timedelta(microseconds=1))
    deeds = _fetch(_DEEDS.format(kind=_kind_code(), day=_DAY[connection.vendor]), moments, 5)
    follows = _fetch(_FOLLOWS, moments, 2)
    extra = np.tile(np.array([_FOLLOW, last_day, 1], dtype=np.int64), (len(follows), 1))
    rows = np.concatenate([deeds, np.concatenate([follows, extra], axis=1)])
    rows = rows[_counts(rows[:, 0], rows[:, 1], close)]
    rows = rows[np.lexsort((rows[:, 3], rows[:, 2], rows[:, 1], rows[:, 0]))]
    columns = (np.ascontiguousarray(column) for column in rows.T)
    return WindowRows(*columns)


def seed_candidates() -> list[int]:
    """Ids of the members who may seed the trust, the longest here first: active, chose a handle, have a payout wallet, and
    did not opt out of rewards."""
    rows = Member.objects.active().onboarded().filter(opted_out=False, payout_wallet__isnull=False)
    return list(rows.order_by("joined_at", "pk").values_list("pk", flat=True))


def left_out(close: datetime) -> list[int]:
    """Ids of members whose facts do not count at ``close``: suspended then, gone, or opted out."""
    out = Q(is_active=False) | Q(opted_out=True) | Q(suspended_until__gt=close)
    return list(Member.objects.filter(out).values_list("pk", flat=True))


def _counts(source: Ints, target: Ints, close: datetime) -> NDArray[np.bool_]:
    """Which of the (source, target) pairs count: nobody left out, no block either way, not oneself."""
    if len(source) and max(source.max(), target.max()) >= _PAIR:
        raise OverflowError("member ids beyond 2^31 do not fit a pair key")
    out = np.array(left_out(close), dtype=np.int64)
    blocks = list(Block.objects.values_list("source_id", "target_id"))
    walls = np.array([a * _PAIR + b for pair in blocks for a, b in (pair, pair[::-1])], dtype=np.int64)
    good: NDArray[np.bool_] = ~(np.isin(source, out) | np.isin(target, out) | (source == target))
    return good & ~np.isin(source * _PAIR + target, walls)


def _fetch(sql: str, params: dict[str, Any], width: int) -> Ints:
    """The rows of a query as an (n, width) array, read in chunks."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, params)
        parts = [np.empty((0, width), dtype=np.int64)]
        rows: Iterator[tuple[int, ...]] = iter(cursor)
        while chunk := list(islice(rows, CHUNK)):
            flat = np.fromiter(chain.from_iterable(chunk), dtype=np.int64, count=len(chunk) * width)
            parts.append(flat.reshape(-1, width))
    return np.concatenate(parts)


def _kind_code() -> str:
    cases = " ".join(f"WHEN '{kind}' THEN {code}" for code, kind in enumerate(KINDS))
    return f"CASE kind {cases} END"


def _day_of(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() // 86_400)
