"""Where the mails go, and how often."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from metya.web.errors import Invalid
from social.digest import actions
from social.digest.models import Frequency, MailDigest


class MailForm(forms.Form):
    address = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("Nobody else here sees it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    frequency = forms.ChoiceField(label=_("How often"), choices=Frequency.choices)

    def __init__(self, *args: Any, actor: Member, row: MailDigest | None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"address": (row.asked or row.address) if row else "", "frequency": Frequency.WEEKLY}
        if row is not None and row.frequency != Frequency.OFF:
            initial["frequency"] = row.frequency
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        self.actor = actor

    def save(self) -> bool | None:
        """Whether a link has to be sent; None with the error beside its field."""
        try:
            return actions.set_up(actor=self.actor, **self.cleaned_data)
        except Invalid as error:
            self.add_error(error.data["field"], error.message)
            return None
