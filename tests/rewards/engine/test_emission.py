"""The schedule: halving, catching up within the year, never beyond its budget or the supply."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.engine import (
    INFLUENCE_SUPPLY,
    TOTAL_SUPPLY,
    Splits,
    base_release,
    emission_schedule,
    epoch_release,
    year_budget,
)
from rewards.engine.emission import most_released_before, multiplier, split_pool
from tests.rewards.engine import oracle


def test_supply_is_as_decided() -> None:
    assert TOTAL_SUPPLY == 10**18
    assert INFLUENCE_SUPPLY == 750_000_000 * 10**9
    assert year_budget(0) == 375_000_000 * 10**9
    assert year_budget(1) == 187_500_000 * 10**9
    assert base_release(0) == 375_000_000 * 10**9 // 365


@pytest.mark.parametrize("year", [0, 1, 7, 58, 59, 60, 200])
def test_the_bases_of_a_year_add_up_to_its_budget(year: int) -> None:
    assert sum(base_release(365 * year + day) for day in range(365)) == year_budget(year)


def test_all_years_together_stay_below_the_supply() -> None:
    years = list(emission_schedule(120))
    assert years[-1].cumulative == sum(year_budget(year) for year in range(120)) < INFLUENCE_SUPPLY
    assert years[1].first_epoch == 365
    assert years[1].base == base_release(365)
    assert years[0].cumulative == years[0].budget == year_budget(0)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 400), st.integers(0, 200), st.integers(0, 3))
def test_a_year_never_passes_its_budget_on_any_day(seed: int, busiest: int, target: int, year: int) -> None:
    active = random.Random(seed).choices(range(busiest + 1), k=365)
    released = 0
    for day, members in enumerate(active):
        epoch = 365 * year + day
        assert released <= most_released_before(epoch)
        part = epoch_release(epoch, active=members, target=target, released_this_year=released)
        assert part == oracle.emission(epoch, members, target, released)
        assert 0 <= part <= 2 * base_release(epoch)
        released += part
    assert released <= year_budget(year)


def test_quiet_days_are_made_up_within_the_year() -> None:
    quiet = epoch_release(0, active=0, target=100, released_this_year=0)
    busy = epoch_release(1, active=300, target=100, released_this_year=quiet)
    assert (quiet, busy) == (0, base_release(0) + base_release(1))
    assert epoch_release(365, active=300, target=100, released_this_year=0) == base_release(365), "not across years"


@pytest.mark.parametrize(
    ("active", "target", "millionths"),
    [(0, 100, 0), (50, 100, 500_000), (100, 100, 10**6), (200, 100, 2 * 10**6), (10**9, 1, 2 * 10**6), (1, 0, 10**6)],
)
def test_activity_counts_up_to_twice_the_target(active: int, target: int, millionths: int) -> None:
    assert multiplier(active, target) == millionths


@given(st.integers(0, 2 * 10**18), st.lists(st.integers(0, 10_000), min_size=3, max_size=3).map(sorted))
def test_parts_of_a_pool_add_up_and_the_treasury_takes_the_rest(pool: int, cuts: list[int]) -> None:
    first, second, third = cuts
    parts = split_pool(pool, Splits(first, second - first, third - second, 10_000 - third))
    assert parts.influence + parts.nodes + parts.training + parts.treasury == pool
    assert (parts.influence, parts.nodes) == (pool * first // 10_000, pool * (second - first) // 10_000)
    assert 0 <= parts.treasury - pool * (10_000 - third) // 10_000 <= 3
