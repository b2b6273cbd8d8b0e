"""What a member says against a decision, and what a moderator finds."""

from django import forms
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from metya.web.errors import ActionError
from social.appeals import actions
from social.appeals.models import Appeal
from social.moderation.models import Decision


class AppealForm(forms.Form):
    """In the member's own words."""

    status = 422
    text = forms.CharField(
        label=_("Why is it wrong?"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 6, "maxlength": actions.MAX_TEXT}),
        help_text=_("Say what the moderator did not know or did not see. You can appeal once. Up to 2,000 characters."),
    )

    def appeal(self, actor: Member, decision: Decision) -> Appeal | None:
        """Send it; None, with the reason among the errors, when refused."""
        try:
            return actions.appeal(actor=actor, decision=decision, text=self.cleaned_data["text"])
        except ActionError as error:
            field = error.data.get("field")
            self.add_error(field if field in self.fields else None, error.message)
            self.status = error.status
            return None


class OutcomeForm(forms.Form):
    """Whether the decision stays, and why."""

    status = 422
    outcome = forms.CharField(required=False)
    reasons = forms.CharField(
        label=_("Your reasons"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 3, "maxlength": actions.MAX_REASONS, "data-focus": "n", "required": True}),
        help_text=_("The member reads them. Up to 1,000 characters."),
    )

    def decide(self, actor: Member, appeal: Appeal) -> Appeal | None:
        """Decide it; None, with the reason among the errors, when refused."""
        try:
            return actions.decide(actor=actor, appeal=appeal, **self.cleaned_data)
        except ActionError as error:
            field = error.data.get("field")
            self.add_error(field if field in self.fields else None, error.message)
            self.status = error.status
            return None
