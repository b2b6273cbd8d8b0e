"""Taking the seven input files of an epoch from the database at its close."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from django.db.models import Sum
from django.utils import timezone
from numpy.typing import NDArray

from rewards import engine
from rewards.epochs import calendar, earnings, files, parameters, wallets
from rewards.epochs.errors import FilesDamaged
from rewards.epochs.models import Epoch, Seed
from rewards.payouts.models import Hold
from social.interactions.reads import KINDS, WindowRows, seed_candidates, window

LEAST_SEEDS = 20
SEED_SHARE = 100  # one in so many active members

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Move:
    """What is owed to a wallet that its member no longer uses goes to the one they use now. Grains."""

    old: str
    new: str
    amount: int


@dataclass(frozen=True)
class Frozen:
    """A frozen epoch in ``place``, and what the database has to note together with it."""

    place: Path
    inputs_root: str
    epoch: engine.Epoch
    at: datetime
    folded: list[int]
    returned: list[int]
    moves: list[Move]
    answers: earnings.Answers


def freeze(epoch: Epoch, place: Path | None = None) -> Frozen:
    """Writes the seven files into ``place``, by default a scratch folder of its own. The epoch before must be scored.

    The wallets of this moment count; it is noted as `at`. Raises FilesDamaged when the last epoch's payouts are not those
    that were booked, InputError when a parameter or an amount breaks a rule of the engine.
    """
    params = parameters.in_force(epoch.number)
    addresses = wallets.payout_wallets()
    # After they were read: a wallet that was linked a moment ago is then known to have been its member's.
    at = timezone.now()
    rows = _window(epoch, params)
    members = np.array(sorted(addresses), dtype=np.int64)
    listed = engine.as_wallets([addresses[member] for member in members.tolist()])
    balances, folded, returned, moves = _balances(epoch, addresses)
    plain = engine.Epoch(epoch.number, _carry(epoch), _released_this_year(epoch))
    place = place or files.scratch(epoch.number)
    answers = earnings.ask(epoch.number)
    root = engine.write_inputs(
        place,
        wallets=listed,
        interactions=_interactions(rows, members, params),
        seeds=_seeds(epoch.number, rows, addresses),
        balances=balances,
        earnings=earnings.collect(answers),
        params=params,
        epoch=plain,
    )
    for folder in (place, place.parent):
        files.sync(folder)
    return Frozen(place, root, plain, at, folded, returned, moves, answers)


def _window(epoch: Epoch, params: engine.Params) -> WindowRows:
    first = max(0, epoch.number - params.window + 1)
    return window(start=calendar.bounds(first)[0], close=epoch.ends_at)


def _interactions(rows: WindowRows, members: IntArray, params: engine.Params) -> engine.Interactions:
    """The counted facts with places in ``members`` (sorted ids) instead of ids; those without a wallet are left out."""
    codes = np.array([params.kind_code(name) if name in params.kind_names else -1 for name in KINDS])
    source, target = (np.searchsorted(members, ids) for ids in (rows.source_id, rows.target_id))
    known = codes[rows.kind] >= 0
    for ids, places in ((rows.source_id, source), (rows.target_id, target)):
        known &= places < len(members)
        known[known] = members[places[known]] == ids[known]
    epochs = rows.day - calendar.unix_day(0)
    return engine.Interactions(
        source[known].astype(np.int32),
        target[known].astype(np.int32),
        codes[rows.kind][known].astype(np.uint8),
        epochs[known].astype(np.int32),
        np.minimum(rows.count[known], 2**31 - 1).astype(np.int32),
    )


def _seeds(number: int, rows: WindowRows, addresses: dict[int, str]) -> list[str]:
    """The wallets from which trust starts: those noted for this epoch, else the founders.

    Founders are the longest-standing members, one in a hundred of the active and at least twenty.
    """
    able = [member for member in seed_candidates() if member in addresses]
    noted = set(Seed.objects.in_force(number).values_list("member_id", flat=True))
    if noted:
        return [addresses[member] for member in able if member in noted]
    active = len(np.unique(rows.source_id))
    return [addresses[member] for member in able[: max(LEAST_SEEDS, active // SEED_SHARE)]]


def _carry(epoch: Epoch) -> int:
    before = Epoch.objects.filter(pk=epoch.number - 1).values_list("carry_out", flat=True).first()
    return before or 0


def _released_this_year(epoch: Epoch) -> int:
    first = epoch.number - epoch.number % 365
    released = Epoch.objects.filter(number__gte=first, number__lt=epoch.number).aggregate(total=Sum("release"))
    return int(released["total"] or 0)


def last_payouts(epoch: Epoch) -> engine.Payouts | None:
    """The payouts of the epoch before, as booked; None for the first. Raises FilesDamaged."""
    if epoch.number == 0:
        return None
    before = Epoch.objects.get(pk=epoch.number - 1)
    try:
        payouts = engine.read_payouts(files.settle(before))
        intact = engine.result_root(payouts) == before.result_root
    except (OSError, engine.InputError):
        intact = False
    if not intact:
        message = (
            f"payouts.csv of epoch {before.number} is not the one that was booked; compute it again from its inputs."
        )
        raise FilesDamaged(message, data={"epoch": before.number})
    return payouts


def _balances(epoch: Epoch, addresses: dict[int, str]) -> tuple[engine.Balances, list[int], list[int], list[Move]]:
    """balances.csv, the holds it folds and returns, and owed amounts that follow their members to a new wallet."""
    cumulative: dict[str, int] = defaultdict(int)
    owed: dict[str, int] = defaultdict(int)
    held: dict[str, int] = defaultdict(int)
    for row in last_payouts(epoch) or ():
        cumulative[row.wallet], owed[row.wallet] = row.cumulative, row.owed
    folded, returned = [], []
    for hold in Hold.objects.unfolded().select_related("payout"):
        cumulative[hold.payout.wallet] -= hold.amount
        folded.append(hold.pk)
    for hold in Hold.objects.to_return().select_related("payout"):
        owed[hold.payout.wallet] += hold.amount
        returned.append(hold.pk)
    for hold in Hold.objects.active().select_related("payout"):
        held[hold.payout.wallet] += hold.amount
    moves = _moves(epoch, owed, addresses)
    for move in moves:
        owed[move.old] -= move.amount
        owed[move.new] += move.amount
    rows = ((wallet, cumulative[wallet], owed[wallet], held[wallet]) for wallet in {*cumulative, *owed, *held})
    return engine.Balances.from_rows(row for row in rows if any(row[1:])), folded, returned, moves


def _moves(epoch: Epoch, owed: dict[str, int], addresses: dict[int, str]) -> list[Move]:
    """Owed amounts of wallets that are no longer the payout wallet of the member for whom they were booked.

    Whose a wallet was is looked up as of the last close, since somebody else may use it by now.
    """
    before = Epoch.objects.filter(pk=epoch.number - 1).values_list("closed_at", flat=True).first()
    waiting = sorted(wallet for wallet, amount in owed.items() if amount)
    if before is None or not waiting:
        return []
    then = wallets.owners(before, waiting)
    targets = {wallet: addresses.get(then[wallet], wallet) for wallet in waiting if wallet in then}
    return [Move(wallet, target, owed[wallet]) for wallet, target in targets.items() if target != wallet]
