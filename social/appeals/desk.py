"""The queue of appeals in the admin: the decision, the member's words and everything known of the case on one screen."""

from dataclasses import replace

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from metya.wallets.models import Member
from metya.web.errors import NotAllowed
from metya.web.http import member_of
from social.appeals import actions
from social.appeals.forms import OutcomeForm
from social.appeals.models import Appeal
from social.moderation import cards, decisions, policy
from social.moderation.desk import reader_of


@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """On to the appeal that is due first; or that nothing waits."""
    actor = reader_of(request)
    deciding = policy.may_moderate(actor)
    if deciding:
        decisions.apply_due(5)
    others = Appeal.objects.open().exclude(member=actor)
    found = actions.claim_next(actor=actor) if deciding else others.order_by("due_at", "pk").first()
    if found is not None:
        return redirect("appeals-desk:card", found.pk)
    return _page(request, None)


@require_safe
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """One appeal, taken in hand if it is free."""
    actor = reader_of(request)
    appeal = _of_others(actor, pk)
    if policy.may_moderate(actor) and not actions.claim(actor=actor, appeal=appeal):
        messages.warning(request, actions.not_yours(actor, appeal).message)
    return _page(request, appeal)


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``outcome`` and ``reasons``; then the next appeal."""
    actor = member_of(request)
    if not policy.may_moderate(actor):
        raise NotAllowed(_("Only moderators decide appeals."))
    appeal = _of_others(actor, pk)
    form = OutcomeForm(request.POST)
    made = form.decide(actor, appeal) if form.is_valid() else None
    if made is None:
        if not actions.claim(actor=actor, appeal=appeal):
            messages.error(request, actions.not_yours(actor, appeal).message)
        return _page(request, appeal, form, form.status)
    said = _("The decision was overturned.") if made.state == Appeal.State.OVERTURNED else _("The decision stays.")
    messages.success(request, f"{made}: {said}")
    return redirect("appeals-desk:index")


def _page(
    request: HttpRequest, appeal: Appeal | None, form: OutcomeForm | None = None, status: int = 200
) -> HttpResponse:
    actor = member_of(request)
    shown = None
    if appeal is not None:
        related = ("decision__case__member", "decision__moderator", "decision__rule_version", "member", "decided_by")
        appeal = Appeal.objects.select_related(*related).get(pk=appeal.pk)
        shown = replace(cards.card(actor, appeal.decision.case), before=None, after=None)
    now = timezone.now()
    context = {
        **admin.site.each_context(request),
        "title": _("Appeals"),
        "tabs": cards.tabs(actor),
        "queue": cards.APPEALS,
        "appeal": appeal,
        "card": shown,
        "form": form or OutcomeForm(),
        "mine": appeal is not None
        and appeal.state == Appeal.State.OPEN
        and appeal.claimed_by_id == actor.pk
        and policy.may_moderate(actor)
        and appeal.claimed_until is not None
        and appeal.claimed_until > now,
        "overdue": appeal is not None and appeal.due_at <= now,
    }
    return render(request, "admin/moderation/appeals.html", context, status=status)


def _of_others(actor: Member, pk: int) -> Appeal:
    """The page shows the whole case, and so who reported: not to whoever appealed, staff or not."""
    appeal = get_object_or_404(Appeal, pk=pk)
    if appeal.member_id == actor.pk:
        raise NotAllowed(_("This case is about you: others look at it, and you are told what they decide."))
    return appeal
