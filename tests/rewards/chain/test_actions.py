"""What people may do with the outbox."""

import pytest

from metya.ops.models import AuditEvent
from metya.web.errors import Conflict, NotAllowed
from rewards.chain import actions
from rewards.chain.models import ChainTransaction
from tests import make


def stopped(state: str = "needs person", **fields) -> ChainTransaction:
    return ChainTransaction.objects.create(
        chain_id=1, contract="0x" + "11" * 20, epoch=1, kind="submit", root="0x", call_data="0x", state=state, **fields
    )


@pytest.fixture
def ada(db):
    return make.member("ada", roles=("admin",))


def test_a_stopped_transaction_that_holds_a_nonce_goes_on_with_it(ada):
    intent = actions.retry(actor=ada, intent=stopped(sender="0x" + "22" * 20, nonce=4, error="cap"))
    assert (intent.state, intent.nonce, intent.error) == ("sent", 4, "")
    event = AuditEvent.objects.get(verb="chain.retry")
    assert (event.actor, event.subject_id) == (ada, str(intent.pk))


@pytest.mark.parametrize("state", ["failed", "needs person"])
def test_what_holds_no_nonce_starts_again(fay, state: str):
    spent = {"sender": "0x" + "22" * 20, "nonce": 4, "block": 9} if state == "failed" else {}
    intent = actions.retry(actor=fay, intent=stopped(state, **spent))
    assert (intent.state, intent.nonce, intent.sender, intent.block) == ("waiting", None, "", None)


@pytest.mark.parametrize("who", ["carol", "mona", "cole"])
def test_others_may_not(who: str, request):
    with pytest.raises(NotAllowed):
        actions.retry(actor=request.getfixturevalue(who), intent=stopped())


@pytest.mark.parametrize("state", ["waiting", "final", "revoked"])
def test_only_what_has_stopped_goes_on(ada, state: str):
    with pytest.raises(NotAllowed):
        actions.retry(actor=ada, intent=stopped(state))


def test_retrying_what_has_moved_meanwhile_is_a_conflict(ada):
    intent = stopped()
    ChainTransaction.objects.update(state="waiting")
    with pytest.raises(Conflict):
        actions.retry(actor=ada, intent=intent)
    assert not AuditEvent.objects.exists()
