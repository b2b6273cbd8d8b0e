"""Bradley-Terry against brute force, ties, cards that never met; what is drawn by Thompson."""

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from social.assistant.strength import fit, pick, sigma

_weights = st.floats(min_value=0, max_value=20)


def _height(wins, strengths):
    return (
        sum(w * np.log(sigma(np.array([strengths[a] - strengths[b]]))[0]) for a, b, w in wins)
        - sum(s * s for s in strengths) / 2
    )


def test_two_cards_agree_with_a_fine_grid():
    wins = [(0, 1, 7.0), (1, 0, 2.0)]
    grid = np.linspace(-2, 2, 4001)
    # The two lie opposite each other, since the prior pulls both alike.
    best = max(grid, key=lambda half: _height(wins, (half, -half)))
    found = fit(2, wins)
    assert found.mean == pytest.approx([best, -best], abs=2e-3)
    assert found.mean.sum() == pytest.approx(0, abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), _weights), max_size=12))
def test_nothing_near_is_higher(rows):
    wins = [row for row in rows if row[0] != row[1]]
    found = fit(4, wins)
    top = _height(wins, found.mean)
    for step in itertools.product((-0.01, 0, 0.01), repeat=4):
        assert _height(wins, found.mean + np.array(step)) <= top + 1e-9


def test_the_uncertainty_is_that_of_the_curvature_by_differences():
    wins = [(0, 1, 5.0), (1, 2, 4.0), (2, 0, 1.0)]
    found, h = fit(3, wins), 1e-4
    hessian = np.zeros((3, 3))
    unit = np.eye(3) * h
    for i, j in itertools.product(range(3), repeat=2):
        up = _height(wins, found.mean + unit[i] + unit[j]) - _height(wins, found.mean + unit[i] - unit[j])
        down = _height(wins, found.mean - unit[i] + unit[j]) - _height(wins, found.mean - unit[i] - unit[j])
        hessian[i, j] = (up - down) / (4 * h * h)
    assert np.linalg.inv(-hessian) == pytest.approx(found.covariance, rel=1e-3)


def test_a_card_never_compared_is_average_and_as_unsure_as_before():
    found = fit(3, [(0, 1, 3.0)])
    assert found.mean[2] == 0
    assert found.covariance[2, 2] == pytest.approx(1)
    assert found.met.tolist() == [3, 3, 0]
    middle, low, high = found.share(2)
    assert middle == 0.5
    assert low == pytest.approx(1 - high)
    assert high - low > 0.7


def test_ties_leave_two_alike_and_surer():
    found = fit(2, [(0, 1, 10.0), (1, 0, 10.0)])
    assert found.mean == pytest.approx([0, 0], abs=1e-12)
    assert found.covariance[0, 0] < 1


def test_more_wins_are_stronger_and_a_lost_thousand_stays_finite():
    found = fit(3, [(0, 1, 1000.0), (1, 2, 1000.0)])
    assert found.mean[0] > found.mean[1] > found.mean[2]
    assert np.isfinite(found.mean).all()
    middle, low, high = found.share(0)
    assert 0.5 < low < middle < high < 1


def test_half_weights_are_halves():
    assert fit(2, [(0, 1, 0.5), (0, 1, 0.5)]).mean == pytest.approx(fit(2, [(0, 1, 1.0)]).mean)


@pytest.mark.parametrize(
    "win", [(0, 0, 1), (0, 2, 1), (-1, 0, 1), (0, 1, -1), (0, 1, float("nan")), (0, 1, float("inf"))]
)
def test_nonsense_is_refused(win):
    with pytest.raises(ValueError, match="comparison"):
        fit(2, [win])


def test_nobody_is_no_card():
    assert fit(0, []).mean.tolist() == []
    with pytest.raises(ValueError, match="two cards"):
        pick(fit(1, []), 1)


def test_the_same_seed_picks_the_same_two_different_cards():
    found = fit(5, [(0, 1, 3.0)])
    for seed in range(200):
        one, other = pick(found, seed)
        assert one != other
        assert (one, other) == pick(found, seed)


def test_strong_cards_are_met_more_often_and_new_ones_get_their_chance():
    found = fit(4, [(0, 1, 40.0), (0, 2, 40.0)])
    met = Counter(place for seed in range(2000) for place in pick(found, seed))
    assert met[0] > met[1]
    assert met[3] > met[1]  # never compared: worth finding out
    assert met[1] > 0


def test_the_order_says_nothing():
    found = fit(2, [(0, 1, 50.0)])
    first = sum(pick(found, seed)[0] == 0 for seed in range(2000))
    assert 900 < first < 1100


def test_a_card_that_was_asked_for_is_one_of_the_two():
    found = fit(4, [])
    pairs = [pick(found, seed, first=2) for seed in range(300)]
    assert all(2 in pair for pair in pairs)
    assert {place for pair in pairs for place in pair} == {0, 1, 2, 3}
