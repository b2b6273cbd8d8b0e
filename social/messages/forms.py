"""What people type: a message, a first message, people to add, a name, the choices. Rules are judged by the actions."""

import re
import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from metya.web.errors import ActionError, TooMany
from social.messages import actions, reporting
from social.messages.models import MOST_PEOPLE, Conversation, Message, MessageSettings, WhoMayWrite
from social.messages.writing import MAX_CHARACTERS
from social.moderation.forms import ReportForm
from social.posts.images import too_many_bytes
from social.profiles.models import Profile

_APART = re.compile(r"[\s,;]+")


def refused(form: forms.Form, error: ActionError) -> None:
    """Put the reason beside the field that it is about; a limit is the whole answer's business."""
    if isinstance(error, TooMany):
        raise error
    field = error.data.get("field")
    form.add_error(field if field in form.fields else None, error.message)


class MessageForm(forms.Form):
    """Text, picture and its description."""

    text = forms.CharField(
        label=_("Message"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 1, "data-limit": MAX_CHARACTERS}),
    )
    image = forms.FileField(
        label=_("Picture"),
        required=False,
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp,image/gif", "data-picture": True}),
    )
    alt = forms.CharField(
        label=_("Description of the picture"), required=False, strip=False, widget=forms.Textarea({"rows": 2})
    )
    alt_declined = forms.BooleanField(label=_("Send it without a description"), required=False)
    client_key = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Member, oversized: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.oversized = actor, oversized

    @classmethod
    def blank(cls, actor: Member, **initial: Any) -> Any:
        """Empty, with a key of its own, so that sending it twice makes one message."""
        return cls(actor=actor, initial={"client_key": secrets.token_hex(16), **initial})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.oversized == "image":
            self.add_error("image", too_many_bytes())
        return data

    def parts(self) -> dict[str, Any]:
        """What the actions of writing take."""
        return {name: self.cleaned_data[name] for name in ("text", "image", "alt", "alt_declined", "client_key")}

    def send(self, conversation: Conversation) -> Message | None:
        """Write it; None, with the reason among the errors, when a rule refuses it."""
        try:
            return actions.send(actor=self.actor, conversation=conversation, **self.parts())
        except ActionError as error:
            refused(self, error)
            return None


class PeopleField(forms.CharField):
    """Handles, apart by spaces or commas; gives the members."""

    def clean(self, value: Any) -> list[Member]:
        text = super().clean(value)
        handles = list(dict.fromkeys(word.removeprefix("@").lower() for word in _APART.split(text) if word.strip("@")))
        if len(handles) >= MOST_PEOPLE:
            raise forms.ValidationError(_t("Write to at most %(most)d others.") % {"most": MOST_PEOPLE - 1})
        rows = Profile.objects.filter(member__handle__in=handles, member__onboarded_at__isnull=False)
        known = {profile.member.handle: profile.member for profile in rows.select_related("member")}
        for handle in handles:
            if handle not in known:
                message = _t("There is nobody called @%(handle)s whom you can write to.")
                raise forms.ValidationError(message % {"handle": handle[:30]})
        return [known[handle] for handle in handles]


class NewForm(MessageForm):
    """To whom, and for a group its name."""

    to = PeopleField(
        label=_("To"),
        max_length=400,
        error_messages={"required": _("Say to whom: a handle, or several.")},
        widget=forms.TextInput({"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Handles, with a space between them; up to seven people."),
    )
    name = forms.CharField(
        label=_("Name of the group"),
        required=False,
        help_text=_("Only if you write to several people; may stay empty."),
    )

    def start(self) -> Conversation | None:
        """Write it; None, with the reason among the errors, when a rule refuses it."""
        data = self.cleaned_data
        try:
            return actions.start(actor=self.actor, people=data["to"], name=data["name"], **self.parts())
        except ActionError as error:
            refused(self, error)
            return None


class AddForm(forms.Form):
    """Whom to add to a group."""

    to = PeopleField(label=_("Add people"), max_length=400, help_text=_("Handles, with a space between them."))

    def add(self, actor: Member, conversation: Conversation) -> bool:
        """Add them; False, with the reason among the errors, when a rule refuses it."""
        try:
            actions.add(actor=actor, conversation=conversation, people=self.cleaned_data["to"])
        except ActionError as error:
            refused(self, error)
            return False
        return True


class NameForm(forms.Form):
    """What the group is called."""

    name = forms.CharField(
        label=_("Name of the group"), required=False, strip=False, help_text=_("Up to 60 characters.")
    )

    def rename(self, actor: Member, conversation: Conversation) -> bool:
        """Name it; False, with the reason among the errors, when a rule refuses it."""
        try:
            actions.rename(actor=actor, conversation=conversation, name=self.cleaned_data["name"])
        except ActionError as error:
            refused(self, error)
            return False
        return True


class PreferencesForm(forms.Form):
    """Who may write, and whether others see what one has read."""

    who = forms.ChoiceField(label=_("Who may write to you?"), choices=WhoMayWrite.choices, widget=forms.RadioSelect)
    show_read = forms.BooleanField(label=_("Show others that I have read their messages"), required=False)

    @classmethod
    def of(cls, chosen: MessageSettings) -> "PreferencesForm":
        """Filled with what stands now."""
        return cls(initial={"who": chosen.who, "show_read": chosen.show_read})

    def save(self, actor: Member) -> None:
        """Change them."""
        actions.set_preferences(actor=actor, who=self.cleaned_data["who"], show_read=self.cleaned_data["show_read"])


class ReportWritingForm(ReportForm):
    """The form of reports, about a message or a whole conversation."""

    def send(self, actor: Member, about: Message | Conversation) -> bool:
        """Send it; False, with the reason among the errors, when a rule refuses it."""
        data: dict[str, Any] = {"actor": actor, **self.cleaned_data}
        try:
            if isinstance(about, Message):
                reporting.report_message(message=about, **data)
            else:
                reporting.report_conversation(conversation=about, **data)
        except ActionError as error:
            refused(self, error)
            return False
        return True
