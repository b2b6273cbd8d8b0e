"""Pages of "For you": every shown post is explained to the last digit, sittings go on, and a broken model breaks nothing."""

import json
import logging
import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from metya.wallets.models import Member
from social.consent import actions as consent
from social.follows import actions as follows
from social.lists import actions as lists
from social.posts import actions as posts
from social.ranking import champions, keeping, reads
from social.ranking.maths.features import FEATURES_VERSION, KEYS
from social.ranking.maths.weights import Weights
from social.ranking.models import ModelVersion, Reach, Slate, State, Steering
from social.ranking.readers import SITTING, reader_of
from social.ranking.serving import for_you, line_in
from social.tags import actions as tags
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def village(alice, bob, carol):
    """People who follow, like, answer, list and tag; bob reads, allows everything and steers a little."""
    people = [alice, carol, *(make.member() for _ in range(6))]
    for number, one in enumerate(people):
        if number % 2 == 0 and one != alice:
            follows.follow(actor=bob, target=one)
        if number % 3 == 0:
            follows.follow(actor=one, target=bob)
    for round_ in range(4):
        for number, one in enumerate(people):
            text = (
                f"Post {round_} of {number}, is the ferry late? #ferry https://example.org/{number} " + "long " * number
            )
            post = posts.publish(actor=one, text=text if round_ % 2 else f"Short {number} #seeds", language="en")
            for other in people[: (number + round_) % 5]:
                posts.like(actor=other, post=post) if other != one else None
            if round_ == 2 and one != carol:
                posts.publish(actor=carol, text="Indeed", in_reply_to=post)
            if number == 3:
                posts.like(actor=bob, post=post)
    lists.add(actor=bob, one=lists.make(actor=bob, name="Near"), member=carol)
    tags.follow_tag(actor=bob, tag=post.tags.first().tag)
    for one in (*people, bob):
        consent.give(actor=one, purpose="features", version=1)
    keeping.refresh_tastes()
    delta = np.linspace(-0.3, 0.3, len(KEYS)).tobytes()
    Steering.objects.create(
        member=bob, sliders={"recency": 0.5, "seen": -1, "likes_all": 2}, delta=delta, delta_version=FEATURES_VERSION
    )
    return people


def pages(member, most=9):
    """Every page of one sitting."""
    chain, found = uuid4(), []
    for _each in range(most):
        page = for_you(member, chain)
        found.append(page)
        if not page.more:
            return found
    raise AssertionError("it goes on for ever")


def test_the_explanation_of_every_shown_post_adds_up(village, bob):
    shown = 0
    Slate.objects.all().delete()
    for_you(bob, size=5)
    Slate.objects.update(shown_at=timezone.now() - SITTING)  # so that something was seen before
    for page in pages(bob):
        slate = reads.slate_of(bob, page.slate.pk)
        assert [entry["post"] for entry in slate.entries] == [card.pk for card in page.page.items]
        assert np.frombuffer(bytes(slate.posts), dtype=np.int64).tolist() == [entry["post"] for entry in slate.entries]
        for entry in slate.entries:
            why = reads.explanation(bob, slate, entry["post"])
            assert abs(sum(part.value for part in why.parts) + why.diversity - why.score) < 1e-9
            assert why.score == entry["score"] and all(part.value == part.x * part.weight for part in why.parts)
            shown += 1
    used = {
        part.key
        for slate in Slate.objects.all()
        for part in reads.explanation(bob, slate, slate.entries[0]["post"]).parts
    }
    assert shown >= 25 and len(used) >= 12 and {"affinity", "topic", "likes_followed", "seen"} & used


def test_the_points_that_are_printed_add_up_to_the_score_that_is(village, bob):
    def thousandths(value):
        return round(float(f"{value:.3f}") * 1000)

    found = for_you(bob, size=20)
    for entry in found.slate.entries:
        why = reads.explanation(bob, found.slate, entry["post"])
        together = sum(thousandths(part.points) for part in why.parts) + thousandths(why.diversity)
        assert together == thousandths(why.score)
        assert all(part.points and abs(part.points - part.value) < 0.002 for part in why.parts)
        assert len(why.parts) + why.others == len(KEYS)


@pytest.mark.parametrize(
    ("values", "total", "printed"),
    [
        ([3.8684, 3.1813, 1.1852, 0.49945, 0.0], 8.73435, [3.868, 3.181, 1.185, 0.5, 0]),
        ([-1.0006, -2.0007], -3.0013, [-1.0, -2.001]),
        ([0.0004, 0.0], 0.0004, [0, 0]),
        ([], 0.0, []),
    ],
)
def test_what_rounding_would_change_most_gives_way(values, total, printed):
    assert reads.printed(values, total) == printed


def test_the_line_says_what_sets_a_post_apart_from_the_page(village, bob):
    """Everything here is liked by many; what is so of all is said of none that has more to tell."""
    Steering.objects.update(sliders={"likes_all": 2}, delta=None)
    theta = {"likes_all": 3.0, "likes_followed": 0.5, "tag_followed": 0.5, "affinity": 0.5}
    values = np.array([theta.get(key, 0.0) for key in KEYS])
    champions.ensure_first()
    ModelVersion.objects.update(weights=replace(Weights.start(), theta=values).to_json())
    page = for_you(bob, size=12)
    lines = [card.why for card in page.page.items]
    assert len(set(lines)) > 2
    assert lines == [line_in(page.slate, card.pk) for card in page.page.items]  # as it is said again after an undo
    assert for_you(bob, writing=False, size=1).page.items[0].why == "Liked by many"  # nothing to stand apart from


def test_without_a_factor_a_post_would_be_that_number(village, bob):
    """The noted number is where the post stands when the factor's slider is 0 and nothing else changes."""
    page = for_you(bob, size=12)
    entries = page.slate.entries
    tried = 0
    for entry in entries[:4]:
        for key, number in entry["without"].items():
            Steering.objects.filter(member=bob).update(sliders={"recency": 0.5, "seen": -1, "likes_all": 2} | {key: 0})
            again = for_you(bob, writing=False, size=500)
            place = [card.pk for card in again.page.items].index(entry["post"]) + 1
            assert place == number, key
            tried += 1
    assert tried >= 8


def test_a_sitting_shows_everything_once_and_a_new_one_begins_anew(village, bob):
    found = pages(bob)
    ids = [card.pk for page in found for card in page.page.items]
    assert len(found) >= 2 and len(ids) == len(set(ids))
    assert [page.slate.page for page in found] == list(range(1, len(found) + 1))
    assert [card.pk for card in for_you(bob).page.items] == ids[:20]  # who comes back at once finds the same order
    Slate.objects.update(shown_at=timezone.now() - SITTING)
    Steering.objects.update(sliders={"seen": 2}, delta=None)
    assert [card.pk for card in for_you(bob).page.items] != ids[:20]


def test_what_was_learnt_and_the_group_shift_the_order_and_damaged_learning_is_left_out(village, bob, caplog):
    Steering.objects.update(sliders={}, delta=None)
    plain = [card.pk for card in for_you(bob).page.items]
    delta = np.zeros(len(KEYS))
    delta[KEYS.index("length")] = -6
    Steering.objects.update(delta=delta.tobytes(), delta_version=FEATURES_VERSION)
    assert [card.pk for card in for_you(bob).page.items] != plain
    nan = b"\xff" * len(delta.tobytes())
    for broken, version in ((delta.tobytes()[:-3], FEATURES_VERSION), (delta.tobytes(), "x"), (nan, FEATURES_VERSION)):
        Steering.objects.update(delta=broken, delta_version=version)
        assert [card.pk for card in for_you(bob).page.items] == plain
    assert "damaged" in caplog.text


# --- the model ----------------------------------------------------------------------------------------------------


def test_the_first_champion_is_made_once(bob, alice):
    make.post(alice, "hello")
    for _each in range(2):
        for_you(bob)
    one = ModelVersion.objects.get()
    assert (one.number, one.state, one.features_version) == (1, State.CHAMPION, FEATURES_VERSION)
    assert champions.ensure_first().pk == one.pk


def _broken(weights: str) -> dict[str, str]:
    content = json.loads(weights)
    nan = {**content, "theta": [float("nan"), *content["theta"][1:]]}
    return {
        "cut off": weights[: len(weights) // 2],
        "not a number": json.dumps(nan),
        "altered": weights.replace('"theta":[', '"theta":[9,', 1),
        "empty": "",
        "other features": Weights(np.ones(2), keys=("a", "b")).to_json(),
    }


@pytest.mark.parametrize("fault", ["cut off", "not a number", "altered", "empty", "other features"])
def test_a_broken_champion_gives_way_to_the_last_that_can_be_read(bob, alice, as_member, client, caplog, fault):
    make.post(alice, "still here")
    start = Weights.start()
    ModelVersion.objects.create(
        number=2,
        state=State.RETIRED,
        promoted_at=timezone.now() - timedelta(days=1),
        weights=Weights(start.theta * 2).to_json(),
    )
    bad = _broken(start.to_json())[fault]
    ModelVersion.objects.create(number=3, state=State.CHAMPION, promoted_at=timezone.now(), weights=bad)
    with caplog.at_level(logging.ERROR, "social.ranking.champions"):
        page = as_member(bob).get("/?feed=for-you")
    assert page.status_code == 200 and "still here" in page.content.decode() and "Version 3" in caplog.text
    slate = Slate.objects.get()
    assert slate.version.number == 2 and slate.entries[0]["score"] > 5
    assert client.get("/healthz?only=database").status_code == 200
    # Where no version can be read, those set by hand rank.
    ModelVersion.objects.update(weights=bad)
    assert "still here" in as_member(bob).get("/?feed=for-you").content.decode()
    assert Slate.objects.latest("pk").entries[0]["score"] == pytest.approx(slate.entries[0]["score"] / 2, rel=1e-3)


# --- in the background --------------------------------------------------------------------------------------------


def test_what_was_shown_is_counted_once_also_when_posts_are_gone(bob, alice):
    post, gone = make.post(alice, "one"), make.post(alice, "two")
    for_you(bob)
    for_you(bob)
    gone.delete()
    assert keeping.count_shown() == 2 and keeping.count_shown() == 0
    assert dict(Reach.objects.values_list("post", "shown")) == {post.pk: 2}
    for_you(bob)
    keeping.count_shown()
    assert Reach.objects.get().shown == 3


def test_slates_are_forgotten_after_two_weeks(bob, alice):
    make.post(alice, "one")
    for_you(bob)
    old = for_you(bob).slate
    Slate.objects.filter(pk=old.pk).update(shown_at=timezone.now() - timedelta(days=14, minutes=1))
    assert keeping.forget_slates() == 1 and Slate.objects.count() == 1


# --- how much it costs --------------------------------------------------------------------------------------------


def test_for_you_takes_ten_queries_at_any_length(village, bob, as_member):
    client = as_member(bob)
    client.get("/?feed=for-you")
    counts = []
    for more in (0, 25):
        for _each in range(more):
            posts.publish(actor=make.member(), text="more #seeds")
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/")
        assert page.status_code == 200
        counts.append(len(queries))
    Steering.objects.update(ask="never")  # a question between the pages costs queries of its own
    chain = re.search(r"chain=([0-9a-f-]{36})", page.content.decode())[1]
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/?feed=for-you&chain={chain}", headers={"HX-Request": "true"})
    assert counts[0] == counts[1] <= 10 and len(queries) <= 9


def test_a_reader_is_known_by_one_query(village, bob):
    fresh = Member.objects.select_related("profile").get(pk=bob.pk)
    with CaptureQueriesContext(connection) as queries:
        reader = reader_of(fresh)
    assert len(queries) == 1 and reader.allows and reader.taste.authors and reader.tags and reader.following
