"""From a proven wallet to a signed-in session: django-allauth turns the key, asks for the second factor, signs up.

A member who left and can still come back is asked first: the proof waits in the visitor's session for their press. They are
back only at the end of the way in (see adapter), after the second factor.
"""

import time
from typing import Any

from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import complete_social_login
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from metya.members import limited
from metya.members.models import Departure
from metya.wallets import demo
from metya.wallets.checking import Proven
from metya.wallets.errors import refuse
from metya.wallets.models import Member, Wallet
from metya.web.http import local_path, viewer_of

WELCOME = "/welcome/"
AFTER_WELCOME = "after_welcome"
AWAY, AWAY_SECONDS = "away", 600
COMING_BACK = "coming_back"


def complete(request: HttpRequest, proven: Proven, next_path: str) -> str:
    """Sign the wallet's member in (a new member for a new wallet); the page to go to.

    That is the second factor's page when one is due, the welcome page for a new member, the page of the suspended (who are not
    signed in by it), else ``next_path``.
    """
    demo.refuse_outside_demo(proven.address)
    next_path = local_path(next_path)
    limited.forget(request)
    if (gone := _who_left(proven)) is not None and request.session.get(COMING_BACK) != gone.pk:
        request.session[AWAY] = {
            "member": gone.pk,
            "address": proven.address,
            "kind": proven.kind,
            "chain_id": proven.chain_id,
            "next": next_path,
            "at": int(time.time()),
        }
        return reverse("members:come-back")
    try:
        _login(request, proven, next_path)
    except IntegrityError:
        # The same new wallet joined through another session at this very moment; now it is known.
        _login(request, proven, next_path)
    member = viewer_of(request)
    if member is None:
        if limited.begun(request):
            return reverse("members:suspended")
        if LOGIN_SESSION_KEY not in request.session:
            refuse("sign-in-failed")
        return reverse("mfa_authenticate")
    if member.onboarded_at is None:
        request.session[AFTER_WELCOME] = next_path
        return WELCOME
    return next_path


def come_back(request: HttpRequest, proof: dict[str, Any]) -> str:
    """The press of a member who left: sign in by what was proven just before; the page to go to."""
    request.session.pop(AWAY, None)
    request.session[COMING_BACK] = proof["member"]
    proven = Proven(proof["address"], proof["kind"], proof["chain_id"])
    return complete(request, proven, proof["next"])


def _who_left(proven: Proven) -> Member | None:
    """The member of the wallet, if they left and can come back."""
    wallets = Wallet.objects.linked().filter(address=proven.address, member__is_active=False).with_uid(proven.uid)
    wallet = wallets.filter(member__in=Departure.objects.returning().values("member")).select_related("member").first()
    return wallet.member if wallet is not None else None


def _login(request: HttpRequest, proven: Proven, next_path: str) -> HttpResponse:
    provider = get_adapter().get_provider(request, "wallet")
    data = {"uid": proven.uid, "kind": proven.kind, "chain_id": proven.chain_id}
    login = provider.sociallogin_from_response(request, data)
    login.state = {"process": "login", "next": next_path}
    response: HttpResponse = complete_social_login(request, login)
    return response
