"""Values of examples: they add up, treat alike what is alike, and find what harms."""

import numpy as np
import pytest

from social.ranking.maths.design import design
from social.ranking.maths.errors import RankingError
from social.ranking.maths.learning import fit_design, minimise, pair_weights, strength, table_of
from social.ranking.maths.valuation import PICO, by_member, exact_shapley, path, quantised, utility, values
from tests.social.ranking.simulate import Community, auc

WIDE = 12


def valued(examples, validation, *, weights=None, lam=None, nodes=16, grouped=True, groups=None):
    count = 2 if grouped else 0
    worth = np.ones(len(examples)) if weights is None else weights
    laid = design(examples.z, worth, (examples.groups if groups is None else groups) if grouped else None, count)
    held = design(validation.z, np.ones(len(validation)), validation.groups if grouped else None, count)
    lam = strength(len(examples)) if lam is None else lam
    return values(laid, held, table_of(laid, np.zeros(WIDE)), lam, nodes)


@pytest.fixture(scope="module")
def asked():
    community = Community.made(seed=1, wide=WIDE)
    return community.ask(200, 100, seed=2), community.ask(100, 20, seed=3, first=10_000)


@pytest.mark.parametrize("grouped", [True, False])
def test_efficiency(asked, grouped):
    found = valued(*asked, grouped=grouped)
    assert found.utility > 0.01
    assert found.efficiency < 1e-4


def test_the_derivative_is_that_of_learning_again(asked):
    """φ of a few examples against differences of the utility along the path, without any of the formulas."""
    examples, validation = asked[0].where(np.arange(len(asked[0])) % 100 < 3), asked[1]
    laid = design(examples.z, np.ones(len(examples)), examples.groups, 2)
    held = design(validation.z, np.ones(len(validation)), validation.groups, 2)
    start, lam, step = table_of(laid, np.zeros(WIDE)), 5.0, 1e-4
    found = values(laid, held, start, lam)
    nodes = path(lam, float(len(examples)), 16)

    def worth(t, example, more):
        weights = np.full(len(examples), t)
        weights[example] += more
        changed = design(examples.z, weights, examples.groups, 2)
        return utility(held, start, minimise(changed, start, lam, start).table)

    for example in (0, 5, 333):
        slopes = [(worth(t, example, step) - worth(t, example, -step)) / (2 * step) * share for t, share, _ in nodes]
        assert found.phi[example] == pytest.approx(sum(slopes), rel=1e-5, abs=1e-9)


def test_symmetry_and_null(asked):
    """The same example twice is worth the same; one without weight, or between posts that are alike, nothing."""
    examples, validation = asked
    z = examples.z.copy()
    z[7] = z[3]
    z[9] = 0
    weights = np.ones(len(z))
    weights[11] = 0
    twin = examples.groups.copy()
    twin[7] = twin[3]
    found = valued(type(examples)(z, examples.members, twin), validation, weights=weights)
    assert found.phi[7] == pytest.approx(found.phi[3], rel=1e-12)
    assert found.phi[9] == 0
    assert found.phi[11] == 0
    assert (found.phi != 0).sum() == len(z) - 2


def test_order_does_not_matter(asked):
    examples, validation = asked
    order = np.random.default_rng(5).permutation(len(examples))
    first, again = valued(*asked), valued(examples.where(order), validation)
    assert np.abs(first.quantised()[order] - again.quantised()).max() <= 1


def test_splitting_an_account_changes_nothing(asked):
    """A member of a hundred examples as ten of ten: below the cap not one number differs."""
    examples, validation = asked
    parts = np.where(examples.members == 3, 1_000 + np.arange(len(examples)) % 10, examples.members)
    before = valued(examples, validation, weights=pair_weights(examples.members, np.ones(len(examples)), 100))
    after = valued(examples, validation, weights=pair_weights(parts, np.ones(len(examples)), 100))
    assert before.quantised().tolist() == after.quantised().tolist()
    _, whole = by_member(before.quantised(), examples.members)
    who, split = by_member(after.quantised(), parts)
    assert split[who >= 1_000].sum() == whole[3]


@pytest.mark.parametrize(("kind", "least"), [("flipped", 0.99), ("random", 0.97)])
def test_poison_is_found_and_worth_nothing(asked, kind, least):
    examples, validation = asked
    bad = np.arange(50, 60)
    found = valued(getattr(examples, kind)(bad), validation)
    who, sums = by_member(found.quantised(), examples.members)
    poisoned = np.isin(who, bad)
    assert auc(sums[poisoned], sums[~poisoned]) >= least
    if kind == "flipped":
        assert sums[poisoned].max() <= 0


def test_an_honest_minority_keeps_its_worth(asked):
    found = valued(*asked)
    _, sums = by_member(found.quantised(), asked[0].members)
    assert (sums[:40] <= 0).mean() <= 0.10
    together = valued(*asked, grouped=False)
    _, sums = by_member(together.quantised(), asked[0].members)
    assert (sums[:40] <= 0).mean() > 0.90


def test_the_same_snapshot_has_the_same_values(asked):
    assert valued(*asked).phi.tobytes() == valued(*asked).phi.tobytes()


def test_exact_shapley_is_that_of_the_quadratic_game():
    """For a·s + sᵀBs the value is a + diag B + the half of what is shared, which is what Aumann and Shapley give as well."""
    chance = np.random.default_rng(6)
    a, b = chance.normal(size=7), chance.normal(size=(7, 7))
    b = b + b.T

    def worth(coalition):
        s = np.array([coalition >> player & 1 for player in range(7)], dtype=float)
        return a @ s + s @ b @ s

    at, share = np.polynomial.legendre.leggauss(3)
    along = sum(w / 2 * (a + 2 * b @ np.full(7, (t + 1) / 2)) for t, w in zip(at, share, strict=True))
    # A quadratic game of sets counts s² as s, so the square of each one's own is its own wholly: the same in both.
    assert np.allclose(exact_shapley(7, worth), along)


def test_exact_shapley_null_and_limits():
    assert exact_shapley(3, lambda coalition: float(coalition & 1)).tolist() == [1, 0, 0]
    assert exact_shapley(0, lambda coalition: 0.0).tolist() == []
    with pytest.raises(RankingError, match="12"):
        exact_shapley(13, lambda coalition: 0.0)


def test_close_to_exact_shapley_when_each_moves_little(asked):
    """Eight members of a strongly held model: the utility is nearly quadratic, and the two values meet."""
    few, validation = asked[0].where(asked[0].members % 25 == 0), asked[1]
    laid = design(few.z, np.ones(len(few)), few.groups, 2)
    held = design(validation.z, np.ones(len(validation)), validation.groups, 2)
    start, lam = table_of(laid, np.zeros(WIDE)), 3_000.0
    names = np.unique(few.members)

    def worth(coalition):
        inside = [name for at, name in enumerate(names) if coalition >> at & 1]
        weights = np.isin(few.members, inside).astype(float)
        changed = design(few.z, weights, few.groups, 2)
        return utility(held, start, minimise(changed, start, lam, start).table)

    exact = exact_shapley(len(names), worth)
    _, place = np.unique(few.members, return_inverse=True)
    ours = np.bincount(place, weights=values(laid, held, start, lam).phi)
    assert np.abs(ours - exact).max() < 0.01 * np.abs(exact).max()


def test_what_cannot_be_valued(asked):
    examples, validation = asked
    nobody = validation.where(np.zeros(len(validation), dtype=bool))
    with pytest.raises(RankingError) as refused:
        valued(examples, nobody)
    assert refused.value.code == "no-validation"
    with pytest.raises(RankingError):
        values(
            design(examples.z, np.ones(len(examples))),
            design(validation.z, np.ones(len(validation)), None, 1),
            np.zeros((1, WIDE)),
            1.0,
        )
    with pytest.raises(RankingError):
        quantised(np.array([np.nan]))


def test_nothing_given_is_worth_nothing(asked):
    none = asked[0].where(np.zeros(len(asked[0]), dtype=bool))
    found = valued(none, asked[1])
    assert found.phi.tolist() == [] and found.utility == 0 and found.efficiency == 0


def test_quantised_sums_are_exact():
    phi = np.array([0.1, 0.2, -0.3])
    who, sums = by_member(quantised(phi), [5, 5, 2])
    assert who.tolist() == [2, 5]
    assert sums.tolist() == [-3 * PICO // 10, 3 * PICO // 10]


def test_a_known_solution_is_used_as_it_is(asked):
    examples, validation = asked
    laid = design(examples.z, np.ones(len(examples)), examples.groups, 2)
    held = design(validation.z, np.ones(len(validation)), validation.groups, 2)
    start, lam = table_of(laid, np.zeros(WIDE)), strength(len(examples))
    learned = fit_design(laid, start, lam).table
    assert values(laid, held, start, lam, solution=learned).utility == utility(held, start, learned)
