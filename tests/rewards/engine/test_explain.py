"""Contributions from side files: order, limit, rebuilding. That they add up is tested with the scores."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from rewards.engine import InputError, read_explanation, read_inputs, score, write_explanations
from rewards.engine.graph import pair_parts
from tests.rewards.engine import build, oracle
from tests.rewards.engine.build import CLOSE, Case


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    build.small().write(tmp_path)
    write_explanations(tmp_path, score(read_inputs(tmp_path)))
    return tmp_path


def test_greatest_first_and_no_more_than_asked(folder: Path) -> None:
    wallet = build.wallet(1)
    every = read_explanation(folder, wallet)
    wanted = {key: part for key, part in oracle.answer(folder).contributions.items() if key[1] == wallet}
    assert [one.influence for one in every] == sorted(wanted.values(), reverse=True)
    assert len(every) > 2
    assert read_explanation(folder, wallet, limit=2) == every[:2]
    assert {(one.source_wallet, one.kind) for one in every} == {(key[0], key[2]) for key in wanted}


@pytest.mark.parametrize("wallet", [build.wallet(6), build.wallet(7), build.wallet(100), "0x", "", "é"])
def test_nothing_for_who_has_none(folder: Path, wallet: str) -> None:
    assert read_explanation(folder, wallet) == []


def test_made_again_when_missing_damaged_or_outdated(folder: Path) -> None:
    wallet = build.wallet(1)
    before = read_explanation(folder, wallet)
    (folder / "explanation-v1-kind.npy").unlink()
    assert read_explanation(folder, wallet) == before
    (folder / "explanation-v1-start.npy").write_bytes(b"")
    assert read_explanation(folder, wallet) == before
    small = build.small()
    replace(small, interactions=tuple(row for row in small.interactions if row[:2] != (2, 1))).write(folder)
    assert {one.source_wallet for one in read_explanation(folder, wallet)} == {build.wallet(0)}


def test_an_epoch_without_interactions_explains_nothing(tmp_path: Path) -> None:
    Case(build.wallets(1), (), build.wallets(1)).write(tmp_path)
    write_explanations(tmp_path, score(read_inputs(tmp_path)))
    assert read_explanation(tmp_path, build.wallet(0)) == []


def test_broken_inputs_are_named_when_it_must_be_made_again(folder: Path) -> None:
    (folder / "seeds.csv").write_text("nothing\n")
    with pytest.raises(InputError, match="seeds.csv:1"):
        read_explanation(folder, build.wallet(1))


def test_a_capped_pair_is_split_over_kinds_without_remainder(tmp_path: Path) -> None:
    """20 likes, 20 replies and 10 tips are 160 + 480 + 480 points, of which 400 count."""
    rows = tuple((0, 1, kind, CLOSE, 20) for kind in ("like", "reply", "tip"))
    Case(build.wallets(2), rows, build.wallets(1)).write(tmp_path)
    parts = {one.kind: one.influence for one in read_explanation(tmp_path, build.wallet(1))}
    result = score(read_inputs(tmp_path))
    unit = int(result.flow.passed.max())
    assert parts == {"like": 57 * unit, "reply": 171 * unit, "tip": 172 * unit}
    assert sum(parts.values()) == int(result.influence.max())


def test_every_part_of_many_capped_pairs_is_the_oracles(tmp_path: Path) -> None:
    case = build.power_law(nodes=60, edges=4_000)
    replace(case, params=replace(case.params, pair_cap=101)).write(tmp_path)
    inputs = read_inputs(tmp_path)
    parts = pair_parts(inputs.interactions, inputs.params, CLOSE)
    kinds = inputs.params.kind_names
    columns = (parts.source, parts.target, parts.kind, parts.weight)
    found = {(u, v, kinds[code]): part for u, v, code, part in zip(*map(list, columns), strict=True)}
    with (tmp_path / "interactions.csv").open(newline="") as file:
        points = oracle.weights_by_kind(list(csv.DictReader(file)), inputs.params.to_json(), CLOSE)
    wanted = {
        (*pair, kind): part
        for pair, of_kinds in points.items()
        for kind, part in oracle.split_weight(min(101, sum(of_kinds.values())), of_kinds).items()
        if part
    }
    assert found == wanted
    assert sum(sum(of_kinds.values()) > 101 and len(of_kinds) > 1 for of_kinds in points.values()) > 100
