"""What is read back from the chain: ranges, reorganisations, booking, reconciliation."""

import pytest
from django.utils import timezone

from rewards.chain import indexer, reads, reconciliation, rpc
from rewards.chain.models import ChainBlock, ChainLog, Deployment
from rewards.ledger.models import Account
from tests.rewards.chain.evm import FIRST, MET, Evm
from tests.rewards.chain.site import GRAINS, Site

pytestmark = pytest.mark.chain


@pytest.fixture
def proofs(site: Site) -> list[list[bytes]]:
    """A root in force: 30 MET for alice, 20 for bob."""
    made = site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.settle()
    site.heard.clear()
    return made


def test_a_claim_is_included_at_once_and_booked_when_final(site: Site, proofs):
    site.claim(site.evm.alice, 30, proofs[0])
    site.follow()
    wallet = site.evm.alice.lower()
    (row,) = site.logs()
    assert (row.wallet, row.amount, row.final_at) == (wallet, 30 * GRAINS, None)
    assert reads.claim_status(wallet).included == 30 * GRAINS
    assert reads.claim_step(wallet, row.tx_hash) == reads.ClaimStep("included", row.tx_hash)
    assert site.heard == []
    site.mine(1)
    site.follow()
    assert site.heard == []
    site.mine(1)  # the third confirmation: its own block, and two on top
    site.follow()
    (event,) = site.heard
    assert (event.wallet, event.amount, event.cumulative) == (wallet, 30 * GRAINS, 30 * GRAINS)
    assert reads.claim_status(wallet).final == reads.claim_status(wallet).claimed == 30 * GRAINS
    assert reads.claim_step(wallet, row.tx_hash).step == "final"
    assert reads.claim_step(wallet, "0x" + "00" * 32) == reads.ClaimStep("sent", "0x" + "00" * 32)
    site.mine(3)
    site.follow()
    assert len(site.heard) == 1


def test_a_reorganised_claim_is_forgotten_and_never_booked(site: Site, proofs):
    site.claim(site.evm.alice, 30, proofs[0])
    site.follow()
    assert len(site.logs()) == 1
    site.hold_blocks()
    site.rpc("anvil_reorg", 1, [])
    site.rpc("anvil_dropAllTransactions")
    site.follow()
    assert site.logs() == []
    site.mine(4)
    site.follow()
    assert site.heard == []
    assert reads.claim_status(site.evm.alice).claimed == 0


def test_what_the_chain_no_longer_says_is_dropped_when_a_range_is_read_again(site: Site, proofs):
    site.claim(site.evm.alice, 30, proofs[0])
    site.follow()
    (row,) = site.logs()
    row.pk, row.block_hash = None, "0x" + "ee" * 32  # as a node on another branch would have told it
    row.save()
    site.mine(1)
    site.follow()
    assert [row.block_hash for row in site.logs()] != []
    assert "0x" + "ee" * 32 not in [row.block_hash for row in site.logs()]


def test_a_claim_that_moved_to_another_block_is_booked_once(site: Site, proofs):
    receipt = site.claim(site.evm.alice, 30, proofs[0])
    site.mine(1)
    site.follow()
    signed = site.rpc("eth_getRawTransactionByHash", "0x" + receipt["transactionHash"].hex())
    site.rpc("anvil_reorg", 2, [])
    site.follow()
    assert site.logs() == []
    site.rpc("eth_sendRawTransaction", signed)
    site.mine(3)
    site.follow()
    (row,) = site.logs()
    assert row.block_hash != "0x" + receipt["blockHash"].hex()
    assert [event.amount for event in site.heard] == [30 * GRAINS]


def test_history_that_changes_below_a_final_block_stops_everything_loudly(site: Site, proofs):
    site.claim(site.evm.alice, 30, proofs[0])
    site.mine(3)
    site.follow()
    assert len(site.heard) == 1
    site.rpc("anvil_reorg", 4, [])
    site.mine(4)
    for _ in range(2):
        assert site.follow() == "down"
    assert "final block" in Deployment.objects.get(kind="distributor").error
    assert site.logs()[0].final_at is not None  # what was booked is never undone silently
    assert reads.chain_health().state == "down"


def test_long_histories_are_read_in_bounded_ranges(site: Site, monkeypatch):
    monkeypatch.setattr(indexer, "LONGEST_RANGE", 7)
    asked = []
    logs = rpc.Chain.logs

    def counted(chain, address, first, last):
        asked.append(last - first + 1)
        if last - first + 1 > 4:
            raise rpc.Refused("query exceeds the longest range")
        return logs(chain, address, first, last)

    monkeypatch.setattr(rpc.Chain, "logs", counted)
    proofs = site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.settle()
    site.claim(site.evm.alice, 30, proofs[0])
    site.mine(40)
    site.claim(site.evm.bob, 20, proofs[1])
    site.mine(3)
    site.follow()
    assert max(asked) <= 7
    assert [row.amount for row in site.logs()] == [30 * GRAINS, 20 * GRAINS]
    assert [event.amount for event in site.heard[1:]] == [30 * GRAINS, 20 * GRAINS]


def test_a_refused_range_of_one_block_means_the_chain_is_down(site: Site, monkeypatch):
    def refuse(*_):
        raise rpc.Refused("method not available")

    monkeypatch.setattr(rpc.Chain, "logs", refuse)
    site.mine(1)
    assert site.follow() == "down"


def test_a_chain_reorganised_while_it_is_read_is_read_again_later(site: Site, proofs, monkeypatch):
    site.claim(site.evm.alice, 30, proofs[0])
    logs = rpc.Chain.logs

    def overtaken(chain, address, first, last):
        found = logs(chain, address, first, last)
        site.rpc("anvil_reorg", 1, [])
        return found

    with monkeypatch.context() as patch:
        patch.setattr(rpc.Chain, "logs", overtaken)
        assert site.follow() == "down"
    assert site.logs() == []
    assert site.follow() == "ok"


def test_a_quiet_chain_costs_one_call(site: Site, proofs, monkeypatch):
    site.follow()
    calls = []
    call = rpc.Chain.call
    monkeypatch.setattr(rpc.Chain, "call", lambda chain, method, *a: calls.append(method) or call(chain, method, *a))
    site.follow()
    assert calls == ["eth_getBlockByNumber"]


def test_what_a_handler_refuses_is_told_once_and_tried_again(site: Site, proofs, monkeypatch):
    wrong = []

    def handler(event):
        if event.wallet == site.evm.alice.lower() and not wrong:
            raise ValueError("the ledger says no")
        site.heard.append(event)

    monkeypatch.setattr(indexer.__name__.replace("indexer", "hooks") + "._handlers", [handler])
    site.claim(site.evm.alice, 30, proofs[0])
    site.claim(site.evm.bob, 20, proofs[1])
    site.mine(3)
    for _ in range(2):
        site.follow()
    assert [event.wallet for event in site.heard] == [site.evm.bob.lower()]
    assert site.alerts() == ["chain.not-booked"]
    assert "the ledger says no" in site.logs()[0].error
    wrong.append("repaired")
    site.follow()
    assert [event.wallet for event in site.heard] == [site.evm.bob.lower(), site.evm.alice.lower()]
    assert site.logs()[0].error == ""


def test_nothing_is_booked_past_a_root_that_was_refused(site: Site, monkeypatch):
    def handler(event):
        raise ValueError("not yet")

    monkeypatch.setattr("rewards.chain.hooks._handlers", [handler])
    proofs = site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    site.settle()
    site.claim(site.evm.alice, 30, proofs[0])
    site.mine(3)
    site.follow()
    assert not ChainLog.objects.final().exclude(event="RootSubmitted").exists()


# --- reconciliation ----------------------------------------------------------------------------------------------


def test_all_sides_agree_after_claims(site: Site, proofs):
    assert reconciliation.reconcile() == []
    site.claim(site.evm.alice, 30, proofs[0])
    site.mine(3)
    site.follow()
    Account.objects.create(kind="claimed", wallet=site.evm.alice.lower(), balance=30 * GRAINS)
    assert reconciliation.reconcile() == []
    assert site.alerts() == []


def test_a_claim_missing_here_is_told(site: Site, proofs):
    site.claim(site.evm.alice, 30, proofs[0])
    site.mine(3)
    site.follow()
    Account.objects.create(kind="claimed", wallet=site.evm.alice.lower(), balance=30 * GRAINS)
    ChainLog.objects.filter(event="Claimed").delete()
    found = {d.what: (d.chain, d.database) for d in reconciliation.reconcile()}
    assert found["claimed"] == (str(30 * MET), "0")
    assert found["ledger"] == ("0", str(30 * GRAINS))
    reconciliation.reconcile()
    assert site.alerts() == ["chain.does-not-reconcile"]


def test_a_root_this_site_never_approved_is_told(site: Site, proofs):
    site.evm.submit(b"\x66" * 32, 60 * MET, FIRST + 1)
    site.evm.send(site.evm.call.acceptRoot(), site.evm.carol)
    site.mine(3)
    site.follow()
    (difference,) = reconciliation.reconcile()
    assert (difference.what, difference.chain, difference.database) == ("approved root", "0x" + "66" * 32, "")


def test_reconciliation_without_an_answer_says_nothing(site: Site, proofs, settings):
    settings.CHAIN_RPC_URL = "http://127.0.0.1:9"
    assert reconciliation.reconcile() == []
    assert site.alerts() == []


# --- reads -------------------------------------------------------------------------------------------------------


def test_the_way_of_a_root_can_be_followed(site: Site):
    assert reads.publication(FIRST) is None
    site.approve((site.evm.alice, 30), (site.evm.bob, 20))
    assert reads.publication(FIRST).step == "waiting"
    site.follow()
    assert reads.publication(FIRST).tx_hash == site.attempts()[0].tx_hash
    site.mine(2)
    site.follow()
    assert reads.publication(FIRST).step == "submitted"
    assert reads.accepted_epoch() is None
    site.mine(2)
    site.follow()
    assert reads.publication(FIRST).step == "accepted"
    assert reads.accepted_epoch() == FIRST


def test_the_claim_call_is_what_the_contract_takes(site: Site, proofs):
    alice = site.evm.alice
    call = reads.claim_call(alice, 30 * GRAINS, ["0x" + step.hex() for step in proofs[0]])
    assert (call.chain_id, call.to, call.cumulative) == (31337, site.evm.distributor.address.lower(), 30 * MET)
    site.send(alice, call.to, call.data)
    assert site.evm.balance(alice) == 30 * MET


def test_a_pause_is_seen_and_its_end(site: Site):
    assert not reads.is_paused()
    site.evm.send(site.evm.call.pause(), site.evm.guardian)
    site.follow()
    assert reads.is_paused()
    site.evm.send(site.evm.call.unpause(), site.evm.admin)
    site.follow()
    assert not reads.is_paused()


def test_health_tells_off_ok_stale_and_down(site: Site, settings):
    assert reads.chain_health().state == "down"  # never looked at
    site.follow()
    assert reads.chain_health().state == "ok"
    Deployment.objects.update(seen_at=timezone.now() - reads.STALE * 2)
    assert reads.chain_health().state == "down"
    Deployment.objects.all().delete()
    assert reads.chain_health().state == "off"
    settings.CHAIN_RPC_URL = ""
    assert (reads.chain_health().state, reads.contracts(), site.follow()) == ("off", None, "off")


def test_pages_ask_no_node(site: Site, proofs, monkeypatch):
    monkeypatch.setattr(rpc.Chain, "call", lambda *_: pytest.fail("a page waited for a node"))
    assert reads.chain_health().state == "ok"
    assert reads.contracts().distributor == site.evm.distributor.address.lower()
    assert reads.claim_status(site.evm.alice).claimed == 0
    assert reads.publication(FIRST).step == "accepted"


def test_a_second_distributor_starts_with_a_clean_slate(site: Site, proofs):
    site.claim(site.evm.alice, 30, proofs[0])
    site.mine(3)
    site.follow()
    other = Evm.deploy(site.evm.web3, delay=0)
    Deployment.objects.filter(kind="distributor").update(replaced_at=timezone.now())
    Deployment.objects.create(
        chain_id=31337,
        kind="distributor",
        address=other.distributor.address.lower(),
        block=site.evm.web3.eth.block_number - 1,
        first_epoch=FIRST,
    )
    site.follow()
    assert reads.claim_status(site.evm.alice).claimed == 0
    assert len(site.heard) == 1
    assert ChainBlock.objects.count() > 1
