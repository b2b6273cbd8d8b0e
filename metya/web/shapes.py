"""Parts of pages that look alike many times: rendered by their template once for each shape, and then only filled in.

A template of forty forms takes longer than all queries of a page; most of it is the same for every post, and the frame of a
page is the same for every member. A shape knows nothing of whom it was rendered for: its template gets flags and stand-ins, and
neither the request nor what else is in the context of the page.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.template import Context, Engine, Template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

# What stands in a shape for what differs; it survives escaping, and templates contain no such word.
_STAND_IN = re.compile("Zz([a-z]+)zZ")
# By template (an edited one is another object), language and what else decides; at odd places the names to be filled in.
_kept: dict[tuple[Template, str | None, object], list[str]] = {}


def stand_ins(names: Iterable[str]) -> dict[str, Any]:
    """What a template gets in the place of values."""
    return {name: SafeString(f"Zz{name}zZ") for name in names}


class Shapes:
    """The shapes in the language of now. Made for one rendering, and not kept."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._language = engine, get_language()
        self._templates: dict[str, Template] = {}

    def parts(self, name: str, decides: object, values: Callable[[], dict[str, Any]]) -> list[str]:
        """The template ``name`` rendered with ``values()``, which hold flags that are in ``decides`` and stand-ins alone."""
        template = self._templates.get(name)
        if template is None:
            template = self._templates[name] = self._engine.get_template(name)
        key = (template, self._language, decides)
        found = _kept.get(key)
        if found is None:
            found = _kept[key] = _STAND_IN.split(template.render(Context(values())))
        return found

    def fill(
        self, name: str, decides: object, values: Callable[[], dict[str, Any]], filled: Mapping[str, str]
    ) -> SafeString:
        """The shape with ``filled``, which is HTML already, in the places of the stand-ins."""
        parts = self.parts(name, decides, values).copy()
        parts[1::2] = [filled[part] for part in parts[1::2]]
        return SafeString("".join(parts))
