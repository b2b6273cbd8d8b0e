"""Ten moderators at once: each case has one hand and one decision."""

import pytest

from metya.web.errors import Conflict
from social.moderation import claims, decisions
from social.moderation.models import Case, Decision
from tests import make
from tests.metya.wallets.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_ten_moderators_take_ten_cases(alice, carol):
    for _number in range(12):
        make.report(carol, alice, post=make.post(alice))
    people = [make.member(roles=("moderator",)) for _number in range(10)]
    found = at_once([lambda who=who: claims.claim_next(actor=who) for who in people])
    assert len({case.pk for case in found}) == 10
    assert Case.objects.exclude(claimed_by=None).count() == 10


def test_ten_moderators_decide_one_case_once(alice, carol):
    case = make.report(carol, alice).case
    people = [make.member(roles=("moderator",)) for _number in range(10)]

    def decide(who):
        try:
            return decisions.decide(actor=who, case=Case.objects.get(pk=case.pk), kind="warn", rule="spam").pk
        except Conflict as refused:
            return refused.code

    found = at_once([lambda who=who: decide(who) for who in people])
    assert len([one for one in found if isinstance(one, int)]) == 1
    assert {one for one in found if isinstance(one, str)} <= {"claimed", "decided"}
    assert Decision.objects.count() == 1


def test_ten_passes_apply_a_decision_once(alice, carol, mona):
    made = make.decide(mona, make.report(carol, alice), "warn", applied=False)
    Decision.objects.filter(pk=made.pk).update(effective_at=made.made_at)
    assert sum(at_once([decisions.apply_due] * 10)) == 1
