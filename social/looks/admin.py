"""The log of looks as staff see it."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from metya.web.staff import ReadOnlyAdmin
from social.looks.models import Look


@admin.register(Look)
class LookAdmin(ReadOnlyAdmin):
    purpose = _(
        "Who of the staff saw the site as a member sees it, when, why and which pages. The member reads it too."
    )
    list_display = ("began_at", "actor", "member", "reason", "ended_at", "ending")
    list_filter = ("ending",)
    list_select_related = ("actor", "member")
    search_fields = ("actor__handle", "member__handle")
    fields = ("actor", "member", "reason", "began_at", "ends_at", "ended_at", "ending", "page_list")
    readonly_fields = ("page_list",)
    ordering = ("-pk",)
    show_full_result_count = False

    @admin.display(description=_("pages"))
    def page_list(self, look: Look) -> SafeString:
        rows = look.pages.order_by("pk").values_list("at", "path", "shown")
        parts = ((at.strftime("%H:%M:%S"), path, "" if shown else _("(refused)")) for at, path, shown in rows)
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{} {} {}</li>", parts))
