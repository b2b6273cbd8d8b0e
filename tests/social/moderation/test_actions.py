"""Reports, removal and suspension: every rule."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.db import IntegrityError, transaction
from django.utils import timezone

from metya.ops.models import AuditEvent
from metya.web.errors import Invalid, NotAllowed
from social.follows.models import Block, Mute
from social.moderation import actions, reads
from social.moderation.models import Case, Report
from social.notifications.models import Notification
from social.posts import actions as posts
from social.posts.models import Post
from social.rules import actions as rules
from tests import make

pytestmark = pytest.mark.django_db
SOON = timedelta(days=7)


def audited():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", "actor__handle"))


def test_a_report_stands_once_while_it_is_open(alice, carol, mona):
    post = make.post(alice)
    first = actions.report(actor=carol, member=alice, post=post, rule="spam", note=" Ads \n")
    again = actions.report(actor=carol, member=alice, post=post, rule="scam")
    assert first.pk == again.pk and first.note == "Ads"
    assert actions.report(actor=carol, member=alice, rule="spam").pk != first.pk
    assert make.decide(mona, first)
    assert actions.report(actor=carol, member=alice, post=post, rule="spam").pk != first.pk


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"rule": "dislike"}, "rule"),
        ({"rule": "spam", "note": "x" * 1001}, "note"),
        ({"rule": ""}, "rule"),
        ({"rule": "spam", "also": "hit"}, "also"),
    ],
)
def test_bad_reports_are_refused(alice, carol, fields, field):
    with pytest.raises(Invalid) as caught:
        actions.report(actor=carol, member=alice, **fields)
    assert caught.value.data == {"field": field} and not Report.objects.exists()


def test_nobody_reports_themselves_or_a_post_of_another(alice, bob, carol):
    with pytest.raises(NotAllowed):
        actions.report(actor=alice, member=alice, rule="spam")
    with pytest.raises(Invalid):
        actions.report(actor=carol, member=alice, post=make.post(bob), rule="spam")


def test_a_moderator_opens_a_case_of_what_nobody_reported(alice, bob, mona, cole):
    post = make.post(alice, "Buy now")
    told = {"member": alice, "post": post, "rule": "spam", "note": "Seen in Explore"}
    for person in (bob, alice, cole):
        with pytest.raises(NotAllowed):
            actions.open_case(actor=person, **told)
    for wrong in ({"rule": "none"}, {"note": " "}):
        with pytest.raises(Invalid):
            actions.open_case(actor=mona, **told | wrong)
    case = actions.open_case(actor=mona, **told)
    assert (case.kind, case.subject_id, case.member, case.queue, case.opened_by) == (
        "post",
        post.pk,
        alice,
        "spam",
        mona,
    )
    assert case.notes.get().text == "Seen in Explore" and post.present and not Notification.objects.exists()
    assert actions.open_case(actor=mona, **told) == case and Case.objects.count() == 1
    assert make.report(bob, alice, post=post).case == case
    assert audited() == [("moderation.open", "mona")] * 2
    profile = actions.open_case(actor=mona, member=alice, rule="spam", note="Look")
    assert (profile.kind, profile.subject_id) == ("profile", alice.pk)


def test_nobody_opens_a_case_about_themselves(mona):
    for about in ({}, {"post": make.post(mona)}):
        with pytest.raises(NotAllowed):
            actions.open_case(actor=mona, member=mona, rule="spam", note="Me", **about)


def test_a_suspension_ends_every_session_for_good(alice, bob, mona, as_member):
    """Also one that was not used meanwhile: it does not come back to life when the suspension is over."""
    unused, other = as_member(alice), as_member(bob)
    for browser, person in ((unused, alice), (other, bob)):
        key = {"session_key": browser.session.session_key}
        UserSession.objects.create(user=person, ip="127.0.0.1", user_agent="", **key)
    make.suspend(mona, alice)
    actions.unsuspend(actor=mona, member=alice, reason="A mistake.")
    assert unused.get("/settings/").status_code == 302
    assert other.get("/settings/").status_code == 200


def test_the_suspended_are_not_seen_and_do_nothing(alice, bob, mona):
    post = make.post(alice)
    make.suspend(mona, alice)
    assert not Post.objects.visible_to(bob).filter(pk=post.pk).exists()
    for deed in (lambda: posts.publish(actor=alice, text="x"), lambda: posts.like(actor=alice, post=make.post(bob))):
        with pytest.raises(NotAllowed):
            deed()
    assert actions.unsuspend(actor=mona, member=alice, reason="Appeal") is True
    assert actions.unsuspend(actor=mona, member=alice, reason="Appeal") is False
    alice.refresh_from_db()
    assert not alice.suspended and Post.objects.visible_to(bob).filter(pk=post.pk).exists()
    assert [verb for verb, _who in audited()][-1] == "moderation.unsuspend"


def test_who_may_suspend_whom(alice, bob, mona, fay, cole):
    ada = make.member("ada", roles=("admin",))
    pairs = ((bob, alice), (fay, alice), (cole, alice), (mona, mona), (mona, fay), (mona, ada), (ada, ada))
    for actor, member in pairs:
        with pytest.raises(NotAllowed):
            make.suspend(actor, member)
    assert make.suspend(ada, fay).ends_at and fay.suspended


def test_a_suspended_moderator_moderates_nothing(alice, mona):
    mona.suspended_until = timezone.now() + SOON
    with pytest.raises(NotAllowed):
        actions.open_case(actor=mona, member=alice, rule="spam", note="x")


# --- cases and reporters ---------------------------------------------------------------------------------------------


def test_reports_of_the_same_are_one_case_and_of_another_thing_another(alice, bob, carol, mona):
    post, other = make.post(alice), make.post(alice)
    first = actions.report(actor=carol, member=alice, post=post, rule="spam")
    second = actions.report(actor=bob, member=alice, post=post, rule="illegal")
    assert first.case_id == second.case_id
    assert make.report(carol, alice, post=other).case_id != first.case_id != make.report(carol, alice).case_id
    case = Case.objects.get(pk=first.case_id)
    assert (case.kind, case.subject_id, case.queue) == ("post", post.pk, "illegal")
    assert case.due_at - case.opened_at < timedelta(hours=1, minutes=1) and case.rank_at < case.due_at
    make.decide(mona, first, "warn")
    assert set(case.reports.values_list("state", flat=True)) == {"upheld"}
    later = make.report(carol, alice, post=post)
    assert later.case_id != case.pk and later.case.queue == "spam"


def test_two_cases_of_one_subject_cannot_stand_at_once(alice, carol):
    case = make.report(carol, alice).case
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.create(
            kind="profile", subject_id=alice.pk, member=alice, queue="spam", due_at=case.due_at, rank_at=case.due_at
        )


def test_what_was_there_is_kept_though_its_author_changes_or_deletes_it(alice, carol):
    post = make.post(alice, "Buy now")
    report = make.report(carol, alice, post=post)
    posts.delete(actor=alice, post=post)
    make.past_undoing(post)
    report.refresh_from_db()
    post.refresh_from_db()
    assert post.text == "" and "@alice: Buy now" in report.evidence
    assert "Alice @alice" in make.report(carol, alice).evidence


def test_reporters_who_were_right_weigh_more(alice, bob, carol, mona):
    for number in range(4):
        right, wrong = make.report(bob, alice, post=make.post(alice)), make.report(carol, alice, post=make.post(alice))
        assert right.case.pk and reads.accuracy(bob).decided == reads.accuracy(carol).decided == number
        make.decide(mona, right, "warn")
        make.decide(mona, wrong)
    assert (reads.weight(bob), reads.weight(carol), reads.weight(mona)) == (83, 16, 50)
    trusted, doubted = make.report(bob, alice, post=make.post(alice)).case, make.report(carol, alice).case
    trusted.refresh_from_db()
    doubted.refresh_from_db()
    assert (trusted.priority, doubted.priority) == (41, 8)
    assert trusted.due_at - trusted.rank_at > doubted.due_at - doubted.rank_at


def test_the_rule_as_it_was_worded_is_cited(alice, bob, carol):
    ada = make.member("ada", roles=("admin",))
    first = make.report(bob, alice)
    rule = first.rule_version.rule
    rules.write(actor=ada, rule=rule, title="No ads", text="None.", queue="spam")
    assert make.report(carol, alice).rule_version.title == "No ads" and first.rule_version.title == "No spam"
    rules.write(actor=ada, rule=rule, title="No ads", text="None.", queue="spam", active=False)
    with pytest.raises(Invalid):
        make.report(carol, alice, post=make.post(alice))


@pytest.mark.parametrize(("also", "model"), [("mute", Mute), ("block", Block)])
def test_one_can_be_rid_of_them_at_once(alice, carol, also, model):
    make.report(carol, alice, also=also)
    assert model.objects.get(source=carol).target == alice


def test_reporters_are_told_once_what_came_of_it(alice, bob, carol, mona):
    report = make.report(carol, alice)
    make.report(bob, alice)
    make.decide(mona, report, "warn")
    (told,) = Notification.objects.filter(member=carol)
    assert told.url == "/settings/reports/" and "@alice" in told.said
    report.refresh_from_db()
    assert report.told_at and Notification.objects.filter(member=bob).count() == 1


def test_abusive_reporters_are_muted_and_told(alice, carol, mona, cole):
    with pytest.raises(NotAllowed):
        actions.mute_reporter(actor=cole, member=carol, until=timezone.now() + SOON, reason="x")
    for until, reason in ((timezone.now() - SOON, "x"), (timezone.now() + SOON, " ")):
        with pytest.raises(Invalid):
            actions.mute_reporter(actor=mona, member=carol, until=until, reason=reason)
    actions.mute_reporter(actor=mona, member=carol, until=timezone.now() + SOON, reason="Reports whoever wins.")
    assert "Reports whoever wins." in Notification.objects.get(member=carol).said
    with pytest.raises(NotAllowed, match="Reports whoever wins"):
        make.report(carol, alice)
    assert actions.hear_reporter(actor=mona, member=carol) is True
    assert actions.hear_reporter(actor=mona, member=carol) is False
    assert make.report(carol, alice).state == "open"
    assert [verb for verb, _who in audited()] == ["moderation.mute_reporter", "moderation.hear_reporter"]
