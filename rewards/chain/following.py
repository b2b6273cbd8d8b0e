"""One pass over the chain: read what happened, book what is final, send what waits. Safe to run anywhere, any time."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from rewards.chain import booking, indexer, keys, outbox, publisher, rpc
from rewards.chain.alerts import alert
from rewards.chain.models import ChainTransaction, Deployment
from rewards.chain.rpc import Chain, ChainDown

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=2)
LONGEST_PAUSE_SECONDS = 60
BUDGET_SECONDS = 10
TELL_AFTER_FAILURES = 10
GLANCES = 5
GLANCE_SECONDS = 0.05


def follow() -> str:
    """Runs one pass unless another is running or a pause after a failure is on.

    Returns "off" (no chain), "busy", "down" or "ok". Never raises for a chain that does not answer.
    """
    contract = outbox.deployment()
    if contract is None:
        return "off"
    with leased(contract) as mine:
        if not mine:
            return "busy"
        try:
            chain = rpc.connect()
            if chain is not None:
                _pass(chain, contract)
        except ChainDown as problem:
            rpc.forget()
            _note_failure(contract, str(problem))
            return "down"
    Deployment.objects.filter(pk=contract.pk).update(seen_at=timezone.now(), failures=0, error="")
    return "ok"


@contextmanager
def leased(contract: Deployment) -> Iterator[bool]:
    """Keeps passes of others away while the body runs; False when one of them, or a pause after a failure, is on."""
    now = timezone.now()
    until = now + LEASE
    mine = Deployment.objects.filter(pk=contract.pk, next_pass_at__lte=now).update(next_pass_at=until)
    try:
        yield bool(mine)
    finally:
        # What ends, well or not, gives its lease back; a killed one lets it run out.
        if mine:
            Deployment.objects.filter(pk=contract.pk, next_pass_at=until).update(next_pass_at=timezone.now())


def _pass(chain: Chain, contract: Deployment) -> None:
    end, patience = time.monotonic() + BUDGET_SECONDS, GLANCES if keys.development_chain() else 0
    while time.monotonic() < end:
        head = chain.head()
        more = indexer.index(chain, contract, head)
        booking.book(contract)
        if more:
            continue
        if publisher.publish(chain, contract, head, indexer.final_block(head)):
            patience = GLANCES if keys.development_chain() else 0
        elif patience and ChainTransaction.objects.in_flight().filter(contract=contract.address).exists():
            # The development chain mines within milliseconds: a glance saves the wait for the next pass.
            patience -= 1
            time.sleep(GLANCE_SECONDS)
        else:
            return


def _note_failure(contract: Deployment, problem: str) -> None:
    pause = min(LONGEST_PAUSE_SECONDS, 2 ** min(contract.failures + 1, 10))
    Deployment.objects.filter(pk=contract.pk).update(
        failures=F("failures") + 1, error=problem[:300], next_pass_at=timezone.now() + timedelta(seconds=pause)
    )
    if contract.failures == 0:
        logger.warning("chain: %s; looking again with growing pauses", problem)
    if contract.failures + 1 >= TELL_AFTER_FAILURES:
        alert("chain.down", contract, reason=problem)
