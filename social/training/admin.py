"""Versions of the model, rounds of training, and the switch, as staff see them. Administrators alone steer."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from metya.web.deeds import ask
from metya.web.http import member_of
from metya.web.numbers import decimals, met
from metya.web.staff import ReadOnlyAdmin, SingleRowAdmin
from social.groups import names as groups
from social.ranking.models import ModelVersion
from social.training import policy, reads, versions
from social.training.forms import ReasonForm, SwitchForm
from social.training.models import Round, RoundState, Switch
from social.training.words import changes as changes_between
from social.training.words import said_of


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnlyAdmin):
    """Newest first; one that was in use can come back."""

    purpose = _(
        "Every version of the model that orders “For you”: the one in use, those before it, and those that were refused."
    )
    deed = _("If a version does harm, tick an earlier one and bring it back; it is in use at once.")
    list_display = ("number", "state", "created_at", "promoted_at", "right", "note")
    list_filter = ("state",)
    list_select_related = ("parent",)
    fields = ("number", "state", "parent", "created_at", "promoted_at", "retired_at", "right", "changed", "snapshot",
              "code", "lam", "note")  # fmt: skip
    readonly_fields = fields
    ordering = ("-number",)
    list_per_page = 50
    show_full_result_count = False
    actions = ("bring_back",)

    @admin.display(description=_("orders rightly"))
    def right(self, row: ModelVersion) -> str:
        return _right(row.metrics.get("total"))

    @admin.display(description=_("what changed"))
    def changed(self, row: ModelVersion) -> SafeString | str:
        before, after = versions.readable(row.parent) if row.parent else None, versions.readable(row)
        if after is None:
            return _t("It cannot be read any more.")
        found = reads.named(changes_between(before, after), groups.names()) if before else []
        lines = ((f"{one.name} ({one.group})" if one.group else one.name, one.said) for one in found)
        return format_html_join("", "{}: {}<br>", lines) if found else "–"

    @admin.action(description=_("Bring this version back…"), permissions=["steer"])
    def bring_back(self, request: HttpRequest, rows: "QuerySet[ModelVersion]") -> HttpResponse | None:
        actor = member_of(request)

        def deed(row: ModelVersion, data: dict[str, Any]) -> object:
            return versions.roll_back(actor=actor, version=row, reason=data["reason"])

        return ask(self, request, rows, ReasonForm, _t("Bring this version back"), deed)

    def has_steer_permission(self, request: HttpRequest) -> bool:
        return policy.may_steer(member_of(request))


@admin.register(Round)
class RoundAdmin(ReadOnlyAdmin):
    purpose = _("Every night's attempt to teach the model something, with its figures and what became of it.")
    list_display = ("number", "state", "started_at", "examples", "members", "better", "became")
    list_filter = ("state",)
    fields = ("number", "state", "started_at", "finished_at", "asked_by", "examples", "members", "better", "became",
              "groups", "measured", "of_styles", "parent", "challenger", "snapshot", "ids", "record_sha256", "error")  # fmt: skip
    readonly_fields = fields
    ordering = ("-number",)
    list_per_page = 50
    show_full_result_count = False

    @admin.display(description=_("better by"))
    def better(self, row: Round) -> str:
        return f"{decimals(reads.told(row).gain)} %" if row.gain is not None else "–"

    @admin.display(description=_("what became of it"))
    def became(self, row: Round) -> str:
        if row.state == RoundState.RUNNING:
            return "–"
        return said_of(row)

    @admin.display(description=_("groups"))
    def groups(self, row: Round) -> SafeString | str:
        served, known = row.verdict.get("groups", []), groups.names()
        rest = _t("everybody else") if len(served) > 1 else _t("everybody")
        lines = [(groups.shown(one["name"], known) or rest, one["members"], _right(one)) for one in served]
        return format_html_join("", "{} ({}): {}<br>", lines) if lines else "–"

    @admin.display(description=_("styles"))
    def of_styles(self, row: Round) -> str:
        found = reads.styles_of(row)
        if found is None:
            return "–"
        return _t("%(choices)d choices, better by %(gain)s %%, pool of %(pool)s") % {
            "choices": found.said["choices"],
            "gain": decimals(found.gain),
            "pool": met(row.styles_pool),
        }

    @admin.display(description=_("measured"))
    def measured(self, row: Round) -> str:
        """Those drawn beside the others, and whether that is an alarm."""
        found = row.verdict.get("capture", {})
        if found.get("drawn") is None:
            return _t("too few answers to compare those who measure with everybody else")
        text = _t("right for those drawn: %(drawn)s %%, for everybody else: %(others)s %%") % {
            "drawn": decimals(100 * found["drawn"]),
            "others": decimals(100 * found["others"]),
        }
        return format_html("<b>{}</b>", text) if found.get("alarm") else text


@admin.register(Switch)
class SwitchAdmin(SingleRowAdmin):
    """One row, made by the first change."""

    purpose = _("Whether the model learns at night, and whether what it learned is taken into use.")
    deed = _("Choose what training does, with a reason.")
    form = SwitchForm
    list_display = ("mode", "reason", "set_by", "set_at")
    list_select_related = ("set_by",)
    fields = ("mode", "vote_days", "vote_least", "reason")
    show_full_result_count = False

    def may_write(self, member: Member) -> bool:
        return policy.may_steer(member)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The audit event says it."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The audit event says it."""


def _right(score: dict[str, Any] | None) -> str:
    """How often it orders a comparison rightly, before and after."""
    if not score:
        return "–"
    return format_html(
        '<span class="nowrap">{} → {} %</span>',
        decimals(100 * score["accuracy_before"]),
        decimals(100 * score["accuracy_after"]),
    )
