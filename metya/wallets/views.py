"""Signing in and out; API.md says what the JSON endpoints take and give."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views import csrf
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST, require_safe

from metya.wallets import challenges, demo, proving, texts
from metya.wallets.addresses import parse_address, parse_chain
from metya.wallets.errors import refuse
from metya.wallets.models import Member, Purpose, Wallet
from metya.web import ratelimit
from metya.web.decorators import public
from metya.web.errors import ActionError
from metya.web.http import local_path, read_json, viewer_of, wants_json

VISITOR = "visitor"
VISITOR_SECONDS = 3600
BODY_BYTES = 16 * 1024
MINUTE = 60
# Per client address and per wallet; the second is higher, so that one stranger cannot lock a wallet out.
CHALLENGES_PER_CLIENT, CHALLENGES_PER_WALLET = 40, 100
CHECKS_PER_CLIENT = 120
View = Callable[[HttpRequest], HttpResponseBase]


def answers_json(view: View) -> View:
    """Refusals as {code, message}, whatever the client says that it accepts; never cached."""

    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponseBase:
        try:
            return view(request)
        except ActionError as error:
            body = {"code": error.code, "message": error.message, **error.data}
            response = JsonResponse(body, status=error.status)
            if "retry_after" in error.data:
                response["Retry-After"] = str(error.data["retry_after"])
            return response

    return wrapped


@public
@never_cache
@ensure_csrf_cookie
@require_safe
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """The page with the wallet chooser; members who are in already go on."""
    target = local_path(request.GET.get("next"))
    if viewer_of(request) is not None:
        return HttpResponseRedirect(target)
    context = {"next": target, "cast": demo.CAST if settings.DEMO else (), "chains": settings.WALLET_CHAINS}
    return render(request, "wallets/sign_in.html", context)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """End this session, also one that waits for its second factor."""
    logout(request)
    return HttpResponseRedirect(local_path(request.POST.get("next")))


@public
@require_POST
@answers_json
def challenge(request: HttpRequest) -> HttpResponseBase:
    """The text to sign: {address, chain_id, purpose, subject?, next?} → {nonce, message, expires_at}."""
    ratelimit.limit("challenge", ratelimit.client_bucket(request), most=CHALLENGES_PER_CLIENT, seconds=MINUTE)
    data = read_json(request, limit=BODY_BYTES)
    address, chain_id = parse_address(data.get("address")), parse_chain(data.get("chain_id"))
    purpose = data.get("purpose", Purpose.SIGN_IN.value)
    if not isinstance(purpose, str) or purpose not in Purpose.values:
        refuse("bad-purpose")
    ratelimit.limit("challenge-wallet", address, most=CHALLENGES_PER_WALLET, seconds=MINUTE)
    demo.refuse_outside_demo(address)
    member, subject = _about(request, purpose, address, data.get("subject", ""))
    made = challenges.issue(
        session_key=_session_key(request),
        address=address,
        chain_id=chain_id,
        purpose=purpose,
        member=member,
        subject=subject,
        next_path=_next(data),
    )
    return JsonResponse({"nonce": made.nonce, "message": made.message, "expires_at": made.expires_at.isoformat()})


@public
@require_GET
@answers_json
def nonce(request: HttpRequest) -> HttpResponseBase:
    """A number for a client that writes its own EIP-4361 text: {nonce}."""
    ratelimit.limit("challenge", ratelimit.client_bucket(request), most=CHALLENGES_PER_CLIENT, seconds=MINUTE)
    return JsonResponse({"nonce": challenges.issue_nonce(session_key=_session_key(request)).nonce})


@public
@require_POST
@answers_json
def verify(request: HttpRequest) -> HttpResponseBase:
    """Check a signature and do what it is for: {nonce | message, signature} → {next}."""
    ratelimit.limit("verify", ratelimit.client_bucket(request), most=CHECKS_PER_CLIENT, seconds=MINUTE)
    data = read_json(request, limit=BODY_BYTES)
    return JsonResponse({"next": proving.prove(request, data)})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """A missing or wrong CSRF token: {code, message} for programs, the site's page for people."""
    if wants_json(request):
        message = _(
            "Send the value of the cookie %(name)s as X-CSRFToken (GET /sign-in/ sets it) and %(site)s as Origin."
        ) % {"name": settings.CSRF_COOKIE_NAME, "site": settings.SITE_URL}
        return JsonResponse({"code": "csrf", "message": message}, status=403)
    return csrf.csrf_failure(request, reason=reason)


def _session_key(request: HttpRequest) -> str:
    """The session's key; a visitor gets a session, for an hour."""
    request.session.get(VISITOR)  # loads it: the key of a cookie that is not known any more is dropped
    if not request.session.session_key:
        request.session.set_expiry(VISITOR_SECONDS)
        request.session.create()
    return str(request.session.session_key)


def _next(data: dict[str, Any]) -> str:
    """The page to go to afterwards, if it is one of this site; judged again when it is used."""
    wanted = data.get("next")
    return local_path(wanted, "") if isinstance(wanted, str) and wanted.isprintable() and len(wanted) <= 500 else ""


def _about(request: HttpRequest, purpose: str, address: str, subject: object) -> tuple[Member | None, str]:
    """Whose account the text is about, and what is done to it; see texts.statement for the subjects."""
    if not isinstance(subject, str) or (subject and purpose in (Purpose.SIGN_IN, Purpose.LINK)):
        refuse("bad-field", field="subject")
    if purpose == Purpose.SIGN_IN:
        return None, ""
    member = viewer_of(request)
    if member is None:
        refuse("sign-in-first")
    if purpose == Purpose.LINK:
        return member, ""
    if not Wallet.objects.linked().filter(member=member, address=address).exists():
        refuse("wallet-not-yours")
    if purpose == Purpose.UNLINK:
        return member, parse_address(subject)
    thing, _colon, target = subject.partition(":")
    if thing in texts.PLAIN and not _colon:
        return member, thing
    if thing not in texts.CONFIRMABLE or thing in texts.PLAIN:
        refuse("bad-field", field="subject")
    target = parse_address(target)
    if thing == "link" and target == address:
        refuse("same-wallet")
    return member, f"{thing}:{target}"
