"""What members decide about a conversation: accept, decline, mute, leave, people, name, reports, and their settings."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from metya.web import ratelimit
from metya.web.http import member_of, wants_json
from social.messages import actions, lists, reads, reporting
from social.messages.forms import AddForm, NameForm, PreferencesForm, ReportWritingForm
from social.messages.models import Conversation, Message
from social.messages.views import conversation_of

VERBS: dict[str, Callable[..., None]] = {
    "accept": actions.accept,
    "decline": actions.decline,
    "leave": actions.leave,
    "mute": lambda **which: actions.set_muted(muted=True, **which),
    "unmute": lambda **which: actions.set_muted(muted=False, **which),
}
_GOES_TO = {"decline": "messages:requests", "leave": "messages:list"}
_SAID = {
    "decline": gettext_lazy("Declined. They are not told."),
    "leave": gettext_lazy("You left the conversation."),
    "mute": gettext_lazy("Muted: it does not count as unread any more."),
    "unmute": gettext_lazy("It counts as unread again."),
}


@require_POST
def verb(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """accept, decline, leave, mute, unmute: JSON, else 302 to where one goes on."""
    member = member_of(request)
    VERBS[name](actor=member, conversation=conversation_of(request, pk))
    if wants_json(request):
        return JsonResponse({"done": name})
    if name in _SAID:
        messages.success(request, _SAID[name])
    return redirect(_GOES_TO[name]) if name in _GOES_TO else redirect("messages:detail", pk)


@require_safe
def about(request: HttpRequest, pk: int) -> HttpResponse:
    """The people of a conversation, and what one may do with it."""
    return _about(request, conversation_of(request, pk))


@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``to``: handles of people to add to a group."""
    member, conversation = member_of(request), conversation_of(request, pk)
    ratelimit.limit("message", str(member.pk), most=60, seconds=60)
    form = AddForm(request.POST)
    if form.is_valid() and form.add(member, conversation):
        return redirect("messages:about", pk)
    return _about(request, conversation, add=form, status=422)


@require_POST
def rename(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``name`` of a group, empty for none."""
    conversation = conversation_of(request, pk)
    form = NameForm(request.POST)
    if form.is_valid() and form.rename(member_of(request), conversation):
        return redirect("messages:about", pk)
    return _about(request, conversation, name=form, status=422)


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take back one's own message."""
    message = _message(request, pk)
    actions.delete(actor=member_of(request), message=message)
    return JsonResponse({"deleted": pk}) if wants_json(request) else redirect(message.conversation)


@require_http_methods(["GET", "HEAD", "POST"])
def report_message(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The form, and what it sends: ``reason`` and ``note``."""
    message = _message(request, pk)
    return _report(request, message, {"message": message, "member": message.author}, message.conversation)


@require_http_methods(["GET", "HEAD", "POST"])
def report_conversation(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The form, and what it sends: ``reason`` and ``note``."""
    conversation = conversation_of(request, pk)
    member = reporting.whom(member_of(request), conversation)
    return _report(request, conversation, {"member": member, "conversation": conversation}, conversation)


def _report(
    request: HttpRequest, about: Message | Conversation, context: dict[str, Any], back: Conversation
) -> HttpResponseBase:
    actor = member_of(request)
    form = ReportWritingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        ratelimit.limit("report", str(actor.pk), most=20, seconds=3600)
        if form.is_valid() and form.send(actor, about):
            messages.success(request, _("Thank you. The moderators will look at it."))
            return redirect(back)
    status = 422 if request.method == "POST" else 200
    return render(request, "social/messages/report.html", {"form": form, "back": back, **context}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponseBase:
    """Who may write to the member, and whether others see what they have read."""
    member = member_of(request)
    if request.method != "POST":
        form = PreferencesForm.of(lists.settings_of(member))
        return render(request, "social/messages/preferences.html", {"form": form})
    form = PreferencesForm(request.POST)
    if form.is_valid():
        form.save(member)
        messages.success(request, _("Saved."))
        return redirect("messages:preferences")
    return render(request, "social/messages/preferences.html", {"form": form}, status=422)


def _about(request: HttpRequest, conversation: Conversation, status: int = 200, **forms: Any) -> HttpResponse:
    view = reads.conversation_page(member_of(request), conversation)
    context = {
        "view": view,
        "add": forms.get("add") or AddForm(),
        "name": forms.get("name") or NameForm(initial={"name": conversation.name}),
    }
    return render(request, "social/messages/about.html", context, status=status)


def _message(request: HttpRequest, pk: int) -> Message:
    found = reads.message_of(member_of(request), pk)
    if found is None:
        raise Http404
    return found
