"""What is made when."""

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy

from metya.wallets.models import Member
from metya.web.errors import ActionError
from rewards.reports.forms import RowsForm
from rewards.schedules import actions
from rewards.schedules.models import Every, Schedule, Span


class ScheduleForm(RowsForm):
    """A table, its days and rows, and when it is made."""

    span = forms.ChoiceField(label=gettext_lazy("Days"), choices=Span.choices, initial=Span.WEEK)
    every = forms.ChoiceField(label=gettext_lazy("How often"), choices=Every.choices, initial=Every.WEEK)
    weekday = forms.TypedChoiceField(
        label=gettext_lazy("Day of the week"), choices=list(WEEKDAYS.items()), coerce=int, required=False, initial=0
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

    field_order = ("name", "format", "span", "who", "only", "every", "weekday", "monthday", "hour")

    def save(self, actor: Member) -> Schedule | None:
        """Make it; None, with the reason among the errors, when refused."""
        data = self.cleaned_data
        people, only = self.rows
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
                people=people,
                only=only,
            )
        except ActionError as error:
            field: Any = error.data.get("field")
            self.add_error(field if field in self.fields else None, error.message)
            return None
