"""Reporting, and what moderators fill in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from metya.web.errors import ActionError
from social.lists.models import MemberList
from social.moderation import actions, decisions, evidence
from social.moderation.models import About, Case, Decision, Deed, Kind
from social.posts.models import Post, PostImage
from social.rules import reads as rules

ALSO = [("", _("Nothing more")), ("mute", _("Mute them too")), ("block", _("Block them too"))]


class ReportForm(forms.Form):
    """Which rule is broken, a note in one's own words, and whether to be rid of the person at once."""

    rule = forms.ChoiceField(label=_("Which rule is broken?"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("What should the moderators know?"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("Only moderators read this. Up to 1,000 characters."),
    )
    also = forms.ChoiceField(label=_("And you?"), choices=ALSO, required=False, widget=forms.RadioSelect, initial="")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["rule"]
        choice.choices = [(one.rule.key, one.version.said_title) for one in rules.in_force()]

    def report(
        self, actor: Member, member: Member, about: Post | PostImage | MemberList | None, shown: str = ""
    ) -> bool:
        """Send it, about the member when about nothing else, who showed ``shown`` (a style, a preset); False, with the
        reason among the errors, when refused."""
        what: dict[str, Any] = {}
        if isinstance(about, Post):
            what = {"post": about}
        elif isinstance(about, PostImage):
            what = {
                "post": about.post,
                "about": About(Kind.IMAGE, about.pk),
                "evidence": evidence.of_image(about),
            }
        elif isinstance(about, MemberList):
            what = {"about": About(Kind.LIST, about.pk), "evidence": evidence.of_list(about)}
        elif shown:
            what = {"evidence": f"{evidence.of_profile(member)}\n\n{shown}"}
        try:
            actions.report(actor=actor, member=member, **self.cleaned_data, **what)
        except ActionError as error:
            field = error.data.get("field")
            self.add_error(field if field in self.fields else None, error.message)
            return False
        return True


class DecisionForm(forms.Form):
    """What is decided, under which rule, with which facts, and for how long."""

    status = 422
    kind = forms.ChoiceField(choices=Deed.choices)
    rule = forms.CharField(required=False)
    facts = forms.CharField(
        label=_("What you found"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 2, "data-focus": "f"}),
        help_text=_("The member reads this in the reasons, beside the rule. Up to 1,000 characters."),
    )
    days = forms.TypedChoiceField(
        label=_("For how long"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[(1, _("a day")), (7, _("a week")), (30, _("a month")), (90, _("three months"))],
    )
    sure = forms.BooleanField(label=_("I am sure"), required=False)

    def decide(self, actor: Member, case: Case) -> Decision | None:
        """Decide it; None, with the reason among the errors, when a rule refuses it."""
        try:
            return decisions.decide(actor=actor, case=case, **self.cleaned_data)
        except ActionError as error:
            field = error.data.get("field")
            self.add_error(field if field in self.fields else None, error.message)
            self.status = error.status
            return None


class OpenForm(forms.Form):
    """Which rule a moderator sees broken, and what they saw."""

    rule = forms.ChoiceField(label=_("Which rule is broken?"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("What did you see?"),
        max_length=actions.MAX_REASON,
        widget=forms.Textarea({"rows": 3}),
        help_text=_(
            "Only moderators read this. The case is decided in the queue, with the reasons that the member reads."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["rule"]
        choice.choices = [(one.rule.key, one.version.said_title) for one in rules.in_force()]


class ReasonForm(forms.Form):
    """A deed of a moderator needs a reason, which the member concerned can read."""

    reason = forms.CharField(label=_("Reason"), max_length=actions.MAX_REASON, widget=forms.Textarea({"rows": 3}))


class SuspensionForm(ReasonForm):
    """Until when, and why."""

    until = forms.SplitDateTimeField(
        label=_("Until (UTC)"),
        widget=forms.SplitDateTimeWidget(date_attrs={"type": "date"}, time_attrs={"type": "time"}),
    )
    field_order = ("until", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = self.fields["until"].widget
        # The label stands above both and names neither.
        for part, name in zip(widget.widgets, (_("Day"), _("Time")), strict=True):  # type: ignore[attr-defined]
            part.attrs["aria-label"] = name
