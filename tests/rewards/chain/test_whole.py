"""The engine's tree, the outbox and the contract together; and several workers at once."""

import threading

import numpy as np
import pytest
from django.db import connection, transaction

from rewards.chain import following, jobs, keys, outbox, reads, signing
from rewards.chain.models import Attempt, ChainTransaction, Deployment
from rewards.chain.rpc import Fees
from rewards.engine import merkle
from tests import make
from tests.rewards.chain.evm import FIRST, MET
from tests.rewards.chain.site import CONTENT, GRAINS, Site

pytestmark = pytest.mark.chain


@pytest.mark.parametrize("count", [1, 2, 3, 21])
def test_every_leaf_of_the_engines_tree_can_be_claimed(site: Site, count: int):
    grains = {make.key(5000 + number).address.lower(): (number + 1) * GRAINS for number in range(count)}
    wallets = np.array(sorted(grains), dtype="S42")
    tree = merkle.build(wallets, np.array([grains[w.decode()] for w in wallets.tolist()], dtype=np.int64))

    class Batch:
        epoch_id, content_hash = FIRST, CONTENT
        tree_root, tree_total = "0x" + tree.root.hex(), sum(grains.values())

    with transaction.atomic():
        outbox.enqueue_root(Batch)
    site.settle(4)
    for wallet, amount in grains.items():
        proof = tree.proof(wallet).to_json()
        call = reads.claim_call(wallet, amount, proof["proof"])
        site.send(site.evm.carol, call.to, call.data)
        assert site.evm.balance(site.evm.web3.to_checksum_address(wallet)) == amount * 10**9
    site.mine(3)
    site.follow()
    claims = [event for event in site.heard if type(event).__name__ == "Claimed"]
    assert {event.wallet: event.cumulative for event in claims} == grains
    assert site.evm.call.totalClaimed().call() == site.evm.call.committed().call()


def test_a_demo_publishes_a_month_in_a_few_passes(site: Site, settings):
    settings.CHAIN_CONFIRMATIONS = 1
    for number in range(30):
        site.approve((site.evm.alice, 1 + number), (site.evm.bob, 1 + number), epoch=FIRST + number)
    passes = 0
    while len(site.heard) < 30:
        passes += 1
        assert site.follow() == "ok"
        assert passes < 20
    assert site.evm.call.nextEpoch().call() == FIRST + 30


def test_the_jobs_do_what_the_passes_do(site: Site):
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    jobs.follow_chain.func()
    assert site.intent().state == "included"
    jobs.reconcile_chain.func()
    assert site.alerts() == []


def test_a_second_worker_with_the_same_intent_signs_nothing(site: Site):
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    terms = signing.Terms(nonce=0, gas=200_000, fees=Fees(2 * 10**9, 10**9))
    first, second = site.intent(), site.intent()
    assert signing.store_first(first, keys.updater(), terms) is not None
    assert signing.store_first(second, keys.updater(), terms) is None
    assert Attempt.objects.count() == 1
    dearer = signing.Terms(nonce=0, gas=200_000, fees=Fees(3 * 10**9, 2 * 10**9))
    assert signing.store_replacement(first, keys.updater(), dearer) is not None
    stale = signing._signed(first, keys.updater(), terms)
    stale.number = 2
    with pytest.raises(Exception, match="(?i)unique"), transaction.atomic():
        stale.save()


def test_what_moved_under_a_worker_is_not_moved_again(site: Site):
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    seen = site.intent()
    ChainTransaction.objects.update(state="final")
    assert not outbox.move(seen, "needs person")
    assert site.intent().state == "final"


@pytest.mark.services
def test_many_workers_at_once_publish_once(site: Site):
    if connection.vendor == "sqlite":
        pytest.skip("threads share one in-memory database on SQLite; runs on PostgreSQL")
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    outcomes: list[str] = []

    def work() -> None:
        try:
            for _ in range(4):
                outcomes.append(following.follow())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(outcomes) <= {"ok", "busy"}
    assert "ok" in outcomes
    site.settle()
    assert len(site.logs("RootSubmitted")) == len(site.logs("RootAccepted")) == 1
    assert len(site.heard) == 1
    assert site.evm.call.committed().call() == 50 * MET


def test_two_readers_of_the_same_range_keep_one_copy(site: Site):
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.settle()
    before = len(site.logs("RootAccepted"))
    Deployment.objects.filter(kind="distributor").update(indexed_block=None)
    site.mine(1)
    site.follow()
    assert len(site.logs("RootAccepted")) == before
    assert len(site.heard) == 1
