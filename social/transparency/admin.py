"""The whole log as staff see it, also what is not public yet."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from metya.web.staff import ReadOnlyAdmin
from social.transparency.models import LogEntry
from social.transparency.reads import titles
from social.transparency.words import DECISIONS, OUTCOMES, said


class _ByColumn(admin.SimpleListFilter):
    """One value of the column that the parameter names."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


class ByDecision(_ByColumn):
    title = _("decision")
    parameter_name = "decision"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(DECISIONS.items())


class ByRule(_ByColumn):
    title = _("rule")
    parameter_name = "rule"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(titles().items())


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    purpose = _("What everyone can read of moderation, each entry bound to the one before it. Nothing is ever changed.")
    list_display = ("number", "week", "kind", "under", "decided", "ended", "minutes", "in_time")
    list_filter = ("kind", ByDecision, ByRule)
    fields = ("number", "week", "kind", "body", "previous", "hash")
    ordering = ("-number",)
    show_full_result_count = False

    @admin.display(description=_("rule"))
    def under(self, row: LogEntry) -> str:
        return format_html("<code>{}</code>", row.rule) if row.rule else "–"

    @admin.display(description=_("decision"))
    def decided(self, row: LogEntry) -> str:
        return said(DECISIONS, row.decision) or "–"

    @admin.display(description=_("outcome"))
    def ended(self, row: LogEntry) -> str:
        return said(OUTCOMES, row.outcome) or "–"
