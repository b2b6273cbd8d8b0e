"""Link previews as moderators see them: read, and withdrawn with a reason."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from metya.web.deeds import ask
from metya.web.http import member_of
from metya.web.staff import ReadOnlyAdmin
from social.moderation.forms import ReasonForm
from social.previews import actions
from social.previews.models import LinkPreview


@admin.register(LinkPreview)
class LinkPreviewAdmin(ReadOnlyAdmin):
    """Newest first; nothing is edited. Those of posts for followers are not listed: whose they are is not for staff to see."""

    purpose = _("What linked pages say of themselves under public posts.")
    deed = _("Tick one to withdraw it everywhere; the link itself stays.")
    list_display = ("url", "title", "site", "fetched_at", "failures", "barred")
    list_filter = ("barred",)
    search_fields = ("=url", "=host")
    search_help_text = _("The address of the page, or its host")
    ordering = ("-pk",)
    list_per_page = 50
    show_full_result_count = False
    exclude = ("key", "owner")
    actions = ("withdraw",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[LinkPreview]":
        return LinkPreview.objects.filter(owner__isnull=True)

    @admin.action(description=_("Withdraw…"), permissions=["withdraw"])
    def withdraw(self, request: HttpRequest, rows: "QuerySet[LinkPreview]") -> HttpResponse | None:
        actor = member_of(request)
        return ask(
            self,
            request,
            rows,
            ReasonForm,
            _t("Withdraw link previews"),
            lambda row, data: actions.withdraw(actor=actor, preview=row, reason=data["reason"]),
        )

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        return member_of(request).has_perm("social.withdraw_linkpreview")
