"""What to do with an intent, given what the distributor holds: pure, so that every case can be tried."""

from dataclasses import dataclass
from enum import Enum

from rewards.chain.distributor import ZERO_ROOT, State
from rewards.chain.models import ChainTransaction


class Verdict(Enum):
    SEND = "send"
    WAIT = "wait"  # the chain is not ready for it yet
    SETTLED = "settled"  # the chain already says what was wanted
    REVOKED = "revoked"  # the guardian threw the root away
    CONTRADICTED = "contradicted"  # the chain says something else: a person must look


@dataclass(frozen=True)
class Judgement:
    verdict: Verdict
    reason: str = ""


def judge(intent: ChainTransaction, state: State) -> Judgement:
    """The next step of a waiting intent."""
    if intent.kind == ChainTransaction.Kind.SUBMIT_ROOT:
        return _submission(intent, state)
    return _acceptance(intent, state)


def _submission(intent: ChainTransaction, state: State) -> Judgement:
    if state.next_epoch > intent.epoch:
        return _published(intent, state)
    if state.pending_root != ZERO_ROOT:
        if state.pending_epoch != intent.epoch:
            return Judgement(Verdict.WAIT, f"The root of epoch {state.pending_epoch} waits to be accepted first.")
        if state.pending_root != intent.root:
            return Judgement(Verdict.CONTRADICTED, f"Another root waits on the chain: {state.pending_root}.")
        return Judgement(Verdict.SETTLED)
    if state.next_epoch < intent.epoch:
        return Judgement(Verdict.WAIT, f"Epoch {state.next_epoch} must be published first.")
    return Judgement(Verdict.SEND)


def _acceptance(intent: ChainTransaction, state: State) -> Judgement:
    if state.next_epoch > intent.epoch:
        return _published(intent, state)
    if state.pending_root == ZERO_ROOT:
        return Judgement(Verdict.REVOKED, "The guardian revoked the root.")
    if (state.pending_epoch, state.pending_root) != (intent.epoch, intent.root):
        return Judgement(Verdict.CONTRADICTED, f"Another root waits on the chain: {state.pending_root}.")
    return Judgement(Verdict.SEND)


def _published(intent: ChainTransaction, state: State) -> Judgement:
    """The epoch has an accepted root; only the newest one can still be read from the contract."""
    if state.next_epoch == intent.epoch + 1 and state.root != intent.root:
        return Judgement(Verdict.CONTRADICTED, f"Another root of this epoch is in force: {state.root}.")
    return Judgement(Verdict.SETTLED)
