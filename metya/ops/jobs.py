"""The job worker: retries with backoff, leases for killed workers, and the periodic table.

Jobs are declared with django-tasks' ``@task()``; arguments are ids; a job may run twice. They are kept in the database, so
enqueueing inside a transaction belongs to that transaction.
"""

import logging
import threading
import time
from datetime import timedelta
from typing import Any

from django.db import close_old_connections, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.module_loading import import_string
from django_tasks import TaskResultStatus
from django_tasks.signals import task_finished
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from metya.ops import health
from metya.ops.models import PeriodicRun
from metya.schedule import PERIODIC

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 5
BACKOFF = (5, 30, 120, 600)
LEASE = timedelta(minutes=30)
HEARTBEAT_SECONDS = 10.0


def connect() -> None:
    """Hook the retry rule to finished jobs; called once at start."""
    task_finished.connect(retry_failed, dispatch_uid="metya.ops.jobs.retry_failed")


def retry_failed(sender: Any, task_result: Any, **_: Any) -> None:
    """Put a failed job back with a growing delay; after MAX_ATTEMPTS it stays failed: the dead-letter list."""
    if task_result.status != TaskResultStatus.FAILED:
        return
    attempts = len(task_result.worker_ids)
    if attempts >= MAX_ATTEMPTS:
        logger.error("job %s gave up after %d attempts", task_result.task.name, attempts)
        return
    wait = BACKOFF[min(attempts, len(BACKOFF)) - 1]
    DBTaskResult.objects.filter(pk=task_result.id, status=TaskResultStatus.FAILED).update(
        status=TaskResultStatus.READY, run_after=timezone.now() + timedelta(seconds=wait)
    )


def revive_abandoned() -> int:
    """Return jobs whose worker died (running longer than the lease) to the queue; how many."""
    return DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING, started_at__lt=timezone.now() - LEASE).update(
        status=TaskResultStatus.READY
    )


def enqueue_due() -> list[str]:
    """Enqueue the periodic jobs that are due; each exactly once, however many workers ask."""
    now = timezone.now()
    known = dict(PeriodicRun.objects.values_list("name", "next_at"))
    done = []
    for entry in PERIODIC:
        if entry.name not in known:
            PeriodicRun.objects.get_or_create(name=entry.name, defaults={"next_at": now})
        elif known[entry.name] > now:
            continue
        with transaction.atomic():
            claimed = PeriodicRun.objects.filter(name=entry.name, next_at__lte=now).update(
                next_at=entry.next_after(now), last_at=now
            )
            if claimed:
                import_string(entry.task).enqueue()
                done.append(entry.name)
    return done


def prune(days: int = 1) -> int:
    """Delete finished jobs older than ``days``; failed ones stay for a person."""
    old = timezone.now() - timedelta(days=days)
    return DBTaskResult.objects.filter(status=TaskResultStatus.SUCCESSFUL, finished_at__lt=old).delete()[0]


class JobWorker(Worker):
    """django-tasks' worker with the periodic table in its idle time; runs in a thread or a process of its own."""

    def __init__(self, *, interval: float = 0.5) -> None:
        super().__init__(
            queue_names=["default"],
            interval=interval,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )
        self.stopped = threading.Event()

    def stop(self) -> None:
        """Finish the job in hand, then return from ``run``."""
        self.running = False
        self.stopped.set()

    def run_forever(self) -> None:
        """Run until ``stop``; an error of the database is logged and tried again, never fatal."""
        ticker = threading.Thread(target=self._tick, name="periodic", daemon=True)
        ticker.start()
        while self.running:
            try:
                self.run()
            except Exception:
                logger.exception("the job worker stumbled; going on in a moment")
                self.stopped.wait(2)

    def _tick(self) -> None:
        beaten = -HEARTBEAT_SECONDS
        while self.running:
            try:
                if time.monotonic() - beaten >= HEARTBEAT_SECONDS:
                    health.beat()
                    beaten = time.monotonic()
                enqueue_due()
            except Exception:
                logger.exception("the periodic table could not be read; trying again")
            finally:
                close_old_connections()
            self.stopped.wait(1.0)


def start_thread() -> JobWorker:
    """Start the one worker of an embedded site."""
    worker = JobWorker()
    threading.Thread(target=worker.run_forever, name="jobs", daemon=True).start()
    return worker
