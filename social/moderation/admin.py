"""Reports, and members as moderators see them."""

import re
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from metya.web.deeds import ask, do_all
from metya.web.http import member_of
from metya.web.staff import ReadOnlyAdmin
from social.moderation import actions, policy, reads
from social.moderation.deeds import open_cases
from social.moderation.forms import ReasonForm, SuspensionForm
from social.moderation.models import PRIVATE, ModeratedMember, Report
from social.posts.models import Visibility
from social.rules import reads as rules

_PICTURE = re.compile(r"(/messages/pictures/[0-9]+/)")


class ByRule(admin.RelatedFieldListFilter):
    """A rule by its title, in the reader's language, rather than by its key."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        return [(one.rule.pk, one.version.said_title) for one in rules.every()]


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    """One complaint a row; what is reported of one thing is a case, and cases are decided in the queue."""

    purpose = _("What members complained about. It is decided in the queue, case by case.")
    list_display = ("created_at", "state", "complaint", "rule_version", "member", "reporter", "decided_by", "in_queue")
    list_filter = ("state", ("rule_version__rule", ByRule), "case__kind")
    list_select_related = ("case", "member", "post", "reporter", "decided_by", "rule_version")
    search_fields = ("member__handle", "reporter__handle")
    ordering = ("-pk",)
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Report]":
        """Reports of what is private are for those who decide, not for everyone who counts reports; and nobody reads here who
        reported them."""
        rows: QuerySet[Report] = super().get_queryset(request).exclude(member=member_of(request).pk)
        return rows if policy.may_read_all(member_of(request)) else rows.exclude(case__kind__in=PRIVATE)

    @admin.display(description=_("about"))
    def complaint(self, row: Report) -> str:
        """What it is about, and below it what whoever reported wrote."""
        note = format_html('<p class="meta">{}</p>', row.note) if row.note else ""
        return format_html("{}{}", self.about(row), note)

    @admin.display(description=_("about"))
    def about(self, row: Report) -> str:
        """The post, or what was there when something that moderators cannot open was reported, its pictures as links."""
        if row.evidence and row.case.private:
            parts = enumerate(_PICTURE.split(row.evidence))
            linked = (format_html('<a href="{0}">{0}</a>', part) if odd % 2 else part for odd, part in parts)
            return format_html(
                '<span class="as-it-stood">{}</span>', format_html_join("", "{}", ((part,) for part in linked))
            )
        if row.post is None:
            return format_html('<a href="{}">{}</a>', row.member.get_absolute_url(), row.evidence[:200])
        # Among people, where everyone may see it; else as staff see it.
        open_to_all = row.post.present and row.post.visibility == Visibility.PUBLIC
        url = row.post.get_absolute_url() if open_to_all else reverse("admin:social_post_change", args=[row.post.pk])
        return format_html('<a href="{}">{}</a>', url, str(row.post))

    @admin.display(description=_("case"))
    def in_queue(self, row: Report) -> str:
        return format_html('<a href="{}">{}</a>', reverse("queue:card", args=[row.case_id]), str(row.case))


@admin.register(ModeratedMember)
class ModeratedMemberAdmin(ReadOnlyAdmin):
    """Who is suspended; cases about members are opened here, and decided in the queue."""

    purpose = _("All members, and until when somebody is suspended.")
    deed = _("Tick a member to open a case about them, or to end their suspension with a reason.")
    list_display = ("handle", "joined_at", "suspended_until", "suspension_reason", "open_reports")
    list_filter = (("suspended_until", admin.EmptyFieldListFilter), "is_active")
    search_fields = ("handle",)
    ordering = ("-pk",)
    fields = readonly_fields = (
        "handle",
        "joined_at",
        "is_active",
        "suspended_until",
        "suspension_reason",
        "open_reports",
        "reports_right",
    )
    list_per_page = 50
    show_full_result_count = False
    actions = ("open_case", "unsuspend", "mute_reporter", "hear_reporter")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        waiting = Count("reports", filter=Q(reports__state=Report.State.OPEN))
        return ModeratedMember.objects.annotate(waiting=waiting)

    @admin.display(description=_("open reports"), ordering="waiting")
    def open_reports(self, row: Any) -> int:
        return int(row.waiting)

    @admin.display(description=_("their own reports"))
    def reports_right(self, row: Any) -> str:
        found, mute = reads.accuracy(row), reads.mute_of(row)
        said = _t("%(right)d of %(count)d upheld") % {"right": found.upheld, "count": found.decided}
        return f"{said} · {mute.reason}" if mute else said

    @admin.action(description=_("Open a case…"), permissions=["suspend"])
    def open_case(self, request: HttpRequest, rows: "QuerySet[ModeratedMember]") -> HttpResponse | None:
        return open_cases(self, request, rows, lambda row: {"member": row})

    @admin.action(description=_("End the suspension…"), permissions=["suspend"])
    def unsuspend(self, request: HttpRequest, rows: "QuerySet[ModeratedMember]") -> HttpResponse | None:
        actor = member_of(request)
        return ask(
            self,
            request,
            rows,
            ReasonForm,
            _t("End suspensions"),
            lambda row, data: actions.unsuspend(actor=actor, member=row, reason=data["reason"]),
        )

    @admin.action(description=_("Take no reports from them…"), permissions=["suspend"])
    def mute_reporter(self, request: HttpRequest, rows: "QuerySet[ModeratedMember]") -> HttpResponse | None:
        actor = member_of(request)
        return ask(
            self,
            request,
            rows,
            SuspensionForm,
            _t("Take no reports from members"),
            lambda row, data: actions.mute_reporter(
                actor=actor, member=row, until=data["until"], reason=data["reason"]
            ),
        )

    @admin.action(description=_("Take their reports again"), permissions=["suspend"])
    def hear_reporter(self, request: HttpRequest, rows: "QuerySet[ModeratedMember]") -> None:
        actor = member_of(request)
        do_all(self, request, rows, lambda row: actions.hear_reporter(actor=actor, member=row))

    def has_suspend_permission(self, request: HttpRequest) -> bool:
        return member_of(request).has_perm("social.suspend_member")
