"""Wording a rule in the admin."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from metya.web.errors import ActionError
from social.rules import actions
from social.rules.models import Rule


class RuleForm(forms.ModelForm[Rule]):
    """What stands in the rule's row, and its title and text, which make a new version when they change."""

    actor: Member
    written: Rule
    title = forms.CharField(label=_("Title"), max_length=actions.MAX_TITLE)
    text = forms.CharField(
        label=_("Text"),
        max_length=actions.MAX_TEXT,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("A change makes a new version. Decisions that were made go on citing the old one."),
    )

    class Meta:
        model = Rule
        fields = ("key", "title", "text", "queue", "ground", "position", "active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        rule: Rule | None = kwargs.get("instance")
        if rule is not None:
            wording = rule.version
            kwargs["initial"] = {"title": wording.said_title, "text": wording.said_text} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    def _post_clean(self) -> None:
        """Do it once everything else was judged, so that a refusal stands beside the field that it is about."""
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        found = Rule.objects.get(pk=self.instance.pk) if self.instance.pk else None
        try:
            self.written = actions.write(actor=self.actor, rule=found, **self.cleaned_data)
        except ActionError as error:
            field = error.data.get("field")
            self.add_error(field if field in self.fields else None, error.message)
