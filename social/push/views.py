"""Turning push on and off, trying it, and what the service worker asks for when the browser changed its subscription."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from metya.wallets import sessions
from metya.web import ratelimit
from metya.web.errors import Conflict
from metya.web.http import member_of, read_json
from social.push import actions, forms, keys, reads
from social.push.models import PushDevice

SETTINGS = "/settings/notifications/#push"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def devices(request: HttpRequest) -> HttpResponse:
    """The part of the settings page; by POST, a browser's subscription as JSON, which turns push on for this session."""
    member = member_of(request)
    if request.method == "POST":
        ratelimit.limit("push-on", str(member.pk), most=20, seconds=3600)
        session = sessions.current(request)
        if session is None:
            raise Conflict(_("Sign in again, then turn it on."), code="no-session")
        actions.turn_on(actor=member, session=session, given=forms.subscription(read_json(request)))
        return HttpResponse(status=204)
    found = reads.devices_of(member, sessions.current(request))
    return render(request, "social/push/_devices.html", {"push": found})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def renew(request: HttpRequest) -> HttpResponse:
    """For the service worker, which has no page: JSON ``{key, token}``, and by POST a new subscription in place of the old one.
    404 where push is not on: then the worker gives the subscription up."""
    member, session = member_of(request), sessions.current(request)
    if request.method != "POST":
        return JsonResponse({"key": keys.public_key(), "token": get_token(request)})
    ratelimit.limit("push-on", str(member.pk), most=20, seconds=3600)
    given = forms.subscription(read_json(request))
    if session is None or not actions.renew(actor=member, session=session, given=given):
        raise Http404
    return HttpResponse(status=204)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Off, for one device."""
    actions.turn_off(actor=member_of(request), device=_device(request, pk))
    messages.success(request, _("Nothing is sent to that device any more."))
    return redirect(SETTINGS)


@require_POST
def test(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One message to see that it works."""
    member = member_of(request)
    ratelimit.limit("push-test", str(member.pk), most=6, seconds=3600)
    actions.test(actor=member, device=_device(request, pk))
    messages.success(request, _("A test is on its way. It takes a few seconds."))
    return redirect(SETTINGS)


def _device(request: HttpRequest, pk: int) -> PushDevice:
    found = reads.device_of(member_of(request), pk)
    if found is None:
        raise Http404
    return found
