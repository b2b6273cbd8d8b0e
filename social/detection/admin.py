"""Detectors and signals in the admin, and the page on which a detector is tried and switched."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from metya.wallets.models import Member
from metya.web.errors import ActionError, Invalid
from metya.web.http import member_of
from metya.web.staff import ActionFormAdmin, ReadOnlyAdmin
from social.detection import actions, policy, reads
from social.detection.forms import DetectorForm, form_for
from social.detection.models import Detector, Signal, Trial
from social.detection.params import FIELDS, Lines, complete
from social.moderation.admin import ByRule

_DEEDS = {"try": actions.ask_trial, "on": actions.switch_on, "off": actions.switch_off}


@admin.register(Detector)
class DetectorAdmin(ActionFormAdmin):
    """Detectors are made, set and switched here, and never deleted, since signals name them."""

    purpose = _(
        "What the site watches for by itself in public posts. A match opens a case or joins one; it hides nothing, "
        "a person decides."
    )
    deed = _("Add one, set it, try it on the last 7 days, then switch it on.")
    change_form_template = "admin/detection/detector.html"
    list_display = ("name", "kind", "rule_title", "standing", "right", "changed_by", "changed_at")
    list_filter = ("active", "kind")
    list_select_related = ("rule", "trial", "changed_by")
    search_fields = ("name",)
    ordering = ("name",)
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Detector]":
        return Detector.objects.judged().prefetch_related("rule__versions")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(self.trial))
        return [path("<int:pk>/trial/", view, name="social_detector_trial"), *super().get_urls()]

    def get_fields(self, request: HttpRequest, obj: Detector | None = None) -> Any:
        if obj is None:
            return ["kind", "name", "rule"]
        known = ["kind", "standing", "right", "version", "changed_by", "changed_at"]
        if policy.may_edit(member_of(request)):
            return ["name", "rule", *(one.name for one in FIELDS[obj.kind]), *known]
        return ["name", "rule_title", "set_to", *known]

    def get_readonly_fields(self, request: HttpRequest, obj: Detector | None = None) -> tuple[str, ...]:
        known = ("kind", "standing", "right", "version", "changed_by", "changed_at")
        return (*known, "rule_title", "set_to") if obj is not None else ()

    def may_write(self, member: Member) -> bool:
        return policy.may_edit(member)

    def get_form(self, request: HttpRequest, obj: Detector | None = None, change: bool = False, **kwargs: Any) -> Any:
        """The form of the kind; it knows who writes."""
        if not policy.may_edit(member_of(request)):
            return super().get_form(request, obj, change, **kwargs)
        made: Any = form_for(obj) if obj is not None else type("DetectorForm", (DetectorForm,), {})
        made.actor = member_of(request)
        return made

    @admin.display(description=_("rule"), ordering="rule__position")
    def rule_title(self, row: Detector) -> str:
        return max(row.rule.versions.all(), key=lambda one: one.number).said_title

    @admin.display(description=_("state"), ordering="active")
    def standing(self, row: Detector) -> str:
        return reads.standing(row)

    @admin.display(description=_("accuracy"))
    def right(self, row: Any) -> str:
        if not row.decided:
            return _t("no case decided yet")
        return _t("%(right)d of %(count)d cases upheld") % {"right": row.upheld, "count": row.decided}

    @admin.display(description=_("looks for"))
    def set_to(self, row: Detector) -> str:
        """For those who only read: one setting a line."""
        lines = []
        for one in FIELDS[row.kind]:
            known = row.params.get(one.name, "")
            lines.append(f"{one.label}: {', '.join(known) if isinstance(one, Lines) else known}")
        return format_html('<span class="as-it-stood">{}</span>', "\n".join(lines))

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The audit event says it."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The audit event says it."""

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """On to what it is to look for."""
        messages.success(request, _t("Made. Now write what it looks for, then try it."))
        return HttpResponseRedirect(reverse("admin:social_detector_change", args=[obj.pk]))

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """On to the trial, which a change asks for."""
        off = _t("Kept. It is switched off: try it, then switch it on.")
        messages.success(request, _t("Kept.") if obj.active else off)
        return HttpResponseRedirect(reverse("admin:social_detector_trial", args=[obj.pk]))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """One way on: a detector is set and then tried."""
        one_way = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().changeform_view(request, object_id, form_url, one_way | (extra_context or {}))

    def trial(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """GET: how the last trial went, with its matches. POST ``deed``: "try", "on" or "off"."""
        actor = member_of(request)
        if not self.has_view_permission(request):
            raise PermissionDenied
        detector = get_object_or_404(Detector.objects.select_related("rule", "trial__asked_by"), pk=pk)
        status = 200
        if request.method == "POST":
            deed = _DEEDS.get(request.POST.get("deed", ""))
            try:
                if not policy.may_edit(actor):
                    raise PermissionDenied
                if deed is None:
                    raise Invalid(_t("Choose whether to try it, or to switch it on or off."))
                deed(actor=actor, detector=detector)
                return HttpResponseRedirect(reverse("admin:social_detector_trial", args=[pk]))
            except ActionError as error:
                messages.error(request, error.message)
                status = error.status
        trial = detector.tried
        context = {
            **self.admin_site.each_context(request),
            "title": _t("Trial of %(name)s") % {"name": detector.name},
            "opts": self.opts,
            "detector": detector,
            "rule_title": detector.rule.version.said_title,
            "standing": reads.standing(detector),
            "trial": trial,
            "running": trial is not None and trial.state in (Trial.State.WAITING, Trial.State.RUNNING),
            "counts": trial is not None and trial.counts_for(detector),
            "matches": reads.sample(trial) if trial is not None else [],
            "complete": complete(detector.kind, detector.params),
            "deciding": policy.may_edit(actor),
        }
        return render(request, "admin/detection/trial.html", context, status=status)


@admin.register(Signal)
class SignalAdmin(ReadOnlyAdmin):
    """One match a row, the newest first."""

    purpose = _(
        "What detectors found by themselves, and what moderators made of it. It is decided in the queue, case by case."
    )
    list_display = ("created_at", "state", "found", "member", "in_queue")
    list_filter = ("state", "detector", ("rule_version__rule", ByRule))
    list_select_related = ("case", "detector", "member", "rule_version")
    search_fields = ("member__handle", "detector__name")
    ordering = ("-pk",)
    fields = readonly_fields = (
        "created_at", "state", "detector", "detector_version", "rule_version", "member", "kind", "why", "evidence", "snapshot",
        "in_queue", "decided_at",
    )  # fmt: skip
    list_per_page = 50
    show_full_result_count = False

    @admin.display(description=_("reason"))
    def found(self, row: Signal) -> str:
        """Why, and below it which detector says so."""
        return format_html('{}<p class="meta">{}</p>', row.reason, row.detector)

    @admin.display(description=_("reason"))
    def why(self, row: Signal) -> str:
        return row.reason

    @admin.display(description=_("case"))
    def in_queue(self, row: Signal) -> str:
        return format_html('<a href="{}">{}</a>', reverse("queue:card", args=[row.case_id]), str(row.case))
