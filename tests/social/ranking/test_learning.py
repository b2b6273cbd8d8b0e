"""The fit against a general optimiser, and what has to hold for any examples."""

import numpy as np
import pytest
from scipy.optimize import minimize

from social.ranking.maths.design import Bend, combined, design, gram, product
from social.ranking.maths.errors import RankingError
from social.ranking.maths.learning import dedupe_rows, derivatives, fit, loss_of, pair_weights, residual
from tests.social.ranking.simulate import Community


def examples(n=400, wide=6, groups=3, seed=1):
    chance = np.random.default_rng(seed)
    z = chance.normal(size=(n, wide))
    return z, chance.uniform(0.1, 1.0, n), chance.normal(size=wide), chance.integers(-1, groups, n)


def oracle(z, w, start, lam, groups, count, offsets):
    """L written out and handed to a general optimiser."""

    def loss(flat):
        table = flat.reshape(count + 1, -1)
        seen = np.array([table[0] + (table[g + 1] if g >= 0 else 0) for g in groups])
        margin = (z * seen).sum(axis=1)
        drift = ((table[0] - start) ** 2).sum() + ((table[1:] - offsets) ** 2).sum()
        return w @ np.logaddexp(0, -margin) + lam / 2 * drift

    found = minimize(loss, np.vstack((start[None], offsets)).ravel(), method="BFGS", options={"gtol": 1e-6})
    return found.x.reshape(count + 1, -1), found.fun


@pytest.mark.parametrize("grouped", [False, True])
def test_the_fit_is_that_of_a_general_optimiser(grouped):
    z, w, start, groups = examples()
    count = 3 if grouped else 0
    groups = groups if grouped else np.full(len(z), -1)
    offsets = np.full((count, 6), 0.1)
    found = fit(z, w, start, 2.0, groups, offsets)
    table, loss = oracle(z, w, start, 2.0, groups, count, offsets)
    assert found.loss == pytest.approx(loss, abs=1e-6)
    assert np.abs(found.table - table).max() < 1e-4


def test_it_settles_from_far_away_and_on_pairs_without_contradiction():
    z = np.abs(np.random.default_rng(2).normal(size=(300, 4)))
    found = fit(z, np.ones(300), np.full(4, -100.0), 0.001)
    _, gradient, _ = derivatives(design(z, np.ones(300)), found.table)
    assert np.abs(gradient + 0.001 * (found.theta + 100)).max() < 1e-6


def test_the_arrow_is_solved_as_the_whole_matrix_is():
    chance = np.random.default_rng(3)
    parts = chance.normal(size=(4, 9, 5))
    sums = np.einsum("gni,gnj->gij", parts, parts)
    whole = np.zeros((20, 20))
    whole[:5, :5] = sums.sum(axis=0)
    for at in range(1, 4):
        here = slice(5 * at, 5 * at + 5)
        whole[here, here] = whole[:5, here] = whole[here, :5] = sums[at]
    right = chance.normal(size=(4, 5))
    found = Bend.of(sums, 0.5).solve(right)
    assert np.allclose(found.ravel(), np.linalg.solve(whole + 0.5 * np.eye(20), right.ravel()))


@pytest.mark.parametrize(("n", "wide"), [(0, 5), (7, 5), (1_638, 5), (5_000, 5), (700, 40), (40, 200)])
def test_products_in_pieces_are_products(n, wide):
    chance = np.random.default_rng(n)
    rows, vector, factors = chance.normal(size=(n, wide)), chance.normal(size=wide), chance.normal(size=n)
    assert np.allclose(product(rows, vector), rows @ vector)
    assert np.allclose(gram(rows), rows.T @ rows)
    assert np.allclose(combined(factors, rows), factors @ rows)


def test_the_same_snapshot_gives_the_same_bytes_in_any_memory_layout():
    z, w, start, groups = examples(20_000)
    first = fit(z, w, start, 3.0, groups)
    again = fit(np.asfortranarray(z), w.copy(), start, 3.0, groups)
    assert first.table.tobytes() == again.table.tobytes()


def test_the_order_of_the_examples_does_not_matter_after_rounding():
    z, w, start, groups = examples(5_000)
    order = np.random.default_rng(4).permutation(len(z))
    first = fit(z, w, start, 3.0, groups)
    again = fit(z[order], w[order], start, 3.0, groups[order])
    assert np.abs(first.table - again.table).max() <= 2.0**-30


def test_a_withdrawn_member_leaves_nothing_behind():
    asked = Community.made(seed=5).ask(60, 30, seed=6)
    without = asked.where(asked.members != 17)
    never = Community.made(seed=5).ask(60, 30, seed=6).where(asked.members != 17)
    start = np.zeros(asked.z.shape[1])
    lam = 1.0
    everyone = fit(asked.z, np.ones(len(asked)), start, lam, asked.groups)
    refitted = fit(without.z, np.ones(len(without)), start, lam, without.groups)
    zeroed = fit(asked.z, (asked.members != 17).astype(float), start, lam, asked.groups)
    assert refitted.table.tobytes() == fit(never.z, np.ones(len(never)), start, lam, never.groups).table.tobytes()
    assert np.abs(refitted.table - zeroed.table).max() <= 2.0**-30
    assert np.abs(refitted.table - everyone.table).max() > 1e-4


def test_group_offsets_learn_what_one_theta_for_all_cannot():
    asked = Community.made(seed=7).ask(400, 30, seed=8)
    start, ones = np.zeros(asked.z.shape[1]), np.ones(len(asked))
    few = asked.groups == 1
    apart = fit(asked.z, ones, start, 12.0, asked.groups)
    together = fit(asked.z, ones, start, 12.0)
    minority = design(asked.z[few], ones[few])
    with_block = loss_of(minority, (apart.theta + apart.offsets[1])[None])
    assert with_block < 0.6 * loss_of(minority, together.theta[None])


def test_a_group_without_examples_keeps_its_offset():
    z, w, start, _ = examples()
    found = fit(z, w, start, 2.0, np.zeros(len(z), dtype=int), np.full((3, 6), 0.25), count=3)
    assert found.offsets[1:].tolist() == [[0.25] * 6] * 2


def test_no_examples_leave_the_champion():
    found = fit(np.zeros((0, 3)), [], [1.0, 2.0, 3.0], 1.0)
    assert found.theta.tolist() == [1.0, 2.0, 3.0]


def test_a_member_counts_in_full_up_to_the_cap():
    members = np.array([1] * 2 + [2] * 8)
    found = pair_weights(members, np.full(10, 0.5), cap=4)
    assert found.tolist() == [0.5] * 2 + [0.25] * 8
    assert pair_weights([], [], 4).tolist() == []


def test_the_same_comparison_counts_once():
    z = np.array([[1.0, 0.0], [1.0, -0.0], [1.0, 0.0], [2.0, 0.0]])
    assert dedupe_rows([1, 1, 2, 1], z).tolist() == [True, False, True, True]


def test_a_reader_moves_their_own_weights_a_little():
    z = np.array([[1.0, 0.0, 0.0], [1.0, 0.2, 0.0]])
    moved = residual(z, [0.5, 0.5], np.zeros(3))
    assert 0.05 < moved[0] < 0.5
    assert moved[2] == 0
    assert np.abs(residual(-z, [0.5, 0.5], np.zeros(3)) + moved).max() < 1e-8


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"z": [[np.nan, 0]]}, "not-finite"),
        ({"z": [[np.inf, 0]]}, "not-finite"),
        ({"z": [[1e6, 0]]}, "too-large"),
        ({"z": [1.0, 2.0]}, "wrong-shape"),
        ({"weights": [-1.0]}, "negative-weight"),
        ({"weights": [np.nan]}, "not-finite"),
        ({"weights": [1.0, 1.0]}, "wrong-shape"),
        ({"start": [0.0]}, "wrong-shape"),
        ({"start": [np.nan, 0.0]}, "not-finite"),
        ({"lam": 0.0}, "bad-lambda"),
        ({"lam": np.nan}, "bad-lambda"),
        ({"groups": [-2]}, "unknown-group"),
        ({"groups": [3], "count": 2}, "unknown-group"),
        ({"groups": [0.5]}, "not-whole"),
        ({"groups": [0], "offsets": [[1.0]]}, "wrong-shape"),
    ],
)
def test_what_is_refused(change, code):
    with pytest.raises(RankingError) as refused:
        fit(**({"z": [[1.0, 2.0]], "weights": [1.0], "start": [0.0, 0.0], "lam": 1.0} | change))
    assert refused.value.code == code


@pytest.mark.parametrize("cap", [0, -1, np.nan, np.inf])
def test_a_cap_must_be_one(cap):
    with pytest.raises(RankingError):
        pair_weights([1], [1.0], cap)
