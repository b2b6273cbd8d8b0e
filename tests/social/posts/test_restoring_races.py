"""Deleting, bringing back, emptying and removing, all at once: the post is wholly there or wholly gone."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from social.interactions.models import Interaction
from social.posts import actions, removal
from social.posts.models import Like, Post
from social.profiles.models import Profile
from tests import make
from tests.social.posts.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_undone_many_times_at_once():
    author, people = make.member(), [make.member() for _number in range(3)]
    above = make.post(make.member())
    post = actions.publish(actor=author, text="Hm", in_reply_to=above)
    for who in people:
        actions.like(actor=who, post=post)
    actions.delete(actor=author, post=post)
    at_once(*[lambda: actions.restore(actor=author, post=post)] * 6)
    post.refresh_from_db()
    above.refresh_from_db()
    assert post.present and post.like_count == 3 == Like.objects.count() and above.reply_count == 1
    assert Profile.objects.get(member=author).post_count == 1
    assert Interaction.objects.filter(undone_at=None).count() == 4


def test_deleted_and_brought_back_at_once():
    author = make.member()
    above = make.post(make.member())
    post = actions.publish(actor=author, text="Hm", in_reply_to=above)
    deeds = [lambda: actions.delete(actor=author, post=post), lambda: actions.restore(actor=author, post=post)]
    at_once(*deeds * 5)
    post.refresh_from_db()
    above.refresh_from_db()
    assert above.reply_count == Profile.objects.get(member=author).post_count == int(post.present)
    assert Interaction.objects.filter(undone_at=None).count() == int(post.present)


def test_brought_back_while_it_is_emptied_and_erased():
    author = make.member()
    post = actions.publish(actor=author, text="Hm")
    actions.delete(actor=author, post=post)
    Post.objects.filter(pk=post.pk).update(undo_until=timezone.now() + timedelta(milliseconds=50))
    deeds = [lambda: actions.restore(actor=author, post=post), removal.forget]
    deeds.append(transaction.atomic(lambda: removal.erase(post)))
    at_once(*deeds * 3)
    post.refresh_from_db()
    assert post.emptied and post.text == "" and Profile.objects.get(member=author).post_count == 0
