"""From whom each kind of notification is wanted, and which are pushed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from social.notifications.models import Reach
from social.notifications.reads import KindChoice

# Messages have a page of their own instead of the bell; whether they are pushed is chosen with the rest.
MESSAGE = "message"
_PUSH = "push-"
# Which ticks the page had: a browser says nothing of a tick that is off, and nothing of one that was not there either.
_HAD = "had"
# Of what nobody in particular stands behind, "everyone" would be a riddle.
_ALL_OR_NOTHING = {Reach.EVERYONE: gettext_lazy("Always"), Reach.NOBODY: gettext_lazy("Never")}


@dataclass(frozen=True)
class Row:
    """A line of the form: ``bell`` is missing for what always arrives and for messages."""

    kind: str
    name: str
    bell: BoundField | None
    push: BoundField


class ChoicesForm(forms.Form):
    """Two choices for each kind: from whom, and whether on one's devices."""

    def __init__(self, *args: Any, kinds: Iterable[KindChoice], messages: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._names: dict[str, str] = {}
        for one in kinds:
            if one.reaches:
                words = {} if Reach.FOLLOWED in one.reaches else _ALL_OR_NOTHING
                choices = [(reach.value, words.get(reach, reach.label)) for reach in one.reaches]
                self.fields[one.kind] = forms.ChoiceField(
                    label=one.name, choices=choices, initial=one.bell, required=self._was_there(one.kind)
                )
            self._pushed(one.kind, one.name, one.push)
        self._pushed(MESSAGE, _("Messages"), messages)

    def _pushed(self, kind: str, name: str, wanted: bool) -> None:
        self._names[kind] = name
        label = _("Push: %(kind)s") % {"kind": name}
        self.fields[_PUSH + kind] = forms.BooleanField(label=label, required=False, initial=wanted)

    def _was_there(self, name: str) -> bool:
        """Whether what was sent speaks of the field: the page may be older than it."""
        return name in self.data

    def rows(self) -> list[Row]:
        """As the page shows them."""
        return [
            Row(kind, name, self[kind] if kind in self.fields else None, self[_PUSH + kind])
            for kind, name in self._names.items()
        ]

    @property
    def wanted(self) -> dict[str, str]:
        """From whom each kind that the page had; of a valid form."""
        return {kind: self.cleaned_data[kind] for kind in self._names if kind in self.fields and self._was_there(kind)}

    @property
    def pushed(self) -> dict[str, bool]:
        """Whether each kind is pushed whose tick the page had; of a valid form."""
        had = set(self.data.getlist(_HAD)) if isinstance(self.data, QueryDict) else set()
        ticks = {kind: self.cleaned_data[_PUSH + kind] for kind in self._names}
        return {kind: on for kind, on in ticks.items() if on or kind in had}
