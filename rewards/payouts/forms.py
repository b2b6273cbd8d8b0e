"""What reviewers type."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from metya.web.numbers import GRAINS
from rewards.payouts.listing import AMOUNTS, COLUMNS, LARGEST, SORTS, Asked
from rewards.payouts.models import PayoutState
from rewards.payouts.reasons import MOST_REASON

# Above all MET that there will ever be.
_MOST = 10**10


class ReasonForm(forms.Form):
    """A reason of one line, in words that the member and everyone may read."""

    reason = forms.CharField(
        label=_("Reason"),
        min_length=3,
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why, in a sentence that the member understands.")},
    )


class DecisionForm(ReasonForm):
    """What becomes of a hold, and why."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            ("release", _("Release: the member gets the amount")),
            ("forfeit", _("Forfeit: the amount goes to the treasury for good")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what becomes of the amount.")},
    )
    field_order = ("decision", "reason")


class ListForm(forms.Form):
    """What a reviewer wants to see of a batch's payouts; amounts in MET, to the grain."""

    q = forms.CharField(label=_("Wallet or handle"), max_length=80, required=False)
    state = forms.ChoiceField(label=_("State"), choices=[("", _("all states")), *PayoutState.choices], required=False)
    sort = forms.ChoiceField(choices=[(name, name) for name in SORTS], required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        for name in AMOUNTS:
            for side, label in (("from", _("%(column)s, from")), ("to", _("%(column)s, to"))):
                self.fields[f"{name}_{side}"] = forms.DecimalField(
                    label=label % {"column": COLUMNS[name]},
                    required=False,
                    min_value=Decimal(-_MOST if name == "change" else 0),
                    max_value=Decimal(_MOST),
                    decimal_places=9,
                    localize=True,
                    error_messages={"invalid": _("An amount in MET, such as 12.5.")},
                    widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 10, "autocomplete": "off"}),
                )

    @property
    def amounts(self) -> Iterator[BoundField]:
        """The fields for amounts."""
        return (self[f"{name}_{side}"] for name in AMOUNTS for side in ("from", "to"))

    @property
    def narrowed(self) -> bool:
        """Whether an amount is asked for, or wrong."""
        return any(field.value() or field.errors for field in self.amounts)

    @property
    def typed(self) -> dict[str, str]:
        """What the links of the list keep."""
        return {name: str(self[name].value() or "") for name in self.fields}

    def asked(self, after: str = "") -> Asked:
        """The wish of a valid form."""
        clean = self.cleaned_data
        bounds = {
            field.name: int(clean[field.name] * GRAINS) for field in self.amounts if clean[field.name] is not None
        }
        return Asked(clean["q"], clean["state"], bounds, clean["sort"] or LARGEST, after)
