"""Reads the distributor's events: bounded ranges, rolled back on a reorganisation, booked only when final.

Logs are kept as soon as they are seen, so that a page can say "included". Blocks after the last final one are read again
at every pass; what became final was therefore read from a node that had it `CHAIN_CONFIRMATIONS` deep.
"""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from rewards.chain import distributor
from rewards.chain.models import ChainBlock, ChainLog, Deployment
from rewards.chain.rpc import Block, Chain, ChainDown, Refused, moment

LONGEST_RANGE = 2000
KEPT_BLOCKS = 5000


class HistoryChanged(ChainDown):
    """Blocks that were final are gone, or the node lacks them: nothing is read on until that is put right."""


def final_block(head: Block) -> int:
    """The newest block with enough confirmations; the head itself has one."""
    return head.number - max(1, settings.CHAIN_CONFIRMATIONS) + 1


def index(chain: Chain, contract: Deployment, head: Block) -> bool:
    """Reads one range after the last final block; True when more is waiting. Raises ChainDown, HistoryChanged."""
    if ChainBlock.objects.filter(chain_id=contract.chain_id, number=head.number, block_hash=head.hash).exists():
        return False  # nothing happened since the last pass
    if contract.indexed_block is not None and head.number < contract.indexed_block:
        raise HistoryChanged(f"the chain has {head.number} blocks; block {contract.indexed_block} was final before")
    roll_back(chain, contract, head)
    done = contract.indexed_block if contract.indexed_block is not None else contract.block - 1
    if head.number <= done:
        return False
    # After failures less is asked at once, for a node that is too slow for a long range.
    most = max(1, LONGEST_RANGE >> min(contract.failures, 16))
    logs, tip = _read_range(chain, contract, done + 1, min(done + most, head.number))
    final = max(done, min(tip.number, final_block(head)))
    blocks = [tip]
    if done < final < tip.number and (block := chain.block(final)):
        blocks.append(block)
    with transaction.atomic():
        # Two workers may have read the same range: the first one's write counts.
        taken = Deployment.objects.filter(pk=contract.pk, indexed_block=contract.indexed_block)
        if not taken.update(indexed_block=max(final, 0), head_block=head.number):
            return False
        _keep(contract, done, tip, blocks, logs)
    contract.indexed_block = max(final, 0)
    return final == tip.number and tip.number < head.number


def _read_range(chain: Chain, contract: Deployment, first: int, last: int) -> tuple[list[dict[str, Any]], Block]:
    """The logs of a range as one consistent view: its last block is the same before and after."""
    while True:
        before = chain.block(last)
        try:
            logs = chain.logs(contract.address, first, last)
        except Refused as refusal:
            if first == last:
                raise ChainDown(f"the chain refuses eth_getLogs: {refusal.message[:120]}") from refusal
            last = first + (last - first) // 2
            continue
        after = chain.block(last)
        if before is None or after is None or before.hash != after.hash:
            raise ChainDown("the chain was reorganised while it was read")
        return logs, after


def _keep(contract: Deployment, done: int, tip: Block, blocks: list[Block], logs: list[dict[str, Any]]) -> None:
    found = [row for log in logs if (row := _row(contract, log))]
    seen = {(row.block_hash, row.log_index) for row in found}
    unsure = ChainLog.objects.filter(contract=contract.address, final_at=None, block_number__gt=done)
    gone = [row.pk for row in unsure if row.block_number <= tip.number and (row.block_hash, row.log_index) not in seen]
    ChainLog.objects.filter(pk__in=gone).delete()
    ChainLog.objects.bulk_create(found, ignore_conflicts=True)
    for block in blocks:
        ChainBlock.objects.update_or_create(
            chain_id=contract.chain_id,
            number=block.number,
            defaults={"block_hash": block.hash, "parent_hash": block.parent},
        )
    ChainBlock.objects.filter(chain_id=contract.chain_id, number__lt=done - KEPT_BLOCKS).delete()


def _row(contract: Deployment, log: dict[str, Any]) -> ChainLog | None:
    event = distributor.read_event(log)
    if event is None or log.get("removed"):
        return None
    at = moment(log["blockTimestamp"]) if log.get("blockTimestamp") else timezone.now()
    return ChainLog(
        chain_id=contract.chain_id,
        contract=contract.address,
        block_number=int(log["blockNumber"], 16),
        block_hash=log["blockHash"],
        log_index=int(log["logIndex"], 16),
        tx_hash=log["transactionHash"],
        event=event.name,
        epoch=event.epoch,
        wallet=event.arguments.get("account", "") if event.name == "Claimed" else "",
        amount=event.wei // distributor.GRAIN if event.wei is not None else None,
        data=event.arguments,
        seen_at=at,
    )


def roll_back(chain: Chain, contract: Deployment, head: Block) -> int:
    """Forgets what was read from blocks that the chain no longer has; how many logs went.

    Walks back from the newest kept block to the common ancestor. Booked events are never undone: when a final block is
    gone, HistoryChanged is raised.
    """
    kept = ChainBlock.objects.filter(chain_id=contract.chain_id).order_by("-number")
    gone: list[ChainBlock] = []
    for row in kept.filter(number__lte=head.number).iterator(chunk_size=100):
        now = chain.block(row.number)
        if now is not None and now.hash == row.block_hash:
            break
        gone.append(row)
        if contract.indexed_block is not None and row.number <= contract.indexed_block:
            raise HistoryChanged(f"final block {row.number} of the chain is not the one that was read before")
    if not gone:
        return 0
    lowest = gone[-1].number
    ancestor = kept.filter(number__lt=lowest).values_list("number", flat=True).first() or 0
    with transaction.atomic():
        kept.filter(number__gt=ancestor).delete()
        removed, _ = ChainLog.objects.filter(
            contract=contract.address, final_at=None, block_number__gt=ancestor
        ).delete()
    return removed
