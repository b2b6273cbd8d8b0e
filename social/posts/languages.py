"""The languages that a post can say it is written in: code → its own name for itself."""

from functools import cache
from typing import Any

from django import forms
from django.conf.locale import LANG_INFO
from django.forms.utils import flatatt
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

# Django's list, without its regional variants of the same language, but for those that are written differently.
_WRITTEN_APART = ("pt-br", "zh-hans", "zh-hant")
LANGUAGES: dict[str, str] = dict(
    sorted(
        (
            (code, info["name_local"].capitalize())
            for code, info in LANG_INFO.items()
            if "name_local" in info and ("-" not in code or code in _WRITTEN_APART)
        ),
        key=lambda pair: pair[1],
    )
)


def language_choices() -> list[tuple[str, str]]:
    """What a form offers; as a function, so that a form does not copy the list."""
    return [("", _("Not said")), *LANGUAGES.items()]


class LanguageSelect(forms.Select):
    """The usual select, without rendering a template for each of its many options."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        chosen, options = f'value="{value or ""}"', _options(get_language())
        # What is not offered selects nothing.
        return SafeString(
            f"<select{flatatt(self.build_attrs({'name': name}, self.attrs | (attrs or {})))}>"
            f"{options.replace(chosen, f'{chosen} selected', 1)}</select>"
        )


@cache
def _options(_language: str | None) -> str:
    """By the language of the page, in which one of the options is."""
    return format_html_join("", '<option value="{}">{}</option>', language_choices())
