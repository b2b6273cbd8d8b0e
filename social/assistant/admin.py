"""The assistant as staff see it: its settings and what it costs, styles, and the pairs that may be exported."""

import json
from collections.abc import Iterator

from django.contrib import admin
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from metya.ops import audit
from metya.wallets.models import Member
from metya.web.deeds import ask
from metya.web.http import member_of
from metya.web.numbers import grouped
from metya.web.staff import ReadOnlyAdmin, SingleRowAdmin
from metya.web.streaming import streamed
from social.assistant import policy, reads, styling
from social.assistant.exporting import lines
from social.assistant.forms import ConfigForm, RemoveForm
from social.assistant.models import AssistantConfig, DraftHalf, DraftPair, HalfState, StyleCard


@admin.register(AssistantConfig)
class AssistantConfigAdmin(SingleRowAdmin):
    """One row: which endpoint is asked, and within which bounds. The key is nowhere here."""

    purpose = _("Which service writes drafts for members who want that, and how much it may cost a day.")
    deed = _(
        "Allow its origin in ASSISTANT_URLS and give its key in ASSISTANT_KEY first: both come from the environment alone, and "
        "the key is shown nowhere."
    )
    form = ConfigForm
    list_display = ("__str__", "on", "endpoint", "today")
    readonly_fields = ("today", "week", "failed")
    fields = (
        "on", "endpoint", "model", "seconds", "member_requests", "member_tokens", "price_in", "price_out", "most_cost",
        "votes_needed", "today", "week", "failed",
    )  # fmt: skip

    def may_write(self, member: Member) -> bool:
        return policy.may_set(member)

    @admin.display(description=_("cost of today (UTC)"))
    def today(self, row: AssistantConfig) -> str:
        used = reads.used_today()
        words = {"cost": grouped(used.cost), "most": grouped(row.most_cost), "requests": grouped(used.requests)}
        return _t("%(cost)s of %(most)s, in %(requests)s requests") % words

    @admin.display(description=_("last seven days"))
    def week(self, row: AssistantConfig) -> str:
        rows = [
            (date_format(day, _t("j M Y")), grouped(used.cost), grouped(used.requests), grouped(used.tokens))
            for day, used in reads.days_used()
        ]
        said = _t("{}: cost {}, {} requests, {} tokens")
        return format_html_join("", "<p>{}</p>", ((said.format(*one),) for one in rows)) or _t("nothing yet")

    @admin.display(description=_("drafts that failed today"))
    def failed(self, row: AssistantConfig) -> str:
        since = reads.day_of(timezone.now())
        found = DraftHalf.objects.filter(state=HalfState.FAILED, pair__at__gte=since).values("error")
        counts = found.annotate(n=Count("pk")).order_by("error").values_list("error", "n")
        return ", ".join(f"{error}: {n}" for error, n in counts) or _t("none")


@admin.register(StyleCard)
class StyleCardAdmin(ReadOnlyAdmin):
    """Newest first."""

    purpose = _("How drafts may be written, in the words of members; votes bring a style into use and out of it.")
    deed = _("Tick one to remove it, with a reason that its author reads.")
    list_display = ("name", "author", "instruction", "state", "since")
    list_filter = ("state",)
    list_select_related = ("author",)
    search_fields = ("name", "author__handle")
    ordering = ("-pk",)
    list_per_page = 50
    show_full_result_count = False
    actions = ("remove",)

    @admin.action(description=_("Remove…"), permissions=["remove"])
    def remove(self, request: HttpRequest, rows: "QuerySet[StyleCard]") -> HttpResponse | None:
        actor = member_of(request)
        return ask(
            self,
            request,
            rows,
            RemoveForm,
            _t("Remove styles"),
            lambda row, data: styling.remove(actor=actor, card=row, reason=data["reason"]),
        )

    def has_remove_permission(self, request: HttpRequest) -> bool:
        return member_of(request).has_perm("social.remove_stylecard")


@admin.register(DraftPair)
class DraftPairAdmin(ReadOnlyAdmin):
    """Only those that their authors share, without who that is; the words are in the file alone."""

    purpose = _("Which of two drafts members preferred, of those who allow that models are trained with it.")
    deed = _(
        "Tick some, or all, to export them as JSONL: prompt, chosen, rejected, and the styles; without names of members."
    )
    list_display = ("at", "ask", "model", "choice")
    list_filter = ("ask", "model")
    ordering = ("-pk",)
    fields = readonly_fields = ("at", "ask", "model", "choice", "shared")
    list_per_page = 100
    show_full_result_count = False
    actions = ("export",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[DraftPair]":
        return DraftPair.objects.consented()

    @admin.action(description=_("Export as JSONL"), permissions=["export"])
    def export(self, request: HttpRequest, rows: "QuerySet[DraftPair]") -> HttpResponseBase:
        actor, ids = member_of(request), list(rows.order_by("pk").values_list("pk", flat=True))
        with transaction.atomic():
            audit.record(actor, "assistant.export_pairs", actor, count=len(ids))
        return streamed(request, _encoded(ids), "application/x-ndjson", "drafts.jsonl")

    def has_export_permission(self, request: HttpRequest) -> bool:
        return policy.may_export(member_of(request))


def _encoded(ids: list[int]) -> Iterator[bytes]:
    for line in lines(ids):
        yield json.dumps(line, ensure_ascii=False).encode() + b"\n"
