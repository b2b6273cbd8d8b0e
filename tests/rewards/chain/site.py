"""A site beside a chain, with verbs that read as prose in the tests."""

from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.db import transaction
from django.utils import timezone

from metya.ops.models import AuditEvent
from rewards.chain import following, outbox
from rewards.chain.models import Attempt, ChainLog, ChainTransaction, Deployment
from tests.rewards.chain.evm import FIRST, MET, Evm, leaf, tree

GRAINS = 10**9
CONTENT = "ab" * 32


@dataclass
class Site:
    evm: Evm
    heard: list[Any]
    held: bool = False

    def rpc(self, method: str, *parameters: Any) -> Any:
        answer = self.evm.web3.provider.make_request(method, list(parameters))
        assert "error" not in answer, answer
        return answer["result"]

    def mine(self, blocks: int = 1) -> None:
        self.rpc("anvil_mine", hex(blocks))

    def hold_blocks(self) -> None:
        """From now on blocks come only by `mine`."""
        self.rpc("evm_setAutomine", False)
        self.held = True

    def release_blocks(self) -> None:
        """Each transaction gets a block of its own again."""
        self.rpc("evm_setAutomine", True)
        self.held = False

    def send(self, sender: str, to: str, data: str) -> None:
        """A transaction of a member's wallet, waited for: anvil mines beside, not within, the call that sends."""
        sent = self.rpc("eth_sendTransaction", {"from": sender, "to": to, "data": data})
        assert self.evm.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)["status"] == 1

    def batch(self, *amounts: tuple[str, int], epoch: int = FIRST) -> tuple[Any, list[list[bytes]]]:
        """What payouts would enqueue: cumulative amounts in MET per wallet; and the proofs."""
        root, proofs = tree(*(leaf(account, met * MET) for account, met in amounts))
        total = sum(met for _, met in amounts) * GRAINS
        batch = SimpleNamespace(epoch_id=epoch, tree_root="0x" + root.hex(), tree_total=total, content_hash=CONTENT)
        return batch, proofs

    def approve(self, *amounts: tuple[str, int], epoch: int = FIRST) -> list[list[bytes]]:
        batch, proofs = self.batch(*amounts, epoch=epoch)
        with transaction.atomic():
            outbox.enqueue_root(batch)
        return proofs

    def follow(self) -> str:
        """One pass over the chain, whatever pause is on; and another once what it sent is in a block."""
        outcome = self._pass()
        for attempt in Attempt.objects.filter(transaction__state="sent").exclude(sent_at=None):
            if not self.held and self.rpc("eth_getTransactionByHash", attempt.tx_hash):
                self.evm.web3.eth.wait_for_transaction_receipt(attempt.tx_hash, poll_latency=0.01)
                outcome = self._pass()
        return outcome

    def _pass(self) -> str:
        Deployment.objects.update(next_pass_at=timezone.now() - timedelta(seconds=1))
        return following.follow()

    def settle(self, rounds: int = 6) -> None:
        """Passes and blocks until everything is final."""
        for _ in range(rounds):
            assert self.follow() == "ok"
            self.mine(3)
        assert self.follow() == "ok"

    def claim(self, account: str, met: int, proof: list[bytes]) -> Any:
        return self.evm.send(self.evm.call.claim(account, met * MET, proof), account)

    def intent(self, kind: str = "submit", epoch: int = FIRST) -> ChainTransaction:
        return ChainTransaction.objects.get(kind=kind, epoch=epoch)

    def attempts(self, kind: str = "submit") -> list[Attempt]:
        return list(Attempt.objects.filter(transaction__kind=kind).order_by("number"))

    def logs(self, event: str = "Claimed") -> list[ChainLog]:
        return list(ChainLog.objects.filter(event=event).order_by("block_number", "log_index"))

    def alerts(self) -> list[str]:
        return list(AuditEvent.objects.filter(verb__startswith="chain.").order_by("id").values_list("verb", flat=True))

    def age(self, seconds: int) -> None:
        """As if what was sent had been sent that much earlier, and what waits had waited."""
        for attempt in Attempt.objects.exclude(sent_at=None):
            Attempt.objects.filter(pk=attempt.pk).update(sent_at=attempt.sent_at - timedelta(seconds=seconds))
        ChainTransaction.objects.filter(state="waiting").update(due_at=None)
