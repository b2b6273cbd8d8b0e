"""Pay for training as reviewers see it. Rows are read-only for everyone; what changes goes through audited actions."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from metya.web.errors import ActionError, NotAllowed
from metya.web.http import member_of
from metya.web.staff import ReadOnlyAdmin
from rewards.payouts.deciding import require_reviewer
from rewards.payouts.forms import DecisionForm, ReasonForm
from rewards.payouts.policy import is_reviewer
from rewards.training import actions, policy, reads
from rewards.training.models import PayKind, TrainingPay
from social.templatetags.metya import met

View = Callable[..., HttpResponseBase]


@admin.register(TrainingPay)
class TrainingPayAdmin(ReadOnlyAdmin):
    purpose = gettext_lazy("What each round of training allots to each member, and how far it is on its way.")
    deed = gettext_lazy(
        "What is not with an epoch yet can be put on hold; open one to do so. Another reviewer decides that it is forfeited."
    )
    change_list_template = "admin/rewards/training/list.html"
    list_display = (
        "round",
        "kind",
        "member",
        "grains_met",
        "state",
        "epoch",
        "wallet",
        "reason",
        "placed_by",
        "decided_by",
    )
    list_display_links = ("round", "member")
    list_filter = ("state", "kind", ("placed_by", admin.EmptyFieldListFilter))
    list_select_related = ("round", "member", "epoch", "placed_by", "decided_by")
    search_fields = ("=member__handle", "=wallet", "=round__number")
    ordering = ("-pk",)
    show_full_result_count = False

    def may_act(self, request: HttpRequest) -> bool:
        return is_reviewer(member_of(request))

    @admin.display(description=gettext_lazy("amount"), ordering="grains")
    def grains_met(self, pay: TrainingPay) -> str:
        return met(pay.grains)

    def get_urls(self) -> list[URLPattern]:
        """The verbs, beside the ordinary pages."""

        def at(route: str, view: View, name: str) -> URLPattern:
            both = require_http_methods(["GET", "HEAD", "POST"])
            return path(route, self.admin_site.admin_view(both(view)), name=f"rewards_trainingpay_{name}")

        own = [at("<int:pk>/hold/", self.hold, "hold"), at("<int:pk>/decide/", self.decide, "decide")]
        return own + super().get_urls()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With what is in each state above the list."""
        return super().changelist_view(request, {"totals": reads.totals()} | (extra_context or {}))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One amount, where Django would show a form."""
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        if not (object_id.isascii() and object_id.isdigit() and len(object_id) < 19):
            raise Http404
        pay = self._seen(request, int(object_id))
        return self._page(request, "pay", pay, {"about": reads.about(pay)})

    def hold(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Stop an amount, with a reason."""
        pay = self._seen(request, pk)
        require_reviewer(member_of(request))
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            return self._do(
                request,
                pay,
                lambda: actions.stop(actor=member_of(request), pay=pay, reason=reason),
                _("On hold, and the member was told."),
            )
        return self._form(request, "hold", pay, form)

    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Release or forfeit what was stopped, with a reason."""
        pay = self._seen(request, pk)
        require_reviewer(member_of(request))
        form = DecisionForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            verb = actions.forfeit if form.cleaned_data["decision"] == "forfeit" else actions.release
            note = form.cleaned_data["reason"]
            return self._do(
                request,
                pay,
                lambda: verb(actor=member_of(request), pay=pay, note=note),
                _("Decided, and the member was told."),
            )
        return self._form(request, "decide", pay, form)

    def _seen(self, request: HttpRequest, pk: int) -> TrainingPay:
        if not self.has_view_permission(request):
            raise PermissionDenied
        related = ("round", "member", "placed_by", "decided_by")
        return get_object_or_404(TrainingPay.objects.select_related(*related), pk=pk)

    def _do(self, request: HttpRequest, pay: TrainingPay, deed: Callable[[], object], done: str) -> HttpResponse:
        """Back to the amount with a word about it; who may not is answered with 403."""
        try:
            deed()
        except NotAllowed:
            raise
        except ActionError as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, done)
        return HttpResponseRedirect(reverse("admin:rewards_trainingpay_change", args=[pay.pk]))

    def _form(self, request: HttpRequest, name: str, pay: TrainingPay, form: ReasonForm) -> HttpResponse:
        if name == "hold":
            form.fields["reason"].widget.attrs["autofocus"] = True
        status = 422 if request.method == "POST" else 200
        return self._page(request, name, pay, {"form": form}, status)

    def _page(
        self, request: HttpRequest, name: str, pay: TrainingPay, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        of_styles = pay.kind == PayKind.STYLES
        text = (
            _("Pay of %(member)s for styles in round %(number)d")
            if of_styles
            else _("Pay of %(member)s for round %(number)d")
        )
        title = text % {"member": pay.member, "number": pay.round.number}
        actor = member_of(request)
        may = {"may_stop": policy.may_stop(actor, pay), "may_decide": policy.may_release(actor, pay)}
        may["may_forfeit"] = policy.may_forfeit(actor, pay)
        whole = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "pay": pay,
            **may,
            **context,
        }
        return render(request, f"admin/rewards/training/{name}.html", whole, status=status)
