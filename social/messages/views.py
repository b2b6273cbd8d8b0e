"""Conversations by address: the lists, one conversation, writing, marking as read, and the private pictures."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from metya.wallets import secondfactor
from metya.wallets.models import Member
from metya.web import ratelimit
from metya.web.errors import Invalid
from metya.web.http import member_of, wants_json
from metya.web.paging import cursor_from
from metya.web.private import private_picture
from social.messages import actions, lists, reads
from social.messages.forms import MessageForm, NewForm
from social.messages.models import Conversation
from social.notifications.reads import bell_label
from social.posts.uploads import oversized


def conversation_of(request: HttpRequest, pk: int) -> Conversation:
    """The conversation that the member is in or asked to; 404 otherwise."""
    found = reads.conversation_of(member_of(request), pk)
    if found is None:
        raise Http404
    return found


@require_safe
@never_cache
@vary_on_headers("HX-Request")
def inbox(request: HttpRequest) -> HttpResponse:
    """The member's conversations. ``?before=`` is the next page; ``?fresh=1`` tells htmx the first one again."""
    before = cursor_from(request.GET.get("before"))
    return _list(request, lists.conversations_page(member_of(request), before), before, "list")


@require_safe
@never_cache
@vary_on_headers("HX-Request")
def requests(request: HttpRequest) -> HttpResponse:
    """Who asks to write to the member."""
    before = cursor_from(request.GET.get("before"))
    return _list(request, lists.requests_page(member_of(request), before), before, "requests")


def _list(request: HttpRequest, page: lists.LinePage, before: int | None, which: str) -> HttpResponse:
    context = {"page": page, "which": which, "first": before is None}
    if getattr(request, "htmx", False) and "fresh" in request.GET:
        return render(request, "social/messages/_newest.html", context)
    fragment = before is not None and getattr(request, "htmx", False)
    return render(request, "social/messages/_lines.html" if fragment else "social/messages/list.html", context)


@require_safe
@never_cache
def count(request: HttpRequest) -> JsonResponse:
    """JSON ``{unread, label, text}`` for the number beside the envelope."""
    return JsonResponse(_number(member_of(request)))


@require_safe
@never_cache
@vary_on_headers("HX-Request")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One conversation. For scripts ``?before=`` gives the messages above, ``?after=`` those below, as fragments."""
    viewer, conversation = member_of(request), conversation_of(request, pk)
    before, after = cursor_from(request.GET.get("before")), cursor_from(request.GET.get("after"))
    view = reads.conversation_page(viewer, conversation, before, after)
    if getattr(request, "htmx", False) and (before is not None or after is not None):
        return render(request, "social/messages/_messages.html", {"view": view, "below": after is not None})
    return render(request, "social/messages/detail.html", _context(view, MessageForm.blank(viewer), before))


@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Form → 302 back to the conversation (201 for JSON); 422 with what was typed."""
    member, conversation = member_of(request), conversation_of(request, pk)
    ratelimit.limit("message", str(member.pk), most=60, seconds=60)
    form = MessageForm(request.POST, request.FILES, actor=member, oversized=oversized(request))
    message = form.send(conversation) if form.is_valid() else None
    if message is not None:
        if wants_json(request):
            return JsonResponse({"id": message.pk}, status=201)
        return redirect(conversation)
    if wants_json(request):
        return JsonResponse({"code": "invalid", "message": first_error(form), "errors": form.errors}, status=422)
    view = reads.conversation_page(member, conversation)
    return render(request, "social/messages/detail.html", _context(view, form, None), status=422)


@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Mark as read up to the message ``up_to``; the number beside the envelope for JSON."""
    raw = request.POST.get("up_to", "")
    if not (raw.isascii() and raw.isdigit() and len(raw) < 19):
        raise Invalid(_("Up to which message? That is not a number."), data={"field": "up_to"})
    member, conversation = member_of(request), conversation_of(request, pk)
    actions.mark_read(actor=member, conversation=conversation, up_to=int(raw))
    return JsonResponse(_number(member)) if wants_json(request) else redirect(conversation)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """A first message, ``?to=handle``; where two have their conversation it leads there, unless ``fresh`` is asked for."""
    member = member_of(request)
    if request.method != "POST":
        to = request.GET.get("to", "")[:400]
        known = None if "fresh" in request.GET else lists.pair_with(member, to)
        if known is not None:
            return redirect(known)
        return render(request, "social/messages/new.html", {"form": NewForm.blank(member, to=to)})
    ratelimit.limit("message", str(member.pk), most=60, seconds=60)
    form = NewForm(request.POST, request.FILES, actor=member, oversized=oversized(request))
    conversation = form.start() if form.is_valid() else None
    if conversation is not None:
        if wants_json(request):
            return JsonResponse({"id": conversation.pk, "url": conversation.get_absolute_url()}, status=201)
        return redirect(conversation)
    if wants_json(request):
        return JsonResponse({"code": "invalid", "message": first_error(form), "errors": form.errors}, status=422)
    return render(request, "social/messages/new.html", {"form": form}, status=422)


@require_safe
def picture(request: HttpRequest, pk: int) -> HttpResponse:
    """A picture of a message, judged anew at each request and kept by no cache."""
    image = reads.picture_of(member_of(request), pk, confirmed=secondfactor.verified(request))
    if image is None:
        raise Http404
    return private_picture(image.file)


def first_error(form: MessageForm) -> str:
    """What a script shows beside a message that was refused."""
    return str(next(iter(form.errors.values()))[0])


def _context(view: reads.ConversationView, form: MessageForm, before: int | None) -> dict[str, Any]:
    return {"view": view, "form": form, "first": before is None}


def _number(member: Member) -> dict[str, int | str]:
    unread = lists.unread_count(member)
    text = ngettext("%(count)d unread conversation", "%(count)d unread conversations", unread) % {"count": unread}
    return {"unread": unread, "label": bell_label(unread), "text": text}
