"""The assistant by address: beside the composer as fragments, without scripts as pages of their own."""

import json
import secrets
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metya.wallets.models import Member
from metya.web import ratelimit
from metya.web.errors import ActionError, NotAllowed, Unavailable
from metya.web.http import member_of
from social.assistant import actions, policy, prompts, reads
from social.assistant.forms import AskForm, PreferForm
from social.assistant.models import Choice
from social.assistant.reads import Pair
from social.drafts import actions as drafts
from social.drafts.actions import FIELDS
from social.drafts.models import Draft

# What the composer listens to: the new text is counted and kept as if it had been typed.
_TYPED = json.dumps({"input": {"target": "#composer textarea[name=text]"}})


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """The composer's fields: what can be asked for, as a fragment or a page that keeps all of them."""
    member = _asker(request)
    return _ask_page(request, member, AskForm(viewer=member), 200)


@require_POST
def ask(request: HttpRequest) -> HttpResponseBase:
    """``assist_ask``, ``assist_card`` and the composer's fields: two drafts are being written. A refusal keeps everything."""
    member = _asker(request)
    form = AskForm(request.POST, viewer=member)
    key = request.POST.get("client_key", "")[:40] or secrets.token_hex(16)
    if not form.is_valid():
        return _ask_page(request, member, form, 422)
    try:
        ratelimit.limit("assistant", str(member.pk), most=10, seconds=60)
        _keep(request, member, key)
    except ActionError as error:
        form.add_error(None, error.message)
        return _ask_page(request, member, form, error.status)
    made = form.request(member, request.POST.get("text", ""), key)
    if made is None:
        return _ask_page(request, member, form, form.status)
    if not _partly(request):
        return redirect(made)
    return render(request, "social/assistant/_pair.html", {"found": _found(member, made.pk)})


@never_cache
@require_safe
def pair(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The two drafts as far as they are written; to htmx only what changed."""
    member = member_of(request)
    found = _found(member, pk)
    if not _partly(request):
        return render(request, "social/assistant/pair.html", {"found": found, "alone": True})
    context = {"found": found, "alone": "page" in request.GET}
    if found.pair.running:
        return render(request, "social/assistant/_drafts.html", context)
    response = render(request, "social/assistant/_pair.html", context)
    response["HX-Retarget"], response["HX-Reswap"] = "#assistant", "outerHTML"
    return response


@require_POST
def choose(request: HttpRequest, pk: int, choice: str) -> HttpResponseBase:
    """Keep a draft or one's own words: into the composer, which nobody but its author sends. ``assist_own`` are the words that
    stood there before a draft was taken."""
    member = member_of(request)
    ratelimit.limit("assistant-choice", str(member.pk), most=60, seconds=60)
    before = _found(member, pk)
    actions.choose(actor=member, pair=before.pair, choice=choice)
    found = _found(member, pk)
    if not _partly(request):
        return _to_composer(member, found, choice)
    typed = request.POST.get("text", "")
    own = request.POST.get("assist_own", typed)
    context: dict[str, Any] = {"found": found, "own": own}
    if choice == Choice.OWN:
        back = "assist_own" in request.POST
        response = render(request, "social/assistant/_own.html", context | {"text": own, "back": back})
    else:
        text = prompts.taken(found.pair.ask, found.get(choice).half.text, own or found.pair.text)
        context |= {"text": text, "taken": found.get(choice)}
        response = render(request, "social/assistant/_taken.html", context)
    response["HX-Trigger"] = _TYPED
    return response


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Wait no longer; what is there stays."""
    member = member_of(request)
    found = _found(member, pk)
    actions.cancel(actor=member, pair=found.pair)
    if not _partly(request):
        return redirect(found.pair)
    return render(request, "social/assistant/_pair.html", {"found": _found(member, pk)})


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponseBase:
    """``uses``, ``shares``: switched on or off for oneself, beside what leaves the site and to whom."""
    member = member_of(request)
    initial = {"uses": member.profile.uses_assistant, "shares": member.profile.shares_drafts}
    form = PreferForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        ratelimit.limit("settings", str(member.pk), most=60, seconds=60)
        actions.prefer(actor=member, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("assistant:settings")
    config = reads.config()
    context = {
        "form": form,
        "configured": policy.configured(config),
        "host": reads.host_of(config),
        "config": config,
        "used": reads.used_today(member),
        "chosen": any(initial.values()),
    }
    return render(request, "social/assistant/settings.html", context)


def _asker(request: HttpRequest) -> Member:
    """Raises NotAllowed, Unavailable "off"."""
    member = member_of(request)
    if not policy.may_ask(member):
        raise NotAllowed(_("Switch the drafting assistant on in your settings first."))
    if not policy.configured(reads.config()):
        raise Unavailable(_("The drafting assistant is not available here. Your text stays as it is."), code="off")
    return member


def _partly(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))


def _found(member: Member, pk: int) -> Pair:
    found = reads.pair_of(member, pk)
    if found is None:
        raise Http404
    if found.pair.running:
        config = reads.config()
        if actions.lapse(config.seconds if config else 0):
            return reads.pair_of(member, pk) or found
    return found


def _ask_page(request: HttpRequest, member: Member, form: AskForm, status: int) -> HttpResponse:
    """With everything that the composer held."""
    config = reads.config()
    kept = [(name, value) for name in (*FIELDS, "client_key") if name != "text" for value in request.POST.getlist(name)]
    context = {
        "form": form,
        "kept": kept,
        "text": request.POST.get("text", ""),
        "host": reads.host_of(config),
        "left": max(0, (config.member_requests if config else 0) - reads.used_today(member).requests),
    }
    partly = _partly(request)
    template = "social/assistant/_ask.html" if partly else "social/assistant/ask.html"
    response = render(request, template, context, status=status)
    if partly:
        response["HX-Retarget"], response["HX-Reswap"] = "#assistant", "outerHTML"
    if form.is_bound and form.retry_after:
        response["Retry-After"] = str(form.retry_after)
    return response


def _keep(request: HttpRequest, member: Member, key: str) -> None:
    """What was typed, as a draft; a page that shows the composer keeps it by itself. Raises what keeping it raises."""
    if _partly(request):
        with suppress(ActionError):
            drafts.save(actor=member, key=key, fields=dict(request.POST.lists()))
    else:
        drafts.save(actor=member, key=key, fields=dict(request.POST.lists()))


def _to_composer(member: Member, found: Pair, choice: str) -> HttpResponse:
    """The draft that was kept when asking, with the text that was chosen now."""
    key = found.pair.key or secrets.token_hex(16)
    kept = Draft.objects.of(member).filter(key=key).first()
    fields = dict(kept.fields) if kept else {"text": [found.pair.text]}
    if choice != Choice.OWN:
        fields |= {"text": [found.get(choice).taken], "assisted": [str(found.pair.pk)]}
    draft = drafts.save(actor=member, key=key, fields=fields)
    return redirect(reverse("posts:new") + (f"?draft={draft.pk}" if draft else ""))
