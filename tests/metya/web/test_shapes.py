"""Shapes: rendered once for each language and whatever decides, and filled in."""

from django.template import engines
from django.utils import translation

from metya.web.shapes import Shapes, stand_ins


def test_a_shape_is_of_one_language(settings):
    def greeting() -> str:
        shapes = Shapes(engines["django"].engine)
        return shapes.fill("_help.html", (), dict, {})

    with translation.override("en"):
        english = greeting()
    with translation.override("de"):
        translation.activate("de")
        again = greeting()
        parts = Shapes(engines["django"].engine)
        assert parts._language == "de"
    with translation.override("en"):
        assert greeting() == english
    assert "<dialog" in again


def test_values_are_html_and_stand_ins_of_values_stay_words():
    shapes = Shapes(engines["django"].engine)
    values = {"url": "/x?a=1&amp;b=2Zzwho"}
    page = shapes.fill("social/posts/_quote.html", True, lambda: {"why": "muted"} | stand_ins(("url",)), values)
    assert 'href="/x?a=1&amp;b=2Zzwho"' in page
