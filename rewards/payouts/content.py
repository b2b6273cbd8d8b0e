"""The exact content of a batch, always computed anew from the files and the rows. Approval is over its hash."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
from django.utils.translation import gettext as _

from rewards import engine
from rewards.epochs import files
from rewards.epochs.errors import FilesDamaged
from rewards.epochs.models import Epoch
from rewards.payouts.errors import ContentChanged
from rewards.payouts.models import OUT_OF_TREE, Hold, Payout, PayoutState

_COLUMNS = ("wallet", "influence", "amount", "owed", "cumulative")
# Sources of holds.csv are cut to what the engine takes.
_REASON = 2_000
# What everybody reads of a hold that a decision of moderators placed. Case and rule would say of a wallet what its owner is
# held to have done, which the public log of moderation takes care not to tell; reviewers and the member read them.
_MODERATION = "decision of the moderators"


@dataclass(frozen=True)
class Content:
    """What two people approve. ``holds`` is the SHA-256 of holds.csv, ``rows`` of the payout rows; amounts in grains."""

    epoch: int
    count: int
    total: int
    inputs_root: str
    result_root: str
    rows: str
    holds: str
    tree_root: str
    tree_total: int

    @property
    def hash(self) -> str:
        """SHA-256 over the canonical JSON of all of it."""
        plain = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(plain.encode()).hexdigest()


def holds_of(epoch: int) -> list[engine.Hold]:
    """The rows of an epoch's holds.csv: per wallet what is out of its tree, with the reasons."""
    amounts: dict[str, int] = defaultdict(int)
    reasons: dict[str, list[str]] = defaultdict(list)
    for hold in Hold.objects.listed_in(epoch).with_origin().select_related("payout").order_by("payout__epoch", "pk"):
        amounts[hold.payout.wallet] += hold.amount
        reason = _MODERATION if hold.by_decision else hold.reason  # type: ignore[attr-defined]
        reasons[hold.payout.wallet].append(f"epoch {hold.payout.epoch_id}: {reason}")
    return [engine.Hold(wallet, amounts[wallet], " | ".join(reasons[wallet])[:_REASON]) for wallet in sorted(amounts)]


def of(epoch: Epoch) -> Content:
    """The content now. Raises ContentChanged when a row is not what the files say, FilesDamaged."""
    payouts = payouts_of(epoch)
    rows = list(Payout.objects.filter(epoch=epoch).values_list(*_COLUMNS, "earned"))
    rows.sort()
    _compare(payouts, rows)
    _require_holds(epoch)
    holds = holds_of(epoch.number)
    tree_root, tree_total = tree_of(payouts, holds)
    return Content(
        epoch=epoch.number,
        count=int(np.count_nonzero(payouts.amount)),
        total=int(payouts.amount.sum()),
        inputs_root=epoch.inputs_root,
        result_root=epoch.result_root,
        rows=_digest(",".join(map(str, row)) for row in rows),
        holds=_digest(f"{hold.wallet},{hold.amount},{json.dumps(hold.reason)}" for hold in holds),
        tree_root=tree_root,
        tree_total=tree_total,
    )


def tree_of(payouts: engine.Payouts, holds: list[engine.Hold]) -> tuple[str, int]:
    """Root (0x…, empty when nobody has anything yet) and total in grains of an epoch's tree. Raises ContentChanged."""
    try:
        tree = engine.build_tree(payouts, holds)
    except engine.EmptyTreeError:
        return "", 0
    except engine.InputError as problem:
        raise ContentChanged(f"A hold is not what it was when it was placed: {problem}") from problem
    return "0x" + tree.root.hex(), int(tree.grains.sum())


def payouts_of(epoch: Epoch) -> engine.Payouts:
    """payouts.csv of an epoch, exactly as it was booked. Raises FilesDamaged."""
    place = files.settle(epoch)
    try:
        payouts = engine.read_payouts(place)
    except (OSError, engine.InputError) as problem:
        raise FilesDamaged(f"payouts.csv of epoch {epoch.number} cannot be read: {problem}") from problem
    if engine.result_root(payouts) != epoch.result_root:
        raise FilesDamaged(f"payouts.csv of epoch {epoch.number} is not the one that was booked.")
    return payouts


def _compare(payouts: engine.Payouts, rows: list[tuple[str, int, int, int, int, int]]) -> None:
    """Each row must be its line of the file, and each line with an amount must have its row."""
    try:
        wallets = engine.as_wallets([row[0] for row in rows])
    except ValueError as malformed:
        raise ContentChanged(f"A payout row has no wallet that could be paid: {malformed}") from malformed
    places = np.searchsorted(payouts.wallet, wallets)
    inside = places < len(payouts)
    same = inside.copy()
    same[inside] = payouts.wallet[places[inside]] == wallets[inside]
    for column, name in enumerate(_COLUMNS[1:], start=1):
        booked = np.array([row[column] for row in rows], dtype=np.int64)
        same[inside] &= getattr(payouts, name)[places[inside]] == booked[inside]
    if not same.all():
        raise _changed(rows[int(np.argmin(same))][0])
    missing = np.flatnonzero(payouts.amount > 0)
    missing = missing[~np.isin(missing, places)]
    if len(missing):
        raise _changed(payouts.wallet[missing[0]].decode())


def _require_holds(epoch: Epoch) -> None:
    """A payout is out of the tree exactly when a hold says so: a state changed by hand would part ledger and tree."""
    paid = Payout.objects.paid().filter(epoch=epoch, state__in=[*OUT_OF_TREE, PayoutState.OWED])
    stopped = set(paid.values_list("wallet", "amount"))
    held = set(Hold.objects.effective().filter(payout__epoch=epoch).values_list("payout__wallet", "amount"))
    for wallet, _amount in sorted(stopped ^ held):
        message = _("The payout of %(wallet)s and its hold do not agree; somebody changed one of them by hand.")
        raise ContentChanged(message % {"wallet": wallet}, data={"wallet": wallet})


def _changed(wallet: str) -> ContentChanged:
    message = f"The payout of {wallet} is not what payouts.csv says; somebody changed the row or the file."
    return ContentChanged(message, data={"wallet": wallet})


def _digest(lines: Iterator[str]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()
