"""The composer."""

import secrets
from dataclasses import dataclass
from datetime import UTC, timedelta
from itertools import zip_longest
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from metya.web.errors import ActionError, Invalid
from metya.web.prepared import Prepared
from social.assistant.reads import offered_to
from social.drafts import actions as drafts
from social.drafts.models import Draft
from social.lists.models import MemberList
from social.polls.drafting import MOST, PollDraft
from social.posts import actions, editing
from social.posts.actions import MOST_NEXT
from social.posts.images import too_many_bytes
from social.posts.languages import LanguageSelect, language_choices
from social.posts.models import Post, PostImage, ReplyRule, Visibility
from social.posts.pictures import MOST as MOST_PICTURES
from social.posts.pictures import Attached
from social.posts.render import MAX_CHARACTERS

_BIGGEST_ID = 2**63 - 1
_REACH = [choice for choice in Visibility.choices if choice[0] != Visibility.LIST]
_PLAIN = {value for value, _name in _REACH}
_LIST = "list:"
_lists = Prepared(lambda me: MemberList.objects.of(Member.only_id(me)).order_by("name"), "me")
_OPEN_FOR = [(1, _("1 hour")), (6, _("6 hours")), (24, _("1 day")), (72, _("3 days")), (168, _("1 week"))]


def lists_of(actor: Member) -> dict[str, MemberList]:
    """The member's own lists by their value in the form; one query."""
    return {f"{_LIST}{one.pk}": one for one in _lists(me=actor.pk)}


@dataclass(frozen=True)
class Blank:
    """An empty composer before anything is rendered of it."""

    actor: Member
    lists: dict[str, MemberList]
    key: str

    @classmethod
    def of(cls, actor: Member) -> "Blank":
        """One query."""
        return cls(actor, lists_of(actor), secrets.token_hex(16))

    @property
    def writes_in(self) -> str:
        return str(self.actor.profile.writes_in)

    def form(self) -> "PostForm":
        """With the lists, of which nothing is asked again."""
        return PostForm.blank(self.actor, lists=self.lists)


class ReachField(forms.ChoiceField):
    """Who may see a post. For what is not a list nobody's lists are looked up."""

    def valid_value(self, value: str) -> bool:
        return value in _PLAIN or super().valid_value(value)


class PostForm(forms.Form):
    """What ``POST /posts/`` takes. Limits are judged by the action; the form finds the posts and keeps what was typed."""

    text = forms.CharField(
        label=_("Post"), required=False, strip=False, widget=forms.Textarea({"rows": 3, "data-limit": MAX_CHARACTERS})
    )
    # A list of the member's own is "list:<id>".
    visibility = ReachField(label=_("Who may see it"), choices=_REACH, required=False)
    replies_from = forms.ChoiceField(label=_("Who may reply"), choices=ReplyRule.choices, required=False)
    warning = forms.CharField(
        label=_("Content warning"),
        required=False,
        strip=False,
        help_text=_("Shown first; the post opens with a click. Up to 100 characters."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=language_choices, widget=LanguageSelect, required=False)
    in_reply_to = forms.IntegerField(required=False, min_value=1, max_value=_BIGGEST_ID, widget=forms.HiddenInput)
    quote_of = forms.IntegerField(required=False, min_value=1, max_value=_BIGGEST_ID, widget=forms.HiddenInput)
    image = forms.FileField(
        label=_("Picture"),
        required=False,
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp,image/gif", "data-picture": True}),
    )
    alt = forms.CharField(
        label=_("Description of the picture"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Say what matters in it, for people who cannot see it."),
    )
    alt_declined = forms.BooleanField(label=_("Post the picture without a description"), required=False)
    # One of up to six texts; all of them are in ``choice_values``.
    choice = forms.CharField(label=_("Choice"), required=False)
    poll_hours = forms.TypedChoiceField(label=_("Open for"), choices=_OPEN_FOR, coerce=int, required=False)
    poll_multiple = forms.BooleanField(label=_("Several choices"), required=False)
    # One of the posts that follow in a thread; all of them are in ``then_values``.
    then = forms.CharField(label=_("Next post"), required=False)
    no_preview = forms.BooleanField(label=_("No preview of the link"), required=False)
    post_at = forms.DateTimeField(
        label=_("Post at"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput({"type": "datetime-local", "data-local": True}, "%Y-%m-%dT%H:%M"),
        error_messages={"invalid": _("Write the time like 2026-11-30T18:00.")},
    )
    # Minutes from the member's clock to UTC at that time, as the browser knows them; without scripts the time is that of
    # their settings.
    post_at_offset = forms.IntegerField(required=False, min_value=-900, max_value=900, widget=forms.HiddenInput)
    client_key = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    # The pair of drafts of which one was taken.
    assisted = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        actor: Member,
        oversized: str = "",
        typed: QueryDict | None = None,
        lists: dict[str, MemberList] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        # Fields that come several times are read from here: from what was sent, or from the draft that is opened.
        self.typed = typed or (self.data if isinstance(self.data, QueryDict) else QueryDict())
        self.actor = actor
        self.oversized = oversized
        self.parent: Post | None = None
        self.quoted: Post | None = None
        self._lists = lists
        cast(ReachField, self.fields["visibility"]).choices = self._reaches

    @cached_property
    def lists(self) -> dict[str, MemberList]:
        """The member's own, by their value; a form of nobody is a shape."""
        if self._lists is None:
            return {} if self.actor.pk is None else lists_of(self.actor)
        return self._lists

    def _reaches(self) -> list[Any]:
        names = [(value, one.name) for value, one in self.lists.items()]
        return [*_REACH, (_t("Your lists"), names)] if names else _REACH

    @classmethod
    def blank(
        cls,
        actor: Member,
        *,
        in_reply_to: Post | None = None,
        quote_of: Post | None = None,
        lists: dict[str, MemberList] | None = None,
    ) -> "PostForm":
        """An empty composer with a key of its own, so that sending it twice makes one post."""
        form = cls(
            actor=actor,
            lists=lists,
            initial={
                "client_key": secrets.token_hex(16),
                "in_reply_to": in_reply_to.pk if in_reply_to else None,
                "quote_of": quote_of.pk if quote_of else None,
                "visibility": Visibility.PUBLIC,
                "language": actor.profile.writes_in,
                "poll_hours": 24,
            },
        )
        form.parent, form.quoted = in_reply_to, quote_of
        return form

    @classmethod
    def of_nobody(cls, language: str, *, answers: bool = False, key: str = "") -> "PostForm":
        """The composer as everybody who writes in ``language`` sees it, with nothing of anybody."""
        initial = {"client_key": key, "visibility": Visibility.PUBLIC, "language": language, "poll_hours": 24}
        form = cls(actor=Member(), initial=initial)
        form.parent = Post() if answers else None
        return form

    @classmethod
    def opened(cls, actor: Member, typed: QueryDict) -> "PostForm":
        """The composer as a draft left it."""
        form = cls(actor=actor, typed=typed, initial=typed.dict())
        for name in ("in_reply_to", "quote_of"):
            pk = _number(typed.get(name, ""))
            post = Post.objects.visible_to(actor).present().filter(pk=pk).select_related("author__profile").first()
            setattr(form, "parent" if name == "in_reply_to" else "quoted", post)
        return form

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.parent = self._post(data.get("in_reply_to"), "in_reply_to")
        self.quoted = self._post(data.get("quote_of"), "quote_of")
        if self.oversized == "image":
            self.add_error("image", too_many_bytes())
        return data

    @property
    def assists(self) -> bool:
        """Whether the assistant stands beside it."""
        return self.actor.pk is not None and offered_to(self.actor)

    @property
    def attached(self) -> list[Attached]:
        """The pictures that were uploaded while writing, with their descriptions and points of focus."""
        ids, alts, spots = (self.typed.getlist(name) for name in ("picture", "picture_alt", "picture_focus"))
        rows = zip_longest(ids[: MOST_PICTURES + 1], alts[: len(ids)], spots[: len(ids)], fillvalue="")
        return [Attached(_number(pk), alt, _spot(spot)) for pk, alt, spot in rows]

    def waiting_pictures(self) -> list[tuple[PostImage, Attached]]:
        """The rows of ``attached`` that are there, for showing the form again."""
        sent = {one.pk: one for one in self.attached}
        rows = PostImage.objects.waiting_of(self.actor).in_bulk(list(sent)) if sent else {}
        return [(rows[pk], one) for pk, one in sent.items() if pk in rows]

    @property
    def choice_values(self) -> list[str]:
        """What was typed as choices of a poll, filled up to six lines."""
        typed = self.typed.getlist("choice")
        return [*typed, *[""] * (MOST - len(typed))]

    @property
    def then_values(self) -> list[str]:
        """What was typed as further posts of a thread, filled up to MOST_NEXT."""
        typed = self.typed.getlist("then")[:MOST_NEXT]
        return [*typed, *[""] * (MOST_NEXT - len(typed))]

    def schedule(self) -> Draft | None:
        """Keep the post for its hour; None, with the reason among the errors, when a rule refuses it."""
        at, offset = self.cleaned_data["post_at"], self.cleaned_data["post_at_offset"]
        if offset is not None:
            at = at.replace(tzinfo=UTC) + timedelta(minutes=offset)
        try:
            if self.cleaned_data["image"] is not None:
                message = _t("Without JavaScript a scheduled post takes no picture.")
                raise Invalid(message, data={"field": "image"})
            actions.judge(**self._wanted())
            fields = dict(self.typed.lists())
            key = self.cleaned_data["client_key"]
            return drafts.schedule(actor=self.actor, key=key, fields=fields, at=at)
        except ActionError as error:
            self._refused(error)
            return None

    def publish(self) -> Post | None:
        """Write the post; None, with the reason among the errors, when a rule refuses it."""
        try:
            return actions.publish_thread(then=self.then_values, **self._wanted())
        except ActionError as error:
            self._refused(error)
            return None

    def _wanted(self) -> dict[str, Any]:
        """The arguments of ``publish``. Raises Invalid for a poll that is none."""
        data = self.cleaned_data
        chosen = data["visibility"] or Visibility.PUBLIC
        for_list = None if chosen in _PLAIN else self.lists.get(chosen)
        return {
            "actor": self.actor,
            "text": data["text"],
            "visibility": Visibility.LIST if for_list else chosen,
            "for_list": for_list,
            "replies_from": data["replies_from"] or ReplyRule.EVERYONE,
            "warning": data["warning"],
            "language": data["language"],
            "attached": self.attached,
            "no_preview": data["no_preview"],
            "poll": PollDraft.clean(self.choice_values, data["poll_multiple"], data["poll_hours"] or 24),
            "in_reply_to": self.parent,
            "quote_of": self.quoted,
            "image": data["image"],
            "alt": data["alt"],
            "alt_declined": data["alt_declined"],
            "client_key": data["client_key"],
            "suggestion": _number(data["assisted"]) if data["assisted"] else None,
        }

    def _refused(self, error: ActionError) -> None:
        field = error.data.get("field")
        if field == "client_key":  # used up: the form comes back with one of its own
            fresh = self.typed.copy()
            fresh["client_key"] = secrets.token_hex(16)
            self.data = self.typed = fresh
            field = None
        self.add_error(field if field in self.fields else None, error.message)

    def _post(self, pk: int | None, field: str) -> Post | None:
        if pk is None:
            return None
        found = Post.objects.visible_to(self.actor).present().filter(pk=pk).select_related("author__profile").first()
        if found is None:
            self.add_error(None, _t("The post you are answering is not there any more. Your text is kept below."))
        return found


def _number(raw: str) -> int:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 19 else 0


def _spot(raw: str) -> tuple[int, int]:
    """ "x,y" in percent; the middle for anything else."""
    x, _comma, y = raw.partition(",")
    good = all(part.isascii() and part.isdigit() and len(part) <= 3 for part in (x, y))
    return (int(x), int(y)) if good else (50, 50)


class EditForm(forms.Form):
    """The words of one's own post; limits are judged by the action."""

    text = forms.CharField(
        label=_("Post"), required=False, strip=False, widget=forms.Textarea({"rows": 6, "data-limit": MAX_CHARACTERS})
    )
    warning = forms.CharField(label=_("Content warning"), required=False, strip=False)
    language = forms.ChoiceField(label=_("Language"), choices=language_choices, widget=LanguageSelect, required=False)
    no_preview = forms.BooleanField(label=_("No preview of the link"), required=False)

    def save(self, actor: Member, post: Post) -> Post | None:
        """Change the post; None, with the reason among the errors, when a rule refuses it."""
        try:
            return editing.edit(actor=actor, post=post, **self.cleaned_data)
        except ActionError as error:
            field = error.data.get("field")
            self.add_error(field if field in self.fields else None, error.message)
            return None
