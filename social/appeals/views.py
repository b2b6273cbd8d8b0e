"""Appealing a decision: from the member's settings, and from the pages of a suspended member."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from metya.members.suspended import for_the_suspended
from metya.wallets.models import Member
from metya.web import ratelimit
from metya.web.http import member_of
from social.appeals import policy
from social.appeals.forms import AppealForm
from social.moderation import reads
from social.moderation.models import Decision


@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``text``: what is said against the decision."""
    back = f"{reverse('moderation:own-reports')}#decision-{pk}"
    return _appeal(request, member_of(request), pk, back)


@require_safe
@for_the_suspended
def suspended(request: HttpRequest, member: Member) -> HttpResponse:
    """What was decided about a suspended member, with its reasons."""
    context = {"decisions": reads.decided_about(member), "member": member, "suspended": True}
    return render(request, "social/appeals/suspended.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_suspended
def suspended_appeal(request: HttpRequest, member: Member, pk: int) -> HttpResponseBase:
    """As ``appeal``."""
    return _appeal(request, member, pk, f"{reverse('appeals:suspended')}#decision-{pk}")


def _appeal(request: HttpRequest, member: Member, pk: int, back: str) -> HttpResponseBase:
    rows = Decision.objects.told_to(member).select_related("case", "rule_version__rule", "moderator", "appeal")
    decision = get_object_or_404(rows, pk=pk)
    form = AppealForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        ratelimit.limit("appeal", str(member.pk), most=30, seconds=3600)
        if form.is_valid() and form.appeal(member, decision):
            messages.success(request, _("Your appeal is in. Another moderator looks at it within 72 hours."))
            return redirect(back)
    context = {
        "form": form,
        "one": decision,
        "back": back,
        "open": not hasattr(decision, "appeal") and policy.may_appeal(member, decision),
    }
    return render(request, "social/appeals/appeal.html", context, status=form.status if form.errors else 200)
