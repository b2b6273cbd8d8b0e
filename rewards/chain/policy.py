"""Who may do what with the outbox."""

from metya.wallets.models import Member
from rewards.chain.models import ChainTransaction, TransactionState

RETRIABLE = (TransactionState.NEEDS_PERSON, TransactionState.FAILED)


def may_retry(actor: Member, intent: ChainTransaction) -> bool:
    """Administrators and reviewers may let a stopped transaction go on."""
    return may_retry_any(actor) and intent.state in RETRIABLE


def may_retry_any(actor: Member) -> bool:
    """Whether trying again is theirs at all."""
    return actor.has_role("admin", "reviewer")
