"""Final events move what the site knows: each in a transaction of its own, exactly once, in the order of the chain."""

import logging

from django.db import transaction
from django.utils import timezone

from rewards.chain import hooks
from rewards.chain.alerts import alert
from rewards.chain.distributor import GRAIN
from rewards.chain.models import IN_FLIGHT, ChainLog, ChainTransaction, Deployment, TransactionState

logger = logging.getLogger(__name__)


def book(contract: Deployment) -> int:
    """Books every event up to the last final block that is not booked yet; how many.

    What a handler refuses stays unbooked, a person is told, and it is tried again at the next pass; claims of other
    wallets go on, but not later ones of the same wallet, and nothing after a root that could not be booked.
    """
    if contract.indexed_block is None:
        return 0
    rows = ChainLog.objects.unbooked().filter(contract=contract.address, block_number__lte=contract.indexed_block)
    booked, stuck = 0, set()
    for row in rows:
        if row.wallet in stuck:
            continue
        try:
            booked += _book_one(contract, row)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"[:300]
            ChainLog.objects.filter(pk=row.pk).update(error=reason)
            if alert("chain.not-booked", row, event=row.event, reason=reason):
                logger.exception("an event of the chain could not be booked")
            if row.event != "Claimed":
                break
            stuck.add(row.wallet)
    return booked


@transaction.atomic
def _book_one(contract: Deployment, row: ChainLog) -> bool:
    if not ChainLog.objects.filter(pk=row.pk, final_at=None).update(final_at=timezone.now(), error=""):
        return False
    if row.event == "RootRevoked":
        _revoked(contract, row)
    if event := _final(row):
        hooks.announce(event)
    return True


def forget(chain_id: int) -> None:
    """The development chain began anew: what it told is forgotten, what is on its way ends, what was booked is taken back."""
    unfinished = (TransactionState.WAITING, *IN_FLIGHT)
    ChainTransaction.objects.filter(chain_id=chain_id, state__in=unfinished).update(
        state=TransactionState.REVOKED, state_at=timezone.now(), error="The development chain began anew."
    )
    logs = ChainLog.objects.filter(chain_id=chain_id)
    claims = [event for row in logs.final().filter(event="Claimed") if isinstance(event := _final(row), hooks.Claimed)]
    if claims:
        hooks.announce(hooks.ChainLost(claims))
    logs.delete()


def _final(row: ChainLog) -> hooks.Final | None:
    epoch, data = row.epoch or 0, row.data
    if row.event == "RootAccepted":
        return hooks.RootAccepted(epoch=epoch, root=data["root"], at=row.seen_at, log_id=row.pk)
    if row.event == "RootRevoked":
        return hooks.RootRevoked(epoch=epoch, root=data["root"], log_id=row.pk)
    if row.event != "Claimed":
        return None
    amount, cumulative = int(data["amount"]), int(data["cumulative"])
    if amount % GRAIN or cumulative % GRAIN:
        raise ValueError("a claim of a fraction of a grain: the root is not one of this site")
    return hooks.Claimed(
        wallet=row.wallet,
        epoch=epoch,
        amount=amount // GRAIN,
        cumulative=cumulative // GRAIN,
        at=row.seen_at,
        log_id=row.pk,
    )


def _revoked(contract: Deployment, row: ChainLog) -> None:
    alert("chain.root-revoked", contract, epoch=row.epoch, root=row.data["root"])
    ours = ChainTransaction.objects.filter(chain_id=contract.chain_id, contract=contract.address)
    thrown = ours.filter(epoch=row.epoch or 0, root=row.data["root"])
    if not thrown.exists():
        return  # not a root of this site: its own ones stand
    thrown.filter(state__in=[TransactionState.WAITING, TransactionState.FINAL]).update(
        state=TransactionState.REVOKED, state_at=timezone.now(), error="The guardian revoked the root."
    )
    # Later roots build on the revoked one: they go back to review with it.
    ours.filter(epoch__gt=row.epoch or 0, state=TransactionState.WAITING).update(
        state=TransactionState.REVOKED, state_at=timezone.now(), error="An earlier root was revoked."
    )
