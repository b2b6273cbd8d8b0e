"""When something is due, that it is made once, and what happens when it cannot be."""

import smtplib
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from metya.ops.models import AuditEvent
from metya.schedule import PERIODIC
from metya.wallets import roles
from metya.web.errors import Conflict, Invalid, NotAllowed
from rewards.demo import schedule as demo
from rewards.reports import exporting
from rewards.reports.datasets import DATASETS
from rewards.reports.models import Export, ExportState
from rewards.schedules import actions, jobs, leaving, links, running, timing
from rewards.schedules.models import Every, Pause, Run, Schedule, Span, State
from social.digest import sending
from social.digest.models import MailDigest
from social.notifications.models import Notification
from tests import make

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)  # a Wednesday


@pytest.fixture
def cole(db, settings):
    """A manager with a confirmed address, on a site that sends mails."""
    settings.SENDS_MAIL = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    roles.sync()
    person = make.member("cole", roles=("manager",))
    MailDigest.objects.create(member=person, address="cole@example.org")
    return person


def plan(actor, **more) -> Schedule:
    what = {"name": "figures", "format": "csv", "span": "yesterday", "every": "day", "hour": 6}
    return actions.create(actor=actor, **what | more)


def due(schedule: Schedule, ago: timedelta = timedelta(minutes=1)) -> Schedule:
    Schedule.objects.filter(pk=schedule.pk).update(next_at=timezone.now() - ago)
    schedule.refresh_from_db()
    return schedule


def work() -> None:
    """What the minute's job and the jobs it leads to do."""
    running.begin_due()
    for pk in running.open_runs():
        export = running.go_on(pk)
        if export is not None:
            exporting.write(Export.objects.select_related("asked_by").get(pk=export))


def at(every, moment=NOON, **more):
    return timing.after(Schedule(every=every, hour=6, **more), moment)


def test_the_next_time():
    assert at("day") == datetime(2026, 3, 12, 6, tzinfo=UTC)
    assert at("day", NOON.replace(hour=5)) == NOON.replace(hour=6)
    assert at("day", NOON.replace(hour=6)) == datetime(2026, 3, 12, 6, tzinfo=UTC)  # later than now, never now itself
    assert at("week", weekday=2) == datetime(2026, 3, 18, 6, tzinfo=UTC)
    assert at("week", weekday=3) == datetime(2026, 3, 12, 6, tzinfo=UTC)
    assert at("month", monthday=28) == datetime(2026, 3, 28, 6, tzinfo=UTC)
    assert at("month", monthday=11) == datetime(2026, 4, 11, 6, tzinfo=UTC)
    assert at("month", datetime(2028, 2, 28, 7, tzinfo=UTC), monthday=28) == datetime(2028, 3, 28, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    "every", [{"every": "day"}, {"every": "week", "weekday": 6}, {"every": "month", "monthday": 1}]
)
def test_the_last_time_and_the_next_have_none_between(every):
    schedule = Schedule(hour=23, **every)
    for hours in range(0, 24 * 70, 7):
        moment = datetime(2026, 1, 1, 0, 30, tzinfo=UTC) + timedelta(hours=hours)
        before, following = timing.latest(schedule, moment), timing.after(schedule, moment)
        assert before <= moment < following and timing.after(schedule, before) == following
        assert timing.latest(schedule, following) == following


@pytest.mark.parametrize(
    "span, first, last",
    [
        ("yesterday", date(2026, 2, 28), date(2026, 2, 28)),
        ("week", date(2026, 2, 22), date(2026, 2, 28)),
        ("month", date(2026, 2, 1), date(2026, 2, 28)),
    ],
)
def test_the_days_are_counted_from_the_due_time(span, first, last):
    found = timing.wanted(Schedule(span=span, people=True, only="like"), datetime(2026, 3, 1, 6, tzinfo=UTC))
    assert (found.start, found.end, found.people, found.only) == (first, last, True, "like")
    january = timing.wanted(Schedule(span="month"), datetime(2026, 1, 31, 6, tzinfo=UTC))
    assert (january.start, january.end) == (date(2025, 12, 1), date(2025, 12, 31))


def test_a_schedule_is_noted(cole):
    made = plan(cole, every="week", weekday=0, monthday=5)
    assert made.monthday is None and made.next_at.weekday() == 0 and made.next_at > timezone.now()
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor, event.data["table"]) == ("schedules.made", cole, "figures")


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"name": "secrets"}, "name"),
        ({"format": "pdf"}, "format"),
        ({"span": "ever"}, "span"),
        ({"every": "hour"}, "every"),
        ({"hour": 24}, "hour"),
        ({"hour": -1}, "hour"),
        ({"every": "week"}, "weekday"),
        ({"every": "week", "weekday": 7}, "weekday"),
        ({"every": "month"}, "monthday"),
        ({"every": "month", "monthday": 29}, "monthday"),
        ({"every": "month", "monthday": 0}, "monthday"),
        ({"only": "like"}, "only"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong, field, cole):
    with pytest.raises(Invalid) as refused:
        plan(cole, **wrong)
    assert refused.value.data["field"] == field and not Schedule.objects.exists()


@pytest.mark.parametrize("role", [None, "moderator", "senior", "reviewer", "auditor", "labeller"])
def test_only_who_may_export_schedules(role, cole):
    other = make.member("other", roles=(role,) if role else ())
    MailDigest.objects.create(member=other, address="other@example.org")
    with pytest.raises(NotAllowed):
        plan(other)
    mine = plan(cole)
    for deed in (actions.pause, actions.resume, actions.delete, actions.restore):
        with pytest.raises(NotAllowed):
            deed(actor=other, schedule=mine)


def test_without_a_confirmed_address_there_is_none(cole, settings):
    MailDigest.objects.filter(pk=cole.pk).update(address="", asked="cole@example.org")
    with pytest.raises(Conflict) as refused:
        plan(cole)
    assert refused.value.code == "no-address"
    MailDigest.objects.filter(pk=cole.pk).update(address="cole@example.org", failures=3)
    with pytest.raises(Conflict):
        plan(cole)
    MailDigest.objects.filter(pk=cole.pk).update(failures=0)
    settings.SENDS_MAIL = False
    with pytest.raises(Conflict) as refused:
        plan(cole)
    assert refused.value.code == "no-mail"


def test_at_most_twenty(cole):
    made = [plan(cole) for _ in range(actions.MOST)]
    with pytest.raises(Conflict) as refused:
        plan(cole)
    assert refused.value.code == "too-many"
    actions.delete(actor=cole, schedule=made[0])
    plan(cole)
    with pytest.raises(Conflict):
        actions.restore(actor=cole, schedule=made[0])


def test_a_due_time_is_made_once_and_a_link_is_mailed(cole):
    schedule = due(plan(cole, name="members"))
    for _ in range(4):
        work()
    run = Run.objects.get()
    export = Export.objects.get()
    assert (run.state, run.export, run.attempts) == (State.MAILED, export, 0)
    assert (export.state, export.asked_by, export.personal) == (ExportState.READY, cole, False)
    yesterday = f"{run.due_at.date() - timedelta(days=1)}"
    assert export.filters == {"start": yesterday, "end": yesterday} and export.sha256
    (sent,) = mail.outbox
    assert sent.to == ["cole@example.org"] and not sent.attachments
    assert f"/admin/reports/exports/file/{export.pk}:" in sent.body
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    schedule.refresh_from_db()
    assert schedule.next_at > timezone.now()
    assert set(AuditEvent.objects.values_list("verb", flat=True)) == {
        "schedules.made",
        "reports.export",
        "reports.exported",
    }


def test_of_what_was_missed_the_newest_alone_is_made(cole):
    due(plan(cole), ago=timedelta(days=30))
    work()
    work()
    run = Run.objects.get()
    assert timezone.now() - timedelta(days=1) < run.due_at <= timezone.now() and len(mail.outbox) == 1


def test_two_workers_make_it_once(cole):
    schedule = due(plan(cole))
    assert running.begin_due() == 1
    due(schedule)  # as one that was killed before it wrote down the next time
    running.begin_due()
    assert Run.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.create(schedule=schedule, due_at=Run.objects.get().due_at)
    pk = Run.objects.get().pk
    first = running.go_on(pk)
    assert first is not None and running.go_on(pk) is None and Export.objects.count() == 1
    assert exporting.write(Export.objects.get()) and not exporting.write(Export.objects.get())
    for _ in range(3):
        running.go_on(pk)
    assert len(mail.outbox) == 1


def test_without_the_role_it_pauses_and_says_so(cole):
    schedule = due(plan(cole))
    cole.groups.clear()
    work()
    schedule.refresh_from_db()
    assert schedule.pause == Pause.ROLE and not Run.objects.exists() and not Export.objects.exists()
    assert "role does not allow" in Notification.objects.get().said
    work()
    assert Notification.objects.count() == 1
    with pytest.raises(NotAllowed):
        actions.resume(actor=type(cole).objects.get_queryset().get(pk=cole.pk), schedule=schedule)


def test_a_role_that_goes_in_between_stops_the_mail(cole):
    schedule = due(plan(cole))
    running.begin_due()
    export = running.go_on(Run.objects.get().pk)
    exporting.write(Export.objects.get(pk=export))
    cole.groups.clear()
    work()
    run = Run.objects.get()
    schedule.refresh_from_db()
    assert run.state == State.FAILED and schedule.pause == Pause.ROLE and not mail.outbox


def test_without_the_address_it_pauses_and_goes_on_when_there_is_one(cole):
    schedule = due(plan(cole))
    MailDigest.objects.all().delete()
    work()
    schedule.refresh_from_db()
    assert schedule.pause == Pause.ADDRESS and "no confirmed address" in Notification.objects.get().said
    MailDigest.objects.create(member=cole, address="new@example.org")
    assert actions.resume(actor=cole, schedule=schedule)
    due(schedule)
    work()
    work()
    assert [one.to for one in mail.outbox] == [["new@example.org"]]


def test_a_suspended_manager_gets_nothing(cole):
    schedule = due(plan(cole))
    type(cole).objects.get_queryset().filter(pk=cole.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    work()
    schedule.refresh_from_db()
    assert schedule.pause == Pause.ROLE and not Export.objects.exists()


def test_a_failure_is_tried_again_and_then_told(cole, monkeypatch):
    due(plan(cole, format="xlsx"))

    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exporting, "write_file", full)
    work()
    work()
    run = Run.objects.get()
    assert (run.state, run.attempts) == (State.WAITING, 1) and "disk of the server is full" in run.error
    assert run.not_before > timezone.now() and running.go_on(run.pk) is None
    for _ in range(10):
        Run.objects.update(not_before=timezone.now())
        work()
    run.refresh_from_db()
    assert (run.state, run.attempts) == (State.FAILED, running.TRIES)
    assert Export.objects.count() == running.TRIES
    assert Notification.objects.filter(sentence=running._FAILED).count() == 1 and not mail.outbox


def test_it_succeeds_at_the_second_try(cole, monkeypatch):
    due(plan(cole))
    kept = exporting.write_file
    monkeypatch.setattr(exporting, "write_file", lambda *_: (_ for _ in ()).throw(OSError(5, "I/O")))
    work()
    work()
    monkeypatch.setattr(exporting, "write_file", kept)
    Run.objects.update(not_before=timezone.now())
    work()
    work()
    assert Run.objects.get().state == State.MAILED and len(mail.outbox) == 1


def test_exports_under_way_are_waited_for(cole):
    due(plan(cole))
    for _ in range(exporting.AT_ONCE):
        Export.objects.create(asked_by=cole, name="posts", format="xlsx")
    work()
    run = Run.objects.get()
    assert (run.state, run.attempts) == (State.WAITING, 0)
    Export.objects.all().update(state=ExportState.CANCELLED)
    Run.objects.update(not_before=timezone.now())
    work()
    work()
    assert Run.objects.get().state == State.MAILED


@pytest.mark.parametrize(
    "error, state, tries",
    [
        (sending.NotSent("away"), State.MAILED, 2),
        (sending.NotSent("no such box", refused=True), State.FAILED, 1),
        (sending.NotSent("lost", surely=False), State.MAILED, 1),
    ],
)
def test_a_mail_leaves_once_or_not_at_all(error, state, tries, cole, monkeypatch):
    due(plan(cole))
    asked = []

    def send(*args, **kwargs):
        asked.append(args[0])
        if len(asked) == 1:
            raise error

    monkeypatch.setattr(sending, "send", send)
    for _ in range(5):
        work()
        Run.objects.update(not_before=timezone.now())
    assert Run.objects.get().state == state and len(asked) == tries and Export.objects.count() == 1


def test_a_real_refusal_of_the_server(cole, monkeypatch):
    due(plan(cole))
    refused = smtplib.SMTPRecipientsRefused({"cole@example.org": (550, b"no")})
    monkeypatch.setattr(
        "django.core.mail.backends.locmem.EmailBackend.send_messages", lambda *_: (_ for _ in ()).throw(refused)
    )
    work()
    work()
    run = Run.objects.get()
    assert run.state == State.FAILED and "refused" in run.error


def test_pause_and_resume_make_up_for_nothing(cole):
    schedule = plan(cole)
    assert actions.pause(actor=cole, schedule=schedule) and not actions.pause(actor=cole, schedule=schedule)
    due(schedule, ago=timedelta(days=3))
    work()
    assert not Run.objects.exists()
    assert actions.resume(actor=cole, schedule=schedule) and not actions.resume(actor=cole, schedule=schedule)
    work()
    assert not Run.objects.exists()


def test_deleted_and_brought_back_within_a_day(cole):
    schedule = plan(cole)
    assert actions.delete(actor=cole, schedule=schedule) and not actions.delete(actor=cole, schedule=schedule)
    due(schedule)
    work()
    assert not Run.objects.exists()
    assert actions.restore(actor=cole, schedule=schedule) and not actions.restore(actor=cole, schedule=schedule)
    schedule.refresh_from_db()
    assert schedule.next_at > timezone.now()
    actions.delete(actor=cole, schedule=schedule)
    jobs.forget.func()
    assert Schedule.objects.exists()
    Schedule.objects.update(deleted_at=timezone.now() - timedelta(days=2))
    assert not actions.restore(actor=cole, schedule=schedule)
    jobs.forget.func()
    assert not Schedule.objects.exists()


def test_deleted_while_it_is_written_no_mail_leaves(cole):
    schedule = due(plan(cole))
    running.begin_due()
    running.go_on(Run.objects.get().pk)
    exporting.write(Export.objects.get())
    actions.delete(actor=cole, schedule=schedule)
    work()
    assert Run.objects.get().state == State.FAILED and not mail.outbox


def test_a_link_stops_its_own_schedule(cole):
    one, other = plan(cole), plan(cole)
    token = links.stop_url(one).rstrip("/").rpartition("/")[2]
    assert links.of_stop(token) == one
    assert links.of_stop("x" + token) is None and links.of_stop(token + "A") is None and links.of_stop("1.2") is None
    actions.stop(schedule=one)
    actions.stop(schedule=one)
    one.refresh_from_db()
    other.refresh_from_db()
    assert one.pause == Pause.MAIL and other.pause == ""
    actions.delete(actor=cole, schedule=one)
    assert links.of_stop(token) is None


def test_the_jobs_are_in_the_table_and_lead_to_each_other(cole, django_capture_on_commit_callbacks):
    assert {"scheduled exports", "deleted schedules"} <= {one.name for one in PERIODIC}
    due(plan(cole))
    with django_capture_on_commit_callbacks(execute=True):
        jobs.run_due.func()
    run = Run.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        jobs.go_on.func(run.pk)
    run.refresh_from_db()
    assert run.state == State.WRITING


def test_every_table_can_be_scheduled(cole):
    for name in DATASETS:
        plan(cole, name=name, format="parquet", span="month", every="month", monthday=1)
    Schedule.objects.update(next_at=timezone.now() - timedelta(minutes=1))
    for _ in range(8):
        work()
        Run.objects.update(not_before=timezone.now())
    assert set(Run.objects.values_list("state", flat=True)) == {State.MAILED}
    assert not Export.objects.filter(personal=True).exists()


def test_erasing_takes_schedules_along(cole):
    due(plan(cole))
    work()
    work()
    while leaving.erase(cole, 100):
        pass
    assert not Schedule.objects.exists() and not Run.objects.exists() and Export.objects.exists()


def test_the_demo_has_one(cole):
    cole.is_demo = True
    cole.save()
    MailDigest.objects.all().delete()
    made = demo.plan()
    assert (made.name, made.every, made.span) == ("figures", Every.WEEK, Span.WEEK)
    assert actions.address_of(cole) == demo.ADDRESS
