"""What staff see of the chain: contracts, the site's own transactions, and the events read back."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from metya.web.errors import ActionError
from metya.web.http import member_of
from metya.web.staff import ReadOnlyAdmin
from rewards.chain import actions, policy
from rewards.chain.models import Attempt, ChainLog, ChainTransaction, Deployment


@admin.register(Deployment)
class DeploymentAdmin(ReadOnlyAdmin):
    purpose = _("The contracts of this site, and up to which block they were read.")
    list_display = ("kind", "chain_id", "address", "first_epoch", "indexed_block", "seen_at", "error")
    list_filter = ("chain_id", "kind")
    show_full_result_count = False


class AttemptInline(admin.TabularInline[Attempt, ChainTransaction]):
    """Signed forms; the raw bytes stay out of the page."""

    model = Attempt
    extra = 0
    can_delete = False
    fields = readonly_fields = ("number", "tx_hash", "nonce", "max_fee", "priority_fee", "created_at", "sent_at")

    def has_add_permission(self, request: HttpRequest, obj: ChainTransaction | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ChainTransaction | None = None) -> bool:
        return False


@admin.register(ChainTransaction)
class ChainTransactionAdmin(ReadOnlyAdmin):
    purpose = _("What this site itself sent to the chain.")
    deed = _("Tick one that failed to try it again.")
    list_display = ("epoch", "kind", "state", "state_at", "block", "error")
    list_filter = ("state", "kind")
    ordering = ("-epoch", "-id")
    inlines = (AttemptInline,)
    actions = ("retry",)
    show_full_result_count = False

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Auditors see what failed and are offered nothing."""
        return policy.may_retry_any(member_of(request))

    @admin.action(description=_("Try again"), permissions=["retry"])
    def retry(self, request: HttpRequest, intents: QuerySet[ChainTransaction]) -> None:
        for intent in intents:
            try:
                actions.retry(actor=member_of(request), intent=intent)
            except ActionError as refusal:
                self.message_user(request, f"{intent}: {refusal.message}", messages.ERROR)
            else:
                self.message_user(request, _("%(intent)s goes on.") % {"intent": intent}, messages.SUCCESS)


@admin.register(ChainLog)
class ChainLogAdmin(ReadOnlyAdmin):
    purpose = _("What the contracts said, as it was read back from the chain.")
    list_display = ("block_number", "event", "epoch", "wallet", "amount", "seen_at", "final_at", "error")
    list_filter = ("event",)
    search_fields = ("wallet", "tx_hash")
    ordering = ("-block_number", "-log_index")
    show_full_result_count = False
