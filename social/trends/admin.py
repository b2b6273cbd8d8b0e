"""Hashtags as moderators see them: what trends, and what is kept out, why and until when."""

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from metya.web.deeds import ask
from metya.web.http import member_of
from metya.web.staff import ReadOnlyAdmin
from social.moderation.forms import ReasonForm, SuspensionForm
from social.posts.models import Tag
from social.trends import actions
from social.trends.models import TagVeto


@admin.register(Tag)
class TagAdmin(ReadOnlyAdmin):
    """What trends first, the strongest on top."""

    purpose = _("The strongest trends first.")
    deed = _("Tick a hashtag to keep it out of the trends for a while; posts with it stay.")
    list_display = ("__str__", "people")
    search_fields = ("name",)
    list_select_related = ("trend",)
    list_per_page = 50
    show_full_result_count = False
    actions = ("veto",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Tag]":
        return Tag.objects.order_by(F("trend__score").desc(nulls_last=True), "-pk")

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        return (F("trend__score").desc(nulls_last=True), "-pk")

    @admin.display(description=_("people in the trend"))
    def people(self, row: Tag) -> int | str:
        trend = getattr(row, "trend", None)
        return trend.people if trend else "–"

    @admin.action(description=_("Keep out of the trends…"), permissions=["veto"])
    def veto(self, request: HttpRequest, rows: "QuerySet[Tag]") -> HttpResponse | None:
        actor = member_of(request)
        return ask(
            self,
            request,
            rows,
            SuspensionForm,
            _t("Keep hashtags out of the trends"),
            lambda row, data: actions.veto(actor=actor, tag=row, until=data["until"], reason=data["reason"]),
        )

    def has_veto_permission(self, request: HttpRequest) -> bool:
        return member_of(request).has_perm("social.veto_tag")


@admin.register(TagVeto)
class TagVetoAdmin(ReadOnlyAdmin):
    """Newest first; a veto is lifted with a reason, never deleted."""

    purpose = _("Hashtags that were kept out of the trends, why and until when.")
    deed = _("Tick one to lift it, with a reason.")
    list_display = ("tag", "by", "reason", "created_at", "until", "lifted_at")
    list_filter = (("lifted_at", admin.EmptyFieldListFilter),)
    list_select_related = ("tag", "by")
    search_fields = ("tag__name",)
    ordering = ("-pk",)
    list_per_page = 50
    show_full_result_count = False
    actions = ("lift",)

    @admin.action(description=_("Lift the veto…"), permissions=["lift"])
    def lift(self, request: HttpRequest, rows: "QuerySet[TagVeto]") -> HttpResponse | None:
        actor = member_of(request)
        return ask(
            self,
            request,
            rows,
            ReasonForm,
            _t("Lift vetoes"),
            lambda row, data: actions.lift(actor=actor, veto=row, reason=data["reason"]),
        )

    def has_lift_permission(self, request: HttpRequest) -> bool:
        return member_of(request).has_perm("social.veto_tag")
