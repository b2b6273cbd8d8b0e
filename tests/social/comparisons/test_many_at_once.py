"""Several at once: one answer, one undo, and a residual that knows all of them."""

import pytest

from social.comparisons import actions
from social.comparisons.models import Example, Feedback
from social.ranking.models import Steering
from tests.metya.wallets.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_same_tap_at_once_is_one(ines, slate, posts):
    found = at_once([lambda: actions.say(actor=ines, slate=slate, post=posts[0], said="more").pk] * 6)
    assert len(set(found)) == 1 and Feedback.objects.count() == 1 and Example.objects.count() == 4


def test_opposite_taps_at_once_leave_one_of_them(ines, slate, posts):
    at_once(
        [
            lambda said=said: actions.say(actor=ines, slate=slate, post=posts[0], said=said).pk
            for said in ("more", "less") * 3
        ]
    )
    said = Feedback.objects.get().said
    assert set(Example.objects.values_list("kind", flat=True)) == {said} and Example.objects.count() == 4


def test_opposite_answers_at_once_leave_one_of_them(ines, slate, posts):
    one, other = posts[:2]
    at_once(
        [
            lambda pair=pair: actions.compare(actor=ines, slate=slate, winner=pair[0], loser=pair[1]).pk
            for pair in ((one, other), (other, one)) * 3
        ]
    )
    assert Example.objects.count() == 1


def test_undo_happens_once(ines, slate, posts):
    actions.say(actor=ines, slate=slate, post=posts[0], said="more")
    found = at_once([lambda: actions.unsay(actor=ines, post=posts[0])] * 6)
    assert sorted(found) == [False] * 5 + [True] and not Example.objects.exists()


def test_the_residual_knows_all_that_was_said_at_once(ines, slate, posts):
    at_once([lambda post=post: actions.say(actor=ines, slate=slate, post=post, said="less").pk for post in posts[:6]])
    together = bytes(Steering.objects.get().delta)
    last = Feedback.objects.order_by("-pk").first().post
    actions.unsay(actor=ines, post=last)
    assert bytes(Steering.objects.get().delta) != together
    assert Feedback.objects.count() == 5
