"""What is counted at night of likes, and that the feed reads it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from social.consent import actions as consent
from social.posts.models import Like, Post
from social.profiles.models import Profile
from social.ranking.candidates import gather
from social.ranking.maths.features import PLACE
from social.ranking.measuring import measure
from social.ranking.readers import reader_of
from social.training import jobs, nightly
from social.training.models import Bridge, Neighbour
from tests import make
from tests.social.training import village

pytestmark = pytest.mark.django_db


@pytest.fixture
def camps():
    """Two camps of eight with three posts each, and one post that both like; all of them allow it."""
    members, posts = village.people(16), village.posts(8)
    village.allow(members, "features")
    camp = {0: posts[:3], 1: posts[3:6]}
    rows = [Like(member=one, post=post) for at, one in enumerate(members) for post in (*camp[at % 2], posts[6])]
    Like.objects.bulk_create(rows)
    return members, posts


def test_posts_liked_together_are_neighbours_and_others_are_not(camps):
    _members, posts = camps
    found = nightly.count()
    assert found.likes == 16 * 4 and found.neighbours == Neighbour.objects.count()
    near = set(Neighbour.objects.filter(post=posts[0]).values_list("other", flat=True))
    assert {posts[1].pk, posts[2].pk} <= near and not {posts[3].pk, posts[4].pk, posts[7].pk} & near
    assert all(row.score > 0 and row.post_id != row.other_id for row in Neighbour.objects.all())


def test_what_both_camps_like_bridges_them(camps):
    _members, posts = camps
    nightly.count()
    scores = dict(Bridge.objects.values_list("post", "score"))
    assert scores[posts[6].pk] > 0.1 and all(scores[posts[6].pk] > scores.get(post.pk, 0) + 0.1 for post in posts[:6])


def test_the_same_likes_give_the_same_tables_and_old_ones_go(camps):
    members, _posts = camps
    nightly.count()
    before = list(Bridge.objects.order_by("post").values_list("post", "score"))
    nightly.count()
    assert list(Bridge.objects.order_by("post").values_list("post", "score")) == before
    Like.objects.all().delete()
    assert nightly.count().neighbours == 0 and not Bridge.objects.exists()
    assert members


def test_who_does_not_allow_it_counts_nowhere(camps):
    members, posts = camps
    for one in members[::2]:
        consent.withdraw(actor=one, purpose="features")
    nightly.count()
    assert not Neighbour.objects.filter(post__in=posts[:3]).exists()
    assert Neighbour.objects.filter(post__in=posts[3:6]).exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"visibility": "followers"},
        {"deleted_at": timezone.now()},
        {"created_at": timezone.now() - timedelta(days=31)},
    ],
)
def test_only_posts_for_everyone_of_the_last_month_take_part(camps, fields):
    _members, posts = camps
    Post.objects.filter(pk=posts[1].pk).update(**fields)
    nightly.count()
    assert not Neighbour.objects.filter(other=posts[1]).exists() and not Bridge.objects.filter(post=posts[1]).exists()


def test_of_fewer_than_three_likers_nothing_is_told(camps):
    members, posts = camps
    Like.objects.bulk_create([Like(member=one, post=posts[7]) for one in members[:2]])
    nightly.count()
    assert not Neighbour.objects.filter(post=posts[7]).exists() and not Bridge.objects.filter(post=posts[7]).exists()


def test_the_tables_stay_bounded(camps, monkeypatch):
    monkeypatch.setattr(nightly, "MOST_ITEMS", 3)
    monkeypatch.setattr(nightly, "NEIGHBOURS", 1)
    nightly.count()
    assert Neighbour.objects.count() <= 3 and Bridge.objects.count() <= 3


def reader(member, *, allows=True):
    Profile.objects.get_or_create(member=member, defaults={"name": "R"})
    if allows:
        consent.give(actor=member, purpose="features", version=1)
    return reader_of(member)


def test_the_feed_finds_neighbours_of_what_one_likes_and_ranks_by_them(camps):
    _members, posts = camps
    nightly.count()
    me = make.member("reader")
    Like.objects.create(member=me, post=posts[0])
    one = reader(me)
    assert {posts[1].pk, posts[2].pk} <= set(one.neighbours) and posts[0].pk not in one.neighbours
    found = gather(one, {"exploration": 0, "topics": 0})
    similar = {each.pk for each in found if each.source == 4}
    assert {posts[1].pk, posts[2].pk} <= similar
    x = measure(one, found)
    at = [each.pk for each in found].index(posts[1].pk)
    assert x[at, PLACE["ease"]] > 0 and x[at, PLACE["from_similar"]] == 1
    places = [each.pk for each in gather(one)]
    bridged = measure(one, gather(one))[places.index(posts[6].pk), PLACE["bridging"]]
    assert bridged > 0.1


def test_who_does_not_allow_it_has_no_neighbours_and_what_is_not_counted_is_nothing(camps):
    _members, posts = camps
    me = make.member("reader")
    Like.objects.create(member=me, post=posts[0])
    assert reader(me).neighbours == {}, "nothing is counted yet"
    nightly.count()
    assert reader_of(me).neighbours
    consent.withdraw(actor=me, purpose="features")
    assert reader_of(me).neighbours == {}


def test_the_jobs_run(camps):
    jobs.count_likes.call()
    assert Bridge.objects.exists()
    jobs.train.call()
