"""Ten moderators at once: an appeal has one outcome, and a decision one appeal."""

import pytest

from metya.web.errors import Conflict
from social.appeals import actions
from social.appeals.models import Appeal
from social.moderation.models import Decision
from tests import make
from tests.metya.wallets.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def refused(deed):
    try:
        return deed().pk
    except Conflict as error:
        return error.code


def test_ten_moderators_decide_one_appeal_once(alice, carol, mona):
    made = make.decide(mona, make.report(carol, alice), "warn")
    one = actions.appeal(actor=alice, decision=made, text="It was a joke.")
    people = [make.member(roles=("moderator",)) for _number in range(10)]
    outcomes = ["upheld", "overturned"] * 5

    def decide(who, outcome):
        return refused(lambda: actions.decide(actor=who, appeal=one, outcome=outcome, reasons="So it is."))

    found = at_once([lambda who=who, what=what: decide(who, what) for who, what in zip(people, outcomes, strict=True)])
    assert len([each for each in found if each == one.pk]) == 1
    assert {each for each in found if isinstance(each, str)} <= {"claimed", "decided"}
    one.refresh_from_db()
    assert outcomes[people.index(one.decided_by)] == one.state
    assert (Decision.objects.get().overturned_at is not None) == (one.state == "overturned")


def test_ten_moderators_take_ten_appeals(alice, carol, mona):
    for _number in range(12):
        made = make.decide(mona, make.report(carol, alice, post=make.post(alice)), "warn")
        actions.appeal(actor=alice, decision=made, text="It was a joke.")
    people = [make.member(roles=("moderator",)) for _number in range(10)]
    found = at_once([lambda who=who: actions.claim_next(actor=who) for who in people])
    assert len({one.pk for one in found}) == 10


def test_an_appeal_sent_ten_times_at_once_is_one(alice, carol, mona):
    made = make.decide(mona, make.report(carol, alice), "warn")
    found = at_once([lambda: refused(lambda: actions.appeal(actor=alice, decision=made, text="x"))] * 10)
    assert Appeal.objects.count() == 1 and found.count("appealed") == 9
