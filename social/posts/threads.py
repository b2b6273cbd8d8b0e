"""The page of one post: what it answers, the post, and what answers it as a tree flattened with depths."""

from collections import defaultdict
from dataclasses import dataclass, replace

from django.db import connection
from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from metya.wallets.models import Member
from social.posts.models import Post
from social.posts.reads import PostCard, Row, cards, rows_of

PAGE_SIZE = 20
MAX_ANCESTORS = 30
# Below a direct reply: this many levels, and this many answers of each; the rest is one link away.
LEVELS = 3
PER_PARENT = 4
NEW_AT_ONCE = 50
# Of a conversation, how much that is new is looked through for what belongs below one post.
NEW_LOOKED_AT = 1000


@dataclass(frozen=True)
class ThreadPage:
    """``ancestors`` from the oldest shown down to the parent (``cut``: there are older ones), the post itself, its replies
    in reading order with ``more`` (answers not shown here), the cursor of further direct replies, the opening
    post's id, and the newest reply id on the page."""

    ancestors: list[PostCard]
    cut: bool
    card: PostCard
    replies: list[PostCard]
    next: int | None
    root_id: int
    newest: int


def thread_page(viewer: Member | None, pk: int, after: int | None = None) -> ThreadPage | None:
    """The conversation around the post ``pk``, direct replies above the id ``after``; None when it may not be seen.

    A constant number of queries, whatever the size: ancestors, each level of replies, and one hydration of all.
    """
    cut, above = _ancestors(pk)
    tree, following = _replies(viewer, pk, after)
    rows = rows_of(Post.objects.filter(pk__in=[*above, pk, *(row.pk for row, _ in tree)]))
    # A conversation shows each post by itself: a repost row has none.
    shown = {card.pk: card for card in cards(viewer, [row for row in rows if not row.repost_of])}
    if pk not in shown:
        return None
    replies = _arranged(tree, shown, _answers(viewer, [row.pk for row, _ in tree]))
    focus = shown[pk]
    ancestors = [replace(shown[one], down=True, up=place > 0) for place, one in enumerate(above) if one in shown]
    newest = max([pk, after or 0, *(card.pk for card in replies)])
    return ThreadPage(
        ancestors=ancestors,
        cut=cut and bool(ancestors),
        card=replace(focus, up=bool(ancestors), down=False),
        replies=replies,
        next=following,
        root_id=focus.post.root_id or pk,
        newest=newest,
    )


def new_replies(viewer: Member | None, post: Post, since: int) -> list[PostCard]:
    """Replies below ``post``, at any depth, that came after the id ``since``; oldest first, at most NEW_AT_ONCE. Those of
    people whom ``viewer`` muted, or with labels that they hide, are no news, nor are the viewer's own: they stand where they
    were written.
    """
    ids = _descendants_after(post, since)
    rows = rows_of(Post.objects.present().filter(pk__in=ids).order_by("pk"))
    mine = viewer.pk if viewer else None
    return [card for card in cards(viewer, rows) if not (card.muted or card.hidden) and card.post.author_id != mine]


def _ancestors(pk: int) -> tuple[bool, list[int]]:
    """Whether there are more than MAX_ANCESTORS, and the ids of what the post answers, the oldest first."""
    sql = """
    WITH RECURSIVE up(id, parent, step) AS (
      SELECT id, in_reply_to_id, 0 FROM social_post WHERE id = %s
      UNION ALL
      SELECT p.id, p.in_reply_to_id, up.step + 1 FROM up JOIN social_post p ON p.id = up.parent WHERE up.step < %s
    ) SELECT id FROM up WHERE step > 0 ORDER BY step DESC
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [pk, MAX_ANCESTORS + 1])
        found = [row[0] for row in cursor.fetchall()]
    return len(found) > MAX_ANCESTORS, found[-MAX_ANCESTORS:]


def _descendants_after(post: Post, since: int) -> list[int]:
    """Ids above ``since`` in the thread of ``post`` that lead up to it. A parent's id is always below its reply's."""
    sql = """
    WITH RECURSIVE up(start, id, parent) AS (
      SELECT id, id, in_reply_to_id FROM (
        SELECT id, in_reply_to_id FROM social_post
        WHERE root_id = %(root)s AND id > %(since)s AND deleted_at IS NULL ORDER BY id LIMIT %(looked)s
      ) fresh
      UNION ALL
      SELECT up.start, p.id, p.in_reply_to_id FROM up JOIN social_post p ON p.id = up.parent WHERE up.parent >= %(pk)s
    ) SELECT DISTINCT start FROM up WHERE id = %(pk)s AND start <> %(pk)s ORDER BY start LIMIT %(most)s
    """
    params = {
        "root": post.root_id or post.pk,
        "since": since,
        "looked": NEW_LOOKED_AT,
        "most": NEW_AT_ONCE,
        "pk": post.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [row[0] for row in cursor.fetchall()]


def _replies(viewer: Member | None, pk: int, after: int | None) -> tuple[list[tuple[Row, int]], int | None]:
    """(row, depth) of a page of direct replies and the levels below them, and the cursor of the next page."""
    seen = Post.objects.visible_to(viewer)
    direct = seen.filter(in_reply_to=pk, pk__gt=after or 0).order_by("pk")
    level = rows_of(direct[: PAGE_SIZE + 1])
    following = level[PAGE_SIZE - 1].pk if len(level) > PAGE_SIZE else None
    level = level[:PAGE_SIZE]
    tree = [(row, 0) for row in level]
    for depth in range(1, LEVELS + 1):
        if not level:
            break
        place = Window(RowNumber(), partition_by=F("in_reply_to"), order_by=F("pk").asc())
        below = seen.filter(in_reply_to__in=[row.pk for row in level]).annotate(place=place)
        level = rows_of(below.filter(place__lte=PER_PARENT).order_by("pk"))
        tree += [(row, depth) for row in level]
    return tree, following


def _answers(viewer: Member | None, ids: list[int]) -> dict[int, int]:
    """How many answers ``viewer`` may see below each of the posts: what the link to the rest leads to; one query."""
    seen = Post.objects.visible_to(viewer).filter(in_reply_to__in=ids)
    return dict(seen.order_by().values_list("in_reply_to").annotate(Count("pk")))


def _arranged(tree: list[tuple[Row, int]], shown: dict[int, PostCard], total: dict[int, int]) -> list[PostCard]:
    """The replies in reading order, each followed by its answers; ``total``: how many answers each has."""
    below: dict[int, list[int]] = defaultdict(list)
    depths = {row.pk: depth for row, depth in tree}
    for row, depth in tree:
        if depth:
            below[row.in_reply_to].append(row.pk)
    ordered: list[PostCard] = []

    def walk(pk: int) -> None:
        if pk not in shown:
            return
        answers = [one for one in below[pk] if one in shown]
        hidden = max(0, total.get(pk, 0) - len(answers))
        ordered.append(replace(shown[pk], more=hidden, up=depths[pk] > 0, down=bool(answers)))
        for answer in answers:
            walk(answer)

    for row, depth in tree:
        if not depth:
            walk(row.pk)
    return ordered
