"""Forms of appearance, time and language, and leaving."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from metya.members import departures, preferences, zones
from metya.members.look import Look
from metya.members.models import Departure, Motion, TextSize, Theme
from metya.wallets.models import Member
from metya.web.errors import ActionError


class LookForm(forms.Form):
    """Theme, size of text and motion; for visitors kept in their browser alone."""

    theme = forms.ChoiceField(label=_("Colours"), choices=Theme.choices, widget=forms.RadioSelect)
    text = forms.ChoiceField(label=_("Size of text"), choices=TextSize.choices, widget=forms.RadioSelect)
    motion = forms.ChoiceField(label=_("Motion"), choices=Motion.choices, widget=forms.RadioSelect)

    @property
    def look(self) -> Look:
        """What was chosen; only for a valid form."""
        return Look(**self.cleaned_data)

    def save(self, actor: Member | None) -> Look:
        if actor is not None:
            preferences.set_look(actor=actor, look=self.look)
        return self.look


def _languages() -> list[tuple[str, object]]:
    return [("", _("As this browser asks")), *settings.LANGUAGES]


class LanguageForm(forms.Form):
    """The language of the site; for visitors kept in their browser alone."""

    language = forms.ChoiceField(label=_("Language"), choices=_languages, required=False, widget=forms.RadioSelect)

    def save(self, actor: Member | None) -> str:
        """What was chosen; empty: as the browser asks."""
        language: str = self.cleaned_data["language"]
        if actor is not None:
            preferences.set_language(actor=actor, language=language)
        return language


class TimeForm(forms.Form):
    """Time zone and, where there is more than one, language."""

    zone = forms.ChoiceField(label=_("Time zone"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)

    def __init__(self, *args: Any, actor: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.fields["zone"].choices = zones.choices()  # type: ignore[attr-defined]
        if len(settings.LANGUAGES) < 2:
            del self.fields["language"]
        else:
            self.fields["language"].choices = _languages()  # type: ignore[attr-defined]

    @classmethod
    def of(cls, actor: Member) -> "TimeForm":
        chosen = preferences.of(actor)
        initial = {"zone": chosen.zone if chosen.zone_chosen else "", "language": chosen.language}
        return cls(actor=actor, initial=initial)

    def save(self) -> None:
        preferences.set_zone(actor=self.actor, zone=self.cleaned_data["zone"])
        if "language" in self.fields:
            preferences.set_language(actor=self.actor, language=self.cleaned_data["language"])


class LeaveForm(forms.Form):
    """The handle once more, so that nobody leaves by a slip."""

    handle = forms.CharField(
        label=_("Your handle"),
        required=False,
        max_length=60,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        help_text=_("Type it to say that you mean it."),
    )

    def leave(self, actor: Member) -> Departure | None:
        """None, with the reason among the errors, when a rule refuses it."""
        try:
            return departures.leave(actor=actor, handle=self.cleaned_data["handle"])
        except ActionError as error:
            self.add_error("handle" if error.data.get("field") else None, error.message)
            return None
