"""Signed forms of a transaction: fees, bytes, and the rule that they are stored before anything is sent."""

from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from eth_account.signers.local import LocalAccount
from eth_typing import HexStr
from web3 import Web3

from rewards.chain.models import Attempt, ChainTransaction, TransactionState
from rewards.chain.rpc import Fees


@dataclass(frozen=True)
class Terms:
    nonce: int
    gas: int
    fees: Fees


def cap() -> int:
    """The most wei per gas that the site pays without asking a person."""
    return int(settings.CHAIN_MAX_FEE_GWEI) * 10**9


def first_fees(suggested: Fees, base_fee: int) -> Fees | None:
    """Fees of a first attempt within the cap; None when even the present base fee does not fit under it."""
    if base_fee + min(suggested.priority, cap()) > cap():
        return None
    return Fees(min(suggested.max_fee, cap()), min(suggested.priority, cap()))


def raised_fees(old: Fees, suggested: Fees) -> Fees | None:
    """Both fees raised by at least an eighth, as nodes demand of a replacement; None when that passes the cap."""
    least = Fees(-(-old.max_fee * 9 // 8), -(-old.priority * 9 // 8))
    if least.max_fee > cap():
        return None
    highest = min(max(least.max_fee, suggested.max_fee), cap())
    return Fees(highest, min(max(least.priority, suggested.priority), highest))


def store_first(intent: ChainTransaction, signer: LocalAccount, terms: Terms) -> Attempt | None:
    """Takes the intent, the key's nonce and the signed bytes in one transaction; None when another worker was faster."""
    sender = signer.address.lower()
    attempt = _signed(intent, signer, terms)
    now = timezone.now()
    try:
        with transaction.atomic():
            taken = ChainTransaction.objects.filter(pk=intent.pk, state=TransactionState.WAITING).update(
                state=TransactionState.SENT, state_at=now, sender=sender, nonce=terms.nonce, error="", block=None
            )
            if not taken:
                return None
            attempt.save()
    except IntegrityError:  # one in flight per key, and one attempt per number
        return None
    intent.refresh_from_db()
    return attempt


def store_replacement(intent: ChainTransaction, signer: LocalAccount, terms: Terms) -> Attempt | None:
    """Keeps a dearer form of the same transaction; None when another worker made one."""
    attempt = _signed(intent, signer, terms)
    try:
        with transaction.atomic():
            attempt.save()
    except IntegrityError:
        return None
    return attempt


def _signed(intent: ChainTransaction, signer: LocalAccount, terms: Terms) -> Attempt:
    signed = signer.sign_transaction(
        {
            "type": 2,
            "chainId": intent.chain_id,
            "nonce": terms.nonce,
            "to": Web3.to_checksum_address(intent.contract),
            "value": 0,
            "data": HexStr(intent.call_data),
            "gas": terms.gas,
            "maxFeePerGas": terms.fees.max_fee,
            "maxPriorityFeePerGas": terms.fees.priority,
        }
    )
    last = intent.attempts.aggregate(last=Max("number"))["last"] or 0
    return Attempt(
        transaction=intent,
        number=last + 1,
        nonce=terms.nonce,
        tx_hash=signed.hash.to_0x_hex(),
        raw=signed.raw_transaction.to_0x_hex(),
        gas=terms.gas,
        max_fee=terms.fees.max_fee,
        priority_fee=terms.fees.priority,
    )
