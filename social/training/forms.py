"""What administrators say when they steer the training."""

from django import forms
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from metya.web.errors import ActionError
from metya.web.forms import refused
from social.training import versions
from social.training.models import Switch


class ReasonForm(forms.Form):
    """Why an earlier version comes back."""

    reason = forms.CharField(
        label=_("Reason"),
        strip=False,
        widget=forms.Textarea({"rows": 3, "maxlength": versions.MAX_REASON}),
        help_text=_("It stands in the audit trail. Training then promotes nothing until you switch it on again."),
    )


class SwitchForm(forms.ModelForm[Switch]):
    """What training does, and why; ``actor`` is set by the page."""

    actor: Member
    written: Switch
    reason = forms.CharField(
        label=_("Reason"), strip=False, widget=forms.Textarea({"rows": 3, "maxlength": versions.MAX_REASON})
    )

    class Meta:
        model = Switch
        fields = ("mode", "vote_days", "vote_least", "reason")

    def _post_clean(self) -> None:
        """Do it once everything else was judged, so that a refusal stands beside the field that it is about."""
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        try:
            self.written = versions.set_mode(actor=self.actor, **self.cleaned_data)
        except ActionError as error:
            refused(self, error)
