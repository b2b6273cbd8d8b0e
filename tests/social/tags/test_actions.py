"""Following hashtags."""

import pytest

from metya.web.errors import Conflict, NotAllowed
from social.posts.models import Tag
from social.tags import actions
from social.tags.models import TagFollow
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def bees(db):
    return Tag.objects.create(name="bees")


def test_following_and_unfollowing_as_often_as_one_likes(alice, bob, bees):
    for _again in range(2):
        actions.follow_tag(actor=alice, tag=bees)
        assert TagFollow.objects.get().member == alice
    actions.unfollow_tag(actor=bob, tag=bees)
    assert TagFollow.objects.count() == 1
    for _again in range(2):
        actions.unfollow_tag(actor=alice, tag=bees)
        assert not TagFollow.objects.exists()


def test_not_for_those_who_may_not_speak(alice, bees):
    alice.is_active = False
    with pytest.raises(NotAllowed):
        actions.follow_tag(actor=alice, tag=bees)
    actions.unfollow_tag(actor=alice, tag=bees)


def test_so_many_and_no_more(alice, bees, monkeypatch):
    monkeypatch.setattr(actions, "MOST", 2)
    for name in ("one", "two"):
        actions.follow_tag(actor=alice, tag=Tag.objects.create(name=name))
    with pytest.raises(Conflict) as refused:
        actions.follow_tag(actor=alice, tag=bees)
    assert refused.value.code == "too-many-tags"
    actions.follow_tag(actor=alice, tag=Tag.objects.get(name="two"))
    actions.follow_tag(actor=make.member(), tag=bees)
    assert TagFollow.objects.filter(member=alice).count() == 2
