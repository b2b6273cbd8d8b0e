"""The community's rules as senior moderators word them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from metya.web.http import member_of
from metya.web.staff import ActionFormAdmin
from social.rules import policy
from social.rules.forms import RuleForm
from social.rules.models import Rule, RuleVersion


class Wordings(admin.TabularInline[RuleVersion, Rule]):
    """Every wording the rule had; nothing is taken out."""

    model = RuleVersion
    extra = 0
    can_delete = False
    fields = readonly_fields = ("number", "title", "text", "made_by", "made_at")
    ordering = ("-number",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return member_of(request).has_perm("social.view_rule")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Rule)
class RuleAdmin(ActionFormAdmin):
    """Rules are made and changed here, and never deleted: switch one off instead."""

    purpose = _("The community's rules, as everyone reads them under /rules/.")
    deed = _(
        "Open one to word it anew or to switch it off. What was decided under an older wording goes on citing that."
    )
    form = RuleForm
    inlines = (Wordings,)
    list_display = ("short", "title", "queue", "ground", "position", "active")
    list_filter = ("active", "queue")
    show_full_result_count = False

    def get_fields(self, request: HttpRequest, obj: Rule | None = None) -> Any:
        """Those who only look read the wordings below."""
        names = ["key", "title", "text", "queue", "ground", "position", "active"]
        return names if policy.may_edit(member_of(request)) else [one for one in names if one not in ("title", "text")]

    def get_readonly_fields(self, request: HttpRequest, obj: Rule | None = None) -> tuple[str, ...]:
        return ("key",) if obj is not None and policy.may_edit(member_of(request)) else ()

    def may_write(self, member: Member) -> bool:
        return policy.may_edit(member)

    @admin.display(description=_("key"), ordering="key")
    def short(self, row: Rule) -> str:
        """The key is a name for programs and never translated; it looks like one."""
        return format_html("<code>{}</code>", row.key)

    @admin.display(description=_("title"))
    def title(self, row: Rule) -> str:
        return row.version.said_title
