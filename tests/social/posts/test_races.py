"""Many at once: counters do not drift, one of a kind stays one of a kind, nobody waits for ever."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from metya.web.errors import ActionError
from social.follows import actions as follows
from social.interactions.models import Interaction
from social.posts import actions, removal
from social.posts.models import Like, Post
from social.profiles.models import Profile
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds):
    """Run all of them at the same time; their results, or the ActionErrors they ended with."""

    def run(deed):
        try:
            return deed()
        except ActionError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_many_like_at_once():
    post = make.post(make.member())
    people = [make.member() for _number in range(8)]
    at_once(*(lambda who=who: actions.like(actor=who, post=post) for who in people for _twice in range(2)))
    post.refresh_from_db()
    assert post.like_count == 8 == Like.objects.count() == Interaction.objects.filter(kind="like").count()


def test_one_likes_and_unlikes_at_once():
    author, fan = make.member(), make.member()
    post = make.post(author)
    verbs = [actions.like, actions.unlike] * 8
    at_once(*(lambda verb=verb: verb(actor=fan, post=post) for verb in verbs))
    post.refresh_from_db()
    assert post.like_count == Like.objects.count() == Interaction.objects.filter(undone_at=None).count()


def test_reposts_at_once():
    post = make.post(make.member())
    people = [make.member() for _number in range(4)]
    at_once(*(lambda who=who: actions.repost(actor=who, post=post) for who in people for _twice in range(3)))
    post.refresh_from_db()
    assert post.repost_count == 4 == Post.objects.filter(repost_of=post).count()


def test_a_form_sent_many_times_at_once():
    author = make.member()
    results = at_once(*(lambda: actions.publish(actor=author, text="Once", client_key="k") for _number in range(8)))
    assert len({post.pk for post in results}) == 1 == Post.objects.count()
    assert Profile.objects.get(member=author).post_count == 1


def test_deleting_while_others_answer_and_like():
    author, people = make.member(), [make.member() for _number in range(6)]
    post = make.post(author)
    deeds = [lambda: actions.delete(actor=author, post=post)]
    for who in people:
        deeds.append(lambda who=who: actions.like(actor=who, post=post))
        deeds.append(lambda who=who: actions.publish(actor=who, text="Hm", in_reply_to=post))
    at_once(*deeds)
    Post.objects.filter(pk=post.pk).update(undo_until=timezone.now())
    removal.forget()
    post.refresh_from_db()
    assert not post.present and (post.like_count, post.reply_count) == (0, 0)
    assert not Like.objects.filter(post=post).exists()
    assert not Interaction.objects.filter(undone_at=None, target=author).exists()


def test_replies_at_once_are_all_counted():
    post = make.post(make.member())
    people = [make.member() for _number in range(6)]
    at_once(*(lambda who=who: actions.publish(actor=who, text="Hm", in_reply_to=post) for who in people))
    post.refresh_from_db()
    assert post.reply_count == 6


def test_following_each_other_and_blocking_at_once():
    one, other = make.member(), make.member()
    verbs = [
        (follows.follow, one, other),
        (follows.follow, other, one),
        (follows.block, one, other),
        (follows.unfollow, other, one),
    ]
    at_once(*(lambda deed=deed: deed[0](actor=deed[1], target=deed[2]) for deed in verbs * 3))
    for who in (one, other):
        profile = Profile.objects.get(member=who)
        assert (
            (profile.follower_count, profile.following_count)
            == (who.followers.count(), who.following.count())
            == (0, 0)
        )
    assert not Interaction.objects.filter(undone_at=None).exists()
