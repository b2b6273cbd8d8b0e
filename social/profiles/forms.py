"""Onboarding and the settings of a profile."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from metya.web.errors import ActionError
from social.posts.images import too_many_bytes
from social.profiles import actions
from social.profiles.models import Profile

LINKS = ("link1", "link2", "link3", "link4")


class HandleForm(forms.Form):
    """The first step: the public name in addresses and mentions."""

    handle = forms.CharField(
        label=_("Handle"),
        required=False,
        max_length=60,
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        help_text=_("3 to 30 letters a to z, digits and underscores. It stays yours; others find you by it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.suggestions: list[str] = []

    def choose(self, actor: Member) -> bool:
        """Take the handle; False, with the reason and free ones nearby, when a rule refuses it."""
        try:
            actions.choose_handle(actor=actor, handle=self.cleaned_data["handle"])
        except ActionError as error:
            self.add_error("handle" if error.data.get("field") else None, error.message)
            self.suggestions = error.data.get("suggestions", [])
            return False
        return True


def _link(number: int) -> forms.CharField:
    """One line for an address; what it may be is the action's to say."""
    widget = forms.TextInput(
        {"inputmode": "url", "autocomplete": "url", "autocapitalize": "none", "spellcheck": "false"}
    )
    label = format_lazy("{} {}", _("Link"), number)
    return forms.CharField(label=label, required=False, strip=False, widget=widget)


class ProfileForm(forms.Form):
    """Name, description, pictures and links; without ``bio`` in what was sent, the description stays."""

    name = forms.CharField(label=_("Name"), required=False, strip=False, help_text=_("Up to 60 characters."))
    bio = forms.CharField(
        label=_("About you"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Up to 500 characters; links and mentions become links."),
    )
    picture = forms.FileField(
        label=_("Picture"),
        required=False,
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp,image/gif", "data-picture": True}),
        help_text=_("JPEG, PNG, WebP or GIF up to 8 MB; the middle square is shown."),
    )
    remove_picture = forms.BooleanField(label=_("Remove the picture"), required=False)
    header = forms.FileField(
        label=_("Header picture"),
        required=False,
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp,image/gif"}),
        help_text=_("Three times as wide as high is shown, up to 8 MB."),
    )
    remove_header = forms.BooleanField(label=_("Remove the header picture"), required=False)
    link1 = _link(1)
    link2 = _link(2)
    link3 = _link(3)
    link4 = _link(4)

    def __init__(self, *args: Any, actor: Member, oversized: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.oversized = oversized

    @classmethod
    def of(cls, profile: Profile, actor: Member) -> "ProfileForm":
        """Filled with what is shown now."""
        links = {f"link{number}": link for number, link in enumerate(profile.links, 1)}
        return cls(actor=actor, initial={"name": profile.name, "bio": profile.bio, **links})

    @property
    def links(self) -> list[BoundField]:
        """The lines for addresses."""
        return [self[name] for name in LINKS]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.oversized in ("picture", "header"):
            self.add_error(self.oversized, too_many_bytes())
        return data

    def save(self) -> bool:
        """Change the profile; False, with the reason among the errors, when a rule refuses it."""
        data = self.cleaned_data
        try:
            actions.edit(
                actor=self.actor,
                name=data["name"],
                bio=data["bio"] if "bio" in self.data else None,
                picture=data["picture"],
                remove_picture=data["remove_picture"],
                header=data["header"],
                remove_header=data["remove_header"],
                links=[data[name] for name in LINKS] if LINKS[0] in self.data else None,
            )
        except ActionError as error:
            field = error.data.get("field")
            self.add_error(field if field in self.fields else None, error.message)
            return False
        return True
