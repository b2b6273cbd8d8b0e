"""The window of facts that rewards are computed from: each exclusion, both bounds, and the standing follows."""

from datetime import UTC, datetime, timedelta

import pytest

from social.interactions import actions
from social.interactions.models import Interaction
from social.interactions.reads import KINDS, seed_candidates, window
from tests import make

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, tzinfo=UTC)
CLOSE = START + timedelta(days=28)
NOON = START + timedelta(days=3, hours=12)
DAY = int(START.timestamp()) // 86_400


def rows():
    found = window(start=START, close=CLOSE)
    names = dict(_handles())
    return [
        (names[int(s)], names[int(t)], KINDS[int(k)], int(d) - DAY, int(c))
        for s, t, k, d, c in zip(found.source_id, found.target_id, found.kind, found.day, found.count, strict=True)
    ]


def _handles():
    from metya.wallets.models import Member

    return Member.objects.values_list("pk", "handle")


def like(source, target, at=NOON, **fields):
    return Interaction.objects.create(
        source=source, target=target, kind="like", post=make.post(target), at=at, **fields
    )


def test_facts_are_counted_by_pair_kind_and_day(alice, carol):
    like(carol, alice)
    like(carol, alice, NOON + timedelta(hours=11, minutes=59))
    like(carol, alice, NOON + timedelta(hours=12))
    like(alice, carol)
    actions.record(source=carol, target=alice, kind="reply", post=make.post(carol), at=NOON)
    assert rows() == [
        ("alice", "carol", "like", 3, 1),
        ("carol", "alice", "like", 3, 2),
        ("carol", "alice", "like", 4, 1),
        ("carol", "alice", "reply", 3, 1),
    ]


def test_an_empty_window_is_empty(alice):
    assert rows() == [] and len(window(start=START, close=CLOSE)) == 0


def test_the_first_moment_counts_and_the_last_does_not(alice, carol):
    tick = timedelta(microseconds=1)
    for at in (START - tick, START, CLOSE - tick, CLOSE):
        like(carol, alice, at)
    assert rows() == [("carol", "alice", "like", 0, 1), ("carol", "alice", "like", 27, 1)]


def test_what_is_not_public_does_not_count(alice, carol):
    like(carol, alice, public=False)
    assert rows() == []


def test_what_was_undone_before_the_close_does_not_count(alice, carol):
    like(carol, alice, undone_at=CLOSE - timedelta(seconds=1))
    assert rows() == []
    like(carol, alice, undone_at=CLOSE)  # too late for this epoch
    assert rows() == [("carol", "alice", "like", 3, 1)]


def test_a_follow_counts_as_long_as_it_stands_however_old(alice, carol):
    follow = Interaction.objects.create(source=carol, target=alice, kind="follow", at=START - timedelta(days=900))
    assert rows() == [("carol", "alice", "follow", 27, 1)]
    Interaction.objects.filter(pk=follow.pk).update(undone_at=CLOSE)
    Interaction.objects.create(source=carol, target=alice, kind="follow", at=CLOSE + timedelta(days=1))
    assert rows() == [("carol", "alice", "follow", 27, 1)]
    Interaction.objects.filter(pk=follow.pk).update(undone_at=CLOSE - timedelta(days=20))
    assert rows() == []


def test_a_follow_after_the_close_does_not_count(alice, carol):
    Interaction.objects.create(source=carol, target=alice, kind="follow", at=CLOSE)
    assert rows() == []


@pytest.mark.parametrize("side", ["alice", "carol"])
@pytest.mark.parametrize(
    "state", [{"suspended_until": CLOSE + timedelta(seconds=1)}, {"is_active": False}, {"opted_out": True}]
)
def test_who_is_suspended_gone_or_opted_out_does_not_count_either_way(alice, bob, carol, side, state):
    like(carol, alice)
    like(alice, carol)
    Interaction.objects.create(source=carol, target=alice, kind="follow", at=NOON)
    like(bob, make.member("dana"))
    person = {"alice": alice, "carol": carol}[side]
    type(person).objects.filter(pk=person.pk).update(**state)
    assert [row for row in rows() if row[2] == "like"] == [("bob", "dana", "like", 3, 1)]
    assert not [row for row in rows() if side in row[:2]]


def test_a_suspension_that_ended_by_the_close_is_over(alice, carol):
    like(carol, alice)
    type(alice).objects.filter(pk=alice.pk).update(suspended_until=CLOSE)
    assert len(rows()) == 1


@pytest.mark.parametrize("way", [("alice", "carol"), ("carol", "alice")])
def test_nothing_counts_across_a_block(alice, bob, carol, way):
    from social.follows.models import Block

    cast = {"alice": alice, "carol": carol}
    like(carol, alice)
    like(alice, carol)
    like(bob, alice)
    Block.objects.create(source=cast[way[0]], target=cast[way[1]])
    assert [row[:2] for row in rows() if row[2] == "like"] == [("bob", "alice")]


def test_the_number_of_queries_does_not_grow(alice, carol, django_assert_num_queries):
    for _number in range(3):
        like(carol, alice)
    with django_assert_num_queries(4):
        window(start=START, close=CLOSE)
    for _number in range(30):
        like(make.member(), alice)
    with django_assert_num_queries(4):
        assert len(window(start=START, close=CLOSE)) == 31


def test_who_may_seed_the_trust(alice, carol, mona):
    gone = make.member("gone", is_active=False)
    out = make.member("out", opted_out=True)
    bare = make.member("bare")
    type(bare).objects.filter(pk=bare.pk).update(payout_wallet=None)
    type(mona).objects.filter(pk=mona.pk).update(joined_at=START - timedelta(days=999))
    assert seed_candidates() == [mona.pk, alice.pk, carol.pk]
    assert {gone.pk, out.pk}.isdisjoint(seed_candidates())
