"""Ends the sessions of members who were suspended or left; notes when the others were last seen."""

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase

from metya.wallets import policy, sessions
from metya.web.http import viewer_of

Handler = Callable[[HttpRequest], HttpResponseBase]


class EndedAccountMiddleware:
    """A suspended or ended member is signed out at the next request."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        member = viewer_of(request)
        if member is not None:
            # The member themselves, not what looks them up: a page asks hundreds of times, and each would go through it.
            request.user = member = getattr(member, "_wrapped", member)
            if policy.may_sign_in(member):
                sessions.note_seen(request, ip=get_adapter().get_client_ip(request))
            else:
                logout(request)
        return self.get_response(request)
