"""The word to mute, for how long, and for whom."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from metya.web.errors import ActionError
from social.mutes import actions, spans


class WordForm(forms.Form):
    text = forms.CharField(
        label=_("Word, phrase or #hashtag"),
        required=False,
        strip=False,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none"}),
        help_text=_("Whole words only: “art” does not hide “start”. Up to 100 characters."),
    )
    span = forms.ChoiceField(label=_("For how long"), required=False, choices=spans.CHOICES)
    spares_followed = forms.BooleanField(label=_("Show posts of people you follow all the same"), required=False)

    def __init__(self, *args: Any, actor: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor

    def save(self) -> bool:
        """Mute it; False, with the reason among the errors, when a rule refuses it."""
        data = self.cleaned_data
        until = spans.until_of(data["span"])
        try:
            actions.mute_word(actor=self.actor, text=data["text"], until=until, spares_followed=data["spares_followed"])
        except ActionError as error:
            self.add_error("text" if error.data.get("field") else None, error.message)
            return False
        return True
