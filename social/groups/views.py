"""Joining and leaving groups by address; which there are stands on the page of the sliders."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from metya.wallets.models import Member
from metya.web import ratelimit
from metya.web.http import member_of
from social.groups import actions
from social.groups.models import RankingGroup
from social.ranking import champions
from social.ranking.reads import steering_of


def _limit(actor: Member) -> None:
    """Each change fits what was learnt of the member anew."""
    ratelimit.limit("group", str(actor.pk), most=20, seconds=60)


def _back() -> HttpResponseBase:
    return redirect(reverse("ranking:steer") + "#groups")


@require_POST
def join(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Be in this group and in no other."""
    actor = member_of(request)
    _limit(actor)
    group = get_object_or_404(RankingGroup.objects.offered(steering_of(actor).group), pk=pk)
    actions.join(actor=actor, group=group)
    if group.key in champions.in_use().weights.offsets:
        said = _("You are in “%(name)s” now. Its correction counts from your next page on.")
    else:
        said = _("You are in “%(name)s” now. The model has learned no correction for it yet.")
    messages.success(request, said % {"name": group.name})
    return _back()


@require_POST
def leave(request: HttpRequest) -> HttpResponseBase:
    """Be in none."""
    actor = member_of(request)
    _limit(actor)
    actions.leave(actor=actor)
    messages.success(request, _("You are in no group now. Your next page is ordered by everybody's weights."))
    return _back()
