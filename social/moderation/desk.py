"""The moderators' queue in the admin: a card a screen, decided by a form or by one key."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from metya.wallets.models import Member
from metya.web.errors import ActionError, NotAllowed
from metya.web.http import member_of
from social.moderation import cards, claims, decisions, policy
from social.moderation.forms import DecisionForm
from social.moderation.models import Case, Decision
from social.rules.models import Queue


@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """On to the next case that is free; or that nothing waits."""
    actor, queue = reader_of(request), _queue(request)
    _catch_up(actor)
    if policy.may_moderate(actor):
        case = claims.claim_next(actor=actor, queue=queue)
    else:
        others = Case.objects.open().exclude(member=actor)
        case = (others.filter(queue=queue) if queue else others).order_by("rank_at").first()
    if case is not None:
        return redirect(_at(case.pk, queue, request.GET.get("done", "")))
    return _page(request, queue, None)


@require_safe
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """One case, taken in hand if it is free."""
    actor = reader_of(request)
    _catch_up(actor)
    case = _of_others(actor, pk)
    if policy.may_moderate(actor) and not claims.claim(actor=actor, case=case):
        messages.warning(request, claims.not_yours(actor, case).message)
    return _page(request, _queue(request), case)


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``kind`` and what belongs to it; then the next case, with the way back for a few seconds."""
    actor = _moderator(request)
    case = _of_others(actor, pk)
    form = DecisionForm(request.POST)
    made = form.decide(actor, case) if form.is_valid() else None
    if made is None:
        if not claims.claim(actor=actor, case=case):
            messages.error(request, claims.not_yours(actor, case).message)
        return _page(request, _queue(request), case, form, status=form.status)
    return redirect(f"{reverse('queue:index')}?{urlencode({'queue': _queue(request), 'done': made.pk})}")


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Back to the case that was just decided."""
    actor = _moderator(request)
    made = get_object_or_404(Decision.objects.select_related("case"), pk=pk)
    try:
        decisions.undo(actor=actor, decision=made)
    except ActionError as error:
        messages.error(request, error.message)
        return redirect(f"{reverse('queue:index')}?{urlencode({'queue': _queue(request)})}")
    return redirect(_at(made.case_id, _queue(request)))


@require_POST
def put_off(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Later: it comes again in an hour."""
    return _then_next(request, pk, claims.put_off, _("Put off for an hour."))


@require_POST
def escalate(request: HttpRequest, pk: int) -> HttpResponseBase:
    """For a senior moderator."""
    return _then_next(request, pk, claims.escalate, _("Escalated: senior moderators decide it."))


@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``note``: something for other moderators; the case stays in hand."""
    actor = _moderator(request)
    case = _of_others(actor, pk)
    try:
        claims.note(actor=actor, case=case, text=request.POST.get("note", ""))
    except ActionError as error:
        messages.error(request, error.message)
        return _page(request, _queue(request), case, typed=request.POST.get("note", ""), status=error.status)
    return redirect(_at(pk, _queue(request)))


def _then_next(request: HttpRequest, pk: int, deed: Any, said: str) -> HttpResponseBase:
    actor, queue = _moderator(request), _queue(request)
    try:
        deed(actor=actor, case=get_object_or_404(Case, pk=pk))
        messages.success(request, said)
    except ActionError as error:
        messages.error(request, error.message)
    return redirect(f"{reverse('queue:index')}?{urlencode({'queue': queue})}")


def _page(
    request: HttpRequest,
    queue: str,
    case: Case | None,
    form: DecisionForm | None = None,
    typed: str = "",
    status: int = 200,
) -> HttpResponse:
    actor = member_of(request)
    if case is not None:
        case = Case.objects.select_related("member", "claimed_by").get(pk=case.pk)
    shown = cards.card(actor, case, queue) if case else None
    context = {
        **admin.site.each_context(request),
        "title": _("Queue"),
        "tabs": cards.tabs(actor),
        "queue": queue,
        "card": shown,
        "form": form or DecisionForm(initial={"rule": shown.likely if shown else "", "days": decisions.DAYS[1]}),
        "typed": typed,
        "deciding": policy.may_moderate(actor),
        "done": _just_decided(request, actor),
    }
    return render(request, "admin/moderation/queue.html", context, status=status)


def _just_decided(request: HttpRequest, actor: Member) -> Decision | None:
    """What the actor can still take back."""
    raw = request.GET.get("done", "")
    if not (raw.isascii() and raw.isdigit() and len(raw) < 19):
        return None
    rows = Decision.objects.pending().filter(pk=int(raw), moderator=actor, effective_at__gt=timezone.now())
    return rows.select_related("case").first()


def _catch_up(actor: Member) -> None:
    """Decisions whose ten seconds are over take effect where a moderator looks on; who only looks changes nothing."""
    if policy.may_moderate(actor):
        decisions.apply_due(5)


def reader_of(request: HttpRequest) -> Member:
    """Those who decide, and auditors, who only look."""
    actor = member_of(request)
    if not policy.may_read_all(actor):
        raise PermissionDenied
    return actor


def _moderator(request: HttpRequest) -> Member:
    actor = member_of(request)
    if not policy.may_moderate(actor):
        raise NotAllowed(_("Only moderators decide cases."))
    return actor


def _of_others(actor: Member, pk: int) -> Case:
    """A case says who reported and what moderators tell each other: whoever it is about does not read it, staff or not."""
    case = get_object_or_404(Case, pk=pk)
    if not policy.may_read(actor, case):
        raise NotAllowed(_("This case is about you: others look at it, and you are told what they decide."))
    return case


def _queue(request: HttpRequest) -> str:
    asked = request.GET.get("queue", request.POST.get("queue", ""))
    return asked if asked in Queue.values else ""


def _at(pk: int, queue: str, done: str = "") -> str:
    query = {name: value for name, value in (("queue", queue), ("done", done)) if value}
    return f"{reverse('queue:card', args=[pk])}{'?' if query else ''}{urlencode(query)}"
