"""Who may stand in a "For you": each reason for which a post is no candidate, the sources, and their quotas."""

from datetime import timedelta

import pytest
from django.utils import timezone

from social.consent import actions as consent
from social.follows import actions as follows
from social.follows.models import Mute
from social.lists import actions as lists
from social.messages import actions as letters
from social.moderation.models import Decision
from social.mutes.models import MutedWord
from social.posts import actions as posts
from social.posts.models import Post
from social.ranking import keeping, measuring
from social.ranking.candidates import MONTH, OF_ONE, chance_of, gather
from social.ranking.maths.features import PLACE
from social.ranking.measuring import measure
from social.ranking.models import NotRecommended, Reach, Steering, Taste
from social.ranking.readers import reader_of
from social.ranking.sources import MOST, SOURCES
from social.tags import actions as tags
from social.trends.models import Trend
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_vectors():
    """Ids of posts come again in the next test."""
    measuring._vectors.clear()


def found(member, **quotas):
    return {one.pk: one for one in gather(reader_of(member), quotas or None)}


def source(one):
    return SOURCES[one.source].key


def measured(member, post, key):
    """The standardised value of one feature of one candidate."""
    reader = reader_of(member)
    rows = gather(reader)
    at = next(at for at, one in enumerate(rows) if one.pk == post.pk)
    return measure(reader, rows)[at, PLACE[key]]


def test_a_plain_post_is_a_candidate(alice, bob, carol):
    post = make.post(alice, "hello")
    assert source(found(bob)[post.pk]) == "following"
    assert source(found(carol)[post.pk]) == "exploration"


@pytest.mark.parametrize("visibility", ["followers", "mentioned", "list"])
def test_what_is_not_for_everyone_is_none_for_followers_either(alice, bob, visibility):
    post = posts.publish(actor=alice, text="@bob") if visibility == "mentioned" else make.post(alice, "among us")
    Post.objects.filter(pk=post.pk).update(visibility=visibility)
    assert post.pk not in found(bob)


def test_neither_ones_own_nor_replies_reposts_and_deleted_ones(alice, bob, carol):
    mine = make.post(bob, "mine")
    reply = posts.publish(actor=alice, text="reply", in_reply_to=mine)
    posts.repost(actor=alice, post=make.post(carol, "original"))
    repost = Post.objects.get(repost_of__isnull=False)
    gone = make.post(alice, "gone")
    posts.delete(actor=alice, post=gone)
    assert not {mine.pk, reply.pk, repost.pk, gone.pk} & set(found(bob))


def test_no_messages(alice, bob):
    letters.start(actor=alice, people=[bob], text="a letter")
    assert not found(bob)


@pytest.mark.parametrize("until", [None, timedelta(hours=1)])
def test_muted_people_until_the_mute_is_over(alice, bob, until):
    post = make.post(alice, "loud")
    mute = Mute.objects.create(source=bob, target=alice, until=until and timezone.now() + until)
    assert post.pk not in found(bob)
    Mute.objects.filter(pk=mute.pk).update(until=timezone.now() - timedelta(seconds=1))
    assert post.pk in found(bob)


@pytest.mark.parametrize("by_reader", [True, False])
def test_blocked_either_way(alice, carol, by_reader):
    post = make.post(alice, "hello")
    actor, target = (carol, alice) if by_reader else (alice, carol)
    follows.block(actor=actor, target=target)
    assert post.pk not in found(carol)


def test_suspended_and_gone_people(alice, bob, mona):
    post = make.post(alice, "hello")
    make.suspend(mona, alice)
    assert post.pk not in found(bob)
    type(alice).objects.filter(pk=alice.pk).update(suspended_until=None)
    assert post.pk in found(bob)
    type(alice).objects.filter(pk=alice.pk).update(is_active=False)
    assert post.pk not in found(bob)


def test_whose_reach_is_limited_as_long_as_that_lasts(alice, bob, mona):
    post = make.post(alice, "hello")
    make.decide(mona, make.report(bob, alice, post=post), "limit", days=7, facts="x")
    assert post.pk not in found(bob)
    Decision.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert post.pk in found(bob)


@pytest.mark.parametrize("kind", ["hide", "remove"])
def test_what_moderators_took_away(alice, bob, mona, kind):
    post = posts.publish(actor=alice, text="hello")
    make.decide(mona, make.report(bob, alice, post=post), kind, facts="x")
    assert post.pk not in found(bob)


def test_who_does_not_want_to_be_recommended_is_still_in_following(alice, bob, as_member):
    post = make.post(alice, "quietly")
    NotRecommended.objects.create(member=alice)
    assert post.pk not in found(bob)
    client = as_member(bob)
    assert "quietly" not in client.get("/?feed=for-you").content.decode()
    assert "quietly" in client.get("/?feed=following").content.decode()


def test_what_is_older_than_a_month_and_of_one_author_not_everything(alice, bob):
    old = make.post(alice, "old", created_at=timezone.now() - MONTH - timedelta(hours=1))
    recent = make.post(alice, "of last week", created_at=timezone.now() - timedelta(days=9))
    assert old.pk not in found(bob) and recent.pk in found(bob)


def test_sources_of_lists_tags_topics_and_chance(alice, carol, bob):
    dana, eve, finn, guy = (make.member() for _ in range(4))
    lists.add(actor=carol, one=lists.make(actor=carol, name="Near"), member=dana)
    listed, tagged = make.post(dana, "in a list"), posts.publish(actor=eve, text="#maps")
    tags.follow_tag(actor=carol, tag=tagged.tags.get().tag)
    talked, other = posts.publish(actor=finn, text="#ferry"), make.post(guy, "by chance")
    Trend.objects.create(tag=talked.tags.get().tag, score=1, people=1)
    rows = found(carol)
    assert {pk: source(rows[pk]) for pk in (listed.pk, tagged.pk, talked.pk, other.pk)} == {
        listed.pk: "list", tagged.pk: "tag", talked.pk: "topic", other.pk: "exploration",
    }  # fmt: skip
    # A source that the reader does not want gives none; what another source has as well stays.
    assert other.pk not in found(carol, exploration=-150)
    assert source(found(carol, communities=0)[listed.pk]) == "exploration"


def test_quotas_bound_what_is_looked_at_and_steering_sets_them(alice, bob):
    for _each in range(OF_ONE + 5):
        make.post(alice, "much")
    assert len([one for one in found(bob).values() if source(one) == "following"]) >= OF_ONE
    Steering.objects.create(member=bob, quotas={"following": 3})
    assert len([one for one in found(bob).values() if source(one) == "following"]) == 3
    assert MOST == 500


def test_exploration_leaves_out_what_was_shown_enough_and_tells_its_chance(alice, carol):
    fresh, known = make.post(alice, "fresh"), make.post(alice, "known")
    Reach.objects.create(post=known, shown=5)
    rows = found(carol)
    assert fresh.pk in rows and known.pk not in rows
    one = rows[fresh.pk]
    assert chance_of(one, 50) == 1.0 and chance_of(one._replace(pool=200), 50) == 0.25
    assert chance_of(one._replace(source=0, pool=200), 50) == 1.0


def test_what_people_one_follows_did_counts_only_where_they_allow_it(alice, bob, carol):
    post = make.post(carol, "hello")
    posts.like(actor=alice, post=post)
    posts.repost(actor=alice, post=post)
    posts.publish(actor=alice, text="well", in_reply_to=post)
    keys = ("likes_followed", "replies_followed", "reposts_followed")
    assert [measured(bob, post, key) for key in keys] == [0, 0, 0]
    consent.give(actor=alice, purpose="features", version=1)
    assert all(measured(bob, post, key) > 0 for key in keys)
    # A reply that not everyone may see counts nowhere.
    Post.objects.filter(in_reply_to=post).update(visibility="followers")
    assert measured(bob, post, "replies_followed") == 0
    consent.withdraw(actor=alice, purpose="features")
    assert measured(bob, post, "likes_followed") == 0


def test_what_one_likes_counts_only_while_one_allows_it(alice, bob, carol):
    liked = posts.publish(actor=carol, text="The early ferry left #ferry")
    posts.like(actor=bob, post=liked)
    post = posts.publish(actor=carol, text="Another ferry left early #ferry")
    keys = ("affinity", "topic", "similarity")
    keeping.refresh_tastes()
    assert [measured(bob, post, key) for key in keys] == [0, 0, 0] and not Taste.objects.exists()
    consent.give(actor=bob, purpose="features", version=1)
    keeping.refresh_tastes()
    assert [measured(bob, post, key) > 0 for key in keys] == [True, True, True]
    consent.withdraw(actor=bob, purpose="features")
    assert [measured(bob, post, key) for key in keys] == [0, 0, 0]
    keeping.refresh_tastes()
    assert not Taste.objects.exists()


def test_a_taste_is_made_of_what_is_public_alone(alice, bob):
    post = posts.publish(actor=alice, text="among us #secret", visibility="followers")
    posts.like(actor=bob, post=post)
    assert keeping.taste_of(bob) == {"authors": {}, "tags": {}, "words": []}


def test_what_stems_from_a_draft_of_the_assistant_is_told_from_what_does_not(alice, bob):
    own, drafted = make.post(alice, "my own words"), make.post(alice, "words of a draft")
    Post.objects.filter(pk=drafted.pk).update(assisted=True)
    assert (measured(bob, own, "assisted"), measured(bob, drafted, "assisted")) == (0.0, 1.0)


def test_muted_words_are_sifted_as_at_home(alice, bob, as_member):
    make.post(alice, "a word about heliotrope")
    MutedWord.objects.create(member=bob, text="heliotrope", folded="heliotrope")
    assert "heliotrope" not in as_member(bob).get("/?feed=for-you").content.decode()
