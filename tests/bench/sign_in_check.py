"""Checks of a signed sign-in text per second and core, in process, without database and network."""

import os
import time
from datetime import timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.utils import timezone  # noqa: E402
from eth_account import Account  # noqa: E402

from metya.wallets import challenges, checking, received, signatures, texts  # noqa: E402
from tests.bench.measure import Row, row  # noqa: E402
from tests.metya.wallets import wallet  # noqa: E402

PEER = 127  # viem's full check: parse, compare, recover; measured on the machine where the marks were set
SECONDS = 2.0


def _rate(work: Any) -> float:
    """Calls of ``work`` per second of this process's time."""
    work()
    count, begun = 0, time.process_time()
    while time.process_time() - begun < SECONDS:
        for _ in range(50):
            work()
        count += 50
    return count / (time.process_time() - begun)


def run() -> list[Row]:
    """Both ways in: the site's own text, and a text that the client wrote."""
    signer, now = Account.from_key(b"\x07" * 32), timezone.now()
    address = signer.address.lower()
    statement = texts.statement("sign-in")
    issued = texts.build(
        address=address, chain_id=1, nonce="a" * 32, statement=statement, issued=now, expires=now + challenges.LIFE
    )
    own = wallet.signature(signer, issued)
    text = wallet.written(signer, "b" * 32)
    theirs = wallet.signature(signer, text)

    def check_own() -> None:
        signature = signatures.decode(own)
        checking.check(text=issued, address=address, chain_id=1, signature=signature)

    def check_theirs() -> None:
        signature = signatures.decode(theirs)
        read = received.read(text)
        received.compare(read, now=now, oldest=timedelta(minutes=5))
        received.check_twice(read)
        checking.check(text=text, address=read.address.lower(), chain_id=1, signature=signature)

    rows = []
    for name, work in (
        ("sign-in check, the site's own text", check_own),
        ("sign-in check, a client's text (parse, compare, recover)", check_theirs),
    ):
        rate = _rate(work)
        rows.append(row(name, rate, "checks/s", least=10 * PEER, note=f"{rate / PEER:.0f} × viem"))
    return rows
