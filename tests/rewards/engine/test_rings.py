"""Rings: a planted one is found whatever the order of rows, ordinary communities have none, fakes change nothing."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from rewards.engine import find_rings, read_inputs, score
from tests.rewards.engine import build
from tests.rewards.engine.build import CLOSE, PARAMS, Case, wallets

CROWD, RING = 60, 5
MEMBERS = range(CROWD, CROWD + RING)


def crowd(seed: int = 1) -> list[tuple[int, int, str, int, int]]:
    """Sixty people who like, answer and repeat each other here and there, some of them friends."""
    chance = random.Random(seed)
    rows = {}
    for source in range(CROWD):
        for target in chance.sample(range(CROWD), 12):
            if source != target:
                kind = chance.choice(["like", "reply", "repost"])
                rows[source, target, kind, CLOSE - chance.randrange(28)] = chance.randrange(1, 4)
        friend = source ^ 1
        rows[source, friend, "reply", CLOSE - 1] = 6
    return [(*key, count) for key, count in rows.items()]


def ring(members=MEMBERS, count: int = 8) -> list[tuple[int, int, str, int, int]]:
    """Everybody likes and repeats everybody."""
    pairs = [(u, v) for u in members for v in members if u != v]
    return [(u, v, kind, CLOSE - 2, count) for u, v in pairs for kind in ("like", "repost")]


def planted(*more: tuple[int, int, str, int, int]) -> list[tuple[int, int, str, int, int]]:
    """A ring of five; two of the crowd follow one of them, and its members like a few of the crowd."""
    door = [(0, CROWD, "follow", CLOSE, 1), (1, CROWD, "follow", CLOSE, 1)]
    outwards = [(u, u % 7, "like", CLOSE, 3) for u in MEMBERS]
    return [*crowd(), *ring(), *door, *outwards, *more]


def find(rows, folder: Path, extra: int = 0, seeds: int = 10):
    names = wallets(CROWD + RING + extra)
    case = Case(names, tuple(rows), seeds=names[:seeds], params=replace(PARAMS, member_cap_bp=500))
    used = {place for row in rows for place in row[:2]} | set(range(seeds))
    if used != set(range(len(names))):
        place = {old: new for new, old in enumerate(sorted(used))}
        moved = tuple((place[u], place[v], *rest) for u, v, *rest in rows)
        case = replace(case, wallets=tuple(names[old] for old in sorted(used)), interactions=moved)
    case.write(folder)
    return find_rings(score(read_inputs(folder)))


def test_a_planted_ring_is_found_with_its_figures(tmp_path):
    (found,) = find(planted(), tmp_path)
    assert {one.wallet for one in found.members} == {wallets(CROWD + RING)[place] for place in MEMBERS}
    assert (found.partners, found.pairs, found.outside) == (10, 10, 2)
    assert found.inside > 9_500 and found.given > 9_000
    assert len(found.ties) == 10 and all(tie.there == tie.back == 400 for tie in found.ties)
    assert found.allocated == sum(one.allocated for one in found.members) > 0
    door = next(one for one in found.members if one.outside)
    assert (door.outside, door.supporters) == (2, 6)
    assert sum(one.outside for one in found.members) == 2
    # Trust that comes from few is hardly passed on: what the ring gives itself is worth little.
    assert found.influence_inside < found.inside


def test_the_order_of_rows_changes_nothing(tmp_path):
    rows, found = planted(), []
    for turn in range(4):
        random.Random(turn).shuffle(rows)
        folder = tmp_path / str(turn)
        folder.mkdir()
        found.append(find(rows, folder))
    assert found[0] and all(one == found[0] for one in found)


def test_an_ordinary_crowd_has_none(tmp_path):
    assert find(crowd(), tmp_path) == []


def test_friends_who_are_heard_by_many_are_none(tmp_path):
    rows = planted(*((u, v, "repost", CLOSE - 1, 9) for u in range(40) for v in MEMBERS))
    assert find(rows, tmp_path) == []


def test_fake_accounts_can_not_hide_a_ring(tmp_path):
    """Without trust their support counts for nothing, so that a ring seems no better supported for it."""
    fakes = range(CROWD + RING, CROWD + RING + 80)
    rows = planted(*((u, v, "repost", CLOSE - 1, 10) for u in fakes for v in MEMBERS))
    (found,) = find(rows, tmp_path, extra=80)
    assert len(found.members) == RING and found.outside == 2


def test_a_ring_that_nobody_trusts_takes_nothing_and_is_not_shown(tmp_path):
    assert find([*crowd(), *ring()], tmp_path) == []


def test_a_ring_with_a_missing_tie_is_one_all_the_same(tmp_path):
    rows = [row for row in planted() if {row[0], row[1]} != {CROWD + 1, CROWD + 2}]
    (found,) = find(rows, tmp_path)
    assert (len(found.members), found.partners, found.pairs) == (5, 9, 10)


def test_two_who_answer_each_other_are_none(tmp_path):
    two = list(MEMBERS)[:2]
    rows = [*crowd(), *ring(two), (0, two[0], "follow", CLOSE, 1)]
    assert find(rows, tmp_path) == []


def test_in_a_community_that_is_the_group_there_is_no_outside(tmp_path):
    names = wallets(5)
    Case(names, tuple(ring(range(5))), seeds=names[:2]).write(tmp_path)
    assert find_rings(score(read_inputs(tmp_path))) == []


@pytest.mark.parametrize("seed", range(2, 8))
def test_other_crowds_have_none_either(tmp_path, seed):
    assert find(crowd(seed), tmp_path) == []


def test_a_graph_as_uneven_as_real_ones_has_none(tmp_path):
    build.power_law().write(tmp_path)
    assert find_rings(score(read_inputs(tmp_path))) == []


@settings(max_examples=60)
@given(build.cases())
def test_any_epoch_can_be_looked_at(tmp_path_factory, case):
    folder = tmp_path_factory.mktemp("epoch")
    case.write(folder)
    result = score(read_inputs(folder))
    found = find_rings(result)
    assert found == find_rings(result)
    for one in found:
        assert len(one.members) >= 3 and one.allocated > 0 and one.partners <= one.pairs
        assert max(one.inside, one.given, one.influence_inside) <= 10_000


def test_the_real_graphs(tmp_path):
    if not build.DATA.exists():
        pytest.skip("the graphs are not at hand")
    for name, case in (("otc", build.otc()), ("wiki", build.wiki_vote())):
        (tmp_path / name).mkdir()
        case.write(tmp_path / name)
        found = find_rings(score(read_inputs(tmp_path / name)))
        assert all(one.inside >= 5_000 and 3 <= len(one.members) <= 50 for one in found)
        assert len(found) <= 20
        print(name, [(len(one.members), one.inside, one.partners, one.pairs, one.outside) for one in found])
