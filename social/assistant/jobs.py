"""Writing drafts beside everything else, and forgetting."""

import logging
import threading
from datetime import timedelta

from django.db import connection
from django.utils import timezone
from django_tasks import task

from social.assistant import actions, generating, reads

logger = logging.getLogger(__name__)
# A draft takes half a minute, and a small site has one worker: each has a thread, so that nothing else waits for it.
_writing = threading.BoundedSemaphore(8)


@task(priority=10)
def write_draft(half_id: int) -> None:
    """Have one draft written, now or as soon as there is room."""
    if not _writing.acquire(blocking=False):
        write_draft.using(run_after=timezone.now() + timedelta(seconds=1)).enqueue(half_id)
        return
    threading.Thread(target=_write, args=(half_id,), name="draft", daemon=True).start()


def _write(half_id: int) -> None:
    try:
        generating.write(half_id)
    except Exception:  # of the database: the pair lapses
        logger.exception("a draft was given up")
    finally:
        connection.close()
        _writing.release()


@task()
def tidy() -> None:
    """End what nobody writes any more, take out old words."""
    found = reads.config()
    actions.lapse(found.seconds if found else 0)
    while actions.forget():
        pass
