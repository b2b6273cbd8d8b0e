"""Who may look as whom, for how long, and what ends it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from metya.ops.models import AuditEvent
from metya.wallets.models import Role
from metya.web.errors import Invalid, NotAllowed
from social.leaving import erasing, telling
from social.looks import actions, jobs, policy
from social.looks.models import Ending, Look, LookPage
from social.notifications.models import Notification
from tests import make

pytestmark = pytest.mark.django_db
WHY = "A report says that replies are missing"


@pytest.fixture
def sena(db):
    return make.member("sena", roles=("senior",))


@pytest.fixture
def ada(db):
    return make.member("ada", roles=("admin",))


def begin(actor, member, **more):
    return actions.begin(actor=actor, member=member, **{"reason": WHY, "session_key": "k" * 32} | more)


@pytest.mark.parametrize("role", [*Role.values, None])
def test_only_senior_moderators_and_administrators_look(role, alice):
    actor = make.member("who", roles=(role,) if role else ())
    may = role in (Role.SENIOR, Role.ADMIN)
    assert policy.may_look(actor) == policy.may_look_as(actor, alice) == may
    if not may:
        with pytest.raises(NotAllowed):
            begin(actor, alice)
        assert not Look.objects.exists() and not AuditEvent.objects.exists()


def test_staff_are_looked_at_by_administrators_alone_and_administrators_by_nobody(sena, ada, mona):
    assert not policy.may_look_as(sena, mona) and not policy.may_look_as(sena, ada)
    assert policy.may_look_as(ada, mona) and policy.may_look_as(ada, sena)
    assert not policy.may_look_as(ada, make.member("adam", roles=("admin",)))
    assert not policy.may_look_as(ada, make.member("root", roles=("moderator",), is_superuser=True))
    assert not policy.may_look_as(ada, ada) and not policy.may_look_as(sena, sena)


@pytest.mark.parametrize(
    "fields", [{"is_active": False}, {"suspended_until": timezone.now() + timedelta(days=1)}, {"onboarded_at": None}]
)
def test_neither_at_nor_by_somebody_who_is_suspended_gone_or_new(fields, sena, alice):
    for person in (alice, sena):
        before = {name: getattr(person, name) for name in fields}
        type(person).objects.get_queryset().filter(pk=person.pk).update(**fields)
        person.refresh_from_db()
        with pytest.raises(NotAllowed):
            begin(sena, alice)
        type(person).objects.get_queryset().filter(pk=person.pk).update(**before)
        person.refresh_from_db()
    assert begin(sena, alice)


@pytest.mark.parametrize("reason", ["", "too short", " a   b   c  ", "x" * 301])
def test_a_reason_is_needed(reason, sena, alice):
    with pytest.raises(Invalid) as refused:
        begin(sena, alice, reason=reason)
    assert refused.value.data == {"field": "reason"} and not Look.objects.exists()


def test_a_look_lasts_ten_minutes_and_is_noted(sena, alice, django_capture_on_commit_callbacks):
    look = begin(sena, alice, reason="  ten  chars ok ")
    assert look.ends_at - look.began_at == timedelta(minutes=10) and look.reason == "ten chars ok"
    assert "k" * 32 not in look.session
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor, event.subject_id, event.data["reason"]) == (
        "looks.begin", sena, str(alice.pk), "ten chars ok",
    )  # fmt: skip
    # Nothing is told while it goes on; once, when it is over.
    assert not Notification.objects.exists()
    assert actions.end(actor=sena, look=look, ending=Ending.ENDED)
    assert not actions.end(actor=sena, look=look, ending=Ending.TIME)
    told = Notification.objects.get()
    assert told.member == alice and told.actor is None and told.target_url == "/settings/access/"
    assert "looked at the site" in told.said
    look.refresh_from_db()
    assert look.ending == "ended" and AuditEvent.objects.filter(verb="looks.end").count() == 1


def test_one_at_a_time_and_the_newer_one_counts(sena, alice, bob):
    first, second = begin(sena, alice), begin(sena, bob, session_key="l" * 32)
    first.refresh_from_db()
    assert first.ending == Ending.REPLACED and Look.objects.standing().get() == second
    assert Notification.objects.get().member == alice
    with pytest.raises(IntegrityError), transaction.atomic():
        Look.objects.create(actor=sena, member=alice, reason=WHY, session="x", ends_at=timezone.now() + timedelta(1))


def test_what_ends_it(sena, alice):
    def again():
        return begin(sena, alice)

    look = again()
    assert actions.over(look) is None
    jobs.end_due.func()
    assert Look.objects.standing().exists()
    sena.groups.clear()
    jobs.end_due.func()
    look.refresh_from_db()
    assert look.ending == Ending.ROLE and actions.over(look) == Ending.ROLE
    sena = make.member("sybil", roles=("senior",))
    look = begin(sena, alice)
    type(alice).objects.get_queryset().filter(pk=alice.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    jobs.end_due.func()
    look.refresh_from_db()
    assert look.ending == Ending.GONE
    type(alice).objects.get_queryset().filter(pk=alice.pk).update(suspended_until=None)
    alice.refresh_from_db()
    look = begin(sena, alice)
    assert actions.end_of_session(session_key="other" * 5) == 0
    assert actions.end_of_session(session_key="k" * 32) == 1
    look.refresh_from_db()
    assert look.ending == Ending.SIGNED_OUT


def test_when_the_time_is_over_it_ended_then(sena, alice):
    now = timezone.now()
    look = Look.objects.create(
        actor=sena,
        member=alice,
        reason=WHY,
        session="x",
        began_at=now - timedelta(minutes=15),
        ends_at=now - timedelta(minutes=5),
    )
    assert actions.over(look) == Ending.TIME
    assert actions.end_due() == 1 and actions.end_due() == 0
    look.refresh_from_db()
    assert look.ended_at == look.ends_at and look.ending == Ending.TIME


def test_the_database_keeps_the_log(sena, alice):
    look = begin(sena, alice)
    actions.note(look=look, path="/@bob/", shown=True)
    page = LookPage.objects.get()

    def refused(deed):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()

    rows, pages = Look.objects.filter(pk=look.pk), LookPage.objects.filter(pk=page.pk)
    for changes in (
        {"reason": "Another reason, later"},
        {"ends_at": timezone.now() + timedelta(days=9)},
        {"ended_at": None},
    ):
        refused(lambda changes=changes: rows.update(**changes))
    refused(lambda: rows.update(ended_at=timezone.now(), ending="time", member=sena.pk + 99))
    refused(pages.delete)
    refused(lambda: pages.update(path="/elsewhere/"))
    refused(lambda: pages.update(shown=False))
    refused(lambda: rows._raw_delete("default"))
    actions.end(actor=sena, look=look, ending=Ending.ENDED)
    refused(lambda: rows.update(ended_at=timezone.now()))
    refused(lambda: rows.update(ended_at=None, ending=""))


def test_the_download_tells_and_erasing_takes_the_names_out(sena, alice, bob):
    look = begin(sena, alice)
    actions.note(look=look, path="/@bob/", shown=True)
    actions.note(look=look, path="/messages/", shown=False)
    section = next(one for one in telling.sections(alice) if one.name == "looks")
    (row,) = section.rows()
    assert (row["by"], row["why"]) == ("sena", WHY)
    assert [(one["path"], one["shown"]) for one in row["pages"]] == [("/@bob/", True), ("/messages/", False)]
    while erasing.erase(bob, 100):
        pass
    assert list(LookPage.objects.order_by("pk").values_list("path", flat=True)) == ["", "/messages/"]
    while erasing.erase(alice, 100):
        pass
    assert set(LookPage.objects.values_list("path", flat=True)) == {""} and Look.objects.get().reason == WHY
