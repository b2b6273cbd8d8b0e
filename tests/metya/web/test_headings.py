"""The admin's columns have names for people, in their language, without a migration for a word."""

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, label_for_field
from django.core.exceptions import FieldDoesNotExist
from django.db.migrations.state import ModelState
from django.db.models import Field, Model
from django.test import RequestFactory
from django.utils import translation

from metya.wallets.models import Member
from metya.web.headings import HEADINGS, PLURALS
from metya.web.staff import ReadOnlyAdmin
from rewards.payouts.models import Payout


def _tables() -> list[type[Model]]:
    pages = [(model, page) for model, page in admin.site._registry.items() if isinstance(page, ReadOnlyAdmin)]
    found = {model for model, _page in pages} | {inline.model for _model, page in pages for inline in page.inlines}
    return [model for model in found if model.__module__.split(".")[0] in ("metya", "social", "rewards")]


def _shown() -> set[Field]:
    """Every field of a model that a page of ours in the admin shows."""
    found: set[Field] = set()
    for model, page in admin.site._registry.items():
        if not isinstance(page, ReadOnlyAdmin):
            continue
        request = RequestFactory().get("/")
        request.user = Member(is_active=True, is_superuser=True)
        # A filter of its own says its own title.
        filters = [
            name if isinstance(name, str) else name[0] for name in page.list_filter if not isinstance(name, type)
        ]
        names = [*page.list_display, *filters, *flatten_fieldsets(page.get_fieldsets(request))]
        found |= _fields(model, names)
        for inline in page.inlines:
            found |= _fields(inline.model, inline.fields or ())
    return found


def _fields(model: type[Model], names) -> set[Field]:
    found = set()
    for name in names:
        try:
            found.add(model._meta.get_field(str(name)))
        except FieldDoesNotExist:  # a method of the page, which says its own heading, or ``pk``
            continue
    return found


def test_every_field_that_staff_see_has_a_name():
    nameless = {f"{field.model.__name__}.{field.name}" for field in _shown() if isinstance(field.verbose_name, str)}
    assert not {name for name in nameless if not name.endswith((".id", ".last_login"))}, "give it a name in HEADINGS"


def test_no_heading_is_left_over():
    assert {field.name for field in _shown()} >= set(HEADINGS)


def test_headings_follow_the_language():
    page = admin.site._registry[Payout]
    assert str(label_for_field("influence", Payout, page)) == "influence"
    with translation.override("de"):
        assert str(label_for_field("influence", Payout, page)) == "Einfluss"


def test_no_table_is_named_by_an_s_at_the_end():
    """That is English alone: a German "Auszahlungs" is no word."""
    without = {model._meta.model_name for model in _tables() if "verbose_name_plural" not in model._meta.original_attrs}
    assert without == set(PLURALS)
    with translation.override("de"):
        assert str(Payout._meta.verbose_name_plural) == "Auszahlungen"


def test_a_name_of_staff_is_no_change_of_the_model():
    assert "verbose_name" not in Payout._meta.get_field("influence").deconstruct()[3]
    assert "verbose_name_plural" not in ModelState.from_model(Payout).options
