"""A job worker as a process of its own, for sites with PostgreSQL and Redis."""

import signal
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from metya.ops.jobs import JobWorker


class Command(BaseCommand):
    help = "Run jobs and the periodic table until stopped; start as many as you like on PostgreSQL."

    def handle(self, *args: Any, **options: Any) -> None:
        worker = JobWorker()

        def stop(number: int, frame: FrameType | None) -> None:
            worker.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        self.stdout.write("Job worker started.")
        worker.run_forever()
        self.stdout.write("Job worker stopped.")
