"""Changing the second factor needs a fresh proof. allauth asks for none of members who only have wallets, so it is asked here."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

from metya.wallets import policy, secondfactor
from metya.wallets.models import Member
from metya.web.http import member_of

View = Callable[..., HttpResponseBase]


def is_confirmed(request: HttpRequest, member: Member, about: str = "security") -> bool:
    """Whether the member gave the second factor, or a linked wallet's signature where that is enough, within five minutes.

    A signature counts only for what its text was ``about``.
    """
    kinds = {"mfa"}
    if policy.may_confirm_by_wallet(member, has_factor=secondfactor.has_factor(member)):
        kinds.add("wallet")
    oldest = time.time() - secondfactor.RECENT
    return any(
        record.get("reauthenticated")
        and record.get("method") in kinds
        and (record["method"] == "mfa" or record.get("about", "security") == about)
        and record["at"] > oldest
        for record in get_authentication_records(request, member)
    )


def to_confirm(member: Member, about: str, *, then: str) -> HttpResponseBase:
    """To the page that asks for the proof, and from there to ``then``."""
    page = get_adapter().get_reauthentication_methods(member)[0]["url"]
    more = {} if about == "security" else {"about": about}
    return HttpResponseRedirect(f"{page}?{urlencode({'next': then} | more)}")


def confirmed_about(about: str) -> Callable[[View], View]:
    """Asks for a proof about this first and comes back; the view itself stays behind the sign-in."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            member = member_of(request)
            if is_confirmed(request, member, about):
                return view(request, *args, **kwargs)
            return to_confirm(member, about, then=request.path)

        return guarded

    return guard


def freshly_confirmed(view: View) -> View:
    """A view that changes the second factor."""
    return confirmed_about("security")(view)
