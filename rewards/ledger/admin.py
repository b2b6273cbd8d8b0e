"""The ledger as staff see it: nobody changes anything here."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from metya.web.staff import ReadOnlyAdmin
from rewards.ledger.models import Account, LedgerCheck, Transfer


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    purpose = _("Every place where MET can be, with what is there now.")
    list_display = ("kind", "wallet", "balance")
    list_filter = ("kind",)
    search_fields = ("=wallet",)
    ordering = ("pk",)
    show_full_result_count = False


@admin.register(Transfer)
class TransferAdmin(ReadOnlyAdmin):
    purpose = _("Every movement from one account to another, the newest first. None is ever changed or taken out.")
    list_display = ("key", "source", "target", "amount", "at")
    list_select_related = ("source", "target")
    search_fields = ("=key", "=source__wallet", "=target__wallet")
    ordering = ("-pk",)
    show_full_result_count = False


@admin.register(LedgerCheck)
class LedgerCheckAdmin(ReadOnlyAdmin):
    purpose = _("Each night all balances are added up again from the transfers. A difference here is an alarm.")
    list_display = ("at", "accounts", "transfers", "differences")
    ordering = ("-pk",)
