"""What a member allows, by address."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from metya.web import ratelimit
from metya.web.http import member_of
from metya.web.paging import cursor_from
from social.consent import actions, reads
from social.consent.forms import GiveForm
from social.consent.models import Grant


@require_safe
@never_cache
def settings(request: HttpRequest) -> HttpResponse:
    """The three purposes, and every receipt."""
    member, before = member_of(request), cursor_from(request.GET.get("before"))
    language = get_language() or "en"
    context = {
        "cards": [] if before else reads.cards(member, language),
        "language": language,
        "receipts": reads.receipts(member, before),
        "first": before is None,
    }
    return render(request, "social/consent/settings.html", context)


@require_POST
def change(request: HttpRequest, name: str) -> HttpResponseBase:
    """give (``purpose``, and ``version`` and ``language`` of the text that was read), withdraw (``purpose``)."""
    member = member_of(request)
    purpose = request.POST.get("purpose", "")
    if name == "withdraw":
        # Never limited: to take it back has to work.
        if actions.withdraw(actor=member, purpose=purpose) is not None:
            messages.success(request, _("Taken back. It is not used any more from now on."))
        return redirect("consent:settings")
    ratelimit.limit("consent", str(member.pk), most=30, seconds=3600)
    form = GiveForm(request.POST)
    if not form.is_valid():
        form.refuse()
    actions.give(actor=member, purpose=purpose, **form.cleaned_data)
    messages.success(request, _("Thank you. Your receipt is on this page."))
    return redirect("consent:settings")


def _own(request: HttpRequest, pk: int) -> Grant:
    found = get_object_or_404(Grant.objects.of(member_of(request)), pk=pk)
    found.member = member_of(request)
    return found


@require_safe
@never_cache
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own."""
    return render(request, "social/consent/receipt.html", {"grant": _own(request, pk)})


@require_safe
@never_cache
def receipt_json(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a file."""
    grant = _own(request, pk)
    response = JsonResponse(reads.receipt(grant), json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="consent-{grant.pk}.json"'
    return response
