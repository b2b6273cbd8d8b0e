"""A village with one day in review, and the verbs of reviewers and of the chain."""

import pytest

from metya.wallets.models import Member
from rewards import engine
from rewards.epochs import files
from rewards.ledger import checking, reads
from rewards.payouts import actions, holding, publishing
from rewards.payouts.checklist import POINTS
from rewards.payouts.models import Batch, Hold
from tests.rewards import village

EMPTY = "0x" + "00" * 32


class Office:
    """Two reviewers at work, and a chain that does as it is told."""

    def __init__(self, first: Member, second: Member) -> None:
        self.first, self.second = first, second
        self.claims = 0

    def submit(self, epoch: int) -> Batch:
        return actions.submit(actor=self.first, batch=village.batch(epoch), points=POINTS)

    def approve(self, epoch: int) -> Batch:
        batch = village.batch(epoch)
        return actions.approve(
            actor=self.second, batch=batch, content_hash=batch.content_hash, confirmed=True, points=POINTS
        )

    def release(self, hold: Hold) -> Hold:
        return holding.release(actor=self.first, hold=hold, note="Nothing was found")

    def review(self, *epochs: int) -> None:
        """Submitted by one, approved by the other."""
        for epoch in epochs:
            self.submit(epoch)
            self.approve(epoch)

    def accept(self, epoch: int) -> None:
        """The root of the epoch is final on the chain."""
        root = village.batch(epoch).tree_root or publishing.distributor.EMPTY_ROOT
        publishing.root_accepted(epoch, root, village.after(epoch))

    def leaf(self, epoch: int, member: Member, wallet: str = "") -> int:
        """What the tree of an epoch says for the member, in grains."""
        try:
            proof = engine.read_proof(files.directory(epoch), wallet or member.payout_wallet.address)
        except engine.EmptyTreeError:
            return 0
        return proof.grains if proof else 0

    def claim(self, epoch: int, member: Member) -> int:
        """The member takes everything out that the tree of the epoch allows; what they got."""
        wallet = member.payout_wallet.address
        before = reads.balances_of(wallet).claimed
        self.claims += 1
        amount = self.leaf(epoch, member) - before
        publishing.claim_final(wallet, self.leaf(epoch, member), amount, self.claims)
        return amount


@pytest.fixture
def office(fay, finn) -> Office:
    return Office(fay, finn)


@pytest.fixture
def everyone(db) -> list[Member]:
    """Five people and a lively day 0."""
    everyone = village.people(5)
    village.lively_day(everyone, 0)
    return everyone


@pytest.fixture
def in_review(everyone, office) -> list[Member]:
    """Day 0 is over and waits for reviewers."""
    village.close(0)
    return everyone


@pytest.fixture(autouse=True)
def _ledger_is_right(db):
    """After every test: balances are the sums of their transfers, and all of them together are nothing."""
    yield
    assert not checking.differences()
    assert sum(reads.balances_by_kind().values()) == 0
