"""Opting out of search and in again."""

import pytest

from metya.ops.models import AuditEvent
from social.profiles.models import Profile
from social.search import actions

pytestmark = pytest.mark.django_db


def test_opting_out_and_in_is_noted_once_each(alice, bob):
    for choice in (True, False, False, True, True):
        actions.set_searchable(actor=alice, searchable=choice)
        assert Profile.objects.get(member=alice).searchable is choice
    assert Profile.objects.get(member=bob).searchable
    verbs = list(AuditEvent.objects.filter(verb__startswith="search.").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["search.opt_out", "search.opt_in"]
