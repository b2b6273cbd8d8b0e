"""The page of parts: in development only, and no part is missing on it."""

import re
from pathlib import Path

import pytest
from django.conf import settings

CSS = Path(settings.BASE_DIR) / "static" / "css"
# Not parts: set by scripts while something happens, or a state of <body>.
ELSEWHERE = {"hints", "word", "brand", "self", "skip", "bottom", "nav", "main", "clamp"}


def classes() -> set[str]:
    """Every class that the styles of all pages know."""
    text = "".join((CSS / f"{name}.css").read_text(encoding="utf-8") for name in ("base", "layout", "components"))
    selectors = re.findall(r"([^{}]*)\{", re.sub(r"/\*.*?\*/", "", text, flags=re.S))
    return set(re.findall(r"\.([a-zA-Z][\w-]*)", "".join(selectors)))


def shown(page: str) -> set[str]:
    return {name for names in re.findall(r'class="([^"]*)"', page) for name in names.split()}


@pytest.mark.django_db
def test_it_is_not_there_outside_development(client, alice, as_member):
    assert client.get("/style/").status_code == as_member(alice).get("/style/").status_code == 404


@pytest.mark.django_db
def test_every_part_is_on_it(client, alice, as_member, settings):
    settings.DEBUG = True
    pages = [who.get("/style/") for who in (client, as_member(alice))]
    assert [page.status_code for page in pages] == [200, 200]
    found = set().union(*(shown(page.content.decode()) for page in pages))
    assert sorted(classes() - found - ELSEWHERE) == [], "show these on templates/style/"
    tokens = (CSS / "tokens.css").read_text(encoding="utf-8")
    for name in set(re.findall(r"--([\w-]+): oklch", tokens)):
        assert f"sw-{name}" in found and f".sw-{name} " in (CSS / "style.css").read_text(encoding="utf-8")
