"""Asking, proposing, removing, settings."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from metya.web.errors import ActionError
from metya.web.forms import refused
from social.assistant import actions, asking, styling
from social.assistant.models import Ask, AssistantConfig, DraftPair, StyleCard
from social.assistant.reads import usable_cards


class AskForm(forms.Form):
    """What is wanted of the text that stands in the composer, whose fields come along."""

    status = 422
    retry_after = 0
    assist_ask = forms.ChoiceField(
        label=_("What would you like?"), choices=Ask.choices, initial=Ask.REWRITE, widget=forms.RadioSelect
    )
    assist_card = forms.ChoiceField(
        label=_("Style"),
        required=False,
        help_text=_("You compare two drafts in two styles. Choose one of them here, or let chance choose both."),
    )

    def __init__(self, *args: Any, viewer: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cards = {str(card.pk): card for card in usable_cards(viewer)}
        choice: Any = self.fields["assist_card"]
        choice.choices = [("", _("Chance chooses")), *((pk, card.name) for pk, card in self.cards.items())]

    def request(self, actor: Member, text: str, key: str) -> DraftPair | None:
        """Have the drafts written; None, with the reason among the errors, when refused."""
        data = self.cleaned_data
        card = self.cards.get(data["assist_card"])
        try:
            return asking.request(actor=actor, ask=data["assist_ask"], text=text, card=card, key=key)
        except ActionError as error:
            refused(self, error, "assist_")
            self.status, self.retry_after = error.status, error.data.get("retry_after", 0)
            return None


class ProposeForm(forms.Form):
    """A style in the words of whoever proposes it."""

    status = 422
    name = forms.CharField(label=_("Name"), required=False, help_text=_("Up to 40 characters."))
    instruction = forms.CharField(
        label=_("How a text in this style is written"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("Said to the model, in any language. Up to 400 characters."),
    )
    example = forms.CharField(
        label=_("An example"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("A short text in this style, about anything. Up to 400 characters; it may be empty."),
    )

    def propose(self, actor: Member) -> StyleCard | None:
        """Propose it; None, with the reason among the errors, when refused."""
        try:
            return styling.propose(actor=actor, **self.cleaned_data)
        except ActionError as error:
            refused(self, error)
            self.status = error.status
            return None


class RemoveForm(forms.Form):
    """Why a style is removed; its author reads it."""

    reason = forms.CharField(
        label=_("Why?"),
        max_length=styling.MAX_REASON,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Its author reads this. Up to 300 characters."),
    )


class PreferForm(forms.Form):
    """Whether one wants the assistant, and what may be done with the comparisons."""

    uses = forms.BooleanField(
        label=_("Offer me drafts in the composer"),
        required=False,
        help_text=_("“Suggest drafts” stands below what you write. Nothing is sent before you press it."),
    )
    shares = forms.BooleanField(
        label=_("My comparisons may train models"),
        required=False,
        help_text=_(
            "Your text, both drafts and which you kept may then be exported, without your name. Which style you preferred also "
            "decides which styles are offered and what their authors and voters are paid; a public record lists it, also without "
            "your name."
        ),
    )


class ConfigForm(forms.ModelForm[AssistantConfig]):
    """As administrators set it."""

    actor: Member
    written: AssistantConfig

    class Meta:
        model = AssistantConfig
        fields = (
            "on", "endpoint", "model", "seconds", "member_requests", "member_tokens", "price_in", "price_out", "most_cost",
            "votes_needed",
        )  # fmt: skip

    def _post_clean(self) -> None:
        """Do it once everything else was judged, so that a refusal stands beside the field that it is about."""
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        try:
            self.written = actions.configure(actor=self.actor, **self.cleaned_data)
        except ActionError as error:
            refused(self, error)
