"""What a member can take out of the distributor, with the proof; all of it from the site's own copy of the chain."""

from dataclasses import dataclass
from datetime import datetime

from metya.wallets.models import Member, Wallet
from rewards import engine
from rewards.chain import reads as chain
from rewards.epochs import files
from rewards.payouts import publishing
from rewards.payouts.models import Batch, BatchState
from rewards.payouts.reads import wallets_of


@dataclass(frozen=True)
class Claim:
    """One wallet's claim. Grains; ``call`` is what its wallet is asked to send, None while there is nothing to send.

    ``claimable`` is what the tree allows beyond what the chain shows as taken; ``included`` is taken, not final yet.
    ``linked`` is False for a wallet that the member no longer signs in with; its key can still claim.
    """

    wallet: str
    linked: bool
    cumulative: int
    claimable: int
    included: int
    final: int
    call: chain.ClaimCall | None
    newest_tx: str
    newest_at: datetime | None

    @property
    def state(self) -> str:
        """ "claimable", "included", "claimed", or empty when there was never anything."""
        if self.claimable:
            return "claimable"
        return "included" if self.included else "claimed" if self.final else ""


@dataclass(frozen=True)
class ClaimPage:
    """``epoch`` is the one whose root is in force; ``coming`` the next batch on its way, for who has to wait.

    ``stopped`` says why the contract takes no claim just now: "paused", "new root", or empty.
    """

    health: chain.Health
    contracts: chain.Contracts | None
    epoch: int | None
    claims: list[Claim]
    coming: Batch | None
    stopped: str

    @property
    def claimable(self) -> int:
        return sum(claim.claimable for claim in self.claims)


def page(member: Member) -> ClaimPage:
    """Everything of the claim page; no call to the chain. Raises OSError when the tree's files are lost."""
    epoch = chain.accepted_epoch()
    claims = [one for wallet in wallets_of(member) if (one := claim_of(member, wallet, epoch)) is not None]
    waiting = Batch.objects.live().exclude(state=BatchState.CLAIMABLE).select_related("epoch").order_by("epoch").first()
    return ClaimPage(chain.chain_health(), chain.contracts(), epoch, claims, waiting, chain.claims_stopped())


def claim_of(member: Member, wallet: str, epoch: int | None) -> Claim | None:
    """The claim of one of the member's wallets; None when its tree and the chain know nothing of it."""
    proof = proof_of(wallet, epoch)
    status = chain.claim_status(wallet)
    if proof is None and not status.claimed:
        return None
    cumulative = proof.grains if proof else status.claimed
    claimable = max(0, cumulative - status.claimed)
    call = None
    if proof is not None and claimable:
        siblings = ["0x" + sibling.hex() for sibling in proof.siblings]
        call = chain.claim_call(wallet, cumulative, siblings)
    return Claim(
        wallet=wallet,
        linked=Wallet.objects.linked().filter(member=member, address=wallet).exists(),
        cumulative=cumulative,
        claimable=claimable,
        included=status.included,
        final=status.final,
        call=call,
        newest_tx=status.newest_tx,
        newest_at=status.newest_at,
    )


def proof_of(wallet: str, epoch: int | None) -> engine.Proof | None:
    """The proof of a wallet in the tree of an epoch; None when it is not in it, or no root is in force."""
    batch = Batch.objects.approved().select_related("epoch").filter(epoch=epoch).first() if epoch is not None else None
    if batch is None or not batch.tree_root:
        return None
    place = files.directory(batch.epoch_id)
    if not (place / "holds.csv").exists() or "0x" + engine.open_tree(place).root.hex() != batch.tree_root:
        # An approval was interrupted before its files were written.
        publishing.write_files(batch.epoch)
    return engine.read_proof(place, wallet)
