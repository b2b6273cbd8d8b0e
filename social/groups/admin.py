"""Groups of the feed as staff see them: what they are called and how large they are, never who is in them."""

from typing import Any

from django.contrib import admin
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from metya.web.http import member_of
from metya.web.numbers import grouped
from metya.web.staff import ActionFormAdmin
from social.groups import policy, reads
from social.groups.forms import GroupForm
from social.groups.models import RankingGroup
from social.ranking import champions


@admin.register(RankingGroup)
class RankingGroupAdmin(ActionFormAdmin):
    """Made and worded here, and never deleted: versions and records go on naming it. Close one instead."""

    purpose = _(
        "Groups that members join who want other things of “For you” than most. The model learns a correction for each."
    )
    deed = _("Make one, or open one to word it anew or to close it.")
    form = GroupForm
    list_display = ("name", "short", "about", "state", "many", "correction")
    list_filter = ("state",)
    fields = ("key", "name", "about", "state")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> "QuerySet[RankingGroup]":
        corrected = ExpressionWrapper(Q(key__in=list(champions.in_use().weights.offsets)), output_field=BooleanField())
        return RankingGroup.objects.counted().annotate(corrected=corrected)

    def get_readonly_fields(self, request: HttpRequest, obj: RankingGroup | None = None) -> tuple[str, ...]:
        return ("key",) if obj is not None and policy.may_edit(member_of(request)) else ()

    def may_write(self, member: Member) -> bool:
        return policy.may_edit(member)

    @admin.display(description=_("key"), ordering="key")
    def short(self, row: RankingGroup) -> str:
        """A name for programs, which looks like one."""
        return format_html('<code class="nowrap">{}</code>', row.key)

    @admin.display(description=_("members"))
    def many(self, row: Any) -> str:
        told = reads.told(row.members)
        return _t("fewer than %(least)d") % {"least": reads.LEAST_TOLD} if told is None else grouped(told)

    @admin.display(description=_("the model in use corrects for it"), boolean=True)
    def correction(self, row: Any) -> bool:
        return bool(row.corrected)
