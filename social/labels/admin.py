"""Labels as staff see them: what they mean, where they stand, what is said against them, and who puts them."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from metya.web.deeds import ask, do_all
from metya.web.http import member_of
from metya.web.staff import ActionFormAdmin, ReadOnlyAdmin
from social.labels import actions
from social.labels.forms import LabelForm, ReasonsForm
from social.labels.models import Label, Labeller, Labelling, Objection, Recommendation
from social.moderation import policy as moderation


@admin.register(Label)
class LabelAdmin(ActionFormAdmin):
    """Labels are defined here and never deleted: retire one instead."""

    purpose = _("What labellers can say of a post, in a name and a plain description.")
    deed = _("Open one to word it or to retire it: a retired label counts no more, wherever it stands.")
    form = LabelForm
    list_display = ("name", "slug", "about", "usual", "active")
    list_filter = ("active", "usual")
    show_full_result_count = False
    fields = ("slug", "name", "about", "usual", "active")

    def get_readonly_fields(self, request: HttpRequest, obj: Label | None = None) -> tuple[str, ...]:
        return ("slug",) if obj is not None and moderation.may_moderate(member_of(request)) else ()

    def may_write(self, member: Member) -> bool:
        return moderation.may_moderate(member)


@admin.register(Labelling)
class LabellingAdmin(ReadOnlyAdmin):
    """Who said what of which post; newest first."""

    purpose = _("Which labels stand on posts, by whom and why, and what became of them.")
    list_display = ("made_at", "label", "about", "labeller", "reason", "state", "expires_at")
    list_filter = ("state", "label")
    list_select_related = ("label", "post", "labeller")
    search_fields = ("labeller__handle", "post__author__handle")
    ordering = ("-pk",)
    list_per_page = 50
    show_full_result_count = False

    @admin.display(description=_("post"))
    def about(self, row: Labelling) -> str:
        return format_html('<a href="/posts/{}/">{}</a>', row.post_id, str(row.post))


@admin.register(Objection)
class ObjectionAdmin(ReadOnlyAdmin):
    """What authors say against labels: the open ones are the queue."""

    purpose = _(
        "What authors say against labels on their posts. Who put the label and who wrote the post have no vote."
    )
    deed = _("Tick one and choose whether the label stays or is lifted, with reasons that both read.")
    list_display = ("made_at", "about", "text", "member", "labeller", "became")
    list_filter = (("decided_at", admin.EmptyFieldListFilter), "outcome")
    list_select_related = ("labelling__label", "labelling__post", "member", "labeller", "decided_by")
    search_fields = ("member__handle", "labeller__handle")
    ordering = ("outcome", "made_at")
    list_per_page = 50
    show_full_result_count = False
    actions = ("uphold", "lift_label")

    @admin.display(description=_("label and post"))
    def about(self, row: Objection) -> str:
        """What was labelled, and below it why."""
        put = row.labelling
        linked = format_html('{}: <a href="/posts/{}/">{}</a>', put.label.name, put.post_id, str(put.post))
        return format_html('{}<p class="meta">{}</p>', linked, put.reason)

    @admin.display(description=_("outcome"), ordering="outcome")
    def became(self, row: Objection) -> str:
        return row.get_outcome_display() if row.outcome else _t("open")

    @admin.action(description=_("The label stays…"), permissions=["decide"])
    def uphold(self, request: HttpRequest, rows: "QuerySet[Objection]") -> HttpResponse | None:
        return self._decide(request, rows, Objection.Outcome.UPHELD, _t("The label stays"))

    @admin.action(description=_("Lift the label…"), permissions=["decide"])
    def lift_label(self, request: HttpRequest, rows: "QuerySet[Objection]") -> HttpResponse | None:
        return self._decide(request, rows, Objection.Outcome.LIFTED, _t("Lift the label"))

    def _decide(
        self, request: HttpRequest, rows: "QuerySet[Objection]", outcome: str, title: str
    ) -> HttpResponse | None:
        actor = member_of(request)
        return ask(
            self,
            request,
            rows,
            ReasonsForm,
            title,
            lambda row, data: actions.decide(actor=actor, objection=row, outcome=outcome, reasons=data["reasons"]),
        )

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return member_of(request).has_perm("social.decide_objection")


@admin.register(Labeller)
class LabellerAdmin(ReadOnlyAdmin):
    """Who holds the role now; the role itself is given by administrators."""

    purpose = _("Members who may put labels on posts. Readers see only the labels of those whom they follow.")
    deed = _("Tick one to recommend them to readers, who still choose for themselves.")
    list_display = ("handle", "joined_at", "recommended")
    search_fields = ("handle",)
    ordering = ("handle",)
    fields = readonly_fields = ("handle", "joined_at")
    list_per_page = 50
    show_full_result_count = False
    actions = ("recommend", "unrecommend")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Labeller]":
        known = Exists(Recommendation.objects.filter(labeller=OuterRef("pk")))
        rows: Any = Labeller._default_manager.all()
        found: QuerySet[Labeller] = rows.annotate(known=known)
        return found

    @admin.display(description=_("recommended"), boolean=True)
    def recommended(self, row: Labeller) -> bool:
        return bool(vars(row)["known"])

    @admin.action(description=_("Recommend to readers"), permissions=["recommend"])
    def recommend(self, request: HttpRequest, rows: "QuerySet[Labeller]") -> None:
        actor = member_of(request)
        do_all(self, request, rows, lambda row: actions.recommend(actor=actor, labeller=row, wanted=True))

    @admin.action(description=_("Recommend no more"), permissions=["recommend"])
    def unrecommend(self, request: HttpRequest, rows: "QuerySet[Labeller]") -> None:
        actor = member_of(request)
        do_all(self, request, rows, lambda row: actions.recommend(actor=actor, labeller=row, wanted=False))

    def has_recommend_permission(self, request: HttpRequest) -> bool:
        return member_of(request).has_perm("social.recommend_labeller")
