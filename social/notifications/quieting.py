"""Wanting less of something: from a notification itself, with the way back, and in the settings."""

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from metya.wallets import sessions
from metya.wallets.models import Member
from metya.web import ratelimit
from metya.web.errors import Invalid
from metya.web.http import local_path, member_of
from social.digest.reads import mail_settings
from social.follows import actions as follows
from social.mutes import actions as mutes
from social.notifications import actions, reads
from social.notifications.forms import MESSAGE, ChoicesForm
from social.notifications.models import Notification, Reach
from social.push import actions as push
from social.push.reads import choices_of, devices_of


@require_POST
def quiet(request: HttpRequest, pk: int, what: str) -> HttpResponseBase:
    """Mute the ``person`` or the ``thread`` of a notification, or want its kind from people one follows (``followed``) or
    not at all (``off``): a word on that with the way back for htmx, else 302."""
    member = member_of(request)
    ratelimit.limit("bond", str(member.pk), most=120, seconds=60)
    row = get_object_or_404(Notification.objects.shown_to(member).select_related("actor", "post"), pk=pk)
    was = reads.reach_of(member, row.kind) if what in (Reach.FOLLOWED, Reach.NOBODY) else ""
    said = _verb(what)(member, row)
    if getattr(request, "htmx", False):
        context = {"row": row, "line": _line(request, row), "what": what, "was": was, "said": said}
        return render(request, "social/notifications/_quieted.html", context)
    messages.success(request, said)
    return redirect(local_path(request.POST.get("next"), "/notifications/"))


@require_POST
def undo(request: HttpRequest, pk: int, what: str) -> HttpResponseBase:
    """The way back; ``was`` is the reach that a kind had. The line again for htmx (nothing when it is not shown), else 302."""
    member = member_of(request)
    ratelimit.limit("bond", str(member.pk), most=120, seconds=60)
    row = get_object_or_404(Notification.objects.of(member).select_related("actor", "post"), pk=pk)
    if what == "person" and row.actor:
        follows.unmute(actor=member, target=row.actor)
    elif what == "thread" and row.post:
        mutes.unmute_thread(actor=member, post=row.post)
    elif what in (Reach.FOLLOWED, Reach.NOBODY):
        actions.choose(actor=member, wanted={row.kind: request.GET.get("was", "")})
    else:
        raise Http404
    if getattr(request, "htmx", False):
        told = reads.told_of(member, pk)
        context = {"told": told, "back": True}
        return render(request, "social/notifications/_notification.html", context) if told else HttpResponse()
    return redirect(local_path(request.POST.get("next"), "/notifications/"))


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponseBase:
    """From whom each kind is wanted, which of them on which devices, and by mail; 422 keeps what was chosen."""
    member = member_of(request)
    pushed = choices_of(member)
    kinds = reads.kind_choices(member, pushed)
    form = ChoicesForm(request.POST or None, kinds=kinds, messages=pushed.get(MESSAGE, True))
    if request.method == "POST":
        ratelimit.limit("profile", str(member.pk), most=30, seconds=60)
        if form.is_valid():
            with transaction.atomic():
                actions.choose(actor=member, wanted=form.wanted)
                push.choose(actor=member, wanted=form.pushed)
            messages.success(request, _("Saved."))
            return redirect("notifications:settings")
    context = {"form": form, "push": devices_of(member, sessions.current(request)), "mail": mail_settings(member)}
    return render(request, "social/notifications/settings.html", context, status=422 if form.errors else 200)


def _line(request: HttpRequest, row: Notification) -> int:
    """The id of the line on screen in whose place the answer goes: where it stands may have moved since."""
    raw = request.GET.get("line", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 19 else row.pk


def _verb(what: str) -> Callable[[Member, Notification], str]:
    verbs = {"person": _mute_person, "thread": _mute_thread, "followed": _narrow, "off": _end}
    if what not in verbs:
        raise Http404
    return verbs[what]


def _mute_person(member: Member, row: Notification) -> str:
    if row.actor is None:
        raise Invalid(_("Nobody stands behind this notification."))
    follows.mute(actor=member, target=row.actor)
    return _("You muted @%(handle)s.") % {"handle": row.actor.handle}


def _mute_thread(member: Member, row: Notification) -> str:
    if row.post is None:
        raise Invalid(_("This notification belongs to no conversation."))
    mutes.mute_thread(actor=member, post=row.post)
    return _("You muted the conversation.")


def _narrow(member: Member, row: Notification) -> str:
    actions.choose(actor=member, wanted={row.kind: Reach.FOLLOWED})
    return _("%(kind)s: only from people you follow.") % {"kind": row.kind_name}


def _end(member: Member, row: Notification) -> str:
    actions.choose(actor=member, wanted={row.kind: Reach.NOBODY})
    return _("%(kind)s: none from now on.") % {"kind": row.kind_name}
