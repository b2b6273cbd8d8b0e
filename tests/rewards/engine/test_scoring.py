"""The engine against the oracle, bit for bit, and what must hold of any epoch."""

import random
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.engine import (
    Epoch,
    Kind,
    build_tree,
    read_explanation,
    read_inputs,
    score,
    write_explanations,
    write_result,
)
from tests.rewards.engine import build, oracle
from tests.rewards.engine.build import CLOSE, Case


def agree(case: Case, folder: Path) -> oracle.Answer:
    """Write the case, score it with both engines, compare all there is, and return the oracle's answer."""
    root = case.write(folder)
    answer = oracle.answer(folder)
    inputs = read_inputs(folder)
    result = score(inputs)
    write_result(folder, result)
    assert root == inputs.root == oracle.inputs_root(folder)
    assert (folder / "payouts.csv").read_bytes() == answer.payouts
    assert (folder / "result.json").read_bytes() == answer.result
    listed = [wallet.decode() for wallet in inputs.wallets]
    for values, wanted in (
        (result.influence, answer.influence),
        (result.flow.trust, answer.trust),
        (result.allocated, answer.alloc),
    ):
        assert dict(zip(listed, values.tolist(), strict=True)) == wanted
    outflow = np.empty(len(listed), dtype=np.int64)
    outflow[result.graph.order] = result.graph.outflow
    assert dict(zip(listed, outflow.tolist(), strict=True)) == answer.outflow
    return answer


@settings(max_examples=150, deadline=None)
@given(build.cases())
def test_agrees_with_the_oracle(case: Case) -> None:
    with TemporaryDirectory() as folder:
        agree(case, Path(folder))


@pytest.mark.parametrize(("name", "graph"), [("otc_network.csv", build.otc), ("wiki-Vote.txt", build.wiki_vote)])
def test_agrees_with_the_oracle_on_real_graphs(tmp_path: Path, name: str, graph) -> None:
    case = graph() if (build.DATA / name).exists() else build.power_law()
    answer = agree(case, tmp_path)
    result = score(read_inputs(tmp_path))
    assert result.received > 2_000
    assert result.reach >= 9_400, "fewer than 94 % of those who received anything are paid"
    assert max(answer.influence.values()) > 2**40


@settings(max_examples=60, deadline=None)
@given(build.cases())
def test_contributions_add_up_to_the_influence(case: Case) -> None:
    with TemporaryDirectory() as folder:
        case.write(Path(folder))
        answer = oracle.answer(Path(folder))
        write_explanations(folder, score(read_inputs(folder)))
        found = {
            (one.source_wallet, target, one.kind): one.influence
            for target in case.wallets
            for one in read_explanation(folder, target)
        }
        assert found == answer.contributions
        for target, influence in answer.influence.items():
            assert sum(part for key, part in found.items() if key[1] == target) == influence


@settings(max_examples=60, deadline=None)
@given(build.cases(), st.randoms(use_true_random=False))
def test_order_of_rows_changes_nothing(case: Case, chance: random.Random) -> None:
    place = list(range(len(case.wallets)))
    chance.shuffle(place)
    moved = [""] * len(place)
    for number, name in enumerate(case.wallets):
        moved[place[number]] = name
    rows = [(place[u], place[v], *rest) for u, v, *rest in case.interactions]
    others = [list(column) for column in (case.seeds, case.balances, case.earnings)]
    for column in (rows, *others):
        chance.shuffle(column)
    seeds, balances, earnings = (tuple(column) for column in others)
    shuffled = replace(
        case,
        wallets=tuple(moved),
        interactions=tuple(rows),
        seeds=seeds,
        balances=balances,
        earnings=earnings,
    )
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        assert case.write(Path(one)) == shuffled.write(Path(other))
        assert all((Path(one) / name).read_bytes() == (Path(other) / name).read_bytes() for name in oracle.INPUTS)


def test_replay_from_genesis_gives_the_same_roots(tmp_path: Path) -> None:
    assert _history(tmp_path / "one", 12) == _history(tmp_path / "other", 12)


def _history(folder: Path, epochs: int) -> list[tuple[str, str, str]]:
    """Roots of consecutive epochs, each starting from what the one before left."""
    chance = random.Random(3)
    names, balances = build.wallets(30), ()
    carry, released, roots = 0, 0, []
    kept: dict[tuple[int, int, str, int], int] = {}
    for number in range(epochs):
        for _ in range(60):
            u, v = chance.sample(range(30), 2)
            kept[u, v, chance.choice(("like", "reply", "tip")), number] = chance.randint(1, 9)
        rows = tuple((*key, count) for key, count in kept.items() if key[3] > number - 28)
        params = replace(build.PARAMS, member_cap_bp=400, minimum_payout=10**12)
        epoch = Epoch(number, carry, released)
        case = Case(names, rows, names[:4], balances, params=params, epoch=epoch)
        place = folder / str(number)
        agree(case, place)
        result = score(read_inputs(place))
        carry, released = result.carry, released + result.pool.release
        balances = tuple((row.wallet, row.cumulative, row.owed, 0) for row in result.payouts)
        tree = build_tree(result.payouts)
        roots.append((result.inputs.root, oracle.answer(place).result.decode(), tree.root.hex()))
    paid = sum(row[1] + row[2] for row in balances)
    assert 0 < paid + carry <= released
    return roots


def test_points_by_age_limit_and_cap(tmp_path: Path) -> None:
    """19 likes a day old and 19 a week old: 19 · 8 + 1 · 4, for at most 20 count and the newest first."""
    rows = ((0, 1, "like", CLOSE - 1, 19), (0, 1, "like", CLOSE - 7, 19))
    assert _weights(rows, tmp_path) == {(0, 1): 19 * 8 + 1 * 4}


@pytest.mark.parametrize(("age", "factor"), [(0, 8), (6, 8), (7, 4), (13, 4), (14, 2), (20, 2), (21, 1), (27, 1)])
def test_factor_of_each_age(tmp_path: Path, age: int, factor: int) -> None:
    assert _weights(((0, 1, "like", CLOSE - age, 1),), tmp_path) == {(0, 1): factor}


@pytest.mark.parametrize(
    ("kind", "count", "weight"),
    [
        ("follow", 1, 2 * 8),
        ("like", 20, 20 * 8),
        ("like", 21, 20 * 8),
        ("like", 2**31 - 1, 20 * 8),
        ("reply", 9, 9 * 3 * 8),
        ("quote", 10, 10 * 4 * 8),
        ("quote", 11, 10 * 4 * 8),
        ("tip", 8, 6 * 8 * 8),
        ("tip", 9, 400),
        ("repost", 10, 400),
        ("reply", 20, 400),
    ],
)
def test_points_of_each_kind(tmp_path: Path, kind: str, count: int, weight: int) -> None:
    assert _weights(((0, 1, kind, CLOSE, count),), tmp_path) == {(0, 1): weight}


@pytest.mark.parametrize("edges", [1, 7, 100])
def test_how_many_edges_are_looked_at_together_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edges: int
) -> None:
    monkeypatch.setattr("rewards.engine.influence._EDGES", edges)
    agree(build.power_law(nodes=60, edges=600), tmp_path)


def test_a_kind_worth_nothing_has_no_weight(tmp_path: Path) -> None:
    kinds = tuple(replace(kind, points=0) if kind.name == "like" else kind for kind in build.PARAMS.kinds)
    case = Case(
        build.wallets(3),
        ((0, 1, "like", CLOSE, 5), (0, 2, "tip", CLOSE, 1)),
        params=replace(build.PARAMS, kinds=kinds),
        seeds=build.wallets(1),
    )
    answer = agree(case, tmp_path)
    assert answer.influence[build.wallet(1)] == 0 < answer.influence[build.wallet(2)]


def test_a_seed_earns_nothing_by_being_one(tmp_path: Path) -> None:
    case = Case(build.wallets(2), ((0, 1, "like", CLOSE, 1),), seeds=build.wallets(1))
    answer = agree(case, tmp_path)
    assert answer.influence[build.wallet(0)] == 0
    assert answer.alloc[build.wallet(1)] > 0


def test_who_is_carried_by_one_supporter_passes_nothing_on(tmp_path: Path) -> None:
    chain = ((0, 1, "like", CLOSE, 1), (1, 2, "like", CLOSE, 1))
    assert agree(Case(build.wallets(3), chain, seeds=build.wallets(1)), tmp_path).influence[build.wallet(2)] == 0
    wider = (*chain, (3, 1, "like", CLOSE, 1))
    case = Case(build.wallets(4), wider, seeds=(build.wallet(0), build.wallet(3)))
    assert agree(case, tmp_path).influence[build.wallet(2)] > 0


def test_a_follow_alone_is_no_activity(tmp_path: Path) -> None:
    follow = Case(build.wallets(2), ((0, 1, "follow", CLOSE, 1),), seeds=build.wallets(1))
    follow.write(tmp_path)
    assert score(read_inputs(tmp_path)).active == 0
    replace(follow, interactions=((0, 1, "like", CLOSE - 1, 1),)).write(tmp_path)
    assert score(read_inputs(tmp_path)).active == 0
    replace(follow, interactions=((0, 1, "like", CLOSE, 1), (1, 0, "like", CLOSE, 1))).write(tmp_path)
    assert score(read_inputs(tmp_path)).active == 2
    replace(follow, interactions=((0, 1, "follow", CLOSE, 1), (1, 0, "like", CLOSE, 7))).write(tmp_path)
    assert score(read_inputs(tmp_path)).active == 1, "who acts must be trusted, how often does not matter"


def test_an_empty_epoch_carries_its_pool(tmp_path: Path) -> None:
    case = Case(wallets=(), interactions=(), epoch=Epoch(0, 1_000, 0))
    agree(case, tmp_path)
    result = score(read_inputs(tmp_path))
    assert (result.pool.total, result.carry, len(result.payouts)) == (1_000, 800, 0)


def test_extreme_weights_stay_within_64_bits(tmp_path: Path) -> None:
    """One seed with all trust into hubs of the greatest weights, at every bound that makes numbers large."""
    params = replace(
        build.PARAMS,
        hops=8,
        pair_cap=100_000,
        outflow_limit=1,
        restart=63,
        kinds=(Kind("follow", 1_000, 1_000), Kind("like", 1_000, 1_000), Kind("tip", 1_000, 1_000)),
    )
    for restart in (1, 63):
        rows = [(0, hub, "like", CLOSE, 2**31 - 1) for hub in range(1, 40)]
        rows += [(hub, 0, "tip", CLOSE, 2**31 - 1) for hub in range(1, 40)]
        rows += [(hub, 40, "tip", CLOSE, 2**31 - 1) for hub in range(1, 40)]
        case = Case(build.wallets(41), tuple(rows), build.wallets(1), params=replace(params, restart=restart))
        answer = agree(case, tmp_path)
        assert 2**50 < sum(answer.influence.values()) <= 2**56
        assert sum(answer.trust.values()) <= 2**56


@pytest.mark.parametrize("amount", [10**18, 10**18 - 1])
def test_amounts_at_the_supply_are_exact(tmp_path: Path, amount: int) -> None:
    names = build.wallets(3)
    case = Case(
        names,
        ((0, 1, "like", CLOSE, 1),),
        seeds=names[:1],
        balances=((names[2], 0, amount, 0),),
        epoch=Epoch(CLOSE, 10**18 - 10**16, 0),
    )
    agree(case, tmp_path)


def _weights(rows: tuple, folder: Path) -> dict[tuple[int, int], int]:
    case = Case(build.wallets(2), rows, seeds=build.wallets(1))
    agree(case, folder)
    graph = score(read_inputs(folder)).graph
    place = {wallet: number for number, wallet in enumerate(sorted(case.wallets))}
    number = {place[name]: given for given, name in enumerate(case.wallets)}
    node = [number[int(at)] for at in graph.order]
    return {
        (node[int(graph.source[edge])], node[target]): int(graph.weight[edge])
        for target in range(len(graph))
        for edge in range(graph.start[target], graph.start[target + 1])
    }
