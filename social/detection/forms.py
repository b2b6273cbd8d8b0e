"""Making a detector, and setting it: the fields of a kind come from what can be set of it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from metya.web.errors import ActionError
from social.detection import actions
from social.detection.models import Detector
from social.detection.params import FIELDS, Lines, Number
from social.rules import reads as rules
from social.rules.models import Rule


class RuleChoice(forms.ModelChoiceField[Rule]):
    """Rules by their titles in the reader's language."""

    def label_from_instance(self, obj: Rule) -> str:
        return f"{obj.version.said_title} ({obj.get_queue_display()})"


class DetectorForm(forms.ModelForm[Detector]):
    """What every detector has. The action judges, once everything else was."""

    actor: Member
    written: Detector
    rule = RuleChoice(
        label=_("Rule"),
        queryset=Rule.objects.none(),
        help_text=_("For which rule it stands. Cases wait in that rule's queue."),
    )

    class Meta:
        model = Detector
        fields = ("kind", "name", "rule")
        widgets = {"kind": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["rule"]
        mine = [self.instance.rule_id] if self.instance.pk else []
        choice.queryset = Rule.objects.filter(pk__in=[*mine, *(one.rule.pk for one in rules.in_force())])
        if "kind" in self.fields:
            kind: Any = self.fields["kind"]
            kind.choices = [one for one in kind.choices if one[0]]

    def _post_clean(self) -> None:
        """Do it, so that a refusal stands beside the field that it is about."""
        if self.errors:
            return
        try:
            self.written = self.write()
        except ActionError as error:
            field = error.data.get("field")
            self.add_error(field if field in self.fields else None, error.message)

    def write(self) -> Detector:
        return actions.make(actor=self.actor, **self.cleaned_data)


class SettingForm(DetectorForm):
    """A detector that is there, with the fields of its kind."""

    class Meta:
        model = Detector
        fields = ("name", "rule")

    def write(self) -> Detector:
        data = dict(self.cleaned_data)
        name, rule = data.pop("name"), data.pop("rule")
        return actions.change(actor=self.actor, detector=self.instance, name=name, rule=rule, params=data)


def _field(one: Number | Lines) -> forms.Field:
    if isinstance(one, Number):
        return forms.IntegerField(label=one.label, help_text=one.help, min_value=one.least, max_value=one.most)
    area = forms.Textarea({"rows": 8, "spellcheck": "false", "autocapitalize": "none"})
    return forms.CharField(label=one.label, help_text=one.help, strip=False, widget=area, max_length=40_000)


def form_for(detector: Detector) -> type[SettingForm]:
    """The form of its kind, filled with what it is set to."""
    fields = FIELDS[detector.kind]
    made: dict[str, Any] = {one.name: _field(one) for one in fields}
    for one in fields:
        known = detector.params.get(one.name, one.default)
        made[one.name].initial = "\n".join(known) if isinstance(one, Lines) else known
    return type("SettingForm", (SettingForm,), made)
