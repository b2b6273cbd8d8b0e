"""What is gathered from the followed tags."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from social.follows import actions as follows
from social.posts import actions as posts
from social.posts.models import Tag
from social.tags import actions, reads

pytestmark = pytest.mark.django_db


def follow(member, *names):
    for name in names:
        actions.follow_tag(actor=member, tag=Tag.objects.get_or_create(name=name)[0])


def feed(member, **kwargs):
    return [(card.post.text, card.tag) for card in reads.tags_feed(member, **kwargs).page.items]


def test_public_posts_with_my_tags_each_once_with_its_reason(alice, carol):
    follow(carol, "bees", "apples")
    posts.publish(actor=alice, text="#bees")
    posts.publish(actor=alice, text="#apples and #bees")
    posts.publish(actor=alice, text="#wasps")
    posts.publish(actor=alice, text="#bees among us", visibility="followers")
    assert feed(carol) == [("#apples and #bees", "apples"), ("#bees", "bees")]
    assert reads.tags_feed(carol).tags == ["apples", "bees"]
    assert feed(alice) == []


def test_followers_only_posts_stay_with_people(alice, bob):
    follow(bob, "bees")
    posts.publish(actor=alice, text="#bees among us", visibility="followers")
    assert feed(bob) == []


def test_blocked_muted_and_deleted_are_not_met(alice, carol):
    follow(carol, "bees")
    post = posts.publish(actor=alice, text="#bees")
    assert len(feed(carol)) == 1
    follows.mute(actor=carol, target=alice)
    assert feed(carol) == []
    follows.unmute(actor=carol, target=alice)
    follows.block(actor=alice, target=carol)
    assert feed(carol) == []
    follows.unblock(actor=alice, target=carol)
    posts.delete(actor=alice, post=post)
    assert feed(carol) == []


def test_pages_and_queries(alice, carol):
    follow(carol, "bees")
    found = []
    for more in (3, 27):
        for number in range(more):
            posts.publish(actor=alice, text=f"#bees {number}")
        with CaptureQueriesContext(connection) as queries:
            page = reads.tags_feed(carol, size=40).page
        found.append((len(queries), len(page.items)))
    assert found == [(6, 3), (6, 30)]
    first = reads.tags_feed(carol, size=20).page
    assert len(reads.tags_feed(carol, first.next, 20).page.items) == 10
