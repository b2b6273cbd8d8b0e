"""The posts that may stand in a member's "For you", with what is measured of each: one statement.

A candidate is a post for everyone that is there, answers and repeats nothing, and is by somebody in good standing whose reach is
not limited, who wants to be recommended, and between whom and the reader stands no mute and no block. Nothing else is ever read
here: no message, no post for fewer people, no like or answer to one. Each source gives its newest up to its quota; what was shown
seldom is drawn by chance, and how likely that was is kept. What people whom the reader follows did counts only where they
allowed it.
"""

from datetime import timedelta
from functools import cache
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from metya.web.statements import run_written
from social.consent import texts
from social.consent.models import Purpose
from social.ranking.readers import Reader
from social.ranking.sources import COMMUNITIES, EXPLORATION, FOLLOWING, SOURCES, TOPICS, quotas_with

# Posts of the last week; where there are fewer than ENOUGH, as many as that out of a month.
WEEK, MONTH, ENOUGH = timedelta(days=7), timedelta(days=30), 200
# What was shown so many times is not explored any more; out of how many of the newest is drawn.
SHOWN_SELDOM, POOL = 5, 400
# Of one author at most, so that whoever writes much does not crowd out the others.
OF_ONE = 12
# What is added to the exploration of those who follow hardly anybody.
FOR_NEWCOMERS, FEW_FOLLOWED = 150, 5

_GOOD = "m.is_active AND (m.suspended_until IS NULL OR m.suspended_until <= %(now)s)"
_MUTED = (
    """SELECT x.target_id FROM social_mute x WHERE x.source_id = %(me)s AND (x.until IS NULL OR x.until > %(now)s)"""
)
_BOUNDS = f"""
WITH week(id) AS MATERIALIZED (
  SELECT COALESCE((SELECT p.id FROM social_post p WHERE p.created_at > %(week)s ORDER BY p.created_at LIMIT 1), 0)
), enough(id) AS MATERIALIZED (
  SELECT COALESCE((SELECT p.id FROM social_post p
    WHERE {{open}} ORDER BY p.id DESC LIMIT 1 OFFSET {ENOUGH}), 0)
), low(id) AS MATERIALIZED (
  SELECT CASE WHEN enough.id < week.id OR week.id = 0 THEN enough.id ELSE week.id END FROM week, enough
), barred(id) AS MATERIALIZED (
  SELECT %(me)s
  UNION {_MUTED}
  UNION SELECT b.target_id FROM social_block b WHERE b.source_id = %(me)s
  UNION SELECT b.source_id FROM social_block b WHERE b.target_id = %(me)s
  UNION SELECT d.member_id FROM social_decision d WHERE d.kind = 'limit' AND d.ends_at > %(now)s
    AND d.undone_at IS NULL AND d.applied_at IS NOT NULL AND d.overturned_at IS NULL
  UNION SELECT n.member_id FROM social_notrecommended n
), people(id) AS MATERIALIZED (
  SELECT f.target_id FROM social_follow f WHERE f.source_id = %(me)s
    AND f.target_id NOT IN ({_MUTED})
), allowing(id) AS MATERIALIZED (
  SELECT people.id FROM people JOIN social_grant g ON g.member_id = people.id
  WHERE g.purpose = 'features' AND g.ended_at IS NULL AND g.version = %(consent)s
), listed(id) AS MATERIALIZED (
  SELECT DISTINCT e.member_id FROM social_listmember e JOIN social_memberlist l ON l.id = e.list_id
  WHERE l.owner_id = %(me)s
)
"""  # noqa: S608 - no part of it is input
# Whether the author is in good standing is judged of the few that are left in the end.
_OPEN = "p.visibility = 'public' AND p.deleted_at IS NULL AND p.in_reply_to_id IS NULL AND p.repost_of_id IS NULL"
_LEFT = "p.author_id NOT IN (SELECT id FROM barred) AND NOT (p.id IN (%(shown)s))"
_MAY = f"{_OPEN} AND p.id >= (SELECT id FROM low) AND {_LEFT}"  # noqa: S608
# PostgreSQL takes the newest few of each author by LATERAL; SQLite walks from the newest post and asks of each.
_LATERAL = f"""SELECT t.id FROM {{people}} w CROSS JOIN LATERAL (
      SELECT p.id FROM social_post p WHERE p.author_id = w.id AND {_MAY} ORDER BY p.id DESC LIMIT {OF_ONE}
    ) t ORDER BY t.id DESC LIMIT %({{quota}})s"""  # noqa: S608
_WALKED = f"""SELECT p.id FROM social_post p WHERE +p.author_id IN (SELECT id FROM {{people}}) AND {_MAY}
    ORDER BY p.id DESC LIMIT %({{quota}})s"""  # noqa: S608
_WITH_TAG = f"""SELECT DISTINCT p.id FROM social_posttag t JOIN social_post p ON p.id = t.post_id
  WHERE t.tag_id IN (%({{tags}})s) AND t.post_id >= (SELECT id FROM low) AND {_MAY} ORDER BY p.id DESC LIMIT %({{quota}})s"""  # noqa: S608
_TRENDS = f"""SELECT DISTINCT p.id FROM social_trend r JOIN social_posttag t ON t.tag_id = r.tag_id
  JOIN social_post p ON p.id = t.post_id
  WHERE t.post_id >= (SELECT id FROM low) AND {_MAY} ORDER BY p.id DESC LIMIT %(topics)s"""  # noqa: S608
# The newest are taken first, by the index alone; else a planner would look at all of the week.
_SEEN_SELDOM = f"""SELECT q.id, COUNT(*) OVER () AS pool FROM (
    SELECT p.id FROM (
      SELECT p.id, p.author_id FROM social_post p WHERE {_OPEN} AND p.id >= (SELECT id FROM low)
      ORDER BY p.id DESC LIMIT {2 * POOL}
    ) p LEFT JOIN social_reach s ON s.post_id = p.id
    WHERE (s.shown IS NULL OR s.shown < {SHOWN_SELDOM}) AND {_LEFT} ORDER BY p.id DESC LIMIT {POOL}
  ) q ORDER BY (q.id * %(seed)s) % 1000003 LIMIT %(exploration)s"""  # noqa: S608
_FOUND = """
, found(id, source, pool) AS MATERIALIZED (
  SELECT a.id, 0, 0 FROM ({following}) a
  UNION ALL SELECT b.id, b.source, 0 FROM (
    SELECT c.id, MIN(c.source) AS source FROM (
      SELECT l.id, 1 AS source FROM ({listed}) l UNION ALL SELECT t.id, 2 FROM ({tagged}) t
    ) c GROUP BY c.id ORDER BY c.id DESC LIMIT %(communities)s
  ) b
  UNION ALL SELECT d.id, 3, 0 FROM (
    SELECT e.id FROM ({topics}) e UNION SELECT r.id FROM ({trends}) r ORDER BY 1 DESC LIMIT %(topics)s
  ) d
  UNION ALL SELECT f.id, 4, 0 FROM ({similar}) f
  UNION ALL SELECT g.id, 5, g.pool FROM ({explored}) g
), chosen(id, source, pool) AS MATERIALIZED (
  SELECT id, MIN(source), MAX(pool) FROM found GROUP BY id
)
"""
_SIMILAR = f"SELECT p.id FROM social_post p WHERE p.id IN (%(neighbours)s) AND {_MAY} LIMIT %(similar)s"  # noqa: S608
_FACTS = """
SELECT c.id, c.source, c.pool, p.author_id, COALESCE(p.quote_of_id, 0), {age}, {member_age},
  CASE WHEN p.author_id IN (SELECT id FROM people) THEN 1 ELSE 0 END,
  COALESCE((SELECT 1 FROM social_follow y WHERE y.source_id = p.author_id AND y.target_id = %(me)s LIMIT 1), 0),
  COALESCE((SELECT 1 FROM social_trustedmember u WHERE u.member_id = p.author_id LIMIT 1), 0),
  (SELECT {joined} FROM social_posttag t WHERE t.post_id = p.id),
  p.language, p.like_count, p.reply_count,
  CASE WHEN p.like_count = 0 THEN 0 ELSE (SELECT COUNT(*) FROM social_like k WHERE k.post_id = p.id
    AND k.member_id IN (SELECT id FROM allowing)) END,
  CASE WHEN p.reply_count = 0 THEN 0 ELSE (SELECT COUNT(*) FROM social_post r WHERE r.in_reply_to_id = p.id
    AND r.visibility = 'public' AND r.deleted_at IS NULL AND r.author_id IN (SELECT id FROM allowing)) END,
  CASE WHEN p.repost_count = 0 THEN 0 ELSE (SELECT COUNT(*) FROM social_post r WHERE r.repost_of_id = p.id
    AND r.deleted_at IS NULL AND r.author_id IN (SELECT id FROM allowing)) END,
  COALESCE((SELECT 1 FROM social_postimage i WHERE i.post_id = p.id LIMIT 1), 0),
  COALESCE((SELECT 1 FROM social_poll o WHERE o.post_id = p.id LIMIT 1), 0),
  CASE WHEN p.preview_id IS NOT NULL OR p.text LIKE '%://%' THEN 1 ELSE 0 END,
  LENGTH(p.text), CASE WHEN p.text LIKE '%?%' THEN 1 ELSE 0 END, CASE WHEN p.assisted THEN 1 ELSE 0 END,
  CASE WHEN %(taste)s = 1 THEN p.text ELSE '' END, p.version,
  COALESCE((SELECT z.score FROM social_bridge z WHERE z.post_id = p.id), 0)
FROM chosen c JOIN social_post p ON p.id = c.id JOIN wallets_member m ON m.id = p.author_id
WHERE p.created_at > %(month)s AND {good} ORDER BY c.id DESC
"""
_DIALECT = {
    "postgresql": {
        "age": "EXTRACT(EPOCH FROM (%(now)s::timestamptz - p.created_at))::float8",
        "member_age": "EXTRACT(EPOCH FROM (%(now)s::timestamptz - m.joined_at))::float8",
        "joined": "string_agg(t.tag_id::text, ',')",
    },
    "sqlite": {
        "age": "(julianday(%(now)s) - julianday(p.created_at)) * 86400.0",
        "member_age": "(julianday(%(now)s) - julianday(m.joined_at)) * 86400.0",
        "joined": "group_concat(t.tag_id)",
    },
}


class Candidate(NamedTuple):
    """A post as the statement gives it: where it comes from, and the facts it is measured by. Ages are in seconds."""

    pk: int
    source: int
    pool: int
    author: int
    quote_of: int
    age: float
    member_age: float
    follows: int
    mutual: int
    trusted: int
    tags: str | None
    language: str
    likes: int
    replies: int
    likes_followed: int
    replies_followed: int
    reposts_followed: int
    picture: int
    poll: int
    link: int
    length: int
    question: int
    assisted: int
    text: str
    version: int
    bridging: float = 0.0

    @property
    def tag_ids(self) -> list[int]:
        return [int(one) for one in self.tags.split(",")] if self.tags else []


def gather(reader: Reader, quotas: dict[str, int] | None = None) -> list[Candidate]:
    """What may stand in the reader's feed, newest first, without what this sitting has shown; one query.

    ``quotas`` in the place of the reader's own.
    """
    counts = quotas_with(reader.quotas if quotas is None else quotas)
    if reader.following < FEW_FOLLOWED:
        counts[EXPLORATION] += FOR_NEWCOMERS
    now = timezone.now()
    values = {
        **counts,
        "me": reader.pk,
        "week": connection.ops.adapt_datetimefield_value(now - WEEK),
        "month": connection.ops.adapt_datetimefield_value(now - MONTH),
        "shown": sorted(reader.shown),
        "tags": sorted(reader.tags),
        "tastes": sorted(reader.taste.tags),
        "neighbours": sorted(reader.neighbours),
        "seed": reader.seed,
        "consent": texts.current(Purpose.FEATURES),
        "taste": int(reader.allows),
    }
    return [Candidate(*row) for row in run_written(_statement(connection.vendor), values)]


@cache
def _statement(vendor: str) -> str:
    of_people = _LATERAL if vendor == "postgresql" else _WALKED
    found = _FOUND.format(
        following=of_people.format(people="people", quota=FOLLOWING),
        listed=of_people.format(people="listed", quota=COMMUNITIES),
        tagged=_WITH_TAG.format(tags="tags", quota=COMMUNITIES),
        topics=_WITH_TAG.format(tags="tastes", quota=TOPICS),
        trends=_TRENDS,
        similar=_SIMILAR,
        explored=_SEEN_SELDOM,
    )
    return _BOUNDS.format(open=_OPEN) + found + _FACTS.format(good=_GOOD, **_DIALECT[vendor])


def chance_of(candidate: Candidate, quota: int) -> float:
    """How likely the post was to be looked at: for what was drawn the share of the pool, for all else certain."""
    if SOURCES[candidate.source].quota != EXPLORATION or not candidate.pool:
        return 1.0
    return min(1.0, quota / candidate.pool)
