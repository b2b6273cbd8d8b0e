"""/posts/counts/ by URL."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from social.posts.models import Post
from tests import make

COUNTS = reverse("live:post-counts")


def ask(client, ids):
    return client.get(COUNTS, {"ids": ids}).json()


def test_counts_of_several_posts(as_member, alice, carol):
    post = make.post(alice, like_count=3, reply_count=2, repost_count=1, quote_count=4)
    other = make.post(alice)
    assert ask(as_member(carol), f"{post.pk},{other.pk},999") == {
        "posts": {
            str(post.pk): {"likes": "3", "replies": "2", "reposts": "5"},
            str(other.pk): {"likes": "", "replies": "", "reposts": ""},
        }
    }


def test_strangers_learn_nothing_of_posts_for_followers(as_member, alice, bob, carol):
    post = make.post(alice, visibility="followers", like_count=3)
    assert str(post.pk) in ask(as_member(bob), str(post.pk))["posts"]
    assert ask(as_member(carol), str(post.pk)) == {"posts": {}}


def test_a_deleted_post_has_no_counts(as_member, alice, bob):
    post = make.post(alice)
    Post.objects.filter(pk=post.pk).update(deleted_at=post.created_at)
    assert ask(as_member(bob), str(post.pk)) == {"posts": {}}


def test_nothing_asked_nothing_answered(as_member, alice):
    assert ask(as_member(alice), "") == {"posts": {}}


@pytest.mark.parametrize("ids", ["x", "1,x", "-1", "1.5", "9" * 30, "٣", "1;2", ",".join(map(str, range(101)))])
def test_nonsense_is_refused(as_member, alice, ids):
    answer = as_member(alice).get(COUNTS, {"ids": ids}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-ids")


def test_visitors_and_the_wrong_verb(client, as_member, alice):
    assert client.get(COUNTS).status_code == 302
    assert as_member(alice).post(COUNTS).status_code == 405


def test_the_same_queries_for_any_number_of_posts(as_member, alice, carol):
    client = as_member(carol)
    client.get(COUNTS)  # notes the session once

    def queries(number):
        ids = ",".join(str(make.post(alice).pk) for _ in range(number))
        with CaptureQueriesContext(connection) as asked:
            assert len(ask(client, ids)["posts"]) == number
        return len(asked)

    assert queries(3) == queries(30)
