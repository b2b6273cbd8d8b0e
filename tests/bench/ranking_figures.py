"""The trained feed without its database: speed of ranking, learning and valuing, and what values find on a simulated community.

`python -m tests.bench.ranking_figures`
"""

import json
import os
import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from social.ranking.maths import ease, movielens, record
from social.ranking.maths.design import design
from social.ranking.maths.features import KEYS
from social.ranking.maths.learning import dedupe_rows, fit, fit_design, pair_weights, strength, table_of
from social.ranking.maths.payment import BASIS_POINTS, shares
from social.ranking.maths.rounds import Inputs, Rules, prepare
from social.ranking.maths.scoring import rank
from social.ranking.maths.valuation import by_member, values
from social.ranking.maths.weights import Weights
from tests.bench.measure import Row, peak_mb, python, row, show, timed
from tests.rewards.engine.build import DATA
from tests.social.ranking.simulate import Community, Examples, auc

CANDIDATES, SHOWN, RUNS = 500, 20, 400
PAIRS, WIDE = 1_000_000, 32
MEMBERS, EACH, CAP = 4_000, 100, 200.0
ROUNDS = 100
BUDGET = 10**15


def run() -> list[Row]:
    """All rows; some two minutes."""
    return [*_ranking(), *_learning(), *_valuing(), *_found(), *_money(), *_published()]


def _ranking() -> list[Row]:
    chance, wide = np.random.default_rng(1), len(KEYS)
    weights = Weights(chance.normal(size=wide), {"group": chance.normal(size=wide)})
    cpu, off = [], 0.0
    for _ in range(RUNS):
        x, authors = chance.normal(size=(CANDIDATES, wide)), chance.integers(0, 150, CANDIDATES)
        sliders, own = chance.uniform(-2, 2, wide), chance.normal(size=wide) / 10
        work = partial(rank, x, weights, sliders, authors, SHOWN, group="group", residual=own)
        found, cost = timed(work)
        cpu.append(1_000 * cost.cpu)
        off = max(off, float(np.abs(found.contributions.sum(axis=1) - found.scores).max()))
    note = f"{wide} features, {SHOWN} shown with reasons; middle {np.median(cpu):.2f}"
    return [
        row("rank 500 candidates with reasons, p95: CPU", float(np.quantile(cpu, 0.95)), "ms", most=10, note=note),
        row("contributions off the score by at most", off, "", most=1e-9, note=f"{RUNS * SHOWN:,} posts"),
    ]


def _learning() -> list[Row]:
    community = Community.made(seed=2, wide=WIDE)
    asked = community.ask(10_000, PAIRS // 10_000, seed=3)
    groups = np.arange(len(asked)) % 21 - 1
    start, ones = np.zeros(WIDE), np.ones(len(asked))
    _, alone = timed(partial(fit, asked.z, ones, start, strength(PAIRS)))
    _, grouped = timed(partial(fit, asked.z, ones, start, strength(PAIRS), groups))
    return [
        row("fit 1 M pairs × 32: CPU", alone.cpu, "s", most=5, note=f"{alone.wall:.1f} s waiting"),
        row("the same with 20 groups' offsets: CPU", grouped.cpu, "s", note=f"{grouped.wall:.1f} s waiting"),
    ]


def valued(asked: Examples, held: Examples, *, grouped: bool = True, members=None):
    """The values of the examples of a community that starts from nothing."""
    count = 2 if grouped else 0
    worth = pair_weights(asked.members if members is None else members, np.ones(len(asked)), CAP)
    laid = design(asked.z, worth, asked.groups if grouped else None, count)
    validation = design(held.z, np.ones(len(held)), held.groups if grouped else None, count)
    start, lam = table_of(laid, np.zeros(asked.z.shape[1])), strength(len(asked))
    return values(laid, validation, start, lam, solution=fit_design(laid, start, lam).table)


def value_million(place: str) -> None:
    """For a process of its own: learn and value, and leave the figures in a file."""
    community = Community.made(seed=4, wide=WIDE)
    asked, held = community.ask(10_000, PAIRS // 10_000, seed=5), community.ask(500, 20, seed=6)
    found, cost = timed(partial(valued, asked, held))
    figures = {"cpu": cost.cpu, "wall": cost.wall, "mb": peak_mb(), "efficiency": found.efficiency}
    Path(place).write_text(json.dumps(figures))


def _valuing() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        place = str(Path(folder) / "figures.json")
        python("import sys; from tests.bench.ranking_figures import value_million; value_million(sys.argv[1])", place)
        found = json.loads(Path(place).read_text())
    note = f"{found['wall']:.1f} s waiting; the fit is in it"
    return [
        row("value 10,000 members, 1 M examples × 32: CPU", found["cpu"], "s", most=30, note=note),
        row("the same: peak memory", found["mb"], "MB", most=1_500, note="the examples and their making are in it"),
        row("|Σφ − U| ÷ U", found["efficiency"], "", most=1e-4),
    ]


def _found() -> list[Row]:
    """4,000 members, each with a taste of their own beside that of their group; an honest fifth wants the opposite of the
    others; one in twenty is poisoned. Once with clear tastes, once with faint ones, where a third of answers is chance.
    """
    clear, faint = (Community.made(seed=7, strength=size, personal=size) for size in (0.5, 0.3))
    return [*_found_in(clear, "", marked=True), *_found_in(faint, "faint tastes: ", marked=False)]


def _found_in(community: Community, head: str, *, marked: bool) -> list[Row]:
    asked, held = community.ask(MEMBERS, EACH, seed=8), community.ask(500, 20, seed=9)
    bad = np.random.default_rng(10).permutation(MEMBERS)[: MEMBERS // 20]
    rows, poisoned = [], np.isin(np.arange(MEMBERS), bad)
    for kind, words, least in (("flipped", "turned round", 0.99), ("random", "thrown by a coin", 0.97)):
        _, sums = by_member(valued(getattr(asked, kind)(bad), held).quantised(), asked.members)
        worthless = 100 * float((sums[poisoned] <= 0).mean())
        name, note = f"{head}5 % {words} found, AUC", f"{worthless:.1f} % of them valued at nothing"
        rows.append(row(name, auc(sums[poisoned], sums[~poisoned]), "", least=least if marked else None, note=note))
    few = round(community.minority * MEMBERS)
    for grouped, words in ((True, "with group offsets"), (False, "with one θ for all")):
        _, sums = by_member(valued(asked, held, grouped=grouped).quantised(), asked.members)
        share, others = (100 * float((part <= 0).mean()) for part in (sums[:few], sums[few:]))
        name, most = f"{head}honest minority valued at nothing, {words}", 10 if grouped and marked else None
        rows.append(row(name, share, "%", most=most, note=f"of the majority {others:.1f} %"))
    return rows


def _money() -> list[Row]:
    community = Community.made(seed=11)
    asked, held = community.ask(400, EACH, seed=12), community.ask(200, 20, seed=13)
    return [*_splitting(asked, held), *_copies(asked, held), *_nothing_to_learn()]


def _splitting(asked: Examples, held: Examples) -> list[Row]:
    parts = np.where(asked.members == 7, 1_000 + np.arange(len(asked)) % 10, asked.members)
    before, after = valued(asked, held).quantised(), valued(asked, held, members=parts).quantised()
    off = float(np.abs(before - after).max())
    return [
        row("an account split into ten: values that change", off, "pico-nats", most=0, note="below the cap of a member")
    ]


def share_of(asked: Examples, held: Examples, member: int) -> float:
    """The part of the pool that goes to a member, without caps of payment."""
    phi = valued(asked, held).quantised()
    who, sums = by_member(phi, asked.members)
    items = np.bincount(np.unique(asked.members, return_inverse=True)[1])
    paid = shares(sums.tolist(), items.tolist(), BUDGET, BUDGET, 1, member_cap_bp=BASIS_POINTS)
    return paid.grains[int(np.searchsorted(who, member))] / sum(paid.grains)


def _copies(asked: Examples, held: Examples) -> list[Row]:
    member = 399
    one = share_of(asked, held, member)
    again = np.concatenate((np.arange(len(asked)), np.tile(np.flatnonzero(asked.members == member), 9)))
    copied = asked.where(again)
    exact = share_of(copied.where(dedupe_rows(copied.members, copied.z)), held, member)
    off = np.random.default_rng(14).normal(size=copied.z.shape) * 1e-3
    off[: len(asked)] = 0
    near = share_of(Examples(copied.z + off, copied.members, copied.groups), held, member)
    note = f"{EACH} examples, cap {CAP:g}: what nearly copies is held by the cap alone"
    return [
        row("a member's share after copying all ×10", exact / one, "×", most=1.2),
        row("the same with copies that differ a little", near / one, "×", note=note),
    ]


def _nothing_to_learn() -> list[Row]:
    """A hundred rounds whose champion is the truth already, at the rate at which an ordinary round takes the whole budget."""
    community = Community.made(seed=15)
    fresh = Weights(np.zeros(len(KEYS)))
    truth = Weights(community.tastes[0], {"few": community.tastes[1] - community.tastes[0]})
    outcome = record.close(_round(community, fresh, 0, 0))[1]
    rate = 1 + BUDGET // outcome.gain.lower_nano
    whole = record.close(_round(community, fresh, 0, rate))[1].shares.pool
    paid = [sum(record.close(_round(community, truth, one, rate))[0].grains) for one in range(ROUNDS)]
    note = f"mean of {ROUNDS} rounds; most {100 * max(paid) / BUDGET:.2f} %, {sum(map(bool, paid))} paid anything"
    return [
        row("much to learn: pool of the budget", 100 * whole / BUDGET, "%"),
        row("nothing to learn: paid of the budget", 100 * sum(paid) / ROUNDS / BUDGET, "%", most=1, note=note),
    ]


def _round(community: Community, champion: Weights, seed: int, rate: int) -> Inputs:
    asked, held = community.ask(200, 20, seed=100 + 2 * seed), community.ask(100, 20, seed=101 + 2 * seed)
    examples, _, _ = prepare(asked.members, asked.groups, np.ones(len(asked)), asked.z)
    validation, _, _ = prepare(held.members, held.groups, np.ones(len(held)), held.z, first=200)
    return Inputs(
        version=2,
        parent=1,
        champion=champion,
        groups=("many", "few"),
        rules=Rules(lam=strength(len(asked)), budget=BUDGET, rate=rate),
        examples=examples,
        validation=validation,
        names=tuple(f"m{number}" for number in range(200)),
        items=(20,) * 200,
        carried=(0,) * 200,
    )


def _published() -> list[Row]:
    chance = np.random.default_rng(16)
    liked = (3_000 * chance.random(400_000) ** 2).astype(np.int64)
    _, cost = timed(partial(ease.fit, chance.integers(0, 10_000, 400_000), liked))
    rows = [row("EASE of 10,000 members, 3,000 items: CPU", cost.cpu, "s", note=f"{cost.wall:.1f} s waiting")]
    place = Path(os.environ.get("MOVIELENS", DATA / "ml-100k" / "u.data"))
    for protocol in movielens.PROTOCOLS:
        name = f"EASE on MovieLens-100k, {protocol.name}: nDCG@10"
        if not place.exists():
            rows.append(row(name, float("nan"), "", note="not measured: the file is not at hand (MOVIELENS=FILE)"))
            continue
        found = movielens.evaluate(movielens.read(place), protocol)
        note = f"best published row {protocol.published}; precision {found.precision:.4f}, recall {found.recall:.4f}"
        rows.append(row(name, found.ndcg, "", least=protocol.mark, note=note))
    return rows


if __name__ == "__main__":
    show(run())
