"""The order and its reasons against a slow greedy selection, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from social.ranking.maths.errors import RankingError
from social.ranking.maths.features import KEYS, START
from social.ranking.maths.scoring import DIVERSITY, rank
from social.ranking.maths.weights import Weights

WIDE = len(KEYS)


def greedy(base, authors):
    """Take the best of what is left, one at a time."""
    left, order, scores, taken = list(range(len(base))), [], [], {}
    while left:
        now = [base[one] + DIVERSITY * taken.get(authors[one], 0) for one in left]
        best = max(range(len(left)), key=lambda at: (now[at], -left[at]))
        order.append(left.pop(best))
        scores.append(now[best])
        taken[authors[order[-1]]] = taken.get(authors[order[-1]], 0) + 1
    return order, scores


def base_of(x, effective):
    return np.round((x * effective).sum(axis=1), 10)


def community(seed, n=60, authors=12, coarse=False):
    chance = np.random.default_rng(seed)
    x = chance.integers(-2, 3, (n, WIDE)).astype(float) if coarse else chance.normal(size=(n, WIDE))
    return x, chance.integers(0, authors, n), chance


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 40), st.integers(1, 10), st.booleans())
def test_the_order_is_that_of_the_slow_selection(seed, n, authors, coarse):
    x, who, _ = community(seed, n, authors, coarse)
    found = rank(x, Weights.start(), np.ones(WIDE), who, n)
    order, scores = greedy(base_of(x, START), who.tolist())
    assert found.order.tolist() == order
    assert np.abs(found.scores - scores).max(initial=0) < 1e-9


@pytest.mark.parametrize("seed", range(5))
def test_contributions_add_up_and_diversity_is_one_of_them(seed):
    x, who, chance = community(seed, 200, 20)
    found = rank(x, Weights.start(), chance.uniform(-2, 2, WIDE), who, 40)
    assert found.contributions.shape == (40, WIDE + 1)
    assert np.abs(found.contributions.sum(axis=1) - found.scores).max() < 1e-9
    assert found.contributions[:, -1].min() <= DIVERSITY
    assert (np.diff(found.scores) <= 1e-12).all()


@pytest.mark.parametrize("coarse", [False, True])
def test_number_without_a_factor_is_that_of_ranking_again_without_it(coarse):
    x, who, _ = community(3, 80, 9, coarse)
    weights = Weights(np.round(START, 1))
    found = rank(x, weights, np.ones(WIDE), who, 25, reasons=4)
    for at, post in enumerate(found.order.tolist()):
        sizes = np.abs(found.contributions[at, :WIDE])
        assert sizes[found.reasons[at]].tolist() == sorted(sizes.tolist(), reverse=True)[:4]
        for factor, number in zip(found.reasons[at], found.without[at], strict=True):
            sliders = np.ones(WIDE)
            sliders[factor] = 0
            again = rank(x, weights, sliders, who, len(x))
            assert again.order.tolist().index(post) + 1 == number


def test_group_residual_and_sliders_all_count():
    x = np.eye(WIDE)[:3]
    weights = Weights(np.ones(WIDE), {"birds": np.full(WIDE, 0.5)})
    sliders = np.ones(WIDE)
    sliders[0] = 2
    found = rank(x, weights, sliders, [1, 2, 3], 3, group="birds", residual=np.full(WIDE, 0.25))
    assert found.order.tolist() == [0, 1, 2]
    assert found.scores.tolist() == [3.5, 1.75, 1.75]
    plain = rank(x, weights, np.ones(WIDE), [1, 2, 3], 3, group="unknown")
    assert plain.scores.tolist() == [1, 1, 1]


def test_nothing_to_rank():
    found = rank(np.zeros((0, WIDE)), Weights.start(), np.ones(WIDE), [], 20)
    assert found.order.shape == (0,)
    assert found.contributions.shape == (0, WIDE + 1)
    assert found.without.shape == (0, 3)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"x": np.full((2, WIDE), np.nan)}, "not-finite"),
        ({"x": np.full((2, WIDE), np.inf)}, "not-finite"),
        ({"x": np.zeros((2, WIDE - 1))}, "wrong-shape"),
        ({"sliders": np.full(WIDE, 2.01)}, "slider-range"),
        ({"sliders": np.full(WIDE, np.nan)}, "not-finite"),
        ({"sliders": np.ones(3)}, "wrong-shape"),
        ({"sliders": ["many"] * WIDE}, "not-numbers"),
        ({"authors": [1]}, "wrong-shape"),
        ({"authors": [1.5, 2.5]}, "not-whole"),
    ],
)
def test_what_is_refused(change, code):
    given_ = {"x": np.zeros((2, WIDE)), "sliders": np.ones(WIDE), "authors": [1, 2]} | change
    with pytest.raises(RankingError) as refused:
        rank(given_["x"], Weights.start(), given_["sliders"], given_["authors"], 2)
    assert refused.value.code == code
