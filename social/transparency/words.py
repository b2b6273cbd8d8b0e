"""How the log is said to people. What it knows no word for, as what others add later, is said as it stands there."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Words = dict[str, "StrOrPromise"]
DECISIONS: Words = {
    "approve": _("no rule broken"),
    "hide": _("hidden"),
    "remove": _("removed"),
    "warn": _("warned"),
    "limit": _("reach limited"),
    "suspend": _("suspended"),
}
SUBJECTS: Words = {
    "post": _("post"),
    "image": _("picture"),
    "profile": _("profile"),
    "list": _("list"),
    "message": _("message"),
    "talk": _("conversation"),
}
SOURCES: Words = {
    "reports": _("members reported it"),
    "signal": _("a machine found it"),
    "moderator": _("a moderator acted by themselves"),
}
OUTCOMES: Words = {
    "upheld": _p("appeal", "the decision stands"),
    "overturned": _p("appeal", "the decision was reversed"),
}


def said(words: Words, name: Any) -> str:
    return str(words.get(str(name), name))
