"""Following, blocking and muting: every rule."""

import pytest
from django.utils import timezone

from metya.web.errors import ActionError, NotAllowed
from social.follows import actions
from social.follows.models import Block, Follow, Mute
from social.interactions.models import Interaction
from social.notifications.models import Notification
from social.posts import actions as posts
from social.posts.models import Post
from social.profiles.models import Profile
from tests import make

pytestmark = pytest.mark.django_db


def standing():
    return sorted(Interaction.objects.filter(undone_at=None).values_list("source__handle", "kind", "target__handle"))


def counts(member):
    profile = Profile.objects.get(member=member)
    return profile.follower_count, profile.following_count


def test_following_twice_is_following_once(alice, carol):
    for _again in range(3):
        actions.follow(actor=carol, target=alice)
    assert Follow.objects.count() == 1 and standing() == [("carol", "follow", "alice")]
    assert (counts(alice), counts(carol)) == ((1, 0), (0, 1))
    assert Notification.objects.filter(member=alice, kind="follow").count() == 1
    for _again in range(3):
        actions.unfollow(actor=carol, target=alice)
    assert not Follow.objects.exists() and standing() == []
    assert (counts(alice), counts(carol)) == ((0, 0), (0, 0))
    assert not Notification.objects.exists()


@pytest.mark.parametrize("verb", ["follow", "block", "mute"])
def test_not_oneself(alice, verb):
    with pytest.raises(NotAllowed):
        getattr(actions, verb)(actor=alice, target=alice)


def test_nobody_follows_the_suspended_or_gone(alice, carol):
    for state in ({"suspended_until": timezone.now() + timezone.timedelta(days=1)}, {"is_active": False}):
        type(alice).objects.filter(pk=alice.pk).update(**{"suspended_until": None, "is_active": True, **state})
        with pytest.raises(ActionError) as caught:
            actions.follow(actor=carol, target=alice)
        assert caught.value.status == 404


def test_a_block_ends_both_follows_and_bars_new_ones(alice, carol):
    actions.follow(actor=alice, target=carol)
    actions.follow(actor=carol, target=alice)
    for _again in range(2):
        actions.block(actor=alice, target=carol)
    assert not Follow.objects.exists() and Block.objects.count() == 1 and standing() == []
    assert counts(alice) == counts(carol) == (0, 0)
    for actor, target in ((alice, carol), (carol, alice)):
        with pytest.raises(ActionError) as caught:
            actions.follow(actor=actor, target=target)
        assert caught.value.status == 404
    for _again in range(2):
        actions.unblock(actor=alice, target=carol)
    actions.follow(actor=carol, target=alice)
    assert standing() == [("carol", "follow", "alice")]


def test_each_is_invisible_to_the_other(alice, carol):
    for author in (alice, carol):
        make.post(author)
    actions.block(actor=alice, target=carol)
    for viewer, other in ((alice, carol), (carol, alice)):
        assert not Post.objects.visible_to(viewer).filter(author=other).exists()
        assert not Profile.objects.visible_to(viewer).filter(member=other).exists()
        assert Post.objects.visible_to(viewer).filter(author=viewer).exists()
    assert Post.objects.visible_to(None).count() == 2


def test_nothing_reaches_across_a_block(alice, carol):
    post = make.post(alice)
    actions.block(actor=alice, target=carol)
    for verb in (posts.like, posts.repost, posts.bookmark):
        with pytest.raises(ActionError):
            verb(actor=carol, post=post)
    posts.publish(actor=carol, text="@alice hello?")
    assert not Notification.objects.filter(member=alice).exists()


def test_unfollowing_the_suspended_is_possible(alice, bob):
    type(alice).objects.filter(pk=alice.pk).update(suspended_until=timezone.now() + timezone.timedelta(days=1))
    actions.unfollow(actor=bob, target=alice)
    assert not Follow.objects.exists()


def test_muting_is_quiet(alice, bob):
    for _again in range(2):
        actions.mute(actor=bob, target=alice)
    assert Mute.objects.count() == 1 and Follow.objects.count() == 1
    posts.like(actor=alice, post=make.post(bob))
    assert not Notification.objects.exists()
    for _again in range(2):
        actions.unmute(actor=bob, target=alice)
    assert not Mute.objects.exists()
