"""What is made when."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metya.wallets.models import Member
from metya.web.errors import ActionError
from rewards.reports.datasets import DATASETS
from rewards.reports.models import Format
from rewards.schedules import actions
from rewards.schedules.models import Every, Schedule, Span

WEEKDAYS = (
    gettext_lazy("Monday"), gettext_lazy("Tuesday"), gettext_lazy("Wednesday"), gettext_lazy("Thursday"),
    gettext_lazy("Friday"), gettext_lazy("Saturday"), gettext_lazy("Sunday"),
)  # fmt: skip


class ScheduleForm(forms.Form):
    """A table, its days and rows, and when it is made."""

    name = forms.ChoiceField(label=gettext_lazy("Table"), choices=[(one.name, one.title) for one in DATASETS.values()])
    format = forms.ChoiceField(label=gettext_lazy("Format"), choices=Format.choices)
    span = forms.ChoiceField(label=gettext_lazy("Days"), choices=Span.choices, initial=Span.WEEK)
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
    every = forms.ChoiceField(label=gettext_lazy("How often"), choices=Every.choices, initial=Every.WEEK)
    weekday = forms.TypedChoiceField(
        label=gettext_lazy("Day of the week"), choices=list(enumerate(WEEKDAYS)), coerce=int, required=False, initial=0
    )
    monthday = forms.TypedChoiceField(
        label=gettext_lazy("Day of the month"),
        choices=[(day, str(day)) for day in range(1, 29)],
        coerce=int,
        required=False,
        initial=1,
        empty_value=None,
    )
    hour = forms.TypedChoiceField(
        label=gettext_lazy("Hour (UTC)"), choices=[(hour, f"{hour:02}:00") for hour in range(24)], coerce=int, initial=6
    )

    def clean(self) -> dict[str, Any]:
        """Rows of the table itself."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("only") and not data["only"].startswith(f"{data.get('name')}:"):
            self.add_error("only", _("These rows belong to another table."))
        return data

    def save(self, actor: Member) -> Schedule | None:
        """Make it; None, with the reason among the errors, when refused."""
        data = self.cleaned_data
        weekly, monthly = data["every"] == Every.WEEK, data["every"] == Every.MONTH
        try:
            return actions.create(
                actor=actor,
                name=data["name"],
                format=data["format"],
                span=data["span"],
                every=data["every"],
                hour=data["hour"],
                weekday=data["weekday"] if weekly and data["weekday"] != "" else None,
                monthday=data["monthday"] if monthly else None,
                people=data["who"] == "people",
                only=data["only"].partition(":")[2],
            )
        except ActionError as error:
            field: Any = error.data.get("field")
            self.add_error(field if field in self.fields else None, error.message)
            return None
