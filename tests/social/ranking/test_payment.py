"""Grains: they add up, keep the caps, and follow from whole numbers alone."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from social.ranking.maths.errors import RankingError
from social.ranking.maths.payment import BASIS_POINTS, pool_of, shares, split

amounts = st.integers(0, 200) | st.integers(0, 2 * 10**18)
weights = st.lists(st.integers(0, 5) | st.integers(0, 10**15), max_size=30)
NANO = 1_000


@settings(max_examples=200, deadline=None)
@given(amounts, weights, st.integers(0, 10**18), st.integers(0, 20))
def test_a_split_adds_up_and_keeps_the_room(amount, parts, room, odd):
    rooms = [room + odd * place for place in range(len(parts))]
    given_ = split(amount, parts, rooms)
    assert all(0 <= one <= most for one, most in zip(given_, rooms, strict=True))
    assert all(one == 0 for one, part in zip(given_, parts, strict=True) if not part)
    able = sum(most for most, part in zip(rooms, parts, strict=True) if part)
    assert sum(given_) == min(amount, able)


@settings(max_examples=200, deadline=None)
@given(amounts, weights.filter(any))
def test_a_split_without_caps_errs_by_less_than_a_grain(amount, parts):
    given_, total = split(amount, parts, [amount] * len(parts)), sum(parts)
    assert sum(given_) == amount
    for one, part in zip(given_, parts, strict=True):
        assert abs(one - Fraction(amount * part, total)) < 1


@settings(max_examples=100, deadline=None)
@given(amounts, weights, st.integers(0, 10**18), st.randoms())
def test_who_comes_first_matters_by_a_grain_at_most(amount, parts, room, chance):
    order = list(range(len(parts)))
    chance.shuffle(order)
    first = split(amount, parts, [room] * len(parts))
    again = split(amount, [parts[place] for place in order], [room] * len(parts))
    assert all(abs(first[place] - one) <= 1 for place, one in zip(order, again, strict=True))


def test_the_largest_remainders_get_the_single_grains():
    assert split(10, [1, 1, 1], [10] * 3) == [4, 3, 3]
    assert split(10, [3, 3, 1], [10] * 3) == [4, 4, 2]
    assert split(10, [8, 1, 1], [5] * 3) == [5, 3, 2]
    assert split(10, [8, 1, 0], [5] * 3) == [5, 5, 0]


def test_the_pool_follows_the_lower_bound():
    assert pool_of(1_000, 3, 100) == 300
    assert pool_of(1_000, 30, 100) == 1_000
    assert pool_of(1_000, 30, 0) == pool_of(1_000, 30, -5) == 0


def test_seventy_by_value_and_thirty_by_items():
    found = shares([3 * NANO, NANO, -NANO], [2, 1, 7], 10_000, 1, 10_000, item_cap=3, member_cap_bp=BASIS_POINTS)
    assert found.pool == 10_000
    assert found.grains == (5_250 + 1_000, 1_750 + 500, 1_500)
    assert found.balances == (0, 0, -NANO)
    assert found.left == 0


def test_a_debt_is_made_good_first():
    found = shares(
        [3 * NANO, NANO], [0, 0], 1_000, 1, 1_000, carried=[-2 * NANO, -5 * NANO], member_cap_bp=BASIS_POINTS
    )
    assert found.grains == (700, 0)
    assert found.balances == (0, -4 * NANO)
    assert found.left == 300


def test_one_cap_holds_for_both_parts_together():
    found = shares([NANO] * 3, [1] * 3, 10_000, 1, 10_000, member_cap_bp=2_000)
    assert found.grains == (2_000,) * 3
    assert found.left == 4_000


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-(10**12), 10**12), st.integers(0, 90), st.integers(-(10**12), 0)), max_size=25),
    amounts,
    st.integers(0, 10**9),
    st.integers(-(10**6), 10**9),
    st.integers(0, 10_000),
)
def test_never_more_than_the_pool_nor_the_cap(rows, budget, rate, lower, cap):
    values, items, carried = zip(*rows, strict=True) if rows else ((), (), ())
    found = shares(values, items, budget, rate, lower, carried=carried, member_cap_bp=cap)
    assert sum(found.grains) + found.left == found.pool <= budget
    assert all(0 <= one <= found.pool * cap // BASIS_POINTS for one in found.grains)
    assert all(balance <= 0 for balance in found.balances)
    if lower <= 0:
        assert not any(found.grains)


def test_splitting_an_account_leaves_the_sum():
    """Ten accounts with a tenth of the value and the items each, below the caps, get what the one got."""
    one = shares([10_000 * NANO, 7_000 * NANO], [30, 20], 10**9, 1, 10**9, member_cap_bp=BASIS_POINTS)
    ten = shares([1_000 * NANO] * 10 + [7_000 * NANO], [3] * 10 + [20], 10**9, 1, 10**9, member_cap_bp=BASIS_POINTS)
    assert abs(sum(ten.grains[:10]) - one.grains[0]) <= 20


def test_a_last_bit_changes_nothing():
    first = shares([123_456_789, 5_000], [1, 1], 10**15, 10**6, 10**6)
    again = shares([123_456_788, 5_001], [1, 1], 10**15, 10**6, 10**6)
    assert first.grains == again.grains


@pytest.mark.parametrize(
    "change",
    [
        {"budget": -1},
        {"rate": -1},
        {"accepted_items": [1]},
        {"accepted_items": [1, -1]},
        {"carried": [0, 1]},
        {"value_bp": 10_001},
        {"member_cap_bp": -1},
        {"item_cap": -1},
    ],
)
def test_what_is_refused(change):
    good = {"values": [1, 2], "accepted_items": [1, 1], "budget": 10, "rate": 1, "lower_bound": 5}
    with pytest.raises(RankingError):
        shares(**(good | change))
