"""Several at once: one grant, taken back once."""

import pytest

from metya.ops.models import AuditEvent
from social.consent import actions
from social.consent.models import Grant
from tests.metya.wallets.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_given_at_once_is_one_grant(alice):
    found = at_once([lambda: actions.give(actor=alice, purpose="train", version=1).pk] * 6)
    assert len(set(found)) == 1 and Grant.objects.count() == 1
    assert AuditEvent.objects.filter(verb="consent.given").count() == 1


def test_it_is_taken_back_once(alice):
    actions.give(actor=alice, purpose="train", version=1)
    found = at_once([lambda: actions.withdraw(actor=alice, purpose="train")] * 6)
    assert len([one for one in found if one is not None]) == 1
    assert AuditEvent.objects.filter(verb="consent.withdrawn").count() == 1


def test_given_and_taken_back_at_once_never_leaves_two(alice):
    deeds = [
        lambda: bool(actions.give(actor=alice, purpose="train", version=1)),
        lambda: bool(actions.withdraw(actor=alice, purpose="train")),
    ]
    at_once(deeds * 3)
    assert Grant.objects.open().count() <= 1
    assert Grant.objects.filter(ended_at=None).exclude(ending="").count() == 0
