"""Styles by address: the list, proposing, voting, withdrawing, removing."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metya.web import ratelimit
from metya.web.errors import ActionError, NotAllowed
from metya.web.http import local_path, member_of
from social.assistant import policy, reads, styling
from social.assistant.forms import ProposeForm, RemoveForm
from social.assistant.models import CardState
from social.assistant.reads import CardRow

STATES = {"in-use": CardState.IN_USE, "proposed": CardState.PROPOSED, "retired": CardState.RETIRED}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """``?show=`` in-use, proposed or retired."""
    viewer = member_of(request)
    show = request.GET.get("show", "in-use")
    if show not in STATES:
        raise Http404
    context = {
        "rows": reads.cards(viewer, STATES[show]),
        "show": show,
        "needed": styling.votes_needed(),
        "configured": reads.offered(),
    }
    return render(request, "social/assistant/styles.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest) -> HttpResponseBase:
    """``name``, ``instruction``, ``example``; 422 keeps what was typed."""
    member = member_of(request)
    form = ProposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        ratelimit.limit("style", str(member.pk), most=20, seconds=3600)
        if form.is_valid() and (made := form.propose(member)):
            messages.success(request, _("Your style is proposed. Now others vote."))
            return redirect(made)
    status = form.status if form.errors else 200
    return render(
        request, "social/assistant/propose.html", {"form": form, "needed": styling.votes_needed()}, status=status
    )


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One style in full."""
    row = _row(request, pk)
    viewer = member_of(request)
    context = {
        "row": row,
        "may_withdraw": policy.may_withdraw(viewer, row.card),
        "may_remove": policy.may_remove(viewer, row.card),
        "needed": styling.votes_needed(),
        "earned": reads.earned(row.card),
    }
    return render(request, "social/assistant/style.html", context)


@require_POST
def vote(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``value``: 1, -1 or 0; the row for htmx, else 302 to ``next``."""
    member = member_of(request)
    ratelimit.limit("style-vote", str(member.pk), most=60, seconds=60)
    card = _row(request, pk).card
    raw = request.POST.get("value", "")
    styling.vote(actor=member, card=card, value={"1": 1, "-1": -1, "0": 0}.get(raw, 9))
    if getattr(request, "htmx", False):
        context = {"row": _row(request, pk), "needed": styling.votes_needed()}
        return render(request, "social/assistant/_votes.html", context)
    return redirect(local_path(request.POST.get("next"), card.get_absolute_url()))


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One's own style is not used any more."""
    styling.withdraw(actor=member_of(request), card=_row(request, pk).card)
    messages.success(request, _("Your style is withdrawn."))
    return redirect("assistant:style", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``reason``: moderators remove a style."""
    actor, row = member_of(request), _row(request, pk)
    if not policy.may_remove(actor, row.card):
        raise NotAllowed(_("Moderators remove styles of others."))
    form = RemoveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            styling.remove(actor=actor, card=row.card, reason=form.cleaned_data["reason"])
        except ActionError as error:
            form.add_error("reason", error.message)
        else:
            messages.success(request, _("The style is removed, and its author was told."))
            return redirect("assistant:styles")
    context = {"row": row, "form": form}
    return render(request, "social/assistant/remove.html", context, status=422 if form.errors else 200)


def _row(request: HttpRequest, pk: int) -> CardRow:
    row = reads.card_row(member_of(request), pk)
    if row is None:
        raise Http404
    return row
