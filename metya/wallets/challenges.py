"""Texts and numbers that wait for one signature: issued to one session, good for five minutes, used up by one UPDATE."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from metya.wallets import texts
from metya.wallets.errors import refuse
from metya.wallets.models import Challenge, Member, Purpose

LIFE = timedelta(minutes=5)
KEEP = timedelta(days=1)


def issue(
    *,
    session_key: str,
    address: str,
    chain_id: int,
    purpose: str = Purpose.SIGN_IN,
    member: Member | None = None,
    subject: str = "",
    next_path: str = "",
) -> Challenge:
    """A text for ``address`` (lower case) to sign; ``member`` and ``subject`` for all purposes but signing in."""
    now = timezone.now()
    nonce = secrets.token_hex(16)
    said = texts.statement(purpose, handle=member.handle if member else "", subject=subject)
    return Challenge.objects.create(
        nonce=nonce,
        session_key=session_key,
        member=member,
        address=address,
        chain_id=chain_id,
        purpose=purpose,
        subject=subject,
        message=texts.build(
            address=address, chain_id=chain_id, nonce=nonce, statement=said, issued=now, expires=now + LIFE
        ),
        next=next_path[:500],
        expires_at=now + LIFE,
    )


def issue_nonce(*, session_key: str) -> Challenge:
    """A number alone, for a client that writes the text itself; good for signing in only."""
    return Challenge.objects.create(
        nonce=secrets.token_hex(16), session_key=session_key, expires_at=timezone.now() + LIFE
    )


def consume(*, session_key: str, nonce: str) -> Challenge:
    """Use the challenge up, once, whoever else tries at the same moment; committed before anything is checked.

    Raises challenge-unknown (also for another session's), challenge-used or challenge-expired.
    """
    now = timezone.now()
    mine = Challenge.objects.filter(nonce=nonce, session_key=session_key)
    with transaction.atomic(durable=True):
        taken = mine.filter(consumed_at__isnull=True, expires_at__gt=now).update(consumed_at=now)
    challenge = mine.first()
    if challenge is None:
        refuse("challenge-unknown")
    if not taken:
        refuse("challenge-used" if challenge.consumed_at else "challenge-expired")
    return challenge


def prune() -> int:
    """Delete what ran out a day ago; how many."""
    return Challenge.objects.filter(expires_at__lt=timezone.now() - KEEP).delete()[0]
