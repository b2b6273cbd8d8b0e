"""What staff see of members: who they are and which wallets they have. Nothing is changed by a form here."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member, Wallet
from metya.web.staff import ReadOnlyAdmin

# Forms on these would go round the rules: a wallet given to somebody else, a second factor or a permission by hand.
for model in (EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken, UserSession, Group):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class WalletInline(admin.TabularInline[Wallet, Member]):
    model = Wallet
    fk_name = "member"
    fields = readonly_fields = ("address", "kind", "chain_id", "linked_at", "unlinked_at", "last_used_at")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Member)
class MemberAdmin(ReadOnlyAdmin):
    """Find a member by handle or wallet. Roles are given by `manage.py grant_role`, suspensions by moderation."""

    purpose = _("Find anybody by handle or wallet, with their wallets and tasks. Nothing is changed here.")
    list_display = ("handle", "wallet_list", "role_list", "joined_at", "is_active", "suspended_until")
    list_filter = ("is_staff", "groups", "is_active", "is_demo")
    search_fields = ("handle", "=wallets__address")
    search_help_text = _("Handle, or the whole address of a wallet")
    ordering = ("-pk",)
    list_per_page = 50
    show_full_result_count = False
    fields = readonly_fields = (
        "handle",
        "role_list",
        "joined_at",
        "onboarded_at",
        "is_active",
        "suspended_until",
        "suspension_reason",
        "opted_out",
        "payout_wallet",
        "last_login",
    )
    inlines = (WalletInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        linked = Prefetch("wallets", queryset=Wallet.objects.linked(), to_attr="linked")
        rows: QuerySet[Member] = super().get_queryset(request)
        return rows.prefetch_related("groups", linked)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Addresses are kept in lower case."""
        term = search_term.strip().lower() if search_term.strip().lower().startswith("0x") else search_term
        return super().get_search_results(request, queryset, term.removeprefix("@"))

    @admin.display(description=_("roles"))
    def role_list(self, member: Member) -> str:
        return ", ".join(group.name for group in member.groups.all()) if member.is_staff else ""

    @admin.display(description=_("wallets"))
    def wallet_list(self, member: Member) -> str:
        return ", ".join(str(wallet) for wallet in member.linked)  # type: ignore[attr-defined]
