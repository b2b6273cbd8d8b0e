"""What a checked signature does, by the purpose of the text it stands under."""

from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from metya.wallets import actions, challenges, checking, demo, policy, received, secondfactor, signatures, signing_in
from metya.wallets.checking import Proven
from metya.wallets.errors import refuse
from metya.wallets.models import Challenge, Member, Purpose, Wallet
from metya.web import ratelimit
from metya.web.http import local_path, viewer_of

_CONFIRMED = "wallet_confirmed"
CONFIRMED_SECONDS = 300
CHECKS_PER_WALLET = 150


def challenge_of(request: HttpRequest, data: dict[str, object]) -> tuple[Challenge, str, str, int]:
    """The challenge that ``data`` answers, used up, and what was signed by whom: text, lower-case address, chain.

    Refuses a text of a client's own that is not for this site, and any text that is not the one that was asked for.
    """
    key = request.session.session_key or ""
    if "message" not in data:
        nonce = data.get("nonce")
        if not isinstance(nonce, str) or not nonce.isascii() or not nonce.isalnum() or len(nonce) > 64:
            refuse("bad-field", field="nonce")
        challenge = challenges.consume(session_key=key, nonce=nonce)
        if not challenge.message:
            refuse("bad-field", field="message")
        return challenge, challenge.message, challenge.address, challenge.chain_id or 0
    text = received.read(data["message"])
    received.compare(text, now=timezone.now(), oldest=challenges.LIFE)
    received.check_twice(text)
    challenge = challenges.consume(session_key=key, nonce=text.nonce)
    if challenge.message and challenge.message != text.text:
        refuse("message-changed")
    return challenge, text.text, text.address.lower(), text.chain_id


def prove(request: HttpRequest, data: dict[str, object]) -> str:
    """Check a signature and do what it was given for; the page to go to next."""
    signature = signatures.decode(data.get("signature"))
    challenge, text, address, chain_id = challenge_of(request, data)
    ratelimit.limit("verify-wallet", address, most=CHECKS_PER_WALLET, seconds=60)
    demo.refuse_outside_demo(address)
    actor = viewer_of(request)
    if challenge.purpose != Purpose.SIGN_IN and (actor is None or challenge.member_id != actor.pk):
        refuse("sign-in-first")
    proven = checking.check(text=text, address=address, chain_id=chain_id, signature=signature)
    if challenge.purpose == Purpose.SIGN_IN:
        return signing_in.complete(request, proven, challenge.next)
    assert actor is not None  # noqa: S101 - refused above
    if challenge.purpose == Purpose.LINK:
        return _link(request, actor, proven)
    _require_linked(actor, proven)
    if challenge.purpose == Purpose.UNLINK:
        return _unlink(request, actor, challenge.subject)
    return _confirm(request, actor, proven, challenge)


def _require_linked(actor: Member, proven: Proven) -> None:
    if not Wallet.objects.linked().filter(member=actor).with_uid(proven.uid).exists():
        refuse("wallet-not-yours")


def _link(request: HttpRequest, actor: Member, proven: Proven) -> str:
    confirmed = request.session.get(_CONFIRMED) or {}
    fresh = timezone.now().timestamp() - confirmed.get("at", 0) < CONFIRMED_SECONDS
    if not fresh or confirmed.get("subject") != f"link:{proven.address}":
        refuse("confirm-first")
    del request.session[_CONFIRMED]
    actions.link(actor=actor, proven=proven)
    return reverse("wallets:settings")


def _unlink(request: HttpRequest, actor: Member, address: str) -> str:
    wallet = actions.unlink(actor=actor, address=address)
    if request.session.get("wallet") == wallet.pk:
        # This session was opened by the wallet and has just ended with it.
        request.session.flush()
        return f"{reverse('wallets:sign-in')}?next={reverse('wallets:settings')}"
    return reverse("wallets:settings")


def _confirm(request: HttpRequest, actor: Member, proven: Proven, challenge: Challenge) -> str:
    thing, _colon, address = challenge.subject.partition(":")
    if thing == "link":
        request.session[_CONFIRMED] = {"subject": challenge.subject, "at": timezone.now().timestamp()}
        return reverse("wallets:settings")
    if thing == "payout":
        actions.choose_payout_wallet(actor=actor, address=address)
        return reverse("wallets:settings")
    if not policy.may_confirm_by_wallet(actor, has_factor=secondfactor.has_factor(actor)):
        refuse("second-factor-only")
    record_authentication(request, actor, "wallet", uid=proven.uid, reauthenticated=True, about=thing)
    return local_path(challenge.next, reverse("mfa_index"))
