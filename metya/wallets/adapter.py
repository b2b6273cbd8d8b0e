"""How django-allauth is bent to members who have wallets and no passwords."""

import ipaddress
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from metya.members import departures, limited
from metya.wallets import actions, demo, policy, secondfactor, sessions
from metya.wallets.checking import Proven
from metya.wallets.errors import SignInRefused, refuse
from metya.wallets.models import Member, Wallet
from metya.wallets.signing_in import COMING_BACK
from metya.web.errors import Conflict
from metya.web.http import local_path
from metya.web.ratelimit import client_address


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """The ordinary sign-up form is closed: members come in by wallet."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that rate limits go by, as something a column of addresses takes."""
        try:
            return str(ipaddress.ip_address(client_address(request)))
        except ValueError:
            return "0.0.0.0"  # noqa: S104 - a placeholder, nothing listens there

    def is_safe_url(self, url: str | None) -> bool:
        """Pages of this site by path, nothing else."""
        return bool(url) and local_path(url, "") == url

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """How a member may confirm that it is them: the second factor, then a signature of a linked wallet."""
        found: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if user.is_authenticated and policy.may_confirm_by_wallet(user, has_factor=bool(found)):
            found.append({
                "id": "wallet",
                "description": _("Sign with a linked wallet"),
                "url": reverse("wallets:confirm"),
            })  # fmt: skip
        return found

    def pre_login(self, request: HttpRequest, user: Member, **kwargs: Any) -> HttpResponse | None:
        """An ended account is stopped here, but for one whose member is just coming back."""
        if request.session.get(COMING_BACK) == user.pk and departures.returning(user) is not None:
            return None
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def _bring_back(self, request: HttpRequest, user: Member) -> None:
        """Too late: then the account has ended, as ``login`` finds."""
        try:
            departures.come_back(member=user)
        except Conflict as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("Welcome back. Everything is as you left it."))

    def login(self, request: HttpRequest, user: Member) -> None:
        """The end of every way in, also of the one that paused for a second factor: all must still hold."""
        wallet = sessions.opened_by(request, user)
        if wallet is not None and request.session.pop(COMING_BACK, None) == user.pk and not user.suspended:
            self._bring_back(request, user)
        limited.forget(request)
        if wallet is not None and policy.may_take_leave(user):
            limited.begin(request, user, wallet)
            raise ImmediateHttpResponse(redirect("members:suspended"))
        if wallet is None or not policy.may_sign_in(user):
            messages.error(request, _("Signing in did not work: the wallet or the account has changed. Try again."))
            raise ImmediateHttpResponse(redirect("wallets:sign-in"))
        super().login(request, user)
        # The short life of a visitor's session does not apply any more.
        request.session.set_expiry(None)
        # Written at once: the list of sessions drops rows whose session names no member, also those that just begin.
        request.session.save()

    def post_login(self, request: HttpRequest, user: Member, **kwargs: Any) -> HttpResponse:
        """Tie the new session to its wallet; unlinking that was under way at the same time finds it, or is found here."""
        wallet = sessions.opened_by(request, user)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if wallet is not None:
            sessions.note_opened(request, wallet)
        if wallet is None or not Wallet.objects.linked().filter(pk=wallet.pk).exists():
            self.logout(request)
            raise ImmediateHttpResponse(redirect("wallets:sign-in"))
        return response


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Anyone with a wallet may join."""
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """The wallet's own row says whose it is; a member who may not come in is told why."""
        uid = sociallogin.account.uid
        wallet = Wallet.objects.linked().filter(address=uid.rpartition(":")[2]).select_related("member").first()
        if wallet is None:
            if sociallogin.is_existing:
                refuse("wallet-not-yours")
            return
        if wallet.uid != uid:
            refuse("wallet-elsewhere")
        sociallogin.account = actions.account_for(wallet)
        sociallogin.user = member = wallet.member
        if policy.may_take_leave(member):
            return  # so far: see ``login``
        if member.suspended:
            until = member.suspended_until.strftime("%Y-%m-%d %H:%M UTC") if member.suspended_until else ""
            raise SignInRefused("suspended", until=until, reason=member.suspension_reason or "–")
        if not member.is_active:
            if request.session.get(COMING_BACK) == member.pk and departures.returning(member) is not None:
                return
            refuse("account-ended")
        if not policy.may_sign_in(member):
            refuse("demo-account")

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Member:
        """A wallet that nobody has yet: its holder becomes a member."""
        uid, extra = sociallogin.account.uid, sociallogin.account.extra_data
        proven = Proven(uid.rpartition(":")[2], extra["kind"], extra["chain_id"])
        person = demo.person(proven.address)
        member = actions.join(proven=proven, is_demo=person is not None)
        sociallogin.user = member
        sociallogin.account = actions.account_for(Wallet.objects.linked().get(member=member))
        return member


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Always: what must not be changed lightly is guarded by a fresh confirmation."""
        return True

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The site by its settings, never by the Host header."""
        return secondfactor.relying_party()

    def _get_site_name(self) -> str:
        return secondfactor.relying_party()["name"]
