"""Staff begin and end a look in the admin, where they go on being themselves."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from metya.wallets import secondfactor
from metya.wallets.models import Member
from metya.web import ratelimit
from metya.web.errors import NotAllowed, TooMany
from metya.web.http import member_of
from social.looks import actions, policy
from social.looks.forms import LookForm
from social.looks.models import HELD, Ending, Look


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``reason``: then home, as the member sees it. The second factor must have been given just now."""
    actor = member_of(request)
    member = get_object_or_404(Member, pk=pk)
    if not policy.may_look(actor):
        raise PermissionDenied
    if not policy.may_look_as(actor, member):
        raise NotAllowed(_("You cannot see the site as this member."))
    here = reverse("looks-desk:begin", args=[pk])
    form = LookForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        if (detour := secondfactor.require(request, back=here)) is not None:
            return detour
        status = 422
        try:
            if form.is_valid():
                ratelimit.limit("look", str(actor.pk), most=20, seconds=3600)
                look = form.begin(actor, member, request.session.session_key or "")
                if look is not None:
                    request.session[HELD] = look.pk
                    return redirect("/")
        except TooMany as error:
            form.add_error(None, error.message)
            status = error.status
    context = {
        **admin.site.each_context(request),
        "title": _("See the site as @%(handle)s sees it") % {"handle": member.handle},
        "member": member,
        "form": form,
        "minutes": int(actions.LASTS.total_seconds()) // 60,
    }
    return render(request, "admin/looks/begin.html", context, status=status)


@require_POST
def end(request: HttpRequest) -> HttpResponseBase:
    """Back to the member's row among the staff's tables; also when nothing stood any more."""
    actor = member_of(request)
    if not policy.may_look(actor):
        raise PermissionDenied
    held = request.session.pop(HELD, None)
    look = Look.objects.filter(pk=held or 0, actor=actor).select_related("member").first()
    if look is None:
        messages.info(request, _("You see the site as yourself."))
        return redirect("admin:index")
    actions.end(actor=actor, look=look, ending=Ending.ENDED)
    messages.success(request, _("The look as @%(handle)s is over; they are told.") % {"handle": look.member.handle})
    return redirect("admin:social_moderatedmember_change", look.member_id)
