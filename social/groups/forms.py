"""Making and wording a group in the admin."""

from django import forms
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from metya.web.errors import ActionError
from metya.web.forms import refused
from social.groups import actions
from social.groups.models import RankingGroup


class GroupForm(forms.ModelForm[RankingGroup]):
    """What members read of a group, and whether it can be joined."""

    actor: Member
    written: RankingGroup

    class Meta:
        model = RankingGroup
        fields = ("key", "name", "about", "state")
        help_texts = {
            "key": _("What versions of the model and records call it: small letters, digits and hyphens. It never changes."),
            "name": _("Members read it. Up to 50 characters."),
            "about": _("What these members want more or less of than most, in plain words. Up to 300 characters."),
            "state": _("A closed group cannot be joined. Who is in it stays, with its correction, until they leave."),
        }  # fmt: skip

    def _post_clean(self) -> None:
        """Do it once everything else was judged, so that a refusal stands beside the field that it is about."""
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        found = RankingGroup.objects.get(pk=self.instance.pk) if self.instance.pk else None
        try:
            self.written = actions.write(actor=self.actor, group=found, **self.cleaned_data)
        except ActionError as error:
            refused(self, error)
