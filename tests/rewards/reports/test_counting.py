"""Each figure of a day against rows made by hand; the edges of a UTC day, and who is left out."""

from datetime import timedelta

import pytest
from django.utils import timezone

from metya.members.models import Departure
from rewards.epochs.models import Epoch
from rewards.payouts.models import Batch, Payout
from rewards.reports import counting
from rewards.reports.metrics import Days
from rewards.reports.models import ActiveDay, DayFigure, DayTopic, MachineAccount
from rewards.reports.moderation_figures import MODERATION
from social.appeals.models import Appeal
from social.moderation.models import Case, Decision, Report
from social.posts.models import PostTag, Tag
from tests import make
from tests.rewards.reports.conftest import DAY, after, at, before, count, deed, figure, person, post, reply, spread

pytestmark = pytest.mark.django_db


def machine(member, by) -> None:
    MachineAccount.objects.create(member=member, marked_by=by)


def test_a_day_begins_and_ends_at_midnight_utc():
    person("early", at(before(1), 23, 59, 59))
    person("first", at(DAY, 0, 0, 0))
    person("last", at(DAY, 23, 59, 59))
    person("late", at(after(1), 0, 0, 0))
    count()
    assert figure("signups") == 2


def test_sign_ups_are_activated_by_what_they_do_within_seven_days(trio):
    ada = trio[0]
    at_once, sixth, seventh, never = (person(name, at()) for name in ("once", "sixth", "seventh", "never"))
    deed(at_once, ada, "follow", at(DAY, 13))
    post(sixth, at(after(6), 23))
    post(seventh, at(after(7), 0))
    deed(ada, never, "follow", at(DAY, 14))
    count(DAY, after(6), after(7), DAY)
    count(DAY)
    assert figure("signups") == 4 and figure("activated") == 2


def test_members_are_those_who_chose_a_handle_and_have_not_left(trio):
    ada, ben, _cyn = trio
    type(ben).objects.get_queryset().filter(pk=ben.pk).update(onboarded_at=None)
    Departure.objects.create(member=ada, left_at=at(), due_at=at(after(30)))
    count(before(1), DAY)
    assert figure("members", before(1)) == 2 and figure("left", before(1)) == 0
    assert figure("members") == 1 and figure("left") == 1


def test_active_is_whoever_wrote_or_did_something(trio):
    ada, ben, cyn = trio
    post(ada, at())
    deed(ben, cyn, "repost", at())
    deed(ben, cyn, "like", at(), undone_at=at(DAY, 13))
    count()
    assert figure("active.1") == 2
    rows = {row.member_id: row for row in ActiveDay.objects.all()}
    assert (rows[ben.pk].given, rows[cyn.pk].received, rows[cyn.pk].acted) == (2, 2, False)


def test_weeks_and_months_end_with_the_day(trio):
    ada, ben, cyn = trio
    deed(ada, ben, moment=at())
    deed(ben, ada, moment=at(before(6)))
    deed(cyn, ada, moment=at(before(7)))
    other = person("dan")
    deed(other, ada, moment=at(before(29)))
    gone = person("eve")
    deed(gone, ada, moment=at(before(30)))
    count(*(before(days) for days in (0, 6, 7, 29, 30)))
    assert (figure("active.1"), figure("active.7"), figure("active.30")) == (1, 2, 4)


def test_who_is_still_here_after_a_week(trio):
    ada, ben, cyn = trio
    for member in trio:
        post(member, at(before(8)))
    post(ada, at(before(2)))
    post(ben, at())
    new = person("dan")
    post(new, at())
    deed(new, cyn)
    count(before(8), before(2), DAY)
    assert figure("keepable") == 3 and figure("kept") == 2


def test_posts_replies_and_writers(trio):
    ada, ben, _cyn = trio
    first = post(ada, at(DAY, 1))
    post(ada, at(DAY, 2), deleted_at=at(DAY, 3))
    post(ben, at(DAY, 2), quote_of=first, visibility="followers")
    reply(ada, first, at(DAY, 4))
    reply(ben, first, at(DAY, 5))
    make_repost(ben, first)
    post(ada, at(before(1)))
    count()
    assert (figure("posts"), figure("replies"), figure("writers")) == (3, 2, 2)
    row = ActiveDay.objects.get(member=ada, day=DAY)
    assert (row.posts, row.replies) == (2, 1)


def make_repost(member, of):
    return post(member, at(DAY, 6), text="", repost_of=of)


def test_first_time_writers_have_written_nothing_before(trio):
    ada, ben, cyn = trio
    post(ada, at(before(40)))
    post(ada, at())
    post(ben, at(DAY, 1))
    post(ben, at(DAY, 2))
    reply(cyn, post(ada, at(DAY, 3)), at(DAY, 4))
    count()
    assert figure("first.posts") == 2


def test_the_time_to_the_first_reply_of_somebody_else(trio):
    ada, ben, cyn = trio
    quick = post(ada, at(DAY, 10))
    reply(ada, quick, at(DAY, 10, 1))
    reply(ben, quick, at(DAY, 10, 5, 59))
    reply(cyn, quick, at(DAY, 10, 2, 30))
    slow = post(ada, at(DAY, 20))
    reply(ben, slow, at(after(1), 19, 59, 59))
    late = post(ada, at(DAY, 21))
    reply(ben, late, at(after(1), 21))
    post(ada, at(DAY, 22))
    deeper = reply(cyn, quick, at(DAY, 11))
    reply(ben, deeper, at(DAY, 11, 1))
    count()
    assert figure("answered") == 2 and figure("posts") == 4
    assert spread("first.reply") == {"2": 1, str(23 * 60 + 59): 1}


def test_kinds_of_interactions(trio):
    ada, ben, cyn = trio
    deed(ada, ben, "like")
    deed(ada, cyn, "like", undone_at=at())
    deed(ben, ada, "follow")
    deed(ben, ada, "quote", public=False)
    deed(ben, ada, "like", at(after(1)))
    count()
    found = {kind: figure(f"kind.{kind}") for kind in ("like", "follow", "quote", "reply", "repost")}
    assert found == {"like": 2, "follow": 1, "quote": 1, "reply": 0, "repost": 0}


def test_topics_are_hashtags_of_public_posts_that_are_still_there(trio):
    ada, ben, _cyn = trio
    ferry, bread = Tag.objects.create(name="ferry"), Tag.objects.create(name="bread")
    shown = [post(ada, at()), post(ben, at())]
    hidden = [post(ada, at(), visibility="followers"), post(ada, at(), deleted_at=at()), post(ada, at(before(1)))]
    for one in [*shown, *hidden]:
        PostTag.objects.create(post=one, tag=ferry)
    PostTag.objects.create(post=shown[0], tag=bread)
    count()
    assert dict(DayTopic.objects.filter(people=False).values_list("tag__name", "posts")) == {"ferry": 2, "bread": 1}


def test_machines_are_left_out_as_authors_sources_and_targets(trio):
    ada, ben, robot = trio
    machine(robot, ada)
    asked = post(ada, at(DAY, 1))
    reply(robot, asked, at(DAY, 1, 1))
    reply(ben, asked, at(DAY, 1, 9))
    post(robot, at(DAY, 2))
    deed(robot, ada, "like")
    deed(ben, robot, "like")
    deed(ben, ada, "like")
    count()
    assert (figure("posts"), figure("replies"), figure("writers"), figure("kind.like")) == (2, 2, 3, 3)
    assert spread("first.reply") == {"1": 1}
    with_people = [figure(name, people=True) for name in ("posts", "replies", "writers", "kind.like", "active.1")]
    assert with_people == [1, 1, 2, 1, 2] and figure("active.1") == 3
    assert spread("first.reply", people=True) == {"9": 1}
    row = ActiveDay.objects.get(member=ada)
    assert (row.received, row.received_people) == (2, 1)


# --- rewards ---------------------------------------------------------------------------------------------------------


def epoch(number, day, **fields):
    start, end = counting.bounds(day)
    hashes = {"inputs_root": "a" * 64, "result_root": "b" * 64}
    return Epoch.objects.create(number=number, state="final", starts_at=start, ends_at=end, **hashes, **fields)


def payout(epoch, wallet, earned, state="approved", state_at=None, amount=None):
    return Payout.objects.create(
        epoch=epoch, wallet=f"0x{wallet:040x}", earned=earned, amount=earned if amount is None else amount,
        state=state, state_at=state_at or timezone.now(),
    )  # fmt: skip


def test_the_epoch_of_the_day(db):
    one = epoch(3, DAY, pool=500, reach_bp=4_200)
    for wallet, earned in enumerate([10, 20, 30, 40, 0]):
        payout(one, wallet, earned)
    epoch(4, after(1), pool=900)
    count()
    assert (figure("pool"), figure("reach"), figure("paid"), figure("earned")) == (500, 4_200, 4, 100)
    assert figure("median") == 20
    # One of four is the hundredth part, rounded up: 40 of 100.
    assert figure("top.1") == 4_000
    # Half the mean difference over the mean: (10+20+30+10+20+10)*2/16/2/25 = 0.25
    assert figure("gini") == 2_500
    assert figure("pool", people=True) == 500


def test_days_without_an_epoch_have_no_figures_of_rewards(db):
    count()
    assert figure("pool") is None and figure("gini") is None and figure("due") == 0


@pytest.mark.parametrize(
    ("values", "expected"),
    [([5], 0), ([5, 5, 5], 0), ([0, 10], 5_000), ([1, 1, 1, 97], 7_200), ([], 0), ([0, 0], 0)],
)
def test_gini_against_values_computed_by_hand(values, expected):
    assert counting.gini(values) == expected


def test_claimed_is_a_share_of_what_was_claimable_by_then(db):
    reviewers = person("fay"), person("finn")
    old, new = epoch(1, before(9)), epoch(2, before(1))
    for one, moment in ((old, at(before(8))), (new, at(after(1)))):
        Batch.objects.create(
            epoch=one, state="claimable", claimable_at=moment, submitted_by=reviewers[0], approved_by=reviewers[1],
            content_hash="c" * 64,
        )  # fmt: skip
    payout(old, 1, 60, "claimed", at(before(2)))
    payout(old, 2, 25, "claimed", at(after(1)))
    payout(old, 3, 15, "claimable")
    payout(old, 4, 70, "held")
    payout(new, 5, 40, "claimed", at(after(2)))
    count(DAY, after(2))
    assert (figure("due"), figure("claimed")) == (100, 60)
    assert (figure("due", after(2)), figure("claimed", after(2))) == (140, 125)


# --- moderation ------------------------------------------------------------------------------------------------------


def test_reports_and_how_long_they_waited(trio, mona):
    ada, ben, cyn = trio

    def told(reporter, member, made, decided=None, state="open"):
        who = mona if decided else None
        row = make.report(reporter, member)
        Report.objects.filter(pk=row.pk).update(created_at=made, decided_at=decided, decided_by=who, state=state)

    told(ada, ben, at(before(2)), at(DAY, 11), "upheld")
    told(ada, cyn, at(DAY, 1), at(DAY, 1, 30), "dismissed")
    told(ben, cyn, at(before(1)), at(DAY, 12), "upheld")
    told(cyn, ada, at(DAY, 3))
    told(cyn, ben, at(before(5)), at(after(1)), "upheld")
    count()
    assert (figure("reports"), figure("decided"), figure("upheld")) == (2, 3, 2)
    assert spread("decision") == {str(47 * 60): 1, "30": 1, "1440": 1}
    assert figure("open") == 2


def test_posts_removed_by_decisions(trio, mona):
    ada, ben, cyn = trio
    first, second, kept = post(ben, at()), post(ben, at()), post(cyn, at())
    for one, kind in ((first, "remove"), (second, "remove"), (kept, "warn")):
        make.decide(mona, make.report(ada, one.author, post=one), kind, facts="It sells what nobody asked for")
    Decision.objects.filter(case__subject_id=first.pk).update(applied_at=at(DAY, 5))
    Decision.objects.filter(case__subject_id=second.pk).update(applied_at=at(after(1)))
    Decision.objects.filter(case__subject_id=kept.pk).update(applied_at=at(DAY, 5))
    count()
    assert figure("removed") == 1 and figure("suspended") == 0


def test_cases_in_time_by_queue_and_what_appeals_change(trio, mona):
    ada, ben, cyn = trio
    prompt, late, undone = (
        make.decide(mona, make.report(ada, ben, post=post(ben, at())), "remove", facts="Sells") for _one in range(3)
    )
    lasting = make.suspend(mona, cyn)
    # All under the rule on spam, due after 24 hours: decided to the second, too late, taken back.
    for made, wait in (
        (prompt, timedelta(0)),
        (late, timedelta(seconds=1)),
        (undone, timedelta(0)),
        (lasting, timedelta(0)),
    ):
        Decision.objects.filter(pk=made.pk).update(applied_at=at(DAY, 5), made_at=made.case.due_at + wait)
    Decision.objects.filter(pk=undone.pk).update(applied_at=None, undone_at=at(DAY, 5))
    Case.objects.filter(pk=lasting.case_id).update(queue="harm")
    for made, state, decided, due in (
        (prompt, "overturned", at(DAY, 9), at(DAY, 9)),
        (late, "upheld", at(DAY, 9), at(DAY, 8)),
        (lasting, "open", None, at(after(2))),
    ):
        said = {"decided_by": ada, "decided_at": decided, "reasons": "Looked again"} if decided else {}
        Appeal.objects.create(
            decision=made, member=made.member, moderator=mona, text="No", made_at=at(), due_at=due, state=state, **said
        )
    count()
    assert (figure("cases"), figure("cases.in.time"), figure("removed"), figure("suspended")) == (3, 2, 2, 1)
    assert (figure("cases.spam"), figure("cases.spam.in.time")) == (2, 1)
    assert (figure("cases.harm"), figure("cases.harm.in.time"), figure("cases.illegal")) == (1, 1, 0)
    assert (figure("appeals"), figure("appeals.decided"), figure("appeals.overturned")) == (3, 2, 1)
    assert figure("appeals.in.time") == 1
    figures = {row.name: row.value for row in DayFigure.objects.filter(day=DAY, people=False)}
    shown = {one.name: one.value(Days(DAY, DAY, {DAY: figures})) for one in MODERATION}
    assert (shown["in.time"], shown["in.time.spam"], shown["reversals"], shown["in.time.illegal"]) == (
        6_666,
        5_000,
        5_000,
        None,
    )


def test_nothing_is_counted_of_nothing(db):
    assert counting.first_day() is None
    count()
    assert figure("posts") == 0 and figure("active.30") == 0 and spread("first.reply") == {}


def test_the_first_day_is_that_of_the_first_row(trio):
    post(trio[0], at(DAY))
    assert counting.first_day().isoformat() == "2026-01-05"
    assert counting.spread([timedelta(seconds=59), timedelta(seconds=60), timedelta(seconds=119)]) == {"0": 1, "1": 2}
