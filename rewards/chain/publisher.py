"""Brings the intents of the outbox onto the chain, one at a time, whatever dies in between.

Every step is: read the chain, write down what will be done, do it. The chain decides what happened, never an answer to a
broadcast: "already known" and "nonce too low" only mean that the next look tells.
"""

from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from rewards.chain import distributor, hooks, keys, outbox, signing
from rewards.chain.alerts import alert
from rewards.chain.judge import Judgement, Verdict, judge
from rewards.chain.models import Attempt, ChainTransaction, Deployment, TransactionState
from rewards.chain.rpc import KNOWN, SPENT, Block, Chain, Fees, Receipt, Refused

RAISE_AFTER = timedelta(minutes=2)
LOOK_AGAIN_AFTER = timedelta(seconds=30)
UNDERPRICED = ("underpriced", "fee too low", "less than block base fee", "fee cap less than")


def publish(chain: Chain, contract: Deployment, head: Block, final: int) -> bool:
    """One pass over what is in flight and what waits; whether anything changed. `final` is the newest final block."""
    # What a replaced contract still has in flight holds the key too.
    sent = ChainTransaction.objects.filter(chain_id=contract.chain_id)
    moved = [track(chain, intent, head, final) for intent in sent.in_flight()]
    if sent.in_flight().exists():
        return any(moved)
    for intent in sent.filter(contract=contract.address).waiting()[:10]:
        step = start(chain, contract, intent, head, final)
        moved.append(step)
        if not step or intent.state == TransactionState.SENT:
            break  # the contract takes one epoch after the other
    return any(moved)


# --- what waits --------------------------------------------------------------------------------------------------


def start(chain: Chain, contract: Deployment, intent: ChainTransaction, head: Block, final: int) -> bool:
    """Takes the next step of a waiting intent; whether it changed."""
    judgement = judge(intent, distributor.read_state(chain, contract.address))
    if judgement.verdict is Verdict.WAIT:
        return _wait(intent, judgement.reason)
    if judgement.verdict is Verdict.SEND:
        return _send_first(chain, contract, intent, head)
    settled = distributor.read_state(chain, contract.address, max(final, contract.block))
    if judge(intent, settled).verdict is not judgement.verdict:
        return _wait(intent, "What the chain says is not final yet.")
    return _conclude(intent, judgement, settled, head)


def _conclude(intent: ChainTransaction, judgement: Judgement, state: distributor.State, head: Block) -> bool:
    """What the final state of the chain means for an intent that has nothing more to send."""
    if judgement.verdict is Verdict.SETTLED:
        return _settle(intent, state, head)
    alert("chain.contradicted", intent, epoch=intent.epoch, reason=judgement.reason)
    if judgement.verdict is Verdict.REVOKED:
        return outbox.revoke(intent, judgement.reason)
    return outbox.move(intent, TransactionState.NEEDS_PERSON, error=judgement.reason)


def _settle(intent: ChainTransaction, state: distributor.State, head: Block) -> bool:
    with transaction.atomic():
        moved = outbox.move(intent, TransactionState.FINAL)
        if moved and intent.kind == ChainTransaction.Kind.SUBMIT_ROOT and state.pending_root == intent.root:
            outbox.intend_acceptance(intent, _due_at(state.valid_at, head))
    return moved


def _wait(intent: ChainTransaction, reason: str, *, tell: bool = False) -> bool:
    """Looks again later; `tell` when it will not change without a person."""
    ChainTransaction.objects.filter(pk=intent.pk, state=TransactionState.WAITING).update(
        due_at=timezone.now() + LOOK_AGAIN_AFTER, error=reason[:500]
    )
    if tell:
        alert("chain.blocked", intent, epoch=intent.epoch, reason=reason)
    return False


def _send_first(chain: Chain, contract: Deployment, intent: ChainTransaction, head: Block) -> bool:
    try:
        reason = hooks.objection(intent.epoch, intent.root)
    except Exception as problem:  # who cannot be asked has not agreed
        reason = f"{type(problem).__name__}: {problem}"
    if reason:
        return _wait(intent, reason, tell=True)
    try:
        signer = keys.updater()
        gas = chain.estimate(signer.address, contract.address, intent.call_data)
    except keys.KeyUnavailable as problem:
        return _wait(intent, str(problem), tell=True)
    except Refused as refusal:
        reason = distributor.read_error(refusal.data)
        said = f"The contract would refuse: {reason}" if reason else f"The node does not take it: {refusal.message}"
        return _wait(intent, said, tell=not reason.startswith("TooEarly"))
    fees = signing.first_fees(chain.fees(), head.base_fee)
    if fees is None:
        return _wait(intent, f"The chain asks for more than {signing.cap()} wei per gas.", tell=True)
    terms = signing.Terms(chain.nonce(signer.address), gas * 5 // 4, fees)
    attempt = signing.store_first(intent, signer, terms)
    if attempt is None:
        return False
    _broadcast(chain, intent, attempt)
    return True


# --- what is in flight -------------------------------------------------------------------------------------------


def track(chain: Chain, intent: ChainTransaction, head: Block, final: int) -> bool:
    """Looks where a signed intent is and does what is due; whether its state changed."""
    if intent.nonce is None:
        return False
    attempts = list(intent.attempts.filter(nonce=intent.nonce).order_by("-number"))
    receipt = _find(chain, attempts)
    if receipt is None and final >= 0 and chain.nonce(intent.sender, final) > intent.nonce:
        # A node may tell of a block a moment before it finds the transactions in it: one more look.
        receipt = _find(chain, attempts)
        if receipt is None:
            return _overtaken(intent)
    if receipt is not None:
        return _included(chain, intent, receipt, head, final)
    moved = intent.state == TransactionState.INCLUDED and outbox.move(intent, TransactionState.SENT)
    newest = attempts[0]
    known = newest.sent_at is not None and chain.knows(newest.tx_hash)
    taken = known or _broadcast(chain, intent, newest)
    # A node that drops it again and again wants more as well.
    if not taken or (newest.sent_at and timezone.now() - newest.sent_at > RAISE_AFTER):
        return _raise_fees(chain, intent, newest) or moved
    return moved


def _find(chain: Chain, attempts: list[Attempt]) -> Receipt | None:
    return next((receipt for attempt in attempts if (receipt := chain.receipt(attempt.tx_hash))), None)


def _included(chain: Chain, intent: ChainTransaction, receipt: Receipt, head: Block, final: int) -> bool:
    if receipt.block > final:
        if (intent.state, intent.block) == (TransactionState.INCLUDED, receipt.block):
            return False
        return outbox.move(intent, TransactionState.INCLUDED, block=receipt.block)
    if not receipt.succeeded:
        return _refused(chain, intent, receipt, head, final)
    with transaction.atomic():
        moved = outbox.move(intent, TransactionState.FINAL, block=receipt.block)
        if moved and intent.kind == ChainTransaction.Kind.SUBMIT_ROOT:
            outbox.intend_acceptance(intent, _due_at(_valid_at(receipt), head))
    return moved


def _refused(chain: Chain, intent: ChainTransaction, receipt: Receipt, head: Block, final: int) -> bool:
    """The contract refused it for good. Anyone may accept a root: who did it first did what was wanted."""
    state = distributor.read_state(chain, intent.contract, final)
    judgement = judge(intent, state)
    if judgement.verdict in (Verdict.SETTLED, Verdict.REVOKED):
        return _conclude(intent, judgement, state, head)
    alert("chain.failed", intent, epoch=intent.epoch, block=receipt.block)
    return outbox.move(intent, TransactionState.FAILED, block=receipt.block, error="The contract refused it.")


def _valid_at(receipt: Receipt) -> int:
    for log in receipt.logs:
        event = distributor.read_event(log)
        if event and event.name == "RootSubmitted":
            return int(event.arguments["validAt"])
    return 0


def _due_at(valid_at: int, head: Block) -> datetime | None:
    """When to try acceptance: at once when the chain's own clock, which may run ahead of ours, is already there."""
    return None if valid_at <= head.timestamp else datetime.fromtimestamp(valid_at, UTC)


def _overtaken(intent: ChainTransaction) -> bool:
    """The key's nonce was used by a transaction that is not ours: begin again; the chain's state prevents repetition."""
    alert("chain.nonce-taken", intent, epoch=intent.epoch, nonce=intent.nonce)
    return _begin_again(intent)


def _begin_again(intent: ChainTransaction) -> bool:
    released = ChainTransaction.objects.filter(pk=intent.pk, state=intent.state, sender=intent.sender).update(
        state=TransactionState.WAITING, state_at=timezone.now(), sender="", nonce=None, block=None
    )
    return bool(released)


def _broadcast(chain: Chain, intent: ChainTransaction, attempt: Attempt) -> bool:
    """Sends stored bytes; False when the node finds the fees too low."""
    error = ""
    try:
        chain.send(attempt.raw)
    except Refused as refusal:
        said = refusal.message.lower()
        if any(word in said for word in UNDERPRICED):
            return False
        if not any(word in said for word in (*KNOWN, *SPENT)):
            error = f"The node does not take it: {refusal.message}"
            alert("chain.not-taken", intent, epoch=intent.epoch, reason=error)
    if not error:
        # The first time counts: from then on the fees have had their chance.
        Attempt.objects.filter(pk=attempt.pk, sent_at=None).update(sent_at=timezone.now())
    if intent.error != error and intent.state == TransactionState.SENT:
        ChainTransaction.objects.filter(pk=intent.pk, state=intent.state).update(error=error[:500])
    return True


def _raise_fees(chain: Chain, intent: ChainTransaction, last: Attempt) -> bool:
    """Sends a dearer form of the same transaction, or calls a person; whether the intent's state changed."""
    if intent.state != TransactionState.SENT:
        return False
    try:
        signer = keys.updater()
    except keys.KeyUnavailable as problem:
        alert("chain.blocked", intent, epoch=intent.epoch, reason=str(problem))
        return False
    if signer.address.lower() != intent.sender:
        # Only the old key could raise it. The new one sends its own; the contract takes one of the two.
        alert("chain.key-changed", intent, epoch=intent.epoch, sender=intent.sender)
        return _begin_again(intent)
    fees = signing.raised_fees(Fees(last.max_fee, last.priority_fee), chain.fees())
    if fees is None:
        reason = f"Still not included at {last.max_fee} wei per gas; the cap is {signing.cap()}."
        alert("chain.needs-person", intent, epoch=intent.epoch, reason=reason)
        return outbox.move(intent, TransactionState.NEEDS_PERSON, error=reason)
    attempt = signing.store_replacement(intent, signer, signing.Terms(last.nonce, last.gas, fees))
    if attempt is not None:
        _broadcast(chain, intent, attempt)
    return False
