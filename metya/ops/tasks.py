"""Jobs of the site itself."""

from django.contrib.sessions.models import Session
from django.utils import timezone
from django_tasks import task

from metya.ops import jobs


@task()
def housekeeping() -> None:
    """Return abandoned jobs to the queue, prune finished ones and expired sessions."""
    jobs.revive_abandoned()
    jobs.prune()
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
