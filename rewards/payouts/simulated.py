"""A simulation as a reviewer reads it: a page of everybody's amounts with and without the ring."""

from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _

from metya.web.errors import ActionError
from rewards import engine
from rewards.payouts import rings, simulating
from rewards.payouts.listing import signed
from rewards.payouts.models import Batch, Payout, Simulation

SIZE = 50


@dataclass(frozen=True)
class Line:
    """One wallet's earnings and amount, now and without the ring. Grains; ``difference`` of the earnings, and
    ``shift`` with the same pool, as they are read."""

    wallet: str
    handle: str
    inside: bool
    earned: int
    earned_without: int
    earned_same: int
    difference: str
    shift: str
    amount: int
    amount_without: int


@dataclass(frozen=True)
class Page:
    """``next`` is the place where the next page begins, None on the last; ``lost`` when the kept file is gone."""

    simulation: Simulation
    figures: dict[str, int]
    lines: list[Line]
    next: int | None
    lost: bool
    wanted: str


def latest(batch: Batch) -> dict[str, Simulation]:
    """The simulations of a batch by the key of their ring."""
    return {one.key: one for one in Simulation.objects.filter(batch=batch)}


def page(simulation: Simulation, *, wanted: str = "", after: str = "") -> Page:
    """A page of the table, whose earnings change the most first, or one wallet or handle; two queries at most."""
    place = _place(after)
    kept = simulating.amounts(simulation) if simulation.state == Simulation.State.DONE else None
    if kept is None:
        lost = simulation.state == Simulation.State.DONE
        return Page(simulation, {}, [], None, lost, wanted)
    chosen = np.arange(len(kept.wallet))
    if wanted.strip():
        chosen = np.flatnonzero(np.isin(kept.wallet, engine.as_wallets(_wallets(simulation, wanted))))
    shown = chosen[place : place + SIZE]
    wallets = [raw.decode() for raw in kept.wallet[shown].tolist()]
    handles = dict(
        Payout.objects.filter(epoch=simulation.batch.epoch_id, wallet__in=wallets, member__isnull=False).values_list(
            "wallet", "member__handle"
        )
    )
    ring = set(simulation.wallets)
    columns = [
        getattr(kept, name)[shown].tolist()
        for name in ("earned", "earned_without", "earned_same", "amount", "amount_without")
    ]
    lines = [
        Line(
            wallet,
            handles.get(wallet, ""),
            wallet in ring,
            earned,
            then,
            same,
            signed(then - earned),
            signed(same - earned),
            amount,
            amount_then,
        )
        for wallet, earned, then, same, amount, amount_then in zip(wallets, *columns, strict=True)
    ]
    following = place + SIZE if place + SIZE < len(chosen) else None
    return Page(simulation, simulation.figures, lines, following, False, wanted)


def _wallets(simulation: Simulation, wanted: str) -> list[str]:
    """Wallets of the epoch that begin so, or whose member's handle does; at most a thousand."""
    text = wanted.strip().lower()
    rows = Payout.objects.filter(epoch=simulation.batch.epoch_id)
    if text.startswith("0x"):
        rows = rows.filter(wallet__startswith=text)
    else:
        rows = rows.filter(member__handle__startswith=text.removeprefix("@"))
    return list(rows.values_list("wallet", flat=True)[:1000])


def _place(raw: str) -> int:
    if raw and not (raw.isascii() and raw.isdigit() and len(raw) < 10):
        raise ActionError(_("That page link is damaged; go back to the first page."), code="bad-cursor", status=400)
    return int(raw or 0)


def number_of(simulation: Simulation) -> int | None:
    """Which ring of its batch it is about; None when the batch no longer has it."""
    keys = [rings.key_of(rings.wallets_of(group)) for group in rings.kept(simulation.batch)]
    return keys.index(simulation.key) + 1 if simulation.key in keys else None
