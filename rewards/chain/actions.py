"""What a person may do with the outbox."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from metya.ops import audit
from metya.wallets.models import Member
from metya.web.errors import Conflict, NotAllowed
from rewards.chain import policy
from rewards.chain.models import ChainTransaction, TransactionState


def retry(*, actor: Member, intent: ChainTransaction) -> ChainTransaction:
    """Lets a transaction go on that needs a person or failed: what is signed goes on being raised, the rest starts again.

    NotAllowed for others than administrators and reviewers; Conflict when it moved meanwhile.
    """
    with transaction.atomic():
        if not policy.may_retry(actor, intent):
            raise NotAllowed(_("Only an administrator or reviewer may retry, and only what has stopped."))
        fields = {"state": TransactionState.WAITING, "sender": "", "nonce": None, "block": None}
        if intent.state == TransactionState.NEEDS_PERSON and intent.nonce is not None:
            fields = {"state": TransactionState.SENT}
        moved = ChainTransaction.objects.filter(pk=intent.pk, state=intent.state).update(
            **fields, state_at=timezone.now(), due_at=None, error=""
        )
        if not moved:
            raise Conflict(_("The transaction has moved meanwhile; look again."))
        audit.record(actor, "chain.retry", intent, epoch=intent.epoch, kind=intent.kind)
    intent.refresh_from_db()
    return intent
