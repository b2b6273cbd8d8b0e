"""What goes wrong around the publisher, and that it comes right without a person where it can."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from rewards.chain import actions, deploying, hooks, outbox, reads, reconciliation, rpc
from rewards.chain.models import ChainLog, ChainTransaction, Deployment
from rewards.ledger import reads as ledger
from rewards.ledger.accounts import EMISSION, payable
from rewards.ledger.actions import transfer
from rewards.payouts import publishing
from tests import make
from tests.rewards.chain.evm import FIRST, MET, Evm
from tests.rewards.chain.site import GRAINS, Site

pytestmark = pytest.mark.chain


def push_in(site: Site, sender: str, verb: str) -> None:
    """A transaction that stands before ours in the next block."""
    fees = {"maxPriorityFeePerGas": 50 * 10**9, "maxFeePerGas": 60 * 10**9}
    call = {"to": site.evm.distributor.address, "data": site.evm.distributor.encode_abi(verb, args=[])}
    site.evm.web3.eth.send_transaction({"from": sender, "gas": 200_000} | call | fees)


def test_whoever_accepts_a_root_first_did_what_was_wanted(site: Site):
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.approve((site.evm.alice, 31), (site.evm.bob, 20), epoch=FIRST + 1)
    site.follow()
    site.hold_blocks()
    site.mine(2)
    site.follow()
    assert site.intent("accept").state == "sent"
    # Carol's acceptance stands before ours in the same block, so ours is refused by the contract.
    push_in(site, site.evm.carol, "acceptRoot")
    site.mine(3)
    (ours,) = site.attempts("accept")
    assert site.evm.web3.eth.get_transaction_receipt(ours.tx_hash)["status"] == 0
    site.follow()
    assert site.intent("accept").state == "final"
    assert site.alerts() == []
    assert reads.publication(FIRST).step == "accepted"
    site.release_blocks()
    site.settle()
    assert site.intent("accept", FIRST + 1).state == "final"


def test_an_acceptance_that_is_overtaken_by_a_revocation_ends_with_it(site: Site):
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.follow()
    site.hold_blocks()
    site.mine(2)
    site.follow()
    assert site.intent("accept").state == "sent"
    push_in(site, site.evm.guardian, "revokePending")
    site.mine(3)
    site.release_blocks()
    site.follow()
    assert site.intent().state == site.intent("accept").state == "revoked"
    site.approve((site.evm.alice, 29), (site.evm.bob, 20))
    site.settle()
    assert site.evm.call.committed().call() == 49 * MET


def test_a_root_revoked_while_the_site_was_away_can_be_published_again(site: Site):
    site.hold_blocks()
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.follow()
    assert site.intent().state == "sent"
    site.mine()
    site.release_blocks()
    site.evm.send(site.evm.call.revokePending(), site.evm.guardian)
    site.mine(5)
    site.follow()  # the site hears of both at once
    site.follow()
    assert site.intent().state == site.intent("accept").state == "revoked"
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))  # the same root, looked at again
    site.settle()
    assert site.intent("accept").state == "final"
    assert site.evm.call.committed().call() == 50 * MET


def test_a_revoked_root_of_somebody_else_says_nothing_against_ours(site: Site):
    site.evm.submit(b"\x66" * 32, 50 * MET)
    site.mine(3)
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.approve((site.evm.alice, 31), (site.evm.bob, 20), epoch=FIRST + 1)
    site.follow()
    assert site.intent().state == "needs person"
    site.evm.send(site.evm.call.revokePending(), site.evm.guardian)
    site.mine(3)
    site.follow()
    assert site.intent(epoch=FIRST + 1).state == "waiting"
    actions.retry(actor=make.member("ada", roles=("admin",)), intent=site.intent())
    site.age(0)
    site.settle(8)
    assert site.intent("accept", FIRST + 1).state == "final"


def test_what_needs_a_person_and_was_never_signed_can_be_withdrawn(site: Site):
    site.evm.submit(b"\x66" * 32, 50 * MET)
    site.mine(3)
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.follow()
    assert site.intent().state == "needs person"
    assert outbox.withdraw(FIRST) == 1
    site.approve((site.evm.alice, 31), (site.evm.bob, 20))
    assert site.intent().state == "waiting"


def test_a_node_that_drops_it_again_and_again_is_offered_more(site: Site):
    site.hold_blocks()
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.follow()
    for _ in range(3):
        site.rpc("anvil_dropAllTransactions")
        site.age(50)
        site.follow()
    cheap, dear = site.attempts()
    assert dear.max_fee * 8 >= cheap.max_fee * 9
    assert dear.nonce == cheap.nonce
    assert site.rpc("eth_getTransactionByHash", dear.tx_hash) is not None


def test_a_receipt_that_comes_a_moment_after_its_block_is_no_foreign_transaction(site: Site, settings, monkeypatch):
    settings.CHAIN_CONFIRMATIONS = 1
    site.hold_blocks()
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.follow()
    site.mine()
    receipt, looks = rpc.Chain.receipt, []

    def late(chain, tx_hash):
        looks.append(tx_hash)
        return None if len(looks) == 1 else receipt(chain, tx_hash)

    monkeypatch.setattr(rpc.Chain, "receipt", late)
    site.follow()
    assert site.intent().state == "final"
    assert site.alerts() == []


def test_a_new_updater_key_sends_what_the_old_one_could_not_finish(site: Site, settings):
    site.hold_blocks()
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.follow()
    old = site.intent().sender
    site.rpc("anvil_dropAllTransactions")
    site.release_blocks()
    new = make.key(8)
    site.rpc("anvil_setBalance", new.address, hex(10**18))
    role = site.evm.call.UPDATER().call()
    site.evm.send(site.evm.call.revokeRole(role, site.evm.updater), site.evm.admin)
    site.evm.send(site.evm.call.grantRole(role, new.address), site.evm.admin)
    settings.UPDATER_KEY = new.key.to_0x_hex()
    site.hold_blocks()
    site.follow()  # the old bytes are offered once more
    site.age(121)
    site.follow()
    assert site.alerts() == ["chain.key-changed"]
    site.rpc("anvil_dropAllTransactions")
    site.release_blocks()
    site.settle()
    assert site.intent("accept").state == "final"
    assert (old, site.intent().sender) == (site.evm.updater.lower(), new.address.lower())


def test_what_a_replaced_contract_has_in_flight_is_followed_and_blocks_nothing(site: Site):
    site.hold_blocks()
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.follow()
    assert site.intent().state == "sent"
    site.release_blocks()
    other = Evm.deploy(site.evm.web3, delay=0)
    Deployment.objects.filter(kind="distributor").update(replaced_at=timezone.now())
    Deployment.objects.create(
        chain_id=31337,
        kind="distributor",
        address=other.distributor.address.lower(),
        block=site.evm.web3.eth.block_number - 1,
        first_epoch=FIRST,
    )
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.settle(8)
    ours = ChainTransaction.objects.filter(contract=other.distributor.address.lower())
    assert {row.kind: row.state for row in ours} == {"submit": "final", "accept": "final"}


def test_later_claims_of_a_wallet_wait_for_its_first(site: Site, monkeypatch):
    alice, bob = site.evm.alice, site.evm.bob
    proofs = site.approve((alice, 30), (bob, 20))
    site.settle()
    booked, wrong = [], [True]

    def handler(event):
        if isinstance(event, hooks.Claimed) and event.cumulative == 30 * GRAINS and wrong:
            raise ValueError("not yet")
        if isinstance(event, hooks.Claimed):
            booked.append(event.cumulative // GRAINS)

    monkeypatch.setattr(hooks, "_handlers", [handler])
    site.claim(alice, 30, proofs[0])
    newer = site.approve((alice, 35), (bob, 20), epoch=FIRST + 1)
    site.settle()
    site.claim(alice, 35, newer[0])
    site.claim(bob, 20, newer[1])
    site.mine(3)
    site.follow()
    assert booked == [20]
    wrong.clear()
    site.mine()
    site.follow()
    assert booked == [20, 30, 35]


# --- reconciliation ----------------------------------------------------------------------------------------------


def test_nothing_is_compared_while_a_pass_moves_one_side(site: Site, monkeypatch):
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.settle()
    Deployment.objects.filter(kind="distributor").update(next_pass_at=timezone.now() + timedelta(minutes=1))
    monkeypatch.setattr(reconciliation, "compare", lambda *_: pytest.fail("compared in the middle of a pass"))
    assert reconciliation.reconcile() == []


# --- the development chain began anew -----------------------------------------------------------------------------


def test_a_chain_that_began_anew_takes_back_what_it_had_told(site: Site, settings, monkeypatch):
    wallet = site.evm.alice.lower()
    with transaction.atomic():
        transfer(source=EMISSION, target=payable(wallet), amount=30 * GRAINS, key="test")
    proofs = site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.settle()
    monkeypatch.setattr("rewards.chain.hooks._handlers", [publishing.hear])
    site.claim(site.evm.alice, 30, proofs[0])
    site.mine(3)
    site.follow()
    assert ledger.balances_of(wallet).claimed == 30 * GRAINS
    site.hold_blocks()
    site.approve((site.evm.alice, 31), (site.evm.bob, 20), epoch=FIRST + 1)
    site.follow()
    assert site.intent(epoch=FIRST + 1).state == "sent"
    for contract in (site.evm.token, site.evm.distributor):
        site.rpc("anvil_setCode", contract.address, "0x")
    site.rpc("anvil_dropAllTransactions")
    assert deploying.forget_lost_chain(rpc.connect(), site.evm.admin)
    balances = ledger.balances_of(wallet)
    assert (balances.payable, balances.claimed) == (30 * GRAINS, 0)
    assert not ChainLog.objects.exists()
    assert not ChainTransaction.objects.in_flight().exists()
    assert not deploying.forget_lost_chain(rpc.connect(), site.evm.admin)
