"""Held-out judgement: folds, intervals, groups, replay, the rule of promotion, the measures of lists."""

import math

import numpy as np
import pytest

from social.ranking.maths.errors import RankingError
from social.ranking.maths.evaluation import (
    Gain,
    Replay,
    Score,
    at_k,
    bootstrap,
    by_group,
    cross_fit,
    fold_of,
    folds_of,
    held_out,
    judge,
    mean_at_k,
    replay,
    score,
)
from tests.social.ranking.simulate import Community

KEY = b"a key of the community"
WIDE = 6


@pytest.fixture(scope="module")
def asked():
    return Community.made(seed=1, wide=WIDE).ask(200, 20, seed=2)


def crossed(asked, start=None, **options):
    start = np.zeros((3, WIDE)) if start is None else start
    return cross_fit(asked.z, np.ones(len(asked)), asked.members, asked.groups, start, 4.0, KEY, **options)


def test_a_member_is_always_in_the_same_fold_and_cannot_know_which():
    folds = folds_of([5, 9, 5, 7], KEY)
    assert folds.tolist() == [fold_of(member, KEY) for member in (5, 9, 5, 7)]
    many = folds_of(np.arange(5_000), KEY)
    assert np.bincount(many).min() > 900
    assert (many == folds_of(np.arange(5_000), b"another")).mean() < 0.3
    assert folds_of([], KEY).tolist() == []


def test_nobody_is_judged_by_what_they_taught(asked):
    """Changing one member's answers changes nothing of how those of their own fold are judged."""
    turned = asked.flipped([17])
    before, after = crossed(asked), crossed(turned)
    fold = folds_of(asked.members, KEY)
    own = (fold == fold_of(17, KEY)) & (asked.members != 17)
    others = fold != fold_of(17, KEY)
    assert np.array_equal(before.after[own], after.after[own])
    assert not np.array_equal(before.after[others], after.after[others])


def test_learning_shows_in_loss_and_accuracy(asked):
    found = score(crossed(asked))
    assert (found.members, found.pairs) == (200, 4_000)
    assert found.loss_before == pytest.approx(math.log(2))
    assert found.accuracy_before == 0.5
    assert found.loss_after < 0.62 and found.accuracy_after > 0.65
    groups = by_group(crossed(asked))
    assert {group: one.members for group, one in groups.items()} == {0: 160, 1: 40}
    assert all(one.worsening < -0.05 for one in groups.values())


def test_the_bootstrap_is_sure_of_a_gain_and_unsure_of_none(asked):
    gain = bootstrap(crossed(asked), b"seed")
    found = score(crossed(asked))
    assert gain.mean == pytest.approx(found.loss_before - found.loss_after, abs=1e-8)
    assert 0 < gain.lower < gain.mean < gain.upper
    assert gain.lower_nano == math.floor(gain.lower * 1e9)
    assert gain == bootstrap(crossed(asked), b"seed") != bootstrap(crossed(asked), b"other")
    nothing = np.vstack((asked.z * 0, asked.z[:0]))
    same = held_out(nothing, np.ones(len(asked)), asked.members, asked.groups, np.zeros((3, WIDE)), np.ones((3, WIDE)))
    assert bootstrap(same, b"seed").lower == 0


def test_the_interval_covers_as_often_as_it_says():
    """Of many draws of members whose mean gain is known, about one in twenty has its lower bound above it."""
    chance = np.random.default_rng(4)
    above = 0
    for draw in range(300):
        gains = np.repeat(chance.normal(0.1, 1.0, 60), 3)
        margin = -np.log(np.expm1(2.0 - gains / 4))
        flat = -np.log(np.expm1(np.full(180, 2.0)))
        rows = held_out(
            np.ones((180, 1)),
            np.ones(180),
            np.repeat(np.arange(60), 3),
            np.full(180, -1),
            np.zeros((1, 1)),
            np.zeros((1, 1)),
        )
        rows = type(rows)(rows.members, rows.groups, rows.weights, flat, margin)
        above += bootstrap(rows, str(draw).encode(), draws=400).lower > 0.1 / 4
    assert 5 <= above <= 30


def test_order_of_the_pairs_does_not_matter_to_the_last_bit(asked):
    pairs = crossed(asked)
    order = np.random.default_rng(3).permutation(len(asked))
    assert bootstrap(pairs, b"s") == bootstrap(pairs.of(order), b"s")


SURE, UNSURE = Gain(0.02, 0.01, 0.03, 100), Gain(0.01, -0.001, 0.02, 100)


def group(members, worsening):
    return Score(members, 10 * members, 0.5, 0.5 * (1 + worsening), 0.7, 0.7)


@pytest.mark.parametrize(
    ("gain", "groups", "played", "reasons"),
    [
        (SURE, {}, None, ()),
        (SURE, {0: group(50, 0.009), 1: group(49, 0.5)}, Replay(0.3, 0.3, 0.01, 1_000), ()),
        (UNSURE, {}, None, ("gain-unsure",)),
        (Gain(0.0, 0.0, 0.0, 100), {}, None, ("gain-unsure",)),
        (Gain(math.nan, math.nan, math.nan, 100), {}, None, ("gain-unsure",)),
        (Gain(0.02, 0.01, 0.03, 9), {}, None, ("too-few-members",)),
        (SURE, {0: group(50, 0.011), 3: group(80, 0.2)}, None, ("group-worse",)),
        (SURE, {}, Replay(0.3, 0.28, 0.01, 1_000), ("replay-worse",)),
        (SURE, {}, Replay(0.3, 0.28, 0.03, 1_000), ()),
        (SURE, {}, Replay(0.3, 0.28, 0.01, 99), ()),
        (UNSURE, {0: group(60, 1.0)}, Replay(0.3, 0.1, 0.01, 500), ("gain-unsure", "group-worse", "replay-worse")),
    ],
)
def test_the_rule_of_promotion(gain, groups, played, reasons):
    verdict = judge(gain, groups, played)
    assert verdict.reasons == reasons
    assert verdict.promote is (not reasons)
    assert verdict.worse == tuple(sorted(g for g, one in groups.items() if one.members >= 50 and one.worsening > 0.01))


def test_replay_finds_the_better_model_from_what_chance_showed():
    chance = np.random.default_rng(5)
    slates, each = 4_000, 5
    quality = chance.normal(size=(slates, each))
    likely = chance.dirichlet(np.ones(each), slates) * 0.8 + 0.2 / each
    picked = (chance.random((slates, 1)) > np.cumsum(likely, axis=1)).sum(axis=1).clip(max=each - 1)
    shown = np.zeros((slates, each), dtype=bool)
    shown[np.arange(slates), picked] = True
    reward = (chance.random((slates, each)) < 1 / (1 + np.exp(-quality))) & shown
    names = np.repeat(np.arange(slates), each)
    flat = np.zeros(slates * each)
    found = replay(names, flat, quality.ravel(), shown.ravel(), reward.ravel(), likely.ravel())
    soft = np.exp(quality) / np.exp(quality).sum(axis=1, keepdims=True)
    worth = 1 / (1 + np.exp(-quality))
    assert found.before == pytest.approx(worth.mean(), abs=0.04)
    assert found.after == pytest.approx((soft * worth).sum(axis=1).mean(), abs=0.04)
    assert 0 < found.error < 0.05 < found.after - found.before
    assert found.impressions == slates


def test_replay_of_nothing_and_of_nonsense():
    assert replay([], [], [], [], [], []).impressions == 0
    same = replay([1, 1], [0.5, 0.1], [0.5, 0.1], [True, False], [1, 0], [0.5, 0.5])
    assert same.before == same.after == 1 and same.error == 0
    for bad in (0.0, -0.1, 1.1, math.nan):
        with pytest.raises(RankingError):
            replay([1], [0.0], [0.0], [True], [1], [bad])


def test_lists_are_measured_as_defined():
    hits = [[True, False, True], [False, False, False], [True, True, True]]
    found = at_k(hits, [4, 2, 0], 3)
    ideal = 1 + 1 / math.log2(3) + 0.5
    assert found.users == 2
    assert found.ndcg == pytest.approx((1.5 / ideal + 0) / 2)
    assert found.precision == pytest.approx((2 / 3) / 2)
    assert found.recall == pytest.approx((2 / 4) / 2)
    assert mean_at_k([found, found]).ndcg == found.ndcg
    with pytest.raises(RankingError):
        at_k(hits, [0, 0, 0], 3)


def test_too_few_to_judge(asked):
    one = asked.where(asked.members == 3)
    with pytest.raises(RankingError) as refused:
        crossed(one)
    assert refused.value.code == "too-few-members"
    pairs = crossed(asked)
    nobody = pairs.of(pairs.members < 0)
    for ask in (score, lambda pairs: bootstrap(pairs, b"")):
        with pytest.raises(RankingError) as refused:
            ask(nobody)
        assert refused.value.code == "no-validation"
