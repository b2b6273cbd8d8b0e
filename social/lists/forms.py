"""Name, description and reach of a list."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from metya.web.errors import ActionError
from social.lists import actions
from social.lists.models import MemberList


class ListForm(forms.Form):
    name = forms.CharField(label=_("Name"), required=False, strip=False, help_text=_("Up to 50 characters."))
    about = forms.CharField(
        label=_("What it is about"), required=False, strip=False, widget=forms.Textarea({"rows": 2})
    )
    public = forms.BooleanField(
        label=_("Public"),
        required=False,
        help_text=_("Everyone sees a public list and who is in it. A private one is yours alone."),
    )

    def __init__(self, *args: Any, actor: Member, one: MemberList | None = None, **kwargs: Any) -> None:
        if one is not None:
            kwargs.setdefault("initial", {"name": one.name, "about": one.about, "public": one.public})
        super().__init__(*args, **kwargs)
        self.actor, self.one = actor, one

    def save(self) -> MemberList | None:
        """Make or change the list; None, with the reason among the errors, when a rule refuses it."""
        data = self.cleaned_data
        try:
            if self.one is None:
                return actions.make(actor=self.actor, **data)
            return actions.edit(actor=self.actor, one=self.one, **data)
        except ActionError as error:
            field = error.data.get("field")
            self.add_error(field if field in self.fields else None, error.message)
            return None
