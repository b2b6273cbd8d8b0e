"""Naming a folder, and choosing folders for a post."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from metya.web.errors import ActionError
from social.bookmarks import actions, reads
from social.bookmarks.models import Folder
from social.posts.models import Post


class FolderForm(forms.Form):
    """The name of a folder, new or standing."""

    name = forms.CharField(
        label=_("Name"), required=False, strip=False, widget=forms.TextInput({"autocomplete": "off"})
    )

    def save(self, actor: Member, folder: Folder | None) -> Folder | None:
        """Create or rename; None, with the reason beside the name, when a rule refuses it."""
        name = self.cleaned_data["name"]
        try:
            if folder is None:
                return actions.create_folder(actor=actor, name=name)
            return actions.rename_folder(actor=actor, folder=folder, name=name)
        except ActionError as error:
            self.add_error("name" if error.data.get("field") else None, error.message)
            return None


class FilingForm(forms.Form):
    """The folders of one post, and perhaps a new one."""

    folders = forms.MultipleChoiceField(
        label=_("Folders"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("That folder is not there any more.")},
    )
    name = forms.CharField(label=_("New folder"), required=False, strip=False)

    def __init__(self, *args: Any, actor: Member, post: Post, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.post = actor, post
        self.own = {str(folder.pk): folder for folder in Folder.objects.of(actor).order_by("name")}
        self.fields["folders"].choices = [(pk, folder.name) for pk, folder in self.own.items()]  # type: ignore[attr-defined]

    @classmethod
    def of(cls, actor: Member, post: Post) -> "FilingForm":
        """Ticked where the post lies now."""
        return cls(actor=actor, post=post, initial={"folders": sorted(reads.places_of(actor, post))})

    def save(self) -> bool:
        """File the post; False, with the reason among the errors, when a rule refuses it."""
        data = self.cleaned_data
        try:
            chosen = [self.own[pk] for pk in data["folders"]]
            if name := data["name"].strip():
                standing = next((folder for folder in self.own.values() if folder.name == name), None)
                chosen.append(standing or actions.create_folder(actor=self.actor, name=name))
            actions.file(actor=self.actor, post=self.post, folders=chosen)
        except ActionError as error:
            self.add_error("name" if error.data.get("field") else None, error.message)
            return False
        return True
