"""Jobs that run at the same time: one case, one signal of each detector, one trial."""

import pytest

from social.detection import actions, looking_on, trials
from social.detection.models import Detector, Kind, PostPrint, Signal, Trial
from social.moderation.models import Case
from tests import make
from tests.metya.wallets.test_races import at_once
from tests.social.detection.test_actions import detector, rule

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sena(db):
    return make.member("sena", roles=("senior",))


def test_the_same_job_many_times_opens_one_case_with_one_signal_of_each(sena, alice):
    for _n in range(3):
        detector(sena)
    post = make.post(alice, "free crypto, and it is long enough to be kept")
    at_once([lambda: looking_on.look_at(post.pk)] * 6)
    assert Case.objects.count() == 1 and Signal.objects.count() == 3 and PostPrint.objects.count() == 1
    assert Case.objects.get().priority == 75


def test_a_signal_and_a_report_at_once_share_one_case(sena, alice, carol, bob):
    detector(sena)
    post = make.post(alice, "free crypto")
    deeds = [lambda: looking_on.look_at(post.pk)] * 2
    deeds += [lambda who=who: make.report(who, alice, post=post).pk for who in (carol, bob)]
    at_once(deeds)
    case = Case.objects.get()
    assert case.signals.count() == 1 and case.reports.count() == 2 and case.priority == 75


def test_posts_of_a_burst_looked_at_together_are_one_signal(sena, alice):
    detector(sena, Kind.BURST, posts=2, minutes=10)
    made = [make.post(alice, f"Post {n}") for n in range(8)]
    at_once([lambda post=post: looking_on.look_at(post.pk) for post in made])
    assert Case.objects.count() == 1 and Signal.objects.count() == 1


def test_a_trial_asked_for_and_run_by_many_is_one(sena, alice):
    make.post(alice, "free crypto")
    made = detector(sena, on=False)
    asked = at_once([lambda: actions.ask_trial(actor=sena, detector=made).pk] * 4)
    assert len(set(asked)) == 1
    at_once([lambda: trials.run(asked[0])] * 3)
    assert (Trial.objects.get().state, Trial.objects.get().matched) == ("done", 1)


def test_a_change_and_a_switch_at_once_never_leave_an_untried_version_on(sena, alice):
    made = detector(sena)
    actions.switch_off(actor=sena, detector=made)

    def change():
        actions.change(actor=sena, detector=made, name="New", rule=rule(), params={"phrases": "gold"})

    def switch():
        try:
            actions.switch_on(actor=sena, detector=made)
        except actions.Conflict:
            return

    at_once([change, switch, switch])
    one = Detector.objects.get()
    assert one.params == {"phrases": ["gold"]} and not one.active
