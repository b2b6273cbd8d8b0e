"""What everybody would have got without a ring: the exact engine on the frozen inputs without the ties of its members.

Nothing of it is booked, published or part of a hash. The frozen files are read and never written; the amounts of the
simulation are kept in a file of its own, so that a table of a hundred thousand wallets is not in the database.
"""

import io
import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from metya.ops import audit
from metya.wallets.models import Member
from rewards import engine
from rewards.engine import text
from rewards.epochs import files, scoring
from rewards.epochs.errors import FilesDamaged
from rewards.payouts import policy, rings
from rewards.payouts.errors import NotReviewer, WrongState
from rewards.payouts.models import Batch, Simulation

logger = logging.getLogger(__name__)
_ARRAYS = ("wallet", "earned", "earned_without", "earned_same", "amount", "amount_without")


@dataclass(frozen=True)
class Amounts:
    """Columns of equal length by wallet, whose earnings change the most with the same pool first; grains.

    Fewer active members release less. ``earned_same`` is what the wallet would earn without the ring if the pool were the
    same all the same: what is taken from one and given to another.
    """

    wallet: NDArray[np.bytes_]
    earned: NDArray[np.int64]
    earned_without: NDArray[np.int64]
    earned_same: NDArray[np.int64]
    amount: NDArray[np.int64]
    amount_without: NDArray[np.int64]


def ask(*, actor: Member, batch: Batch, number: int) -> Simulation:
    """Notes that a reviewer wants to know what would be without ring ``number``; one that failed begins anew.

    Asking twice gives the same simulation. The caller enqueues the job in the same transaction. Raises NotReviewer, WrongState.
    """
    groups = rings.kept(batch)
    if not policy.is_reviewer(actor):
        raise NotReviewer(_("Only payout reviewers may do this, whatever other role you have."))
    if not 1 <= number <= len(groups):
        raise WrongState(_("This batch has no such ring; look at it again."))
    wallets = rings.wallets_of(groups[number - 1])
    with transaction.atomic():
        found, new = Simulation.objects.get_or_create(
            batch=batch, key=rings.key_of(wallets), defaults={"wallets": wallets, "asked_by": actor}
        )
        if not new and found.state != Simulation.State.DONE:
            found.state, found.problem, found.asked_at = Simulation.State.WAITING, "", timezone.now()
            found.save(update_fields=["state", "problem", "asked_at"])
        elif not new and amounts(found) is None:
            # Its file is gone: computed again.
            found.state, found.asked_at = Simulation.State.WAITING, timezone.now()
            found.save(update_fields=["state", "asked_at"])
        if new:
            audit.record(actor, "simulation.asked", found, epoch=batch.epoch_id, ring=number, wallets=len(wallets))
    return found


def run(pk: int) -> None:
    """Computes a waiting simulation and keeps it; safe to run twice. What is wrong with the files is noted, not raised."""
    found = Simulation.objects.select_related("batch__epoch").filter(pk=pk, state=Simulation.State.WAITING).first()
    if found is None:
        return
    try:
        inputs = engine.read_inputs(files.settle(found.batch.epoch))
        result = compare(engine.score(inputs), engine.score(without(inputs, found.wallets)))
        _keep(found, result)
    except (FilesDamaged, engine.EngineError, OSError, MemoryError) as problem:
        logger.exception("simulation %d could not be computed", pk)
        words = (str(problem) or type(problem).__name__)[:500]
        Simulation.objects.filter(pk=pk).update(state=Simulation.State.FAILED, problem=words, done_at=timezone.now())
        return
    figures = _figures(result, set(found.wallets))
    Simulation.objects.filter(pk=pk).update(state=Simulation.State.DONE, figures=figures, done_at=timezone.now())


def without(inputs: engine.Inputs, wallets: list[str]) -> engine.Inputs:
    """The inputs without anything that was done by or to the wallets; balances, earnings, seeds and parameters stay."""
    ring = np.isin(inputs.wallets, engine.as_wallets(wallets))
    rows = inputs.interactions
    kept = ~(ring[rows.source] | ring[rows.target])
    left = engine.Interactions(
        rows.source[kept], rows.target[kept], rows.kind[kept], rows.epoch[kept], rows.count[kept]
    )
    return replace(inputs, interactions=left)


def compare(now: engine.Score, then: engine.Score) -> Amounts:
    """Everybody's earnings and amounts with and without; whose earnings change the most with the same pool first."""
    wallet = np.union1d(now.payouts.wallet, then.payouts.wallet)
    columns: dict[str, NDArray[np.int64]] = {}
    for name, score in (("", now), ("_without", then)):
        places = np.searchsorted(wallet, score.payouts.wallet)
        for label, values in (("earned", scoring.earned(score)), ("amount", score.payouts.amount)):
            column = np.zeros(len(wallet), dtype=np.int64)
            column[places] = values
            columns[label + name] = column
    same, _carry = engine.allocate(now.pool.splits.influence, then.influence, then.inputs.params.member_cap_bp)
    columns["earned_same"] = columns["earned_without"].copy()
    acting = then.influence > 0
    places = np.searchsorted(wallet, then.inputs.wallets[acting])
    columns["earned_same"][places] += same[acting] - then.allocated[acting]
    order = np.lexsort((wallet, -np.abs(columns["earned_same"] - columns["earned"])))
    return Amounts(wallet[order], **{name: column[order] for name, column in columns.items()})


def amounts(simulation: Simulation) -> Amounts | None:
    """What was kept of a computed simulation; None when the file is gone or not whole."""
    try:
        with np.load(_path(simulation.pk), allow_pickle=False) as kept:
            return Amounts(*(kept[name] for name in _ARRAYS))
    except (OSError, EOFError, ValueError, KeyError, BadZipFile):
        return None


def _keep(simulation: Simulation, result: Amounts) -> None:
    out = io.BytesIO()
    np.savez(out, **{name: getattr(result, name) for name in _ARRAYS})
    path = _path(simulation.pk)
    path.parent.mkdir(parents=True, exist_ok=True)
    text.write_file(path, [out.getbuffer()])


def _path(pk: int) -> Path:
    return Path(settings.EPOCHS_DIR) / f"simulation-{pk}.npz"


def _figures(result: Amounts, ring: set[str]) -> dict[str, Any]:
    """What the page says above the table. Grains."""
    inside = np.isin(result.wallet, engine.as_wallets(sorted(ring)))
    change = result.earned_same - result.earned
    others = ~inside
    return {
        "wallets": len(result.wallet),
        "ring": int(result.earned[inside].sum()),
        "ring_without": int(result.earned_without[inside].sum()),
        "ring_same": int(result.earned_same[inside].sum()),
        "others_same": int(result.earned_same[others].sum()),
        "others": int(result.earned[others].sum()),
        "others_without": int(result.earned_without[others].sum()),
        "more": int(np.count_nonzero(change[others] > 0)),
        "less": int(np.count_nonzero(change[others] < 0)),
        "same": int(np.count_nonzero(change[others] == 0)),
        "largest_gain": int(change[others].max(initial=0)),
        "largest_loss": int(-change[others].min(initial=0)),
    }
