"""Which days, and which accounts are machines."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from rewards.reports import rollups
from rewards.reports.datasets import DATASETS, Wanted
from rewards.reports.models import Format
from rewards.reports.reads import Period

SPANS = (7, 28, 90)
USUAL = 28
LONGEST = 366
# Before any community, and long enough after the calendar's beginning for the period before it.
EARLIEST = date(1970, 1, 1)


class PeriodForm(forms.Form):
    """Either so many days up to yesterday, or two dates; without anything the last four weeks."""

    days = forms.TypedChoiceField(choices=[(str(span), span) for span in SPANS], coerce=int, required=False)
    start = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    end = forms.DateField(
        label=pgettext_lazy("of a range", "To"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    who = forms.ChoiceField(
        label=gettext_lazy("Accounts"),
        choices=[("people", gettext_lazy("without machines")), ("all", gettext_lazy("all"))],
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Both dates or none, in their order, over, and not too many days."""
        data: dict[str, Any] = super().clean() or {}
        start, end = data.get("start"), data.get("end")
        if self.errors:
            return data
        if (start is None) != (end is None):
            self.add_error("start" if start is None else "end", _("Give both days, or neither."))
        elif start and end:
            if start > end:
                self.add_error("start", _("The first day lies after the last one."))
            elif end >= rollups.today():
                self.add_error("end", _("The last day must be over (UTC): yesterday at the latest."))
            elif start < EARLIEST:
                self.add_error("start", _("Enter a valid date."))
            elif (end - start).days >= LONGEST:
                self.add_error("start", _("At most %(days)d days at once.") % {"days": LONGEST})
        return data

    @property
    def period(self) -> Period:
        """What was asked for, as far as it makes sense; else the usual."""
        data = self.cleaned_data if self.is_valid() else {}
        people = data.get("who") != "all"
        yesterday = rollups.today() - timedelta(days=1)
        start: date | None = data.get("start")
        if start is not None:
            return Period(start, data["end"], people)
        return Period(yesterday - timedelta(days=(data.get("days") or USUAL) - 1), yesterday, people)

    @property
    def span(self) -> int:
        """The button that is pressed; 0: none."""
        data = self.cleaned_data if self.is_valid() else {}
        return 0 if data.get("start") else int(data.get("days") or USUAL)


class MachineForm(forms.Form):
    """Whose account a program runs."""

    handle = forms.CharField(label=gettext_lazy("Handle"), max_length=60)


class RowsForm(forms.Form):
    """Which table, in which form, and which rows of it."""

    name = forms.ChoiceField(label=gettext_lazy("Table"), choices=[(one.name, one.title) for one in DATASETS.values()])
    format = forms.ChoiceField(label=gettext_lazy("Format"), choices=Format.choices)
    who = forms.ChoiceField(
        label=gettext_lazy("Accounts"),
        choices=[("all", gettext_lazy("all")), ("people", gettext_lazy("without machines"))],
        required=False,
    )
    only = forms.ChoiceField(
        label=gettext_lazy("Only"),
        choices=[
            ("", gettext_lazy("all rows")),
            *(
                (one.title, [(f"{one.name}:{key}", label) for key, label in one.choices])
                for one in DATASETS.values()
                if one.choices
            ),
        ],
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Rows of the table itself."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("only") and not data["only"].startswith(f"{data.get('name')}:"):
            self.add_error("only", _("These rows belong to another table."))
        return data

    @property
    def rows(self) -> tuple[bool, str]:
        """Whether machines are left out, and the kind of rows (empty: all); after validation."""
        return self.cleaned_data["who"] == "people", self.cleaned_data["only"].partition(":")[2]


class ExportForm(RowsForm):
    """Rows of these days."""

    start = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    end = forms.DateField(
        label=pgettext_lazy("of a range", "To"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    personal = forms.BooleanField(label=gettext_lazy("With personal columns"), required=False)
    field_order = ("name", "format", "start", "end", "who", "only", "personal")

    def clean(self) -> dict[str, Any]:
        """And the days in their order."""
        data = super().clean()
        if data.get("start") and data.get("end") and data["start"] > data["end"]:
            self.add_error("start", _("The first day lies after the last one."))
        return data

    @property
    def wanted(self) -> Wanted:
        """The rows that are meant; after validation."""
        return Wanted(self.cleaned_data["start"], self.cleaned_data["end"], *self.rows)
