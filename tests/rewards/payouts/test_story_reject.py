"""A batch is sent back, and its new version goes through."""

from rewards.chain.models import ChainTransaction, Deployment
from rewards.epochs.models import Epoch
from rewards.payouts import actions, holding, publishing
from rewards.payouts.models import Batch
from tests.rewards import village


def test_rejected_with_a_reason_and_approved_in_its_second_version(in_review, office):
    ines, tomasz = in_review[:2]
    before = village.payout(0, ines).amount
    holding.place(actor=office.first, payout=village.payout(0, tomasz), reason="Looks like two accounts")
    first = office.submit(0)
    second = actions.reject(actor=office.second, batch=first, reason="The reposts of epoch 0 need a closer look")
    assert (second.version, second.state) == (2, "draft")
    assert Batch.objects.get(version=1).reject_reason.startswith("The reposts")
    assert Epoch.objects.get(pk=0).state == "in review"

    # Nothing vanished: amounts and the hold are as they were, and the computation is the same.
    assert village.payout(0, ines).amount == before
    assert village.payout(0, tomasz).state == "held"
    again = office.submit(0)
    assert again.content_hash == first.content_hash
    office.approve(0)
    office.accept(0)
    assert office.claim(0, ines) == before
    assert office.leaf(0, tomasz) == 0


def test_the_guardian_revokes_a_root_and_the_later_ones_with_it(in_review, office):
    ines, tomasz = in_review[:2]
    village.lively_day(in_review, 1)
    village.close(1)
    office.review(0, 1)
    assert publishing.root_revoked(0, "0x" + "66" * 32) == []  # a root of somebody else says nothing against ours
    assert publishing.root_revoked(0, village.batch(0).tree_root) == [0, 1]
    assert [village.payout(epoch, ines).state for epoch in (0, 1)] == ["in review", "in review"]
    assert {village.batch(epoch).version for epoch in (0, 1)} == {2}

    # Now what was overlooked can be stopped, and both days go out.
    holding.place(actor=office.first, payout=village.payout(0, tomasz), reason="Overlooked")
    office.review(0, 1)
    office.accept(1)
    assert office.claim(1, ines) == village.payout(0, ines).amount + village.payout(1, ines).amount
    assert office.leaf(1, tomasz) == village.payout(1, tomasz).amount


def test_after_a_revocation_another_root_can_be_sent(in_review, office, settings):
    """With a chain: the intents of later days that were not sent yet make room for those approved anew."""
    settings.CHAIN_RPC_URL = "http://127.0.0.1:9"
    settings.CHAIN_ID = 31337
    Deployment.objects.create(chain_id=31337, kind="distributor", address="0x" + "d1" * 20)
    village.lively_day(in_review, 1)
    village.close(1)
    office.review(0, 1)
    old = {row.epoch: row.root for row in ChainTransaction.objects.all()}
    # The chain's own bookkeeping of a revoked root.
    ChainTransaction.objects.filter(epoch=0).update(state="revoked")
    publishing.root_revoked(0, village.batch(0).tree_root)
    assert "tree.json" not in village.batch(0).epoch.files
    holding.place(actor=office.first, payout=village.payout(0, in_review[1]), reason="Overlooked")
    office.review(0, 1)
    new = {row.epoch: row.root for row in ChainTransaction.objects.filter(state="waiting")}
    assert new.keys() == old.keys() == {0, 1}
    assert all(new[epoch] != old[epoch] for epoch in new)
    assert {epoch: village.batch(epoch).tree_root for epoch in new} == new
