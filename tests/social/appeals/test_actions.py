"""An appeal from the member's words to what follows: every rule, every refusal, every kind of decision."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from metya.ops.models import AuditEvent
from metya.ops.waiting import waiting_for
from metya.wallets.models import Member
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.appeals import actions
from social.appeals.models import Appeal
from social.feeds.reads import explore_page
from social.interactions.models import Interaction, Pause
from social.leaving import erasing
from social.moderation import actions as moderation
from social.moderation import decisions, evidence, reads
from social.moderation.models import Decision, Report, Strike
from social.notifications.models import Notification
from social.posts import actions as posts
from social.posts import pictures, removal
from social.posts.models import Post
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def nora(db):
    return make.member("nora", roles=("moderator",))


@pytest.fixture
def report(alice, carol):
    return make.report(carol, alice, post=posts.publish(actor=alice, text="Buy now"))


def appealed(decision, text="It was a joke."):
    return actions.appeal(actor=decision.member, decision=decision, text=text)


def kept(image):
    with image.file.storage.open(str(image.file.name)) as file:
        return file.read()


def overturn(moderator, decision, reasons="It was a joke."):
    one = getattr(decision, "appeal", None) or appealed(decision)
    return actions.decide(actor=moderator, appeal=one, outcome="overturned", reasons=reasons)


def test_an_appeal_is_in_and_due_in_three_days(report, alice, mona, nora):
    made = make.decide(mona, report, "warn")
    one = appealed(made, "  It was\r\na joke.  ")
    assert (one.text, one.state, one.moderator, one.member) == ("It was\na joke.", "open", mona, alice)
    assert one.due_at - one.made_at == timedelta(hours=72)
    assert AuditEvent.objects.filter(verb="appeal.made", actor=alice).count() == 1
    assert "1 appeal waits" in [line.text for line in waiting_for(nora)]
    assert not [line for line in waiting_for(mona) if "appeal" in line.text]


def test_once_for_each_decision(report, alice, mona):
    made = make.decide(mona, report, "warn")
    appealed(made)
    with pytest.raises(Conflict) as caught:
        appealed(made, "And another thing.")
    assert caught.value.code == "appealed" and Appeal.objects.count() == 1


def test_not_after_half_a_year(report, alice, mona):
    made = make.decide(mona, report, "warn")
    Decision.objects.update(applied_at=timezone.now() - timedelta(days=183))
    made.refresh_from_db()
    with pytest.raises(Conflict) as caught:
        appealed(made)
    assert caught.value.code == "too-late"
    Decision.objects.update(applied_at=timezone.now() - timedelta(days=182))
    made.refresh_from_db()
    assert appealed(made)


def test_only_the_member_concerned_and_only_what_has_effects(report, alice, carol, mona):
    made = make.decide(mona, report, "warn", applied=False)
    with pytest.raises(Conflict):
        appealed(made)
    Decision.objects.update(effective_at=timezone.now())
    decisions.apply_due()
    made.refresh_from_db()
    for other in (carol, mona):
        with pytest.raises(NotAllowed):
            actions.appeal(actor=other, decision=made, text="x")
    with pytest.raises(Invalid):
        appealed(made, "  ")
    with pytest.raises(Invalid):
        appealed(made, "x" * 2001)
    good = make.decide(mona, make.report(carol, alice))
    with pytest.raises(Conflict):
        appealed(good)


def test_a_suspended_member_appeals_and_one_who_left_does_not(report, alice, mona):
    made = make.decide(mona, report, "suspend", days=7, sure=True)
    made.member.refresh_from_db()
    assert made.member.suspended and appealed(made)
    Appeal.objects.all().delete()
    made.member.is_active = False
    with pytest.raises(NotAllowed):
        appealed(made)


# --- who decides -----------------------------------------------------------------------------------------------------


def test_who_decided_first_and_whoever_is_part_of_it_does_not_decide(report, alice, mona, nora):
    one = appealed(make.decide(mona, report, "warn"))
    reporter = make.member("rita", roles=("moderator",))
    Report.objects.update(reporter=reporter)
    alice.groups.set(mona.groups.all())
    Member.objects.filter(pk=alice.pk).update(is_staff=True)
    for actor in (mona, reporter, Member.objects.get(pk=alice.pk)):
        assert actions.claim_next(actor=actor) is None and not actions.claim(actor=actor, appeal=one)
        with pytest.raises(Conflict) as caught:
            actions.decide(actor=actor, appeal=one, outcome="upheld", reasons="So it is.")
        assert caught.value.code == "involved"
    assert actions.claim_next(actor=nora) == one


def test_who_made_a_case_of_it_does_not_decide_the_appeal(alice, mona, nora):
    case = moderation.open_case(actor=nora, member=alice, rule="spam", note="Seen")
    decisions.decide(actor=mona, case=case, kind="warn", rule="spam")
    Decision.objects.update(effective_at=timezone.now())
    decisions.apply_due()
    one = appealed(Decision.objects.get())
    with pytest.raises(Conflict) as caught:
        actions.decide(actor=nora, appeal=one, outcome="upheld", reasons="No.")
    assert caught.value.code == "involved" and actions.claim_next(actor=nora) is None
    vera = make.member("vera", roles=("moderator",))
    assert actions.decide(actor=vera, appeal=one, outcome="upheld", reasons="No.").state == "upheld"


def test_the_table_refuses_who_decided_first_and_the_member(report, alice, mona, nora):
    one = appealed(make.decide(mona, report, "warn"))
    for wrong in ({"decided_by": mona}, {"decided_by": alice}, {"decided_by": nora, "reasons": ""}):
        fields = {"state": "upheld", "decided_at": timezone.now(), "reasons": "x"} | wrong
        with pytest.raises(IntegrityError), transaction.atomic():
            Appeal.objects.filter(pk=one.pk).update(**fields)
    Appeal.objects.filter(pk=one.pk).update(
        state="upheld", decided_at=timezone.now(), reasons="x", decided_by=nora
    )  # fmt: skip


@pytest.mark.parametrize("role", ["reviewer", "manager", "auditor", "labeller"])
def test_other_roles_decide_nothing(report, mona, role):
    one = appealed(make.decide(mona, report, "warn"))
    other = make.member("other", roles=(role,))
    for deed in (
        lambda: actions.claim_next(actor=other),
        lambda: actions.claim(actor=other, appeal=one),
        lambda: actions.decide(actor=other, appeal=one, outcome="upheld", reasons="x"),
    ):
        with pytest.raises(NotAllowed):
            deed()


def test_of_a_suspended_moderator_only_an_administrator_decides(carol, mona, nora):
    boss = make.member("boss", roles=("admin",))
    rita = make.member("rita", roles=("moderator",))
    made = make.decide(boss, make.report(carol, rita), "suspend", days=7, sure=True)
    one = appealed(made)
    assert actions.claim_next(actor=nora) is None
    assert actions.claim_next(actor=make.member("chief", roles=("admin",))) == one


def test_a_lease_keeps_others_away_and_it_is_decided_once(report, mona, nora):
    one = appealed(make.decide(mona, report, "warn"))
    sena = make.member("sena", roles=("senior",))
    assert actions.claim_next(actor=nora) == one and actions.claim_next(actor=sena) is None
    with pytest.raises(Conflict) as caught:
        actions.decide(actor=sena, appeal=one, outcome="upheld", reasons="x")
    assert caught.value.code == "claimed" and "@nora" in caught.value.message
    for wrong in ({"outcome": "open"}, {"outcome": "nonsense"}, {"reasons": " "}):
        with pytest.raises(Invalid):
            actions.decide(actor=nora, appeal=one, **({"outcome": "upheld", "reasons": "x"} | wrong))
    actions.decide(actor=nora, appeal=one, outcome="upheld", reasons="It was no joke.")
    with pytest.raises(Conflict) as caught:
        actions.decide(actor=sena, appeal=one, outcome="overturned", reasons="x")
    assert caught.value.code == "decided"


# --- what follows ----------------------------------------------------------------------------------------------------


def test_upheld_changes_nothing_and_is_told(report, alice, carol, mona, nora):
    made = make.decide(mona, report, "hide")
    one = actions.decide(actor=nora, appeal=appealed(made), outcome="upheld", reasons="It was no joke.")
    made.refresh_from_db()
    report.refresh_from_db()
    assert (one.state, one.decided_by, one.followed) == ("upheld", nora, {})
    assert made.overturned_at is None and report.state == "upheld" and Strike.objects.standing().count() == 1
    assert not Post.objects.get().present and Pause.objects.running().count() == 1
    told = Notification.objects.get(member=alice, key=f"appeal:{one.pk}")
    assert "the decision stays (No spam)" in told.said and told.url == f"/settings/reports/#decision-{made.pk}"
    assert Notification.objects.filter(member=carol).count() == 1
    event = AuditEvent.objects.get(verb="appeal.upheld")
    assert event.actor == nora and event.data["reasons"] == "It was no joke."


@pytest.mark.parametrize("kind", ["hide", "remove"])
def test_overturned_brings_the_post_back_with_what_was_given(report, alice, bob, carol, mona, nora, kind):
    posts.like(actor=bob, post=report.post)
    assert reads.accuracy(carol) == reads.Accuracy(0, 0)
    made = make.decide(mona, report, kind)
    assert not Interaction.objects.standing().filter(kind="like").exists() and reads.accuracy(carol).upheld == 1
    Post.objects.update(undo_until=timezone.now() + timedelta(hours=1))
    one = overturn(nora, made)
    post, made = Post.objects.get(), Decision.objects.get()
    assert post.present and post.text == "Buy now" and post.like_count == 1 and post.undo_until is None
    assert Interaction.objects.standing().filter(kind="like").count() == 1
    assert made.overturned_at and not Strike.objects.exists() and not Pause.objects.running().exists()
    report.refresh_from_db()
    assert report.state == "dismissed" and reads.accuracy(carol) == reads.Accuracy(0, 1)
    assert one.followed["content"] == "back" and one.followed["epochs"] == 0
    assert "overturned (No spam)" in Notification.objects.get(member=alice, key=f"appeal:{one.pk}").said
    assert "no rule was broken" in Notification.objects.get(member=carol, key=f"report:{report.pk}:appeal").said
    assert AuditEvent.objects.get(verb="appeal.overturned").data["content"] == "back"
    # Its author may delete it again, and bring it back, as any other.
    posts.delete(actor=alice, post=post)
    assert posts.restore(actor=alice, post=post).present


def test_pictures_of_what_is_removed_answer_nobody_until_they_are_back(
    report, alice, mona, nora, django_capture_on_commit_callbacks
):
    image = make.picture(alice, report.post)
    shown = str(image.file.name)
    with django_capture_on_commit_callbacks(execute=True):
        made = make.decide(mona, report, "remove")
    image.refresh_from_db()
    assert image.private and not image.file.storage.exists(shown) and kept(image) == b"a picture"
    one = appealed(made)
    assert pictures.picture_of(nora, image.pk, confirmed=True) == image
    assert pictures.picture_of(nora, image.pk, confirmed=False) is None
    with django_capture_on_commit_callbacks(execute=True):
        actions.decide(actor=nora, appeal=one, outcome="overturned", reasons="x")
    image.refresh_from_db()
    assert not image.private and kept(image) == b"a picture"


def test_what_is_removed_is_out_of_sight_and_kept_as_long_as_it_can_be_appealed(report, alice, mona):
    make.decide(mona, report, "remove")
    post = Post.objects.get()
    assert not post.present and post.text == "Buy now" and post.undo_until > timezone.now() + timedelta(days=182)
    with pytest.raises(Conflict):
        posts.restore(actor=alice, post=post)
    assert not Post.objects.visible_to(alice).exists()
    Post.objects.update(undo_until=timezone.now())
    assert removal.forget() == 1 and Post.objects.get().text == ""


def test_an_appeal_on_the_last_day_keeps_the_post_and_the_evidence_until_it_is_decided(report, mona, nora):
    made = make.decide(mona, report, "remove")
    Post.objects.update(undo_until=timezone.now() + timedelta(hours=1))
    Report.objects.update(decided_at=timezone.now() - timedelta(days=182))
    one = appealed(made)
    assert Post.objects.get().undo_until > timezone.now() + timedelta(days=80)
    assert evidence.forget() == 0
    actions.decide(actor=nora, appeal=one, outcome="upheld", reasons="x")
    assert evidence.forget() == 1


def test_what_its_author_deleted_before_stays_deleted(report, alice, mona, nora):
    posts.delete(actor=alice, post=report.post)
    made = make.decide(mona, report, "remove")
    assert overturn(nora, made).followed["content"] == "" and not Post.objects.get().present
    make.past_undoing(report.post)
    other = make.report(make.member("dana"), alice, post=posts.publish(actor=alice, text="Second"))
    made = make.decide(mona, other, "warn")
    posts.delete(actor=alice, post=other.post)
    make.past_undoing(other.post)
    assert overturn(nora, made).followed["content"] == "" and not Post.objects.get(pk=other.post_id).present


def test_what_was_emptied_cannot_come_back_and_it_is_said(report, alice, mona, nora):
    made = make.decide(mona, report, "hide")
    removal.erase(report.post)
    assert overturn(nora, made).followed["content"] == "gone" and not Post.objects.get().present


def test_after_the_author_left(report, alice, mona, nora):
    made = make.decide(mona, report, "hide")
    one = appealed(made)
    Member.objects.filter(pk=alice.pk).update(is_active=False)
    while erasing.erase(alice, 100):
        pass
    done = actions.decide(actor=nora, appeal=one, outcome="overturned", reasons="It was a joke.")
    assert done.followed["content"] == "gone" and Decision.objects.get().overturned_at
    assert Appeal.objects.get().text and not Post.objects.get().text


def test_a_limit_ends(report, alice, carol, mona, nora):
    made = make.decide(mona, report, "limit", days=7)
    assert not explore_page(carol).items
    assert overturn(nora, made).followed["limit"] is True
    assert [card.post.author_id for card in explore_page(carol).items] == [alice.pk]


def test_a_suspension_ends_unless_another_stands(report, alice, carol, mona, nora):
    first = make.decide(mona, report, "suspend", days=7, sure=True)
    longer = make.decide(mona, make.report(carol, alice), "suspend", days=30, sure=True, facts="Again.")
    assert overturn(nora, longer).followed["suspension"] == "stays"
    alice.refresh_from_db()
    assert alice.suspended_until == first.ends_at and alice.suspension_reason == "No spam"
    assert overturn(nora, first).followed["suspension"] == "ended"
    alice.refresh_from_db()
    assert not alice.suspended and alice.suspension_reason == ""


def test_a_suspension_that_was_lifted_does_not_come_back(report, alice, carol, mona, nora):
    make.decide(mona, report, "suspend", days=30, sure=True)
    moderation.unsuspend(actor=mona, member=alice, reason="Enough.")
    later = make.decide(mona, make.report(carol, alice), "suspend", days=7, sure=True)
    assert overturn(nora, later).followed["suspension"] == "ended"
    alice.refresh_from_db()
    assert not alice.suspended


def test_a_suspension_by_hand_is_not_ended_by_an_appeal(report, alice, mona, nora):
    made = make.decide(mona, report, "suspend", days=7, sure=True)
    far = timezone.now() + timedelta(days=300)
    Member.objects.filter(pk=alice.pk).update(suspended_until=far, suspension_reason="By hand")
    assert overturn(nora, made).followed["suspension"] == "stays"
    alice.refresh_from_db()
    assert alice.suspended_until == far and alice.suspension_reason == "By hand"


def test_a_crash_while_it_is_settled_leaves_it_open(report, mona, nora, monkeypatch):
    made = make.decide(mona, report, "hide")
    one = appealed(made)

    def crash(*_args, **_fields):
        raise RuntimeError("the machine stops")

    monkeypatch.setattr("social.appeals.reversal._correct_reports", crash)
    with pytest.raises(RuntimeError):
        actions.decide(actor=nora, appeal=one, outcome="overturned", reasons="x")
    one.refresh_from_db()
    made.refresh_from_db()
    assert one.state == "open" and made.overturned_at is None and not Post.objects.get().present


def test_the_table_overturns_nothing_without_effects(report, mona):
    made = make.decide(mona, report, "warn", applied=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=made.pk).update(overturned_at=timezone.now())
