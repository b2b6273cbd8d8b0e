"""The reviewers' pages. Rows are read-only for everyone; what changes goes through audited actions that ask for the role."""

from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metya.wallets import secondfactor
from metya.web.errors import ActionError, NotAllowed
from metya.web.http import member_of
from metya.web.staff import ReadOnlyAdmin
from rewards.payouts import actions, checklist, holding, jobs, listing, policy, review, rings, simulated, simulating
from rewards.payouts.deciding import require_reviewer
from rewards.payouts.errors import PointsOpen
from rewards.payouts.forms import DecisionForm, ListForm, ReasonForm
from rewards.payouts.models import Batch, Hold, Payout, Simulation
from social.templatetags.metya import met

View = Callable[..., HttpResponseBase]


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    purpose = gettext_lazy("All payouts of one epoch together.")
    deed = gettext_lazy(
        "Open the newest draft: look at what is flagged, hold what you doubt, and submit it. Another reviewer approves."
    )
    list_display = ("epoch", "version", "state", "count", "total_met", "attention", "submitted_by", "approved_by")
    list_display_links = ("epoch", "version")
    list_filter = ("state",)
    list_select_related = ("epoch", "submitted_by", "approved_by")
    ordering = ("-epoch", "-version")
    show_full_result_count = False

    def may_act(self, request: HttpRequest) -> bool:
        return policy.is_reviewer(member_of(request))

    @admin.display(description=gettext_lazy("total"), ordering="total")
    def total_met(self, batch: Batch) -> str:
        return met(batch.total)

    @admin.display(description=gettext_lazy("to look at"))
    def attention(self, batch: Batch) -> str:
        return str(sum(1 for check in batch.checks if not check["ok"]) or "")

    def get_urls(self) -> list[URLPattern]:
        """The verbs of a review, beside the ordinary pages."""

        def at(route: str, view: View, name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), name=f"rewards_batch_{name}")

        own = [
            at("<int:pk>/payouts/", require_safe(self.payouts), "payouts"),
            at("<int:pk>/rings/<int:number>/", require_http_methods(["GET", "HEAD", "POST"])(self.ring), "ring"),
            at("<int:pk>/rings/<int:number>/simulate/", require_POST(self.simulate), "simulate"),
            at("simulations/<int:pk>/", require_safe(self.simulation), "simulation"),
            at("<int:pk>/submit/", require_POST(self.submit), "submit"),
            at("<int:pk>/approve/", require_POST(self.approve), "approve"),
            at("<int:pk>/reject/", require_http_methods(["GET", "POST"])(self.reject), "reject"),
            at("payouts/<int:pk>/hold/", require_http_methods(["GET", "POST"])(self.hold), "hold"),
            at("holds/<int:pk>/decide/", require_http_methods(["GET", "POST"])(self.decide), "decide"),
        ]
        return own + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The review page stands where Django would show a form."""
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        batch = self.get_object(request, object_id)
        if batch is None:
            raise Http404
        if not self.has_view_permission(request, batch):
            raise PermissionDenied
        return self._review(request, batch, ticked=request.GET.get("ticked", "").split(","))

    def payouts(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Every payout of a batch, sorted and filtered by any column."""
        batch = self._seen(request, pk)
        title = _("Payouts of epoch %(number)d") % {"number": batch.epoch_id}
        form = ListForm(request.GET)
        found = None
        if form.is_valid():
            asked = form.asked(after=request.GET.get("after", ""))
            found = listing.page(batch, member_of(request), asked, form.typed)
        context = {"batch": batch, "list": found, "form": form}
        return self._page(request, "payouts", title, context, 200 if found else 422)

    def ring(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """The evidence for one ring, and a hold on all of its members at once."""
        batch = self._seen(request, pk)
        found = next((one for one in rings.views(batch, member_of(request)) if one.number == number), None)
        if found is None:
            raise Http404
        form = ReasonForm(request.POST or None)
        if request.method == "POST":
            self._require_reviewer(request)
            payouts = [one.payout for one in found.members if one.payout and one.may_hold]
            if form.is_valid():
                reason = form.cleaned_data["reason"]
                return self._do(
                    request,
                    batch,
                    lambda: holding.place_all(actor=member_of(request), payouts=payouts, reason=reason),
                    _("On hold. The batch is a draft again, since its content changed."),
                )
        title = _("Ring %(number)d of epoch %(epoch)d") % {"number": number, "epoch": batch.epoch_id}
        context = {"batch": batch, "ring": found, "form": form, "simulation": simulated.latest(batch).get(found.key)}
        context["may_ask"] = policy.is_reviewer(member_of(request))
        return self._form(request, "ring", title, context)

    def simulate(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Have it computed what everybody would have got without a ring."""
        batch = self._seen(request, pk)
        with transaction.atomic():
            asked = simulating.ask(actor=member_of(request), batch=batch, number=number)
            if asked.state == Simulation.State.WAITING:
                jobs.simulate.enqueue(asked.pk)
        return HttpResponseRedirect(reverse("admin:rewards_batch_simulation", args=[asked.pk]))

    def simulation(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Everybody's amounts with and without a ring, as far as they are computed."""
        found = get_object_or_404(Simulation.objects.select_related("asked_by"), pk=pk)
        batch = found.batch = self._seen(request, found.batch_id)
        asked = request.GET
        page = simulated.page(found, wanted=asked.get("q", "")[:80], after=asked.get("after", ""))
        number = simulated.number_of(found)
        context = {"batch": batch, "page": page, "number": number, "may_ask": policy.is_reviewer(member_of(request))}
        if request.headers.get("HX-Request") == "true":
            return render(request, "admin/rewards/batch/_simulation.html", context)
        return self._page(request, "simulation", _("Simulation: without ring %(number)s") % {"number": number}, context)

    def submit(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The first reviewer."""
        batch = self._seen(request, pk)
        points = request.POST.getlist("points")
        return self._do(
            request,
            batch,
            lambda: actions.submit(actor=member_of(request), batch=batch, points=points),
            _("Submitted. Somebody else has to approve it now."),
            points,
        )

    def approve(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The second reviewer, with a second factor of the last five minutes."""
        batch = self._seen(request, pk)
        actor, confirmed = member_of(request), secondfactor.recent(request)
        points = request.POST.getlist("points")
        if not confirmed and policy.may_approve(actor, batch):
            messages.info(request, _("Give your second factor, then press Approve again."))
            # What was ticked comes back with the reviewer.
            ticked = urlencode({"ticked": ",".join(checklist.known(points))})
            return secondfactor.detour(request, back=f"{_page_of(batch)}?{ticked}#decision")
        content = request.POST.get("content_hash", "")
        return self._do(
            request,
            batch,
            lambda: actions.approve(actor=actor, batch=batch, content_hash=content, confirmed=confirmed, points=points),
            _("Approved. It goes to the chain now."),
            points,
        )

    def reject(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send a batch back, with a reason."""
        batch = self._seen(request, pk)
        self._require_reviewer(request)
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            return self._do(
                request,
                batch,
                lambda: actions.reject(actor=member_of(request), batch=batch, reason=reason),
                _("Rejected. A new version waits in the list."),
            )
        title = _("Reject the batch of epoch %(number)d") % {"number": batch.epoch_id}
        return self._form(request, "reject", title, {"batch": batch, "form": form})

    def hold(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put one payout on hold, with a reason."""
        payout = get_object_or_404(Payout.objects.select_related("member"), pk=pk)
        batch = self._seen(request, _live(payout).pk)
        self._require_reviewer(request)
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            return self._do(
                request,
                batch,
                lambda: holding.place(actor=member_of(request), payout=payout, reason=reason),
                _("On hold. The batch is a draft again, since its content changed."),
            )
        title = _("Put a payout of epoch %(number)d on hold") % {"number": payout.epoch_id}
        return self._form(request, "hold", title, {"batch": batch, "payout": payout, "form": form})

    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Release or forfeit a hold, with a reason."""
        hold = get_object_or_404(Hold.objects.select_related("payout", "payout__member", "placed_by"), pk=pk)
        batch = self._seen(request, _live(hold.payout).pk)
        self._require_reviewer(request)
        form = DecisionForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            verb = holding.forfeit if form.cleaned_data["decision"] == "forfeit" else holding.release
            note = form.cleaned_data["reason"]
            return self._do(
                request,
                batch,
                lambda: verb(actor=member_of(request), hold=hold, note=note),
                _("Decided, and the member was told."),
            )
        title = _("Decide about a hold of epoch %(number)d") % {"number": hold.payout.epoch_id}
        may_forfeit = policy.may_forfeit(member_of(request), hold)
        return self._form(
            request, "decide", title, {"batch": batch, "hold": hold, "form": form, "may_forfeit": may_forfeit}
        )

    # --- help -----------------------------------------------------------------------------------------------------

    def _seen(self, request: HttpRequest, pk: int) -> Batch:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(Batch.objects.select_related("epoch", "submitted_by", "approved_by"), pk=pk)

    def _require_reviewer(self, request: HttpRequest) -> None:
        require_reviewer(member_of(request))

    def _review(
        self, request: HttpRequest, batch: Batch, *, ticked: Collection[str], status: int = 200
    ) -> HttpResponse:
        page = review.review(batch, member_of(request), ticked=ticked)
        title = _("Batch of epoch %(number)d") % {"number": batch.epoch_id}
        return self._page(request, "review", title, {"page": page, "batch": batch}, status)

    def _do(
        self,
        request: HttpRequest,
        batch: Batch,
        deed: Callable[[], object],
        done: str,
        points: Collection[str] = (),
    ) -> HttpResponse:
        """Runs a deed and goes back to the review with a word about it; who may not is answered with 403.

        With a point of the checklist open the page comes again as it was, with ``points`` still ticked.
        """
        try:
            deed()
        except NotAllowed:
            raise
        except PointsOpen as refusal:
            messages.error(request, refusal.message)
            return self._review(request, batch, ticked=points, status=refusal.status)
        except ActionError as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, done)
        newest = Batch.objects.filter(epoch=batch.epoch_id).order_by("-version").first() or batch
        return HttpResponseRedirect(_page_of(newest))

    def _form(self, request: HttpRequest, name: str, title: str, context: dict[str, Any]) -> HttpResponse:
        status = 422 if request.method == "POST" else 200
        if name in ("hold", "reject"):
            # Who came by a key goes on typing.
            context["form"].fields["reason"].widget.attrs["autofocus"] = True
        return self._page(request, name, title, context, status)

    def _page(
        self, request: HttpRequest, name: str, title: str, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        whole = {**self.admin_site.each_context(request), "title": title, "opts": self.opts, **context}
        return render(request, f"admin/rewards/batch/{name}.html", whole, status=status)


@admin.register(Payout)
class PayoutAdmin(ReadOnlyAdmin):
    purpose = gettext_lazy("What each wallet earned in each epoch, and how far it is on its way.")
    list_display = (
        "epoch",
        "wallet",
        "member",
        "influence",
        "earned_met",
        "amount_met",
        "owed_met",
        "state",
        "state_at",
    )
    list_filter = ("state",)
    list_select_related = ("epoch", "member")
    search_fields = ("=wallet", "=member__handle")
    ordering = ("-pk",)
    show_full_result_count = False

    @admin.display(description=gettext_lazy("earned"))
    def earned_met(self, payout: Payout) -> str:
        return met(payout.earned)

    @admin.display(description=gettext_lazy("amount"))
    def amount_met(self, payout: Payout) -> str:
        return met(payout.amount)

    @admin.display(description=gettext_lazy("owed"))
    def owed_met(self, payout: Payout) -> str:
        return met(payout.owed)


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    purpose = gettext_lazy("Single payouts that were stopped.")
    deed = gettext_lazy("Open the batch to release one or to have it forfeited.")
    list_display = ("payout", "amount_met", "state", "reason", "placed_by", "placed_at", "decided_by", "decision_note")
    list_filter = ("state",)
    list_select_related = ("payout", "placed_by", "decided_by")
    search_fields = ("=payout__wallet",)
    ordering = ("-pk",)

    def may_act(self, request: HttpRequest) -> bool:
        return policy.is_reviewer(member_of(request))

    @admin.display(description=gettext_lazy("amount"))
    def amount_met(self, hold: Hold) -> str:
        return met(hold.amount)


def _page_of(batch: Batch) -> str:
    return reverse("admin:rewards_batch_change", args=[batch.pk])


def _live(payout: Payout) -> Batch:
    return get_object_or_404(Batch.objects.live(), epoch=payout.epoch_id)
