"""The log of exports, as staff who may see it."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from metya.web.staff import ReadOnlyAdmin
from rewards.reports.models import Export


@admin.register(Export)
class ExportAdmin(ReadOnlyAdmin):
    """Who took what, how many rows, with which hash."""

    purpose = _(
        "Every table that somebody took out of here: who, with which filter, how many rows, and the file's hash."
    )
    list_display = ("asked_at", "who", "name", "format", "filters", "personal", "state", "rows", "sha256")
    list_filter = ("state", "name", "format", "personal")
    list_select_related = ("asked_by",)
    ordering = ("-pk",)
    show_full_result_count = False
    fields = readonly_fields = (*list_display, "size", "finished_at")

    @admin.display(description=_("by"))
    def who(self, export: Export) -> str:
        return str(export.asked_by) if export.asked_by is not None else str(_("command on the server"))
