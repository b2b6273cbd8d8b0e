"""From the approval of a batch to its root in force, whatever dies in between."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from metya.web.errors import Conflict
from rewards.chain import following, outbox, publisher, rpc
from rewards.chain.models import Attempt, ChainTransaction, Deployment
from tests.rewards.chain.evm import FIRST, MET
from tests.rewards.chain.site import Site

pytestmark = pytest.mark.chain


def test_an_approved_root_is_submitted_accepted_and_announced(site: Site):
    alice, bob = site.evm.alice, site.evm.bob
    site.approve((alice, 30), (bob, 20))
    assert site.intent().state == "waiting"
    site.follow()
    assert site.intent().state == "included"
    assert site.evm.call.pending().call()[2] == FIRST
    site.mine(2)
    site.follow()
    assert site.intent().state == "final"
    assert site.intent("accept").state == "included"
    assert site.heard == []  # accepted, but not yet final
    site.mine(2)
    site.follow()
    assert site.intent("accept").state == "final"
    assert site.evm.call.committed().call() == 50 * MET
    (event,) = site.heard
    assert (event.epoch, event.root) == (FIRST, site.intent().root)
    assert site.alerts() == []


def test_several_epochs_are_published_in_their_order(site: Site):
    alice, bob = site.evm.alice, site.evm.bob
    for number, met in ((FIRST + 1, 20), (FIRST, 10), (FIRST + 2, 20)):
        site.approve((alice, met), (bob, met), epoch=number)
    site.settle(8)
    assert [event.epoch for event in site.heard] == [FIRST, FIRST + 1, FIRST + 2]
    assert site.evm.call.nextEpoch().call() == FIRST + 3


def test_an_epoch_in_which_nobody_has_anything_is_published_too(site: Site):
    batch, _ = site.batch((site.evm.alice, 1))
    batch.tree_root, batch.tree_total = "", 0
    with transaction.atomic():
        outbox.enqueue_root(batch)
    site.approve((site.evm.alice, 5), (site.evm.bob, 5), epoch=FIRST + 1)
    site.settle(7)
    assert [event.epoch for event in site.heard] == [FIRST, FIRST + 1]


def test_enqueueing_twice_is_one_intent(site: Site):
    for _ in range(2):
        site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    assert ChainTransaction.objects.count() == 1


def test_another_root_for_the_same_epoch_is_a_conflict(site: Site):
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    with pytest.raises(Conflict, match="already on its way"):
        site.approve((site.evm.alice, 31), (site.evm.bob, 20))


def test_an_intent_belongs_to_the_approval(site: Site):
    batch, _ = site.batch((site.evm.alice, 1))
    with pytest.raises(RuntimeError, match="transaction of the approval"):
        outbox.enqueue_root(batch)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        outbox.enqueue_root(batch)
        _ = 1 / 0
    assert not ChainTransaction.objects.exists()


def test_without_contracts_or_before_the_first_epoch_nothing_is_enqueued(site: Site):
    batch, _ = site.batch((site.evm.alice, 1), epoch=FIRST - 1)
    with transaction.atomic():
        assert outbox.enqueue_root(batch) is None
    Deployment.objects.all().delete()
    batch, _ = site.batch((site.evm.alice, 1))
    with transaction.atomic():
        assert outbox.enqueue_root(batch) is None


# --- crashes -----------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """Stands for kill -9: nothing catches it."""


def test_killed_before_anything_was_stored_leaves_the_intent_waiting(site: Site, monkeypatch):
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    with monkeypatch.context() as patch:
        patch.setattr(publisher.signing, "store_first", killed)
        with pytest.raises(Killed):
            site.follow()
    assert (site.intent().state, Attempt.objects.count()) == ("waiting", 0)
    site.settle()
    assert site.intent().state == "final"


def test_killed_between_storing_and_sending_sends_the_same_bytes(site: Site, monkeypatch):
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    with monkeypatch.context() as patch:
        patch.setattr(rpc.Chain, "send", killed)
        with pytest.raises(Killed):
            site.follow()
    (stored,) = site.attempts()
    assert (site.intent().state, stored.sent_at) == ("sent", None)
    site.settle()
    assert [attempt.raw for attempt in site.attempts()] == [stored.raw]
    assert site.evm.web3.eth.get_transaction_receipt(stored.tx_hash)["status"] == 1
    assert site.intent("accept").state == "final"


def test_killed_after_sending_finds_the_transaction_on_the_chain(site: Site, monkeypatch):
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    send = rpc.Chain.send

    def sent_then_killed(chain, raw):
        send(chain, raw)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(rpc.Chain, "send", sent_then_killed)
        with pytest.raises(Killed):
            site.follow()
    assert site.attempts()[0].sent_at is None
    site.settle()
    assert len(site.attempts()) == 1
    assert site.intent().state == "final"
    assert len(site.logs("RootSubmitted")) == 1


def test_killed_between_final_and_acceptance_is_not_possible(site: Site, monkeypatch):
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.follow()
    site.mine(2)
    with monkeypatch.context() as patch:
        patch.setattr(publisher.outbox, "intend_acceptance", killed)
        with pytest.raises(Killed):
            site.follow()
    assert site.intent().state == "included"  # rolled back together
    site.settle()
    assert site.intent("accept").state == "final"


def test_a_killed_pass_gives_way_when_its_lease_ends(site: Site, monkeypatch):
    now = timezone.now()
    Deployment.objects.update(next_pass_at=now + following.LEASE)
    assert following.follow() == "busy"
    monkeypatch.setattr(following.timezone, "now", lambda: now + following.LEASE + timedelta(seconds=1))
    assert following.follow() == "ok"


def killed(*_args, **_kwargs):
    raise Killed


# --- the mempool -------------------------------------------------------------------------------------------------


def test_a_dropped_transaction_is_sent_again_as_the_same_bytes(site: Site):
    site.hold_blocks()
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.follow()
    (attempt,) = site.attempts()
    assert site.intent().state == "sent"
    site.rpc("anvil_dropTransaction", attempt.tx_hash)
    assert site.rpc("eth_getTransactionByHash", attempt.tx_hash) is None
    site.follow()
    assert site.rpc("eth_getTransactionByHash", attempt.tx_hash) is not None
    assert len(site.attempts()) == 1
    site.mine()
    site.follow()
    assert site.intent().state == "included"


def test_one_transaction_is_in_flight_per_key(site: Site):
    site.hold_blocks()
    site.approve((site.evm.alice, 10), (site.evm.bob, 10))
    site.approve((site.evm.alice, 20), (site.evm.bob, 20), epoch=FIRST + 1)
    for _ in range(3):
        site.follow()
    assert len(site.attempts()) == 1
    assert site.intent(epoch=FIRST + 1).state == "waiting"
    first = site.intent()
    with pytest.raises(IntegrityError), transaction.atomic():
        ChainTransaction.objects.filter(epoch=FIRST + 1).update(state="sent", sender=first.sender, nonce=99)


def test_fees_are_raised_by_an_eighth_on_both_fields_and_the_dearer_one_counts(site: Site):
    site.hold_blocks()
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.follow()
    site.age(60)
    site.follow()
    assert len(site.attempts()) == 1  # not yet
    site.age(61)
    site.follow()
    cheap, dear = site.attempts()
    assert dear.max_fee * 8 >= cheap.max_fee * 9
    assert dear.priority_fee * 8 >= cheap.priority_fee * 9
    assert (dear.nonce, dear.number) == (cheap.nonce, 2)
    site.mine()
    site.follow()
    assert site.intent().state == "included"
    assert site.evm.web3.eth.get_transaction_receipt(dear.tx_hash)["status"] == 1
    assert site.rpc("eth_getTransactionReceipt", cheap.tx_hash) is None


def test_past_the_fee_cap_a_person_is_called_and_a_late_inclusion_still_counts(site: Site, settings, fay, carol):
    settings.CHAIN_MAX_FEE_GWEI = 3
    site.hold_blocks()
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.follow()
    for _ in range(12):
        site.age(121)
        site.follow()
    assert site.intent().state == "needs person"
    assert all(attempt.max_fee <= 3 * 10**9 for attempt in site.attempts())
    assert site.alerts() == ["chain.needs-person"]
    assert str(site.attempts()[-1].max_fee) in site.intent().error
    site.mine()
    site.follow()
    assert site.intent().state == "included"


def test_a_transaction_of_somebody_else_with_the_same_key_takes_the_nonce(site: Site):
    site.hold_blocks()
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.follow()
    (attempt,) = site.attempts()
    site.rpc("anvil_dropTransaction", attempt.tx_hash)
    site.evm.web3.eth.send_transaction(
        {"from": site.evm.updater, "to": site.evm.carol, "value": 1, "nonce": attempt.nonce, "gas": 21000}
    )
    site.mine()
    site.follow()
    assert (site.intent().state, len(site.attempts())) == ("sent", 1)  # "nonce too low" alone decides nothing
    assert site.alerts() == []
    site.mine(3)
    site.follow()
    assert site.alerts() == ["chain.nonce-taken"]
    site.release_blocks()
    site.settle()
    assert site.intent("accept").state == "final"
    assert [a.nonce for a in site.attempts()] == [attempt.nonce, attempt.nonce + 1]


def test_a_reorganisation_puts_an_included_transaction_back_on_its_way(site: Site):
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.follow()
    assert site.intent().state == "included"
    site.hold_blocks()
    site.rpc("anvil_reorg", 1, [])
    site.follow()
    assert site.intent().state == "sent"
    assert len(site.attempts()) == 1
    site.mine(3)
    site.follow()
    assert site.intent().state == "final"


# --- what the chain says -----------------------------------------------------------------------------------------


def test_a_root_that_is_already_on_the_chain_is_not_sent_again(site: Site):
    batch, _ = site.batch((site.evm.alice, 30), (site.evm.bob, 20))
    site.evm.submit(bytes.fromhex(batch.tree_root[2:]), 50 * MET)
    site.mine(3)
    with transaction.atomic():
        outbox.enqueue_root(batch)
    site.settle()
    assert site.attempts() == []
    assert site.intent().state == site.intent("accept").state == "final"


def test_a_root_accepted_by_anyone_is_settled(site: Site, monkeypatch):
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.follow()
    site.evm.send(site.evm.call.acceptRoot(), site.evm.carol)
    site.mine(3)
    site.settle()
    assert site.attempts("accept") == []
    assert site.intent("accept").state == "final"
    assert [event.epoch for event in site.heard] == [FIRST]


def test_a_root_on_the_chain_counts_only_when_it_is_final(site: Site):
    batch, _ = site.batch((site.evm.alice, 30), (site.evm.bob, 20))
    site.evm.submit(bytes.fromhex(batch.tree_root[2:]), 50 * MET)
    with transaction.atomic():
        outbox.enqueue_root(batch)
    site.follow()
    assert (site.intent().state, site.intent().error) == ("waiting", "What the chain says is not final yet.")
    site.mine(3)
    site.age(0)
    site.follow()
    assert site.intent().state == "final"


def test_an_objection_keeps_a_root_off_the_chain(site: Site, monkeypatch):
    objections = ["the batch was edited after its approval"]
    monkeypatch.setattr("rewards.chain.hooks._guards", [lambda epoch, root: objections[0]])
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.follow()
    assert (site.intent().state, site.attempts()) == ("waiting", [])
    assert site.intent().error == objections[0]
    assert site.alerts() == ["chain.blocked"]
    objections[0] = ""
    site.age(0)
    site.settle()
    assert site.intent("accept").state == "final"


def test_who_cannot_be_asked_has_not_agreed(site: Site, monkeypatch):
    def asked(epoch, root):
        raise OSError("the files are gone")

    monkeypatch.setattr("rewards.chain.hooks._guards", [asked])
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    assert site.follow() == "ok"
    assert (site.intent().error, site.attempts()) == ("OSError: the files are gone", [])


def test_another_root_on_the_chain_calls_a_person_and_is_never_accepted(site: Site):
    site.evm.submit(b"\x66" * 32, 50 * MET)
    site.mine(3)
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.settle()
    assert site.intent().state == "needs person"
    assert site.alerts() == ["chain.contradicted"]
    assert site.evm.call.nextEpoch().call() == FIRST


def test_a_revoked_root_stops_and_the_epoch_can_be_published_again(site: Site):
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.approve((site.evm.alice, 35), (site.evm.bob, 20), epoch=FIRST + 1)
    site.follow()
    site.evm.send(site.evm.call.pause(), site.evm.guardian)
    site.mine(3)
    site.follow()
    assert "EnforcedPause" in site.intent("accept").error
    site.evm.send(site.evm.call.revokePending(), site.evm.guardian)
    site.mine(3)
    site.age(0)
    site.follow()
    assert site.intent().state == site.intent("accept").state == "revoked"
    assert site.intent(epoch=FIRST + 1).state == "revoked"  # it built on the revoked one
    assert type(site.heard[-1]).__name__ == "RootRevoked"
    site.evm.send(site.evm.call.unpause(), site.evm.admin)
    site.approve((site.evm.alice, 29), (site.evm.bob, 20))
    site.approve((site.evm.alice, 34), (site.evm.bob, 20), epoch=FIRST + 1)
    site.settle(7)
    assert site.intent("accept", FIRST + 1).state == "final"
    assert site.evm.call.committed().call() == 54 * MET


def test_an_underfunded_distributor_waits_tells_once_and_heals(site: Site):
    site.approve((site.evm.alice, 2000), (site.evm.bob, 1))
    for _ in range(3):
        site.follow()
        site.age(0)
    assert site.intent().state == "waiting"
    assert "Underfunded" in site.intent().error
    assert site.alerts() == ["chain.blocked"]
    site.evm.send(site.evm.token.functions.transfer(site.evm.distributor.address, 2000 * MET), site.evm.admin)
    site.age(0)
    site.settle()
    assert site.intent("accept").state == "final"


def test_a_refused_transaction_is_marked_failed_and_told(site: Site):
    site.hold_blocks()
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.follow()
    # Between the estimate and inclusion the role is taken away, in the same block and before it.
    site.evm.web3.eth.send_transaction(
        {
            "from": site.evm.admin,
            "to": site.evm.distributor.address,
            "data": site.evm.distributor.encode_abi(
                "revokeRole", args=[site.evm.call.UPDATER().call(), site.evm.updater]
            ),
            "gas": 200_000,
            "maxPriorityFeePerGas": 50 * 10**9,
            "maxFeePerGas": 60 * 10**9,
        }
    )
    site.mine(4)
    site.follow()
    assert site.intent().state == "failed"
    assert site.alerts() == ["chain.failed"]


def test_the_delay_is_waited_for(site: Site, settings):
    batch, _ = site.batch((site.evm.alice, 30), (site.evm.bob, 20))
    slow = site.evm.deploy(site.evm.web3)  # a distributor with a delay of an hour
    Deployment.objects.filter(kind="distributor").update(
        address=slow.distributor.address.lower(), block=site.evm.web3.eth.block_number
    )
    with transaction.atomic():
        outbox.enqueue_root(batch)
    site.follow()
    site.mine(3)
    site.follow()
    accept = site.intent("accept")
    assert timedelta(minutes=50) < accept.due_at - timezone.now() <= timedelta(minutes=70)
    site.follow()
    assert (accept.state, site.attempts("accept")) == ("waiting", [])
    slow.later(3601)
    site.age(0)
    site.follow()
    site.mine(3)
    site.follow()
    assert site.intent("accept").state == "final"


# --- the node is gone --------------------------------------------------------------------------------------------


def test_with_the_node_gone_the_outbox_waits_and_heals(site: Site, settings):
    url, settings.CHAIN_RPC_URL = settings.CHAIN_RPC_URL, "http://127.0.0.1:9"
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    assert site.follow() == "down"
    assert following.follow() == "busy"  # a pause, so that workers are not held up
    row = Deployment.objects.get(kind="distributor")
    assert "does not answer" in row.error
    assert "127.0.0.1" not in row.error  # the address may hold a provider's secret
    assert site.intent().state == "waiting"
    settings.CHAIN_RPC_URL = url
    site.settle()
    assert Deployment.objects.get(kind="distributor").error == ""
    assert site.intent("accept").state == "final"


def test_a_person_hears_of_a_chain_that_stays_down_once(site: Site, settings):
    settings.CHAIN_RPC_URL = "http://127.0.0.1:9"
    for _ in range(12):
        assert site.follow() == "down"
    assert site.alerts() == ["chain.down"]


def test_another_chain_behind_the_url_is_down(site: Site, settings):
    settings.CHAIN_ID = 1
    Deployment.objects.update(chain_id=1)
    assert site.follow() == "down"
    assert "serves chain 31337" in Deployment.objects.get(kind="distributor").error


def test_no_call_holds_a_database_transaction_open(site: Site):
    with transaction.atomic(), pytest.raises(RuntimeError, match="transaction open"):
        rpc.connect().head()
