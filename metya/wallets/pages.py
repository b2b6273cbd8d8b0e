"""Settings pages: linked wallets, open sessions, and confirming with a wallet."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from metya.wallets import policy, reads, secondfactor, sessions, texts
from metya.web.decorators import public
from metya.web.http import local_path, member_of


@never_cache
@require_safe
def wallets(request: HttpRequest) -> HttpResponse:
    """The member's wallets: link, unlink, choose the one that is paid."""
    return render(request, "wallets/wallets.html", {"page": reads.wallets_page(member_of(request))})


@never_cache
@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    """Where the member is signed in."""
    rows = sessions.of_member(member_of(request), current_key=request.session.session_key)
    return render(request, "wallets/sessions.html", {"sessions": rows})


@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """End one of the member's sessions."""
    if not sessions.end(member_of(request), session_id):
        raise Http404
    messages.success(request, _("That session has ended."))
    return redirect("wallets:sessions")


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End every session of the member but this one."""
    count = sessions.end_others(member_of(request), keep_key=request.session.session_key)
    text = ngettext("%(count)d other session has ended.", "%(count)d other sessions have ended.", count)
    messages.success(request, text % {"count": count})
    return redirect("wallets:sessions")


@never_cache
@require_safe
def confirm(request: HttpRequest) -> HttpResponse:
    """Confirm by a linked wallet that it is really you; staff with a second factor are sent to that."""
    member = member_of(request)
    target = local_path(request.GET.get("next"), reverse("mfa_index"))
    methods: list[dict[str, Any]] = get_adapter().get_reauthentication_methods(member)
    if not policy.may_confirm_by_wallet(member, has_factor=secondfactor.has_factor(member)):
        return HttpResponseRedirect(f"{methods[0]['url']}?{urlencode({'next': target})}")
    others = [
        {"description": method["description"], "url": f"{method['url']}?{urlencode({'next': target})}"}
        for method in methods
        if method["id"] != "wallet"
    ]
    about = request.GET.get("about", "security")
    context = {
        "next": target,
        "others": others,
        "addresses": reads.linked_addresses(member),
        "about": about if about in texts.PLAIN else "security",
    }
    return render(request, "wallets/confirm.html", context)


@public
@require_safe
def to_sign_in(request: HttpRequest) -> HttpResponse:
    """allauth's name for the sign-in page."""
    target = local_path(request.GET.get("next"), "")
    return HttpResponseRedirect(reverse("wallets:sign-in") + (f"?{urlencode({'next': target})}" if target else ""))
