"""A file, and what it holds."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from metya.web.errors import ActionError
from social.imports import actions
from social.imports.models import Import, ImportKind
from social.imports.reading import MAX_BYTES


class ImportForm(forms.Form):
    kind = forms.ChoiceField(label=_("What it holds"), choices=ImportKind, required=False)
    file = forms.FileField(
        label=_("CSV file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput({"accept": ".csv,text/csv"}),
        help_text=_("As Mastodon exports it, up to 5,000 rows. Only accounts of this community can be found."),
    )

    def __init__(self, *args: Any, actor: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor

    def save(self) -> Import | None:
        """Read and keep the file; None, with the reason among the errors, when a rule refuses it."""
        upload = self.cleaned_data["file"]
        if upload is None:
            self.add_error("file", _("Choose a CSV file."))
            return None
        try:
            return actions.begin(
                actor=self.actor,
                kind=self.cleaned_data["kind"],
                name=upload.name or "",
                data=upload.read(MAX_BYTES + 1),
            )
        except ActionError as error:
            field = error.data.get("field")
            self.add_error(field if field in self.fields else None, error.message)
            return None
