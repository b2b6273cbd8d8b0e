"""Cumulative rounding and the cap: what must hold for any pool and any weights."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rewards.engine import allocate
from tests.rewards.engine import oracle

pools = st.integers(0, 200) | st.integers(0, 2 * 10**18) | st.just(2 * 10**18)
caps = st.sampled_from([1, 3, 100, 500, 2_000, 3_333, 9_999, 10_000])
weight_lists = st.lists(st.integers(0, 5) | st.integers(0, 2**56) | st.sampled_from([1, 2**50, 2**50 + 1]), max_size=40)


def given_out(pool: int, weights: list[int], cap_bp: int) -> tuple[list[int], int]:
    allocated, carry = allocate(pool, np.array(weights, dtype=np.int64), cap_bp)
    return allocated.tolist(), carry


@settings(max_examples=300, deadline=None)
@given(pools, weight_lists, caps)
def test_same_as_the_oracle(pool: int, weights: list[int], cap_bp: int) -> None:
    assert given_out(pool, weights, cap_bp) == oracle.allocation(pool, weights, cap_bp)


@settings(max_examples=300, deadline=None)
@given(pools, weight_lists, caps)
def test_adds_up_and_keeps_the_cap(pool: int, weights: list[int], cap_bp: int) -> None:
    allocated, carry = given_out(pool, weights, cap_bp)
    assert sum(allocated) + carry == pool
    assert carry >= 0
    assert all(0 <= amount <= pool * cap_bp // 10_000 for amount in allocated)
    assert all(amount == 0 for amount, weight in zip(allocated, weights, strict=True) if weight == 0)


@settings(max_examples=300, deadline=None)
@given(pools, weight_lists, caps)
def test_more_weight_never_gets_less_by_more_than_a_grain(pool: int, weights: list[int], cap_bp: int) -> None:
    allocated, _ = given_out(pool, weights, cap_bp)
    ranked = sorted(zip(weights, allocated, strict=True))
    highest = 0
    for _, amount in ranked:
        assert amount >= highest - 1
        highest = max(highest, amount)


@settings(max_examples=200, deadline=None)
@given(pools, weight_lists, caps, st.integers(2, 1_000))
def test_scaling_all_weights_changes_nothing(pool: int, weights: list[int], cap_bp: int, factor: int) -> None:
    assume(sum(weights) * factor < 2**63)
    assert given_out(pool, weights, cap_bp) == given_out(pool, [weight * factor for weight in weights], cap_bp)


@settings(max_examples=200, deadline=None)
@given(pools, weight_lists)
def test_errs_by_less_than_a_grain(pool: int, weights: list[int]) -> None:
    assume(sum(weights))
    allocated, carry = given_out(pool, weights, 10_000)
    assert carry == 0
    for amount, share in zip(allocated, oracle.exact_shares(pool, weights), strict=True):
        assert abs(Fraction(amount) - share) < 1


def test_known_example() -> None:
    assert given_out(100, [1, 1, 1], 10_000) == ([33, 33, 34], 0)
    assert given_out(100, [98, 1, 1], 5_000) == ([50, 25, 25], 0)
    assert given_out(10, [1, 2, 1, 3], 5_000) == ([1, 3, 1, 5], 0), "who has just the cap is not over it"


@pytest.mark.parametrize(
    ("pool", "weights", "cap_bp", "allocated", "carry"),
    [
        (100, [], 10_000, [], 100),
        (100, [0, 0], 10_000, [0, 0], 100),
        (0, [1, 2], 10_000, [0, 0], 0),
        (100, [1, 1], 2_500, [25, 25], 50),
        (100, [80, 15, 5], 4_000, [40, 40, 20], 0),
        (99, [1], 1, [0], 99),
    ],
)
def test_what_is_left_is_carried(pool: int, weights: list[int], cap_bp: int, allocated: list[int], carry: int) -> None:
    assert given_out(pool, weights, cap_bp) == (allocated, carry)


def test_many_weights_with_products_far_beyond_64_bits() -> None:
    weights = [2**56 // 50_000 - number for number in range(50_000)]
    pool = 2 * 10**18
    allocated, carry = given_out(pool, weights, 10_000)
    total, before = sum(weights), 0
    for weight, amount in zip(weights, allocated, strict=True):
        assert amount == pool * (before + weight) // total - pool * before // total
        before += weight
    assert carry == 0
