"""What members type and pull to steer their feed."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metya.wallets.models import Member
from metya.web.errors import ActionError
from metya.web.forms import refused
from social.ranking import actions
from social.ranking.models import Ask, Preset
from social.ranking.readers import USUAL
from social.ranking.sources import QUOTAS
from social.ranking.words import FACTORS, PARTS, QUOTA_NAMES, Words

_LONGEST = 20


@dataclass(frozen=True)
class Field:
    """One slider or number as the page shows it: what was typed stands in ``value``, ``error`` says what is wrong with it."""

    key: str
    words: Words
    value: str
    error: str = ""
    off: bool = False
    usual: str = "1"


class SteerForm:
    """Sliders by the key of their factor and quotas as ``quota-…``; what is not sent is as usual."""

    def __init__(
        self, data: Any = None, *, sliders: dict[str, float] | None = None, quotas: dict[str, int] | None = None
    ) -> None:
        self.typed: dict[str, str] = {}
        self.errors: dict[str, str] = {}
        self.sliders: dict[str, float] = dict(sliders or {})
        self.quotas: dict[str, int] = dict(quotas or {})
        if data is not None:
            self._read(data)

    def _read(self, data: Any) -> None:
        for key in FACTORS:
            self._take(data, key, key, float, self.sliders, actions.clean_slider)
        for name in QUOTAS:
            self._take(data, f"quota-{name}", name, int, self.quotas, lambda _name, count: count)
        if not self.errors:
            try:
                self.quotas = actions.clean_quotas(self.quotas)
            except ActionError as error:
                field = str(error.data["field"])
                self.errors[f"quota-{field}" if field in QUOTAS else field] = error.message

    def _take(self, data: Any, field: str, key: str, kind: Any, into: dict[str, Any], clean: Any) -> None:
        raw = data.get(field)
        if raw is None or not str(raw).strip():
            return
        self.typed[field] = str(raw)[:_LONGEST]
        try:
            into[key] = clean(key, kind(str(raw).strip()[:_LONGEST]))
        except ValueError:
            self.errors[field] = _("This must be a number.")
        except ActionError as error:
            self.errors[field] = error.message

    def is_valid(self) -> bool:
        return not self.errors

    def parts(self, *, allowed: bool) -> list[tuple[Any, list[Field]]]:
        """The sliders in the order of the page; ``allowed``: what the member likes may be used."""
        return [(name, [self._slider(key, allowed) for key in keys]) for name, keys in PARTS]

    def _slider(self, key: str, allowed: bool) -> Field:
        words = FACTORS[key]
        value = self.typed.get(key) or f"{self.sliders.get(key, USUAL):g}"
        return Field(key, words, value, self.errors.get(key, ""), words.asked and not allowed)

    def counts(self) -> list[Field]:
        """The numbers of each source."""
        return [
            Field(
                f"quota-{name}", Words(*QUOTA_NAMES[name]),
                self.typed.get(f"quota-{name}") or str(self.quotas.get(name, usual)),
                self.errors.get(f"quota-{name}", ""), usual=str(usual),
            )
            for name, usual in QUOTAS.items()
        ]  # fmt: skip

    @property
    def sum_error(self) -> str:
        return self.errors.get("quotas", "")


class WishesForm(forms.Form):
    ask = forms.ChoiceField(
        label=gettext_lazy("Ask me which of two posts I prefer"), choices=Ask.choices, widget=forms.RadioSelect
    )
    hidden = forms.BooleanField(label=gettext_lazy("Do not recommend my posts"), required=False)

    def save(self, actor: Member) -> None:
        actions.set_wishes(actor=actor, ask=self.cleaned_data["ask"], recommended=not self.cleaned_data["hidden"])


class UnshareForm(forms.Form):
    """Why the sharing of a preset ends; its owner reads it."""

    reason = forms.CharField(
        label=gettext_lazy("Why?"),
        max_length=actions.MAX_REASON,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("Its owner reads this. Up to 300 characters."),
    )


class PresetForm(forms.Form):
    """A name for how one steers now."""

    name = forms.CharField(
        label=gettext_lazy("Name"), required=False, strip=False, help_text=gettext_lazy("Up to 50 characters.")
    )

    def save(self, actor: Member, sliders: dict[str, float], quotas: dict[str, int]) -> Preset | None:
        """None, with the reason among the errors, when a rule refuses it."""
        name = self.cleaned_data["name"]
        try:
            return actions.keep(actor=actor, name=name, sliders=sliders, quotas=quotas)
        except ActionError as error:
            refused(self, error)
            return None
