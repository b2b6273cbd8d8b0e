"""Epoch folders for the engine's tests: from lists of rows, at random by hypothesis, or from real graphs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from rewards.engine import (
    DEFAULT_PARAMS,
    EARNING_SOURCES,
    Balances,
    Earnings,
    Epoch,
    Interactions,
    Kind,
    Params,
    Splits,
    write_inputs,
)

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
CLOSE = 40
PARAMS = replace(DEFAULT_PARAMS, activity_target=10, member_cap_bp=10_000, minimum_payout=0)


@dataclass(frozen=True)
class Case:
    """Everything `write_inputs` takes, as plain rows; interactions are (source, target, kind, epoch, count)."""

    wallets: tuple[str, ...]
    interactions: tuple[tuple[int, int, str, int, int], ...]
    seeds: tuple[str, ...] = ()
    balances: tuple[tuple[str, int, int, int], ...] = ()
    earnings: tuple[tuple[str, str, int], ...] = ()
    params: Params = PARAMS
    epoch: Epoch = Epoch(CLOSE, 0, 0)

    def write(self, folder: Path) -> str:
        return write_inputs(
            folder,
            wallets=self.wallets,
            interactions=interactions(self.interactions, self.params),
            seeds=self.seeds,
            balances=Balances.from_rows(self.balances),
            earnings=Earnings.from_rows(self.earnings),
            params=self.params,
            epoch=self.epoch,
        )


def wallet(number: int) -> str:
    """A wallet whose byte order is unlike its number's."""
    return f"0x{(number + 1) * 0x9E3779B97F4A7C15F39CC0605CEDC8341082276B % 2**160:040x}"


def wallets(count: int) -> tuple[str, ...]:
    return tuple(wallet(number) for number in range(count))


def interactions(rows: Iterable[tuple[int, int, str, int, int]], params: Params) -> Interactions:
    columns = list(zip(*rows, strict=True)) or [()] * 5
    columns[2] = tuple(params.kind_code(kind) for kind in columns[2])
    types = (np.int32, np.int32, np.uint8, np.int32, np.int64)
    return Interactions(*(np.array(column, dtype=kind) for column, kind in zip(columns, types, strict=True)))


def small() -> Case:
    """Seven wallets, one of them only a seed, with every kind, balances and earnings."""
    rows = (
        (0, 1, "follow", CLOSE, 1),
        (0, 1, "like", CLOSE, 3),
        (0, 2, "reply", CLOSE - 8, 2),
        (1, 2, "tip", CLOSE - 15, 1),
        (1, 0, "repost", CLOSE, 30),
        (2, 3, "quote", CLOSE - 27, 1),
        (2, 1, "like", CLOSE - 1, 19),
        (2, 1, "like", CLOSE - 7, 19),
        (3, 4, "like", CLOSE, 1),
        (4, 5, "like", CLOSE, 1),
        (5, 4, "like", CLOSE, 1),
    )
    names = wallets(8)
    return Case(
        wallets=names,
        interactions=rows,
        seeds=(names[0], names[2], names[6]),
        balances=((names[1], 5 * 10**9, 10**8, 0), (names[7], 10**9, 0, 3 * 10**8)),
        earnings=((names[3], "training", 4 * 10**9), (names[3], "node", 1), (names[7], "sponsor", 10**7)),
        epoch=Epoch(CLOSE, 12_345, 10**9),
    )


def graph_case(source: Sequence[int], target: Sequence[int], weight: Sequence[int], seeds: int = 20) -> Case:
    """A weighted edge list as interactions of mixed kinds and ages; the most pointed at are the seeds."""
    kinds = ("like", "reply", "repost")
    summed: dict[tuple[int, int, str, int], int] = {}
    inward: dict[int, int] = {}
    for place, (u, v, w) in enumerate(zip(source, target, weight, strict=True)):
        if u != v:
            key = (u, v, kinds[place % 3], CLOSE - place % 28)
            summed[key] = summed.get(key, 0) + w
            inward[v] = inward.get(v, 0) + 1
    top = sorted(inward, key=lambda v: (-inward[v], v))[:seeds]
    names = wallets(max(max(key[:2]) for key in summed) + 1)
    rows = tuple((*key, count) for key, count in summed.items())
    return Case(names, rows, seeds=tuple(names[v] for v in top), params=replace(PARAMS, member_cap_bp=100))


def otc() -> Case:
    rows = [line.split(",") for line in (DATA / "otc_network.csv").read_text().split()]
    kept = [(int(u), int(v), int(rating)) for u, v, rating, _ in rows if int(rating) > 0]
    return graph_case(*zip(*kept, strict=True))


def wiki_vote() -> Case:
    lines = [line.split() for line in (DATA / "wiki-Vote.txt").read_text().splitlines() if line[0] != "#"]
    return graph_case([int(u) for u, _ in lines], [int(v) for _, v in lines], [1] * len(lines))


def power_law(nodes: int = 6_000, edges: int = 40_000) -> Case:
    """A graph as uneven as the real ones, for where those are not at hand."""
    chance = np.random.default_rng(7)
    likely = 1 / np.arange(1, nodes + 1) ** 0.8
    likely /= likely.sum()
    ends = (chance.choice(nodes, edges, p=likely).tolist() for _ in range(2))
    return graph_case(*ends, chance.integers(1, 11, edges).tolist())


def params_like() -> st.SearchStrategy[Params]:
    """Parameters anywhere within their bounds, often at them."""
    parts = st.lists(st.integers(0, 10_000), min_size=3, max_size=3).map(sorted)
    kind = st.tuples(st.integers(1, 30) | st.just(1_000), st.integers(0, 9) | st.just(1_000))
    return st.builds(
        Params,
        activity_target=st.integers(0, 20),
        hops=st.integers(1, 8),
        kinds=st.tuples(kind, kind, kind).map(
            lambda three: tuple(Kind(name, *one) for name, one in zip(("follow", "like", "tip"), three, strict=True))
        ),
        member_cap_bp=st.sampled_from([1, 100, 2_500, 9_999, 10_000]),
        minimum_payout=st.sampled_from([0, 1, 10**9, 10**12]),
        outflow_limit=st.integers(1, 12) | st.just(100),
        pair_cap=st.integers(1, 60) | st.sampled_from([400, 100_000]),
        restart=st.integers(1, 63),
        splits=parts.map(lambda cut: Splits(cut[0], cut[1] - cut[0], cut[2] - cut[1], 10_000 - cut[2])),
        window=st.sampled_from([4, 5, 28, 30]),
    )


@st.composite
def cases(draw: st.DrawFn, params: st.SearchStrategy[Params] | None = None) -> Case:
    """Small epochs of every shape, the empty one included."""
    chosen = draw(params or params_like())
    count = draw(st.integers(0, 9))
    names = wallets(count + 2)
    close = draw(st.sampled_from([0, 3, 40, 364, 365, 800]))
    row = st.tuples(
        st.integers(0, max(0, count - 1)),
        st.integers(0, max(0, count - 1)),
        st.sampled_from(chosen.kind_names),
        st.integers(max(0, close - chosen.window + 1), close),
        st.integers(1, 40) | st.just(2**31 - 1),
    )
    rows = {}
    for u, v, kind, day, number in draw(st.lists(row, max_size=40)) if count else []:
        if u != v:
            rows[u, v, kind, close if kind == "follow" else day] = 1 if kind == "follow" else number
    amounts = st.integers(0, 10**13)
    holders = draw(st.lists(st.sampled_from(names), unique=True))
    earners = draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(EARNING_SOURCES)), unique=True))
    return Case(
        wallets=names,
        interactions=tuple((*key, number) for key, number in rows.items()),
        seeds=tuple(draw(st.lists(st.sampled_from(names), unique=True))),
        balances=tuple((name, *draw(st.tuples(amounts, amounts, amounts))) for name in holders),
        earnings=tuple((*key, draw(st.integers(1, 10**13))) for key in earners),
        params=chosen,
        epoch=Epoch(close, draw(st.integers(0, 10**16)), draw(st.integers(0, 10**9)) if close % 365 else 0),
    )
