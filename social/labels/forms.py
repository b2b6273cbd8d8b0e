"""Putting a label, objecting to one, defining one, deciding."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from metya.web.errors import ActionError
from metya.web.forms import refused
from social.labels import actions
from social.labels.models import Label, Labelling, Objection
from social.posts.models import Post

FOR = [
    ("7", _("7 days")),
    ("30", _("30 days")),
    ("90", _("90 days")),
    ("365", _("A year")),
    ("none", _("Without end")),
]


class PutForm(forms.Form):
    """Which label, why, and for how long."""

    status = 422
    label = forms.ModelChoiceField(
        label=_("Label"), queryset=Label.objects.none(), empty_label=None, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Why it fits"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 3, "maxlength": actions.MAX_REASON}),
        help_text=_("The author and everyone who follows your labels read it. Up to 300 characters."),
    )
    days = forms.ChoiceField(label=_("For how long"), choices=FOR, initial=str(actions.USUAL_DAYS))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["label"]
        field.queryset = Label.objects.active()

    def put(self, actor: Member, post: Post) -> Labelling | None:
        """Put it; None, with the reason among the errors, when refused."""
        data = self.cleaned_data
        days = None if data["days"] == "none" else int(data["days"])
        try:
            return actions.put(actor=actor, post=post, label=data["label"], reason=data["reason"], days=days)
        except ActionError as error:
            refused(self, error)
            self.status = error.status
            return None


class ObjectionForm(forms.Form):
    """In the author's own words."""

    status = 422
    text = forms.CharField(
        label=_("Why does it not fit?"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 6, "maxlength": actions.MAX_TEXT}),
        help_text=_("You can object to it once. Up to 1,000 characters."),
    )

    def send(self, actor: Member, labelling: Labelling) -> Objection | None:
        """Send it; None, with the reason among the errors, when refused."""
        try:
            return actions.object_to(actor=actor, labelling=labelling, text=self.cleaned_data["text"])
        except ActionError as error:
            refused(self, error)
            self.status = error.status
            return None


class LabelForm(forms.ModelForm[Label]):
    """A definition, as moderators word it."""

    actor: Member
    written: Label

    class Meta:
        model = Label
        fields = ("slug", "name", "about", "usual", "active")
        widgets = {"about": forms.Textarea({"rows": 3})}

    def _post_clean(self) -> None:
        """Do it once everything else was judged, so that a refusal stands beside the field that it is about."""
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        found = Label.objects.get(pk=self.instance.pk) if self.instance.pk else None
        try:
            self.written = actions.define(actor=self.actor, label=found, **self.cleaned_data)
        except ActionError as error:
            refused(self, error)


class ReasonsForm(forms.Form):
    """Why an objection was decided so; both sides read it."""

    reasons = forms.CharField(
        label=_("Your reasons"),
        max_length=actions.MAX_REASONS,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("The author and the labeller read them."),
    )
