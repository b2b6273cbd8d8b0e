"""The ids of a member's home, and of the feed of a list, read on demand: nothing is written per follower when somebody posts.

PostgreSQL takes the newest one of each followed author by LATERAL. Of as many authors as there are entries on a page, the last of
these bounds what can stand on it: more is read only above, and only of authors who have something there. SQLite walks the posts
from the newest and asks of each whether its author is followed; the order is pinned, since its planner would rather collect and
sort everything by the followed.
"""

from django.db import connection

from metya.web.statements import run_written
from social.posts.reads import Row

# A mute that is for good, or not over yet.
_MUTED = """EXISTS (SELECT 1 FROM social_mute x WHERE x.source_id = %(me)s AND x.target_id = {who}
      AND (x.until IS NULL OR x.until > %(now)s))"""  # noqa: S608
_GOOD = "{m}.is_active AND ({m}.suspended_until IS NULL OR {m}.suspended_until <= %(now)s)"
# The member themselves and whom they follow, without the muted, suspended and gone. A block ends the follow.
_PEOPLE = f"""
WITH people(id) AS MATERIALIZED (
  SELECT f.target_id FROM social_follow f JOIN wallets_member m ON m.id = f.target_id
  WHERE f.source_id = %(me)s AND {_GOOD.format(m="m")}
    AND NOT {_MUTED.format(who="f.target_id")}
  {{own}}
)
"""  # noqa: S608 - no part of it is input
_OWN = "UNION SELECT %(me)s"
# Who is in a list, without those whom the reader muted or shares a block with, the suspended and the gone.
_LISTED = f"""
WITH people(id) AS MATERIALIZED (
  SELECT f.member_id FROM social_listmember f JOIN wallets_member m ON m.id = f.member_id
  WHERE f.list_id = %(list)s AND {_GOOD.format(m="m")}
    AND NOT {_MUTED.format(who="f.member_id")}
    AND NOT EXISTS (SELECT 1 FROM social_block b WHERE b.source_id = %(me)s AND b.target_id = f.member_id)
    AND NOT EXISTS (SELECT 1 FROM social_block b WHERE b.source_id = f.member_id AND b.target_id = %(me)s)
)
"""  # noqa: S608
# Posts for followers: in a home its reader is one; in a list that is asked.
_FOLLOWED = "p.visibility IN ('public', 'followers')"
_FOLLOWED_OR_PUBLIC = """(p.visibility = 'public' OR (p.visibility = 'followers' AND EXISTS (
    SELECT 1 FROM social_follow w WHERE w.source_id = %(me)s AND w.target_id = p.author_id)))"""
# What may stand in a home: what is for the member (a follower, by being here), no tombstones, no replies; of reposts, those
# whose original everybody concerned may meet.
_SHOWN = f"""
({{open}} OR p.author_id = %(me)s
  OR (p.visibility = 'mentioned' AND EXISTS (
    SELECT 1 FROM social_mention n WHERE n.post_id = p.id AND n.member_id = %(me)s))
  OR (p.visibility = 'list' AND EXISTS (
    SELECT 1 FROM social_listmember l WHERE l.list_id = p.for_list_id AND l.member_id = %(me)s)))
AND p.deleted_at IS NULL AND p.in_reply_to_id IS NULL {{range}} AND (p.repost_of_id IS NULL OR EXISTS (
  SELECT 1 FROM social_post o JOIN wallets_member a ON a.id = o.author_id
  WHERE o.id = p.repost_of_id AND o.deleted_at IS NULL AND o.visibility = 'public' AND {_GOOD.format(m="a")}
    AND NOT {_MUTED.format(who="a.id")}
    AND NOT EXISTS (SELECT 1 FROM social_block b WHERE b.source_id = %(me)s AND b.target_id = a.id)
    AND NOT EXISTS (SELECT 1 FROM social_block b WHERE b.source_id = a.id AND b.target_id = %(me)s)))
"""  # noqa: S608
_NEWEST = """
, heads AS MATERIALIZED (
  SELECT people.id AS author, t.id FROM people CROSS JOIN LATERAL (
    SELECT p.id FROM social_post p WHERE p.author_id = people.id AND {shown} ORDER BY p.id DESC LIMIT 1
  ) t
), lowest AS MATERIALIZED (
  SELECT COALESCE((SELECT h.id FROM heads h ORDER BY h.id DESC LIMIT 1 OFFSET {most} - 1), 0) AS id
)
"""
_LATERAL = """
SELECT t.id, t.repost_of_id, t.quote_of_id FROM heads CROSS JOIN LATERAL (
  SELECT p.id, p.repost_of_id, p.quote_of_id FROM social_post p
  WHERE p.author_id = heads.author AND p.id <= heads.id AND p.id >= (SELECT id FROM lowest) AND {shown}
  ORDER BY p.id DESC LIMIT {most}
) t WHERE heads.id >= (SELECT id FROM lowest) ORDER BY t.id DESC LIMIT {most}
"""
_PINNED = """
SELECT p.id, p.repost_of_id, p.quote_of_id FROM social_post p
WHERE +p.author_id IN (SELECT id FROM people) AND {shown} ORDER BY p.id DESC LIMIT {most}
"""
# A repost shows what its original quotes.
_WITH_QUOTES = """
SELECT t.id, COALESCE(t.repost_of_id, 0), COALESCE(t.quote_of_id, o.quote_of_id, 0), COALESCE(o.in_reply_to_id, 0)
FROM ({entries}) t LEFT JOIN social_post o ON o.id = t.repost_of_id ORDER BY t.id DESC
"""


class TimelineReader:
    """Entries of the home of one member, or of a list as that member (0: a visitor) may see them.

    A stored timeline can take its place behind ``rows``.
    """

    def __init__(self, member_id: int, list_id: int | None = None) -> None:
        self.member_id, self.list_id = member_id, list_id

    def rows(self, most: int, *, before: int | None = None, since: int | None = None, own: bool = True) -> list[Row]:
        """The newest ``most`` entries below the id ``before`` and above ``since``, newest first; one query.

        ``own`` tells whether the member's own posts count.
        """
        bounds = "AND p.id < %(before)s" if before is not None else ""
        bounds += " AND p.id > %(since)s" if since is not None else ""
        home = self.list_id is None
        people = _PEOPLE.format(own=_OWN if own else "") if home else _LISTED
        shown = _SHOWN.format(range=bounds, open=_FOLLOWED if home else _FOLLOWED_OR_PUBLIC)
        if connection.vendor == "postgresql":
            people, entries = people + _NEWEST.format(shown=shown, most=int(most)), _LATERAL
        else:
            entries = _PINNED
        sql = people + _WITH_QUOTES.format(entries=entries.format(shown=shown, most=int(most)))
        given = {"me": self.member_id, "list": self.list_id, "before": before, "since": since}
        found = run_written(sql, {name: value for name, value in given.items() if value is not None})
        return [Row(*row) for row in found]
