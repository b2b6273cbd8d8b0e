"""The allauth provider of wallets: found by allauth as ``<app>.provider``; has no pages and no apps of its own."""

from typing import Any

from allauth.socialaccount.providers.base import Provider, ProviderAccount
from django.http import HttpRequest
from django.urls import reverse


class WalletAccount(ProviderAccount):  # type: ignore[misc]
    def to_str(self) -> str:
        """The address, or chain:address."""
        return str(self.account.uid)


class WalletProvider(Provider):  # type: ignore[misc]
    """``data`` is {"uid", "kind", "chain_id"} of a wallet that was proven just before."""

    id = "wallet"
    name = "Wallet"
    account_class = WalletAccount
    uses_apps = False
    supports_redirect = False

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        """The sign-in page."""
        return reverse("wallets:sign-in")

    def extract_uid(self, data: dict[str, Any]) -> str:
        return str(data["uid"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"kind": data["kind"], "chain_id": data["chain_id"]}


provider_classes = [WalletProvider]
