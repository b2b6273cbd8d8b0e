"""Retries, leases, the periodic table and the dead-letter list."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from metya import schedule
from metya.ops import jobs
from metya.ops.models import PeriodicRun
from metya.ops.waiting import waiting_for
from metya.schedule import Periodic

calls: list[int] = []


@task()
def note(number: int) -> None:
    calls.append(number)


@task()
def always_fails() -> None:
    raise ValueError("no luck")


@task()
def tick() -> None:
    calls.append(0)


@pytest.fixture(autouse=True)
def _no_calls():
    calls.clear()


def work_once() -> None:
    """Run what is ready, then return."""
    worker = jobs.JobWorker(interval=0)
    worker.batch = True
    worker.run()


@pytest.mark.django_db(transaction=True)
def test_a_job_runs_once():
    note.enqueue(7)
    work_once()
    work_once()
    assert calls == [7]


@pytest.mark.django_db(transaction=True)
def test_a_job_of_a_rolled_back_transaction_never_runs():
    with pytest.raises(RuntimeError), transaction.atomic():
        note.enqueue(1)
        raise RuntimeError
    work_once()
    assert calls == []


@pytest.mark.django_db(transaction=True)
def test_a_failing_job_is_retried_with_growing_delay_then_kept_for_a_person():
    result = always_fails.enqueue()
    for attempt in range(1, jobs.MAX_ATTEMPTS):
        work_once()
        row = DBTaskResult.objects.get(pk=result.id)
        assert row.status == TaskResultStatus.READY
        wait = row.run_after - timezone.now()
        assert timedelta(seconds=jobs.BACKOFF[attempt - 1] - 5) < wait <= timedelta(seconds=jobs.BACKOFF[attempt - 1])
        work_once()
        assert len(DBTaskResult.objects.get(pk=result.id).worker_ids) == attempt, "ran before its delay was over"
        DBTaskResult.objects.filter(pk=result.id).update(run_after=timezone.now())
    work_once()
    row = DBTaskResult.objects.get(pk=result.id)
    assert row.status == TaskResultStatus.FAILED
    assert "no luck" in row.traceback


@pytest.mark.django_db
def test_the_job_of_a_killed_worker_returns_to_the_queue():
    result = note.enqueue(1)
    row = DBTaskResult.objects.get(pk=result.id)
    row.claim("a worker that was killed")
    assert jobs.revive_abandoned() == 0
    DBTaskResult.objects.filter(pk=row.pk).update(started_at=timezone.now() - jobs.LEASE - timedelta(seconds=1))
    assert jobs.revive_abandoned() == 1


@pytest.mark.django_db
def test_pruning_keeps_failures():
    old = timezone.now() - timedelta(days=30)
    for status in (TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED):
        result = note.enqueue(1)
        DBTaskResult.objects.filter(pk=result.id).update(status=status, finished_at=old)
    jobs.prune()
    assert [row.status for row in DBTaskResult.objects.all()] == [TaskResultStatus.FAILED]


@pytest.fixture
def every_minute(monkeypatch):
    entry = Periodic("test tick", "tests.metya.ops.test_jobs.tick", 60)
    monkeypatch.setattr(jobs, "PERIODIC", [entry])
    return entry


@pytest.mark.django_db(transaction=True)
def test_a_periodic_job_is_enqueued_once_when_due(every_minute):
    assert jobs.enqueue_due() == ["test tick"]
    assert jobs.enqueue_due() == []
    PeriodicRun.objects.filter(name="test tick").update(next_at=timezone.now() - timedelta(hours=3))
    assert jobs.enqueue_due() == ["test tick"], "missed runs are made up by one"
    assert DBTaskResult.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_many_workers_enqueue_a_periodic_job_once(every_minute):
    PeriodicRun.objects.create(name="test tick", next_at=timezone.now() - timedelta(seconds=1))
    barrier = threading.Barrier(6)

    def ask():
        try:
            barrier.wait()
            jobs.enqueue_due()
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert DBTaskResult.objects.count() == 1


def test_every_periodic_entry_names_a_task_and_aligns():
    from django.utils.module_loading import import_string
    from django_tasks.base import Task

    names = [entry.name for entry in schedule.PERIODIC]
    assert len(names) == len(set(names))
    now = timezone.now()
    for entry in schedule.PERIODIC:
        assert isinstance(import_string(entry.task), Task)
        due = entry.next_after(now)
        assert timedelta(0) < due - now <= timedelta(seconds=entry.seconds)
        assert (int(due.timestamp()) - entry.offset) % entry.seconds == 0


@pytest.mark.django_db
def test_only_an_administrator_runs_a_dead_letter_again(mona, as_member, settings):
    from tests import make

    settings.DEMO = True
    result = note.enqueue(1)
    DBTaskResult.objects.filter(pk=result.id).update(status=TaskResultStatus.FAILED, worker_ids=["a"] * 5)
    body = {"action": "run_again", "_selected_action": [result.id]}
    url = "/admin/django_tasks_database/dbtaskresult/"
    mona.is_demo = True
    mona.save()
    as_member(mona).post(url, body)
    assert DBTaskResult.objects.get().status == TaskResultStatus.FAILED
    ada = make.member("ada", roles=("admin",), is_superuser=True, is_demo=True)
    client: Client = as_member(ada)
    answer = client.post(url, body)
    assert answer.status_code == 302, answer.content[:500]
    assert DBTaskResult.objects.get().status == TaskResultStatus.READY


@pytest.mark.django_db(transaction=True)
def test_jobs_that_gave_up_wait_for_administrators(mona):
    always_fails.enqueue()
    DBTaskResult.objects.update(status=TaskResultStatus.FAILED)
    mona.is_superuser = True
    (line,) = waiting_for(mona)
    assert line.text == "1 job gave up"
    mona.is_superuser = False
    assert waiting_for(mona) == []
