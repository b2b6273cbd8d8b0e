"""Which posts stand in which list, in which order, in how many queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from social.feeds import reads
from social.feeds.timeline import TimelineReader
from social.follows import actions as follows
from social.follows.models import Mute
from social.posts import actions as posts
from social.posts.models import Post
from tests import make

pytestmark = pytest.mark.django_db


def texts(page):
    return [card.post.text for card in page.items]


def home(viewer, **kwargs):
    return texts(reads.home_page(viewer, **kwargs))


def test_home_is_those_i_follow_and_me_newest_first(alice, bob, carol):
    for author, text in ((alice, "first"), (carol, "stranger"), (bob, "mine"), (alice, "last")):
        make.post(author, text)
    assert home(bob) == ["last", "mine", "first"]
    assert home(carol) == ["stranger"]


def test_home_has_followers_only_posts_of_those_i_follow(alice, bob):
    make.post(alice, "for us", visibility="followers")
    assert home(bob) == ["for us"]


def test_home_has_no_replies_and_no_tombstones(alice, bob):
    root = posts.publish(actor=alice, text="root")
    posts.publish(actor=alice, text="reply", in_reply_to=root)
    posts.delete(actor=alice, post=root)
    assert home(bob) == []


def test_a_repost_is_shown_as_such_and_each_post_once(alice, bob, carol):
    post = make.post(carol, "by a stranger")
    posts.repost(actor=alice, post=post)
    page = reads.home_page(bob)
    assert texts(page) == ["by a stranger"]
    assert page.items[0].reposted_by == alice and page.items[0].post.author == carol
    posts.repost(actor=bob, post=post)
    page = reads.home_page(bob)
    assert texts(page) == ["by a stranger"] and page.items[0].reposted_by == bob and page.items[0].reposted


def test_a_repost_carries_what_its_original_quotes(alice, bob, carol):
    quoted = make.post(carol, "inner")
    outer = posts.publish(actor=carol, text="outer", quote_of=quoted)
    posts.repost(actor=alice, post=outer)
    card = reads.home_page(bob).items[0]
    assert card.post.text == "outer" and card.quote is not None and card.quote.post.text == "inner"


def test_muted_suspended_and_gone_are_not_met(alice, bob, carol):
    dana = make.member("dana")
    make.follow(bob, dana)
    for author in (alice, carol, dana):
        make.post(author, author.handle)
    posts.repost(actor=dana, post=Post.objects.get(author=carol))
    assert home(bob) == ["carol", "dana", "alice"]
    follows.mute(actor=bob, target=carol)
    assert home(bob) == ["dana", "alice"]
    type(dana).objects.filter(pk=dana.pk).update(suspended_until=timezone.now() + timezone.timedelta(hours=1))
    assert home(bob) == ["alice"]
    type(alice).objects.filter(pk=alice.pk).update(is_active=False)
    assert home(bob) == []


def test_reposts_across_a_block_are_not_met(alice, bob, carol):
    posts.repost(actor=alice, post=make.post(carol, "x"))
    assert home(bob) == ["x"]
    follows.block(actor=carol, target=bob)
    assert home(bob) == []


def test_pages_follow_each_other_without_gap_or_repetition(alice, bob):
    for number in range(7):
        make.post(alice, str(number))
    first = reads.home_page(bob, size=3)
    second = reads.home_page(bob, before=first.next, size=3)
    third = reads.home_page(bob, before=second.next, size=3)
    assert texts(first) + texts(second) + texts(third) == list("6543210")
    assert third.next is None and first.newest == first.items[0].pk


def test_one_author_may_fill_a_page(alice, bob):
    for number in range(45):
        make.post(alice, str(number))
    page = reads.home_page(bob, size=40)
    assert len(page.items) == 40 and page.next


def test_what_is_newer(alice, bob):
    old = make.post(alice, "old")
    assert reads.newer_count(bob, old.pk) == 0
    make.post(alice, "new")
    make.post(bob, "my own")
    assert reads.newer_count(bob, old.pk) == 1 and texts(reads.newer_page(bob, old.pk)) == ["new"]


def test_explore_is_public_and_topmost(alice, bob, carol):
    root = make.post(alice, "root")
    make.post(alice, "secret", visibility="followers")
    make.post(bob, "reply", in_reply_to=root, root=root)
    posts.repost(actor=bob, post=root)
    for viewer in (None, bob, carol):
        assert texts(reads.explore_page(viewer)) == ["root"]
    follows.mute(actor=carol, target=alice)
    assert texts(reads.explore_page(carol)) == []


def test_a_tag(alice, carol):
    posts.publish(actor=alice, text="#Bees are back")
    posts.publish(actor=alice, text="secret #bees", visibility="followers")
    page = reads.tag_page(carol, "bees")
    assert page is not None and texts(page.page) == ["#Bees are back"]
    assert reads.tag_page(carol, "unheard") is None


def test_a_tag_that_stands_only_where_i_may_not_look_is_unheard_of(alice, bob, carol):
    posts.publish(actor=alice, text="#secret", visibility="followers")
    assert reads.tag_page(bob, "secret") is not None
    assert reads.tag_page(carol, "secret") is None is reads.tag_page(None, "secret")
    posts.publish(actor=alice, text="#open")
    follows.block(actor=alice, target=carol)
    assert reads.tag_page(carol, "open") is None


def test_bookmarks_in_the_order_of_keeping(alice, bob):
    one, two = make.post(alice, "one"), make.post(alice, "two")
    for post in (two, one):
        posts.bookmark(actor=bob, post=post)
    page = reads.bookmarks_page(bob, size=1)
    assert texts(page) == ["one"] and texts(reads.bookmarks_page(bob, page.next, 1)) == ["two"]
    assert reads.bookmarks_page(alice).items == []


def test_tabs_of_a_profile(alice, bob):
    root = make.post(alice, "post")
    make.post(alice, "reply", in_reply_to=root, root=root)
    posts.repost(actor=alice, post=make.post(bob, "bobs"))
    posts.like(actor=alice, post=root)
    assert texts(reads.profile_page(bob, alice, "posts")) == ["bobs", "post"]
    assert texts(reads.profile_page(bob, alice, "replies")) == ["reply"]
    assert texts(reads.profile_page(bob, alice, "likes")) == ["post"]


@pytest.fixture
def lively(alice, bob, carol):
    """A function that adds so many entries of every kind to every list."""

    def add(number: int) -> None:
        for _one in range(number):
            dana = make.member()
            make.follow(bob, dana)
            make.follow(dana, bob)
            quoted = posts.publish(actor=dana, text="quoted")
            root = posts.publish(actor=carol, text="#tag @alice", quote_of=quoted)
            posts.repost(actor=alice, post=root)
            reply = posts.publish(actor=alice, text="reply", in_reply_to=root)
            for verb in (posts.like, posts.bookmark):
                verb(actor=bob, post=root)
                verb(actor=bob, post=reply)

    return add


LISTS = {
    "home": lambda bob, alice: reads.home_page(bob, size=40),
    "newer": lambda bob, alice: reads.newer_page(bob, 1),
    "explore": lambda bob, alice: reads.explore_page(bob, size=40),
    "explore of a visitor": lambda bob, alice: reads.explore_page(None, size=40),
    "tag": lambda bob, alice: reads.tag_page(bob, "tag", size=40).page,
    "bookmarks": lambda bob, alice: reads.bookmarks_page(bob, size=80),
    "posts": lambda bob, alice: reads.profile_page(bob, alice, "posts", size=40),
    "replies": lambda bob, alice: reads.profile_page(bob, alice, "replies", size=40),
    "likes": lambda bob, alice: reads.profile_page(bob, bob, "likes", size=80),
}


@pytest.mark.parametrize("name", LISTS)
def test_the_number_of_queries_does_not_depend_on_the_length(lively, alice, bob, name):
    found = []
    for more in (3, 27):
        lively(more)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = LISTS[name](bob, alice)
            for card in page.items:  # all that a card shows
                _ = (card.post.author.profile.name, card.images, card.quote and card.quote.post.author.profile.name)
                _ = card.quote and card.quote.images, card.reposted_by and card.reposted_by.profile.name
        found.append((len(queries), len(page.items)))
    assert found[0][0] == found[1][0] <= 5
    assert found[0][1] < found[1][1] >= 30


def test_the_timeline_reads_by_its_own_index(alice, bob):
    """The plan must not sort all posts of the followed: SQLite walks the newest, PostgreSQL takes a few of each."""
    sql = []
    with CaptureQueriesContext(connection) as queries:
        TimelineReader(bob.pk).rows(21)
        sql = [query["sql"] for query in queries]
    assert len(sql) == 1
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("EXPLAIN QUERY PLAN " + sql[0])
            plan = " ".join(str(row) for row in cursor.fetchall())
            assert "SCAN p" in plan and "USE TEMP B-TREE FOR ORDER BY" not in plan.split("SCAN p")[0]
        else:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("EXPLAIN " + sql[0])
            plan = " ".join(str(row) for row in cursor.fetchall())
            assert "post_timeline" in plan


def test_postgresql_compiles_no_statement():
    """What a page asks takes milliseconds; compiling it first took a fifth of a second."""
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL")
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)


@pytest.mark.parametrize("name", ["bookmarks", "likes", "tag"])
def test_lists_are_read_in_their_own_order(alice, bob, name):
    """SQLite walks the index of the list and judges row by row: it neither sorts nor collects all that may be seen."""
    if connection.vendor != "sqlite":
        pytest.skip("of SQLite")
    posts.publish(actor=alice, text="#tag")
    read = {
        "bookmarks": lambda: reads.bookmarks_page(bob, 5),
        "likes": lambda: reads.likes_page(bob, alice, 5),
        "tag": lambda: reads.tag_page(bob, "tag", 5),
    }[name]
    with CaptureQueriesContext(connection) as queries:
        read()
    table = {"bookmarks": "bookmark", "likes": "like", "tag": "posttag"}[name]
    sql = next(query["sql"] for query in queries if f'FROM "social_{table}"' in query["sql"])
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + sql)
        plan = [row[-1] for row in cursor.fetchall()]
    assert f"SEARCH social_{table}" in plan[0] and not any("B-TREE" in step or "LIST SUBQUERY" in step for step in plan)


def test_mutes_are_of_the_viewer_alone(alice, bob, carol):
    make.follow(carol, alice)
    make.post(alice, "x")
    Mute.objects.create(source=carol, target=alice)
    assert home(bob) == ["x"] and home(carol) == []
