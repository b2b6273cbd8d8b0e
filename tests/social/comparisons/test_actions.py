"""More, less, which of two: what becomes an example, what it does to one's own feed, and how all of it is taken back."""

from datetime import timedelta

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from metya.wallets.models import Member
from metya.web.errors import ActionError, Conflict, Invalid, NotAllowed
from social.comparisons import actions, slates
from social.comparisons.models import Example, Feedback, Question
from social.consent import actions as consent
from social.posts import actions as publishing
from social.posts import removal
from social.posts.models import Post
from social.ranking.maths.features import FEATURES_VERSION, KEYS, PLACE, START
from social.ranking.models import ModelVersion, Slate, Steering
from social.ranking.packed import packed
from tests import make

pytestmark = pytest.mark.django_db


def delta_of(member):
    row = Steering.objects.get(member=member)
    return None if row.delta is None else np.frombuffer(bytes(row.delta), "<f8")


def score(slate, post, delta):
    page = slates.page_of(slate)
    return float(page.x[page.posts.index(post.pk)] @ (START + delta))


# What becomes an example.


def test_more_prefers_the_post_to_its_four_nearest(ines, slate, posts):
    actions.say(actor=ines, slate=slate, post=posts[3], said="more")
    made = Example.objects.of(ines).order_by("pk")
    assert {one.winner_id for one in made} == {posts[3].pk} and len(made) == 4
    assert {one.loser_id for one in made} == {posts[place].pk for place in (1, 2, 4, 5)}
    assert all(one.kind == "more" and one.base == 0.125 and one.features_version == FEATURES_VERSION for one in made)
    page = slates.page_of(slate)
    for one in made:
        assert bytes(one.z) == packed(page.z(one.winner_id, one.loser_id))


def test_less_prefers_its_nearest_to_the_post(ines, slate, posts):
    actions.say(actor=ines, slate=slate, post=posts[0], said="less")
    made = list(Example.objects.of(ines))
    assert {one.loser_id for one in made} == {posts[0].pk}
    assert {one.winner_id for one in made} == {posts[place].pk for place in (1, 2, 3, 4)}


def test_a_short_page_splits_among_those_that_are_there(ines, posts, show):
    slate = show(ines, posts[:3])
    actions.say(actor=ines, slate=slate, post=posts[0], said="more")
    assert sorted(one.base for one in Example.objects.all()) == [0.25, 0.25]
    alone = show(ines, posts[5:6])
    assert actions.say(actor=ines, slate=alone, post=posts[5], said="less").pk
    assert Example.objects.count() == 2


def test_an_answer_is_one_example_of_full_weight(ines, slate, posts):
    made = actions.compare(actor=ines, slate=slate, winner=posts[4], loser=posts[1])
    assert (made.kind, made.base, made.propensity, made.feedback) == ("pair", 1, 1, None)
    assert Example.objects.get() == made


def test_the_propensity_is_that_of_both(ines, posts, show):
    slate = show(ines, posts[:2])
    slate.entries[0]["propensity"], slate.entries[1]["propensity"] = 0.5, 0.25
    slate.save()
    assert actions.compare(actor=ines, slate=slate, winner=posts[0], loser=posts[1]).propensity == 0.125


def test_what_was_said_of_neighbours_already_is_left_out(ines, slate, posts):
    actions.say(actor=ines, slate=slate, post=posts[1], said="less")
    actions.compare(actor=ines, slate=slate, winner=posts[3], loser=posts[2])
    actions.say(actor=ines, slate=slate, post=posts[2], said="less")
    tapped = Example.objects.filter(feedback__post=posts[2])
    # Neither the one that is also unwanted, nor those of which it is known.
    assert {one.winner_id for one in tapped} == {posts[place].pk for place in (0, 4, 5, 6)}


def test_posts_that_are_gone_are_no_neighbours(ines, slate, posts):
    publishing.delete(actor=posts[1].author, post=posts[1])
    actions.say(actor=ines, slate=slate, post=posts[0], said="more")
    assert {one.loser_id for one in Example.objects.all()} == {posts[place].pk for place in (2, 3, 4, 5)}


# Repeats, opposites, undo.


def test_a_repeat_is_the_same_answer(ines, slate, posts):
    one, two = (actions.say(actor=ines, slate=slate, post=posts[0], said="more") for _time in range(2))
    assert one == two and Example.objects.count() == 4
    one, two = (actions.compare(actor=ines, slate=slate, winner=posts[8], loser=posts[9]) for _time in range(2))
    assert one == two and Example.objects.count() == 5


def test_the_opposite_replaces(ines, slate, posts):
    actions.say(actor=ines, slate=slate, post=posts[0], said="more")
    actions.say(actor=ines, slate=slate, post=posts[0], said="less")
    assert Feedback.objects.get().said == "less" and set(Example.objects.values_list("kind", flat=True)) == {"less"}
    actions.compare(actor=ines, slate=slate, winner=posts[8], loser=posts[9])
    actions.compare(actor=ines, slate=slate, winner=posts[9], loser=posts[8])
    assert Example.objects.get(kind="pair").winner == posts[9]


def test_an_answer_says_more_than_a_tap(ines, slate, posts):
    actions.say(actor=ines, slate=slate, post=posts[0], said="more")
    made = actions.compare(actor=ines, slate=slate, winner=posts[0], loser=posts[1])
    assert made.kind == "pair" and Example.objects.count() == 4
    actions.uncompare(actor=ines, winner=posts[0], loser=posts[1])
    assert Example.objects.count() == 3


def test_undo_leaves_nothing_and_is_harmless_twice(ines, slate, posts):
    actions.say(actor=ines, slate=slate, post=posts[0], said="less")
    assert delta_of(ines) is not None
    assert actions.unsay(actor=ines, post=posts[0]) and not actions.unsay(actor=ines, post=posts[0])
    actions.compare(actor=ines, slate=slate, winner=posts[0], loser=posts[1])
    assert actions.uncompare(actor=ines, winner=posts[0], loser=posts[1])
    assert not actions.uncompare(actor=ines, winner=posts[0], loser=posts[1])
    assert not Example.objects.exists() and not Feedback.objects.exists() and delta_of(ines) is None
    assert Steering.objects.get().delta_version == ""


def test_undo_of_one_is_as_if_it_had_never_been(ines, slate, posts):
    actions.say(actor=ines, slate=slate, post=posts[0], said="more")
    before = delta_of(ines)
    actions.compare(actor=ines, slate=slate, winner=posts[7], loser=posts[8])
    assert not np.array_equal(before, delta_of(ines))
    actions.uncompare(actor=ines, winner=posts[7], loser=posts[8])
    assert np.array_equal(before, delta_of(ines))


# What it does to one's own feed.


def test_less_lowers_and_more_raises_what_looks_like_it(ines, slate, posts):
    actions.say(actor=ines, slate=slate, post=posts[2], said="less")
    delta = delta_of(ines)
    assert Steering.objects.get(member=ines).delta_version == FEATURES_VERSION and delta.shape == (len(KEYS),)
    # posts[2] and posts[4] have a picture, posts[3] has none.
    assert delta[PLACE["has_picture"]] < -0.1
    was = score(slate, posts[4], np.zeros(len(KEYS))) - score(slate, posts[3], np.zeros(len(KEYS)))
    assert score(slate, posts[4], delta) - score(slate, posts[3], delta) < was
    actions.say(actor=ines, slate=slate, post=posts[2], said="more")
    assert delta_of(ines)[PLACE["has_picture"]] > 0.1


def test_nobody_elses_feed_moves_and_no_consent_is_needed(ines, bob, slate, posts):
    actions.say(actor=ines, slate=slate, post=posts[0], said="less")
    assert not Steering.objects.exclude(member=ines).exists()
    assert not Example.objects.consented("train").exists() and not Example.objects.consented("evaluate").exists()
    assert Example.objects.filter(grant=None, evaluation=None).count() == 4


def test_what_a_slider_turns_off_is_not_learned_from(ines, slate, posts):
    Steering.objects.create(member=ines, sliders={"has_picture": 0})
    actions.say(actor=ines, slate=slate, post=posts[2], said="less")
    assert abs(delta_of(ines)[PLACE["has_picture"]]) < 1e-8  # weights are rounded


def test_a_model_that_cannot_be_read_stops_nobody(ines, slate, posts, champion):
    ModelVersion.objects.update(weights=champion.weights[:40])
    actions.say(actor=ines, slate=slate, post=posts[2], said="less")
    assert delta_of(ines)[PLACE["has_picture"]] < 0


def test_examples_of_another_list_of_features_are_not_fitted(ines, slate, posts):
    actions.say(actor=ines, slate=slate, post=posts[0], said="less")
    Example.objects.update(features_version="old", z=b"other")
    actions.compare(actor=ines, slate=slate, winner=posts[7], loser=posts[8])
    assert np.isfinite(delta_of(ines)).all()
    assert Example.objects.current().count() == 1


# Who may say what.


def test_only_who_was_shown_the_page(ines, bob, slate, posts):
    for deed in (
        lambda: actions.say(actor=bob, slate=slate, post=posts[0], said="more"),
        lambda: actions.compare(actor=bob, slate=slate, winner=posts[0], loser=posts[1]),
    ):
        with pytest.raises(NotAllowed):
            deed()
    Member.objects.filter(pk=ines.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    with pytest.raises(NotAllowed):
        actions.say(actor=Member.objects.get(pk=ines.pk), slate=slate, post=posts[0], said="more")


def test_only_what_the_page_showed(ines, slate, posts, show):
    other = make.post(make.member(), "Elsewhere")
    show(ines, [other])
    for deed in (
        lambda: actions.say(actor=ines, slate=slate, post=other, said="more"),
        lambda: actions.compare(actor=ines, slate=slate, winner=posts[0], loser=other),
        lambda: actions.compare(actor=ines, slate=slate, winner=other, loser=posts[0]),
    ):
        with pytest.raises(ActionError) as refused:
            deed()
        assert refused.value.code == "not-shown" and refused.value.status == 400
    assert not Example.objects.exists() and not Feedback.objects.exists()


def test_nonsense_is_refused(ines, slate, posts):
    with pytest.raises(Invalid):
        actions.say(actor=ines, slate=slate, post=posts[0], said="most")
    with pytest.raises(Invalid):
        actions.compare(actor=ines, slate=slate, winner=posts[0], loser=posts[0])


@pytest.mark.parametrize(
    "broken",
    [
        {"features_version": "older"},
        {"x": b"short"},
        {"weights": b""},
        {"x": np.full((10, len(KEYS)), np.nan).tobytes()},
        {"entries": [{"post": None}]},
        {"entries": []},
    ],
)
def test_a_page_whose_numbers_are_broken_teaches_nothing(ines, slate, posts, broken):
    Slate.objects.filter(pk=slate.pk).update(**broken)
    with pytest.raises(Conflict) as refused:
        actions.say(actor=ines, slate=Slate.objects.get(), post=posts[0], said="more")
    assert refused.value.code == "old-page" and not Feedback.objects.exists()


# Consent.


def test_what_is_said_under_a_grant_may_be_used_until_it_is_withdrawn(ines, slate, posts):
    actions.say(actor=ines, slate=slate, post=posts[0], said="more")  # before: never
    grant = consent.give(actor=ines, purpose="train", version=1)
    made = actions.compare(actor=ines, slate=slate, winner=posts[7], loser=posts[8])
    assert made.grant == grant and made.evaluation is None
    assert list(Example.objects.consented("train")) == [made] and not Example.objects.consented("evaluate").exists()
    measured = consent.give(actor=ines, purpose="evaluate", version=1)
    later = actions.compare(actor=ines, slate=slate, winner=posts[8], loser=posts[9])
    assert later.evaluation == measured
    assert set(Example.objects.consented("train")) == {made, later}
    assert list(Example.objects.consented("evaluate")) == [later]
    consent.withdraw(actor=ines, purpose="train")
    assert not Example.objects.consented("train").exists() and list(Example.objects.consented("evaluate")) == [later]
    consent.give(actor=ines, purpose="train", version=1)
    assert not Example.objects.consented("train").exists()  # what was said under the old grant stays out
    assert delta_of(ines) is not None  # one's own feed keeps it all


def test_features_are_no_purpose_of_examples():
    with pytest.raises(KeyError):
        Example.objects.consented("features")


@pytest.mark.parametrize("which", ["winner", "loser"])
def test_both_posts_have_to_be_there_and_public(ines, slate, posts, which):
    consent.give(actor=ines, purpose="train", version=1)
    made = actions.compare(actor=ines, slate=slate, winner=posts[0], loser=posts[1])
    post = getattr(made, which)
    consented = Example.objects.consented("train")
    assert consented.exists()
    Post.objects.filter(pk=post.pk).update(visibility="followers")
    assert not consented.all().exists()
    Post.objects.filter(pk=post.pk).update(visibility="public")
    Member.objects.filter(pk=post.author_id).update(is_active=False)
    assert not consented.all().exists()
    Member.objects.filter(pk=post.author_id).update(is_active=True)
    publishing.delete(actor=post.author, post=post)
    assert not consented.all().exists() and Example.objects.exists()
    publishing.restore(actor=post.author, post=post)
    assert consented.all().exists()


def test_who_left_and_other_features_are_out(ines, slate, posts):
    consent.give(actor=ines, purpose="train", version=1)
    actions.compare(actor=ines, slate=slate, winner=posts[0], loser=posts[1])
    Member.objects.filter(pk=ines.pk).update(is_active=False)
    assert not Example.objects.consented("train").exists()
    Member.objects.filter(pk=ines.pk).update(is_active=True)
    Example.objects.update(features_version="other")
    assert not Example.objects.consented("train").exists()


# Forgetting.


def test_a_post_that_is_emptied_takes_its_examples_along(ines, slate, posts):
    actions.say(actor=ines, slate=slate, post=posts[0], said="less")
    actions.compare(actor=ines, slate=slate, winner=posts[7], loser=posts[8])
    Question.objects.create(member=ines, slate=slate, first=posts[0], second=posts[9])
    with transaction.atomic():
        removal.erase(posts[0])
    assert Example.objects.get().winner == posts[7] and not Feedback.objects.exists() and not Question.objects.exists()


def test_one_example_is_deleted_and_with_the_last_what_was_said(ines, bob, slate, posts):
    actions.say(actor=ines, slate=slate, post=posts[0], said="less")
    before = delta_of(ines)
    made = list(Example.objects.all())
    with pytest.raises(NotAllowed):
        actions.forget(actor=bob, example=made[0])
    assert actions.forget(actor=ines, example=made[0]) and not actions.forget(actor=ines, example=made[0])
    assert Feedback.objects.exists() and not np.array_equal(delta_of(ines), before)
    for one in made[1:]:
        actions.forget(actor=ines, example=one)
    assert not Feedback.objects.exists() and delta_of(ines) is None


def test_all_examples_are_deleted_and_only_ones_own(ines, bob, slate, posts, show):
    actions.say(actor=ines, slate=slate, post=posts[0], said="less")
    actions.compare(actor=ines, slate=slate, winner=posts[7], loser=posts[8])
    actions.say(actor=bob, slate=show(bob, posts), post=posts[0], said="more")
    assert actions.forget_all(actor=ines) == 5 and actions.forget_all(actor=ines) == 0
    assert set(Example.objects.values_list("member", flat=True)) == {bob.pk} and Feedback.objects.count() == 1
    assert delta_of(ines) is None and delta_of(bob) is not None


def test_examples_outlive_the_page(ines, slate, posts):
    made = actions.compare(actor=ines, slate=slate, winner=posts[0], loser=posts[1])
    slate.delete()
    made.refresh_from_db()
    assert made.slate is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "whim"},
        {"kind": "more"},  # without what was said
        {"base": 0},
        {"base": 1.5},
        {"propensity": 0},
        {"same": True},
    ],
)
def test_the_table_refuses_what_cannot_be(ines, slate, posts, wrong):
    loser = posts[0] if wrong.pop("same", False) else posts[1]
    fields = {"member": ines, "kind": "pair", "winner": posts[0], "loser": loser, "z": b"", "features_version": "x"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Example.objects.create(**fields | wrong)


# Questions.


def test_a_question_stands_again_when_its_answer_is_taken_back(ines, slate, posts):
    question = Question.objects.create(member=ines, slate=slate, first=posts[0], second=posts[1])
    actions.compare(actor=ines, slate=slate, winner=posts[1], loser=posts[0])
    question.refresh_from_db()
    assert question.answer == "answered"
    actions.uncompare(actor=ines, winner=posts[1], loser=posts[0])
    question.refresh_from_db()
    assert question.answer == ""


def test_a_question_is_put_off_by_whom_it_was_asked(ines, bob, slate, posts):
    question = Question.objects.create(member=ines, slate=slate, first=posts[0], second=posts[1])
    with pytest.raises(NotAllowed):
        actions.put_off(actor=bob, question=question)
    actions.put_off(actor=ines, question=question)
    question.refresh_from_db()
    assert question.answer == "later"
    assert not Example.objects.exists()
