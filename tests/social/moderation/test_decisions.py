"""A case from the first report to its effects: every state, every refusal, crashes and many at once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from metya.ops.models import AuditEvent
from metya.web.errors import Conflict, Invalid, NotAllowed
from social.feeds.reads import explore_page
from social.interactions.models import Pause
from social.lists.models import MemberList
from social.messages import actions as letters
from social.messages import reporting
from social.messages.models import Message
from social.moderation import claims, decisions, effects, evidence
from social.moderation.models import DEEDS, About, Case, Decision, Deed, Kind, Report, Strike
from social.notifications.models import Notification
from social.posts import actions as posts
from social.posts.models import Post
from social.profiles.models import Profile
from social.rules.models import Rule, RuleVersion
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def nora(db):
    return make.member("nora", roles=("moderator",))


@pytest.fixture
def sena(db):
    return make.member("sena", roles=("senior",))


@pytest.fixture
def report(alice, carol):
    return make.report(carol, alice, post=make.post(alice, "Buy now"))


def state_of(report):
    return Case.objects.values_list("state", flat=True).get(pk=report.case_id)


def about(alice, carol, kind):
    """A case about something of alice's."""
    if kind == Kind.POST:
        return make.report(carol, alice, post=make.post(alice))
    if kind == Kind.IMAGE:
        post = make.post(alice)
        return make.report(carol, alice, post=post, about=About(kind, make.picture(alice, post).pk))
    if kind == Kind.LIST:
        one = MemberList.objects.create(owner=alice, name="Fools", public=True)
        return make.report(carol, alice, about=About(kind, one.pk))
    if kind in (Kind.MESSAGE, Kind.TALK):
        talk = letters.start(actor=alice, people=[carol], text="Bad words")
        if kind == Kind.TALK:
            return reporting.report_conversation(actor=carol, conversation=talk, rule="spam")
        return reporting.report_message(actor=carol, message=talk.messages.get(), rule="spam")
    return make.report(carol, alice)


# --- the life of a case --------------------------------------------------------------------------------------------------


def test_a_decision_waits_then_has_its_effects_once(report, alice, carol, mona):
    made = make.decide(mona, report, "remove", facts="Advertising.", applied=False)
    assert state_of(report) == "decided" and decisions.apply_due() == 0
    assert Post.objects.get().present and not Notification.objects.filter(member=alice).exists()
    Decision.objects.update(effective_at=timezone.now())
    assert decisions.apply_due() == 1 and decisions.apply_due() == 0
    report.refresh_from_db()
    assert (state_of(report), report.state, report.decided_by) == ("closed", "upheld", mona) and report.told_at
    assert not Post.objects.get().present
    (told,) = Notification.objects.filter(member=alice)
    assert "No spam" in told.said and told.url == f"/settings/reports/#decision-{made.pk}"
    assert Notification.objects.filter(member=carol).count() == 1
    made.refresh_from_db()
    assert (made.ground, made.automated_decision, made.automated_detection) == ("terms", False, False)
    verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", "actor__handle"))
    assert verbs == [("moderation.decide", "mona"), ("moderation.effect", None)]


def test_approving_dismisses_and_tells_the_author_nothing(report, alice, carol, mona):
    make.decide(mona, report)
    report.refresh_from_db()
    assert report.state == "dismissed" and Post.objects.get().present and not Strike.objects.exists()
    assert "no rule was broken" in Notification.objects.get(member=carol).said
    assert not Notification.objects.filter(member=alice).exists()


def test_a_decision_is_taken_back_in_time_and_not_after(report, mona, nora):
    made = make.decide(mona, report, "remove", applied=False)
    with pytest.raises(NotAllowed):
        decisions.undo(actor=nora, decision=made)
    case = decisions.undo(actor=mona, decision=made)
    assert (case.state, case.claimed_by) == ("open", mona) and Post.objects.get().present
    with pytest.raises(Conflict):
        decisions.undo(actor=mona, decision=made)
    Decision.objects.update(effective_at=timezone.now())
    assert decisions.apply_due() == 0 and state_of(report) == "open"
    again = make.decide(mona, report, "remove", applied=False)
    Decision.objects.filter(pk=again.pk).update(effective_at=timezone.now())
    with pytest.raises(Conflict) as caught:
        decisions.undo(actor=mona, decision=again)
    assert caught.value.code == "too-late" and decisions.apply_due() == 1
    with pytest.raises(Conflict):
        decisions.undo(actor=mona, decision=again)


def test_a_crash_between_decision_and_effects_loses_and_doubles_nothing(report, alice, carol, mona, monkeypatch):
    made = make.decide(mona, report, "remove", applied=False)
    Decision.objects.update(effective_at=timezone.now())
    other = make.report(carol, alice)
    make.decide(mona, other, "warn", applied=False)
    Decision.objects.update(effective_at=timezone.now())
    whole = effects.apply

    def crash(one):
        whole(one)
        if one.pk == made.pk:
            raise RuntimeError("the machine stops")

    monkeypatch.setattr(effects, "apply", crash)
    assert decisions.apply_due() == 1, "one that fails keeps the others waiting"
    made.refresh_from_db()
    assert made.applied_at is None and Post.objects.get().present and state_of(report) == "decided"
    monkeypatch.undo()
    assert decisions.apply_due() == 1 and not Post.objects.get().present
    assert Strike.objects.count() == Notification.objects.filter(member=alice).count() == 2


def test_evidence_goes_ninety_days_after_the_decision(report, alice, bob, mona):
    make.decide(mona, report)
    open_still = make.report(bob, alice)
    Decision.objects.update(made_at=timezone.now() - timedelta(days=100))
    assert evidence.forget() == 0
    Report.objects.update(
        decided_at=timezone.now() - timedelta(days=91), created_at=timezone.now() - timedelta(days=99)
    )
    assert evidence.forget() == 1 == Report.objects.filter(evidence="").count()
    open_still.refresh_from_db()
    assert open_still.evidence


def test_strikes_expire(report, alice, mona):
    make.decide(mona, report, "warn")
    assert Strike.objects.standing().get().member == alice
    Strike.objects.update(expires_at=timezone.now())
    assert not Strike.objects.standing().exists() and Strike.objects.count() == 1


# --- effects -------------------------------------------------------------------------------------------------------------


def test_what_is_hidden_is_kept_and_its_author_cannot_bring_it_back(report, alice, mona):
    make.decide(mona, report, "hide")
    post = Post.objects.get()
    assert not post.present and post.text == "Buy now" and post.undo_until > timezone.now() + timedelta(days=180)
    with pytest.raises(Conflict):
        posts.restore(actor=alice, post=post)
    assert not Post.objects.get().present


def test_a_limit_keeps_posts_out_of_explore_until_it_ends(report, alice, bob, carol, mona):
    make.post(bob, "Hello")
    make.decide(mona, report, "limit", days=7)
    seen = [[card.post.author_id for card in explore_page(who).items] for who in (None, carol, alice)]
    assert seen == [[bob.pk], [bob.pk], [bob.pk, alice.pk]]
    assert "limited your reach" in Notification.objects.get(member=alice).said
    Decision.objects.update(ends_at=timezone.now())
    assert len(explore_page(carol).items) == 2


def test_a_suspension_ends_by_itself_and_shortens_none(report, alice, carol, mona):
    make.decide(mona, report, "suspend", days=7, sure=True, facts="Third time.")
    alice.refresh_from_db()
    assert alice.suspended and alice.suspension_reason == "No spam: Third time."
    assert alice.suspended_until < timezone.now() + timedelta(days=8)
    far = timezone.now() + timedelta(days=300)
    type(alice).objects.filter(pk=alice.pk).update(suspended_until=far)
    make.decide(mona, make.report(carol, alice), "suspend", days=1, sure=True)
    alice.refresh_from_db()
    assert alice.suspended_until == far


@pytest.mark.parametrize("kind", Kind)
def test_whatever_is_reported_can_be_removed_or_warned_about(alice, carol, mona, kind):
    one = about(alice, carol, kind)
    make.decide(mona, one, "remove" if Deed.REMOVE in DEEDS[kind] else "warn")
    assert state_of(one) == "closed"
    assert Profile.objects.get(member=alice).name == ("" if kind == Kind.PROFILE else "Alice")
    assert not MemberList.objects.exists() and not Post.objects.filter(images__isnull=False).exists()
    assert [bool(row.text) for row in Message.objects.written()] == {Kind.MESSAGE: [False], Kind.TALK: [True]}.get(
        kind, []
    )


@pytest.mark.parametrize("kind", Kind)
def test_what_is_gone_meanwhile_stops_no_decision(alice, carol, mona, kind):
    one = about(alice, carol, kind)
    Case.objects.update(subject_id=999_999)
    for deed in DEEDS[kind]:
        case = Case.objects.get()
        made = decisions.decide(actor=mona, case=case, kind=deed, rule="spam", days=1, sure=True)
        Decision.objects.filter(pk=made.pk).update(effective_at=timezone.now())
        assert decisions.apply_due() == 1, deed
        Strike.objects.all().delete()
        Pause.objects.all().delete()
        Decision.objects.all().delete()
        Case.objects.update(state="open", closed_at=None, claimed_by=None)
    one.refresh_from_db()


# --- refusals --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "praise"}, "kind"),
        ({"kind": "remove", "rule": ""}, "rule"),
        ({"kind": "remove", "rule": "unheard"}, "rule"),
        ({"kind": "limit", "days": None}, "days"),
        ({"kind": "limit", "days": 3650}, "days"),
        ({"kind": "suspend", "days": 7}, "sure"),
        ({"kind": "warn", "facts": "x" * 1001}, "facts"),
    ],
)
def test_bad_decisions_are_refused(report, mona, fields, field):
    with pytest.raises(Invalid) as caught:
        decisions.decide(actor=mona, case=report.case, **{"rule": "spam"} | fields)
    assert caught.value.data == {"field": field} and state_of(report) == "open" and not Decision.objects.exists()


def test_a_profile_cannot_be_hidden(alice, carol, mona):
    with pytest.raises(Invalid):
        make.decide(mona, make.report(carol, alice), "hide")


def test_what_was_put_off_comes_back_when_it_turns_out_to_be_urgent(report, alice, bob, mona):
    claims.put_off(actor=mona, case=report.case)
    make.report(make.member(), alice, post=report.post)
    assert claims.claim_next(actor=mona) is None
    make.report(bob, alice, post=report.post, rule=Rule.objects.filter(queue="illegal").first().key)
    assert claims.claim_next(actor=mona) == report.case


def test_nobody_decides_about_themselves_or_what_they_reported(mona, alice, carol):
    own, reported = make.report(carol, mona, post=make.post(mona)), make.report(mona, alice)
    for one in (own, reported):
        with pytest.raises(Conflict) as caught:
            make.decide(mona, one)
        assert caught.value.code == "involved" and state_of(one) == "open"
        with pytest.raises(Conflict):
            claims.escalate(actor=mona, case=one.case)
    assert claims.claim_next(actor=mona) is None


def test_others_decide_nothing(report, alice, cole, fay):
    people = (alice, cole, fay, make.member("audi", roles=("auditor",)), make.member("lab", roles=("labeller",)))
    for person in people:
        for deed in (
            lambda who: make.decide(who, report),
            lambda who: claims.claim_next(actor=who),
            lambda who: claims.put_off(actor=who, case=report.case),
            lambda who: claims.escalate(actor=who, case=report.case),
            lambda who: claims.note(actor=who, case=report.case, text="x"),
        ):
            with pytest.raises(NotAllowed):
                deed(person)
    assert state_of(report) == "open"


def test_a_moderator_suspends_no_staff(mona, nora, carol):
    with pytest.raises(NotAllowed):
        make.decide(mona, make.report(carol, nora), "suspend", days=1, sure=True)


def test_a_case_is_decided_once(report, mona, nora):
    made = make.decide(mona, report, "warn")
    with pytest.raises(Conflict) as caught:
        make.decide(nora, report, "warn")
    assert caught.value.code == "decided"
    fields = {"case": made.case, "member": made.member, "moderator": nora, "effective_at": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(kind="approve", **fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(kind="warn", undone_at=timezone.now(), **fields)


def test_a_wording_that_a_decision_cites_stays(report, mona):
    made = make.decide(mona, report, "warn")
    with pytest.raises(ProtectedError):
        RuleVersion.objects.get(pk=made.rule_version_id).delete()


# --- the queue -----------------------------------------------------------------------------------------------------------------


def test_a_lease_keeps_others_away_until_it_ends(report, alice, bob, mona, nora):
    assert claims.claim_next(actor=mona).pk == report.case_id == claims.claim_next(actor=mona).pk
    assert claims.claim_next(actor=nora) is None
    with pytest.raises(Conflict) as caught:
        make.decide(nora, report)
    assert caught.value.code == "claimed" and "@mona" in caught.value.message
    Case.objects.update(claimed_until=timezone.now())
    assert claims.claim_next(actor=nora).pk == report.case_id
    with pytest.raises(Conflict):
        make.decide(mona, report)
    other = make.report(bob, alice)
    assert claims.claim(actor=nora, case=other.case) and claims.claim(actor=mona, case=report.case)
    assert Case.objects.filter(claimed_by=nora).get() == other.case


def test_the_most_pressing_comes_first(alice, bob, carol, mona):
    spam, harm, illegal = (
        make.report(carol, alice, post=make.post(alice), rule=r) for r in ("spam", "scam", "illegal")
    )
    assert claims.claim_next(actor=mona, queue="spam").pk == spam.case_id
    claims.put_off(actor=mona, case=spam.case)
    assert claims.claim_next(actor=mona, queue="spam") is None
    order = []
    while (case := claims.claim_next(actor=mona)) is not None:
        order.append(case.pk)
        make.decide(mona, case.reports.first())
    assert order == [illegal.case_id, harm.case_id]
    Case.objects.filter(pk=spam.case_id).update(later_until=timezone.now())
    assert claims.claim_next(actor=mona).pk == spam.case_id


def test_what_is_escalated_is_for_senior_moderators(report, mona, sena):
    claims.escalate(actor=mona, case=report.case)
    assert claims.claim_next(actor=mona) is None
    with pytest.raises(NotAllowed):
        make.decide(mona, report)
    assert claims.claim_next(actor=sena).pk == report.case_id
    make.decide(sena, report)
    assert AuditEvent.objects.filter(verb="moderation.escalate").count() == 1


def test_a_report_in_the_seconds_before_the_effects_gets_the_outcome_too(report, alice, bob, mona):
    make.decide(mona, report, "warn", applied=False)
    late = make.report(bob, alice, post=report.post)
    assert late.case_id == report.case_id
    Decision.objects.update(effective_at=timezone.now())
    decisions.apply_due()
    late.refresh_from_db()
    assert late.state == "upheld" and late.told_at
