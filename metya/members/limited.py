"""What a suspended member may still do: take their data along, and leave.

Nobody is signed in by that: the session stays a visitor's, so that everything else answers as it does to a stranger, and holds
a proof that only the views of ``suspended`` read. It stands at the end of the way in, after the second factor.
"""

import time
from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest
from django.utils import timezone

from metya.wallets.models import Member, Wallet

_PROOF = "suspended"
SECONDS = 30 * 60


def begin(request: HttpRequest, member: Member, wallet: Wallet) -> None:
    """A fresh session with the proof in it; whoever was signed in here is not any more."""
    logout(request)
    request.session[_PROOF] = {"member": member.pk, "wallet": wallet.pk, "at": int(time.time())}
    request.session.set_expiry(SECONDS)


def forget(request: HttpRequest) -> None:
    """Another sign-in begins."""
    request.session.pop(_PROOF, None)


def begun(request: HttpRequest) -> bool:
    """Whether the session holds a proof."""
    return _PROOF in request.session


def member_of_proof(request: HttpRequest) -> Member | None:
    """The member who proved to be it within SECONDS, while they are suspended and have that wallet; one query."""
    proof: dict[str, Any] = request.session.get(_PROOF) or {}
    if not 0 <= time.time() - proof.get("at", 0) < SECONDS:
        return None
    held = Wallet.objects.linked().filter(pk=proof["wallet"], member=proof["member"], member__is_active=True)
    wallet = held.filter(member__suspended_until__gt=timezone.now()).select_related("member").first()
    return wallet.member if wallet is not None else None
