"""The whole computation of an epoch: inputs in, influence, pool and payouts out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rewards.engine import emission
from rewards.engine.allocation import allocate
from rewards.engine.graph import Graph, build, pair_weights
from rewards.engine.influence import Flow, flow
from rewards.engine.limits import BASIS_POINTS
from rewards.engine.params import STANDING, Splits
from rewards.engine.records import Inputs, Int64Array
from rewards.engine.settle import Payouts, settle


@dataclass(frozen=True, slots=True)
class Pool:
    """Where the pool of an epoch came from and where it goes, in grains; `total` = `release` + `carried_in`."""

    base: int
    multiplier: int
    release: int
    carried_in: int
    total: int
    splits: Splits


@dataclass(frozen=True, slots=True)
class Score:
    """The result of an epoch.

    `flow` and `allocated` (grains) are by place in `inputs.wallets`. `carry` goes into the next pool. `active` members
    acted in this epoch and are trusted. `received` wallets were the target of an interaction in the window, of
    whom `reached` were allocated something; `reach` is that share in basis points. `paid` rows have an amount now.
    """

    inputs: Inputs
    graph: Graph
    flow: Flow
    pool: Pool
    allocated: Int64Array
    carry: int
    active: int
    received: int
    reached: int
    paid: int
    payouts: Payouts

    @property
    def influence(self) -> Int64Array:
        return self.flow.influence

    @property
    def reach(self) -> int:
        return BASIS_POINTS * self.reached // max(1, self.received)


def score(inputs: Inputs) -> Score:
    """Compute the epoch. Raises InputError when amounts would pass the total supply."""
    params, close = inputs.params, inputs.epoch.number
    pairs = pair_weights(inputs.interactions, params, close)
    graph = build(pairs, len(inputs.wallets), params.outflow_limit)
    received = np.zeros(len(inputs.wallets), dtype=np.bool_)
    received[inputs.interactions.target] = True
    flows = flow(graph, inputs.seeds, params)
    active = _active(inputs, flows.trust)
    pool = _pool(inputs, active)
    allocated, carry = allocate(pool.splits.influence, flows.influence, params.member_cap_bp)
    payouts = settle(inputs, flows.influence, allocated)
    return Score(
        inputs=inputs,
        graph=graph,
        flow=flows,
        pool=pool,
        allocated=allocated,
        carry=carry,
        active=active,
        received=_count(received),
        reached=_count(received & (allocated > 0)),
        paid=_count(payouts.amount > 0),
        payouts=payouts,
    )


def _active(inputs: Inputs, trust: Int64Array) -> int:
    """Distinct trusted members who did something in the epoch itself; a standing follow is nothing done."""
    rows = inputs.interactions
    done = rows.epoch == inputs.epoch.number
    if STANDING in inputs.params.kind_names:
        done &= rows.kind != inputs.params.kind_code(STANDING)
    acted = np.zeros(len(inputs.wallets), dtype=np.bool_)
    acted[rows.source[done]] = True
    return _count(acted & (trust > 0))


def _pool(inputs: Inputs, active: int) -> Pool:
    epoch, target = inputs.epoch, inputs.params.activity_target
    released = emission.release(epoch.number, active=active, target=target, released_this_year=epoch.released_this_year)
    total = released + epoch.carry
    return Pool(
        base=emission.base(epoch.number),
        multiplier=emission.multiplier(active, target),
        release=released,
        carried_in=epoch.carry,
        total=total,
        splits=emission.split_pool(total, inputs.params.splits),
    )


def _count(flags: NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(flags))
