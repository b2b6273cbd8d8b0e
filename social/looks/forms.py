"""What is asked before a look."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from metya.web.errors import ActionError
from social.looks import actions
from social.looks.models import Look


class LookForm(forms.Form):
    """Why; the member reads it."""

    reason = forms.CharField(
        label=_("Why do you need to see it?"),
        min_length=actions.SHORTEST,
        max_length=actions.LONGEST,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("10 to 300 characters. The member reads this, with your handle, the time and every page you open."),
    )

    def begin(self, actor: Member, member: Member, session_key: str) -> Look | None:
        """Begin it; None, with the reason among the errors, when refused."""
        try:
            return actions.begin(
                actor=actor, member=member, reason=self.cleaned_data["reason"], session_key=session_key
            )
        except ActionError as error:
            field: Any = error.data.get("field")
            self.add_error(field if field in self.fields else None, error.message)
            return None
