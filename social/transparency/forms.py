"""Which period, and which entries: what an address says and nobody offers counts as not said."""

from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from social.transparency.models import Kind
from social.transparency.reads import PERIODS


def period_from(raw: str) -> str:
    """A name of PERIODS; a quarter unless another is asked for."""
    return raw if raw in PERIODS else "quarter"


class LogForm(forms.Form):
    """What the list of the log is narrowed to."""

    month = forms.ChoiceField(label=_("Month"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("all")), *Kind.choices])
    rule = forms.ChoiceField(label=_("Rule"), required=False)

    def __init__(self, *args: Any, months: list[date], titles: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = ("", _("all"))
        named = [(f"{day:%Y-%m}", date_format(day, "F Y")) for day in months]
        self.fields["month"].choices = [every, *named]  # type: ignore[attr-defined]
        self.fields["rule"].choices = [every, *titles.items()]  # type: ignore[attr-defined]
        self.is_valid()

    @property
    def kept(self) -> dict[str, str]:
        """What was asked for and is offered."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def wanted(self) -> dict[str, Any]:
        """For ``reads.entries``."""
        kept = self.kept
        month = date.fromisoformat(f"{kept['month']}-01") if "month" in kept else None
        return {"month": month, "kind": kept.get("kind", ""), "rule": kept.get("rule", "")}
