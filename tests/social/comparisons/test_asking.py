""" "Which of these two?": when it is asked, and about what."""

from uuid import uuid4

import numpy as np
import pytest

from social.comparisons import actions, asking
from social.comparisons.models import Feedback, Question
from social.follows import actions as follows
from social.posts import actions as publishing
from social.ranking.maths.features import KEYS, PLACE
from social.ranking.models import Steering
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def read_on(ines, posts, show):
    """The next pages of a sitting, each with the question that stands above it."""
    chain = uuid4()

    def pages(count, often="normal", first=1):
        Steering.objects.update_or_create(member=ines, defaults={"ask": often})
        return [
            asking.ask(actor=ines, slate=show(ines, posts, page=page, chain=chain))
            for page in range(first, first + count)
        ]

    return pages


@pytest.mark.parametrize(("often", "every"), [("normal", 4), ("seldom", 12)])
def test_at_most_once_in_so_many_pages_as_the_setting_says(read_on, often, every):
    asked = [place for place, one in enumerate(read_on(3 * every + 1, often), 1) if one is not None]
    assert asked == [every, 2 * every, 3 * every]


def test_never_means_never(read_on):
    assert read_on(30, "never") == [None] * 30 and not Question.objects.exists()


def test_nobody_is_asked_on_the_first_page_of_a_sitting(ines, posts, show):
    for _sitting in range(9):
        assert asking.ask(actor=ines, slate=show(ines, posts)) is None
    # Somebody who has read so much is asked on the second page.
    last = show(ines, posts)
    assert asking.ask(actor=ines, slate=show(ines, posts, page=2, chain=last.chain)) is not None


def test_first_pages_cost_nothing(ines, slate, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert asking.ask(actor=ines, slate=slate) is None


def test_it_is_about_two_of_the_page_before(ines, posts, show, read_on):
    read_on(3)
    question = read_on(1, first=4)[0]
    assert question is not None
    assert question.slate.page == 3 and {question.first_id, question.second_id} <= {post.pk for post in posts}
    other = show(ines, posts, page=7)  # nothing came before it in this sitting
    for _page in range(5):
        show(ines, posts)
    assert asking.ask(actor=ines, slate=other) is None


def test_the_same_page_in_two_windows_asks_once(ines, posts, show):
    first = show(ines, posts)
    for _page in range(4):
        show(ines, posts)
    twins = [show(ines, posts, page=2, chain=first.chain) for _window in range(2)]
    assert asking.ask(actor=ines, slate=twins[0]) is not None
    Question.objects.update(asked_at=first.shown_at)  # as if the other had not known of it
    assert asking.ask(actor=ines, slate=twins[1]) is None and Question.objects.count() == 1


def question_about(ines, posts, show, x=None):
    first = show(ines, posts, x=x)
    for _page in range(3):
        show(ines, posts)
    return asking.ask(actor=ines, slate=show(ines, posts, page=2, chain=first.chain))


def test_of_close_ones_the_most_different_are_asked_about(ines, posts, show):
    x = np.zeros((10, len(KEYS)))
    x[:, PLACE["recency"]] = np.linspace(4, 0.2, 10)
    x[2, PLACE["has_link"]] = x[5, PLACE["has_poll"]] = 3
    x[2, PLACE["recency"]] = x[5, PLACE["recency"]] = 2
    question = question_about(ines, posts, show, x)
    assert {question.first, question.second} == {posts[2], posts[5]}


def test_equal_ones_and_ones_own_are_never_asked_about(ines, posts, show):
    assert question_about(ines, posts, show, np.ones((10, len(KEYS)))) is None
    mine = [make.post(ines, f"Mine {number}") for number in range(9)]
    assert question_about(ines, [*mine, posts[0]], show) is None


def test_two_of_one_author_are_never_asked_about(ines, show):
    author = make.member()
    assert question_about(ines, [make.post(author, f"Said {number}") for number in range(8)], show) is None


def test_what_is_gone_or_not_for_the_member_is_not_asked_about(ines, posts, show):
    publishing.delete(actor=posts[0].author, post=posts[0])
    follows.block(actor=posts[1].author, target=ines)
    for post in posts[4:]:
        publishing.delete(actor=post.author, post=post)
    question = question_about(ines, posts, show)
    assert {question.first, question.second} == {posts[2], posts[3]}


def test_what_was_answered_is_not_asked_again(ines, posts, show):
    two = posts[:2]
    question = question_about(ines, two, show)
    actions.compare(actor=ines, slate=question.slate, winner=question.first, loser=question.second)
    assert question_about(ines, two, show) is None
    actions.uncompare(actor=ines, winner=question.first, loser=question.second)
    assert question_about(ines, two, show) is not None
    Feedback.objects.create(member=ines, post=two[0], said="less")
    assert question_about(ines, two, show) is None


def test_numbers_that_are_broken_ask_nothing(ines, posts, show):
    assert (
        question_about(ines, posts, lambda *args, **fields: show(*args, **{**fields, "features_version": "old"}))
        is None
    )
