"""What is put before the detectors. For what a post costs, a site without detectors pays one short query."""

from metya.web.prepared import Prepared
from social.detection.jobs import look_at_post, run_trial
from social.detection.models import Detector, Trial
from social.posts.models import Post, Visibility

_any = Prepared(lambda: Detector.objects.order_by("pk")[:1])


def watch(post: Post) -> None:
    """In the transaction that writes it. Also while none is switched on, so that what one will count is there."""
    if post.visibility == Visibility.PUBLIC and _any():
        look_at_post.enqueue(post.pk)


def try_out(trial: Trial) -> None:
    """In the transaction that asks for it."""
    run_trial.enqueue(trial.pk)
