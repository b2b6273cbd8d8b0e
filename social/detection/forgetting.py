"""What detectors need for a while only."""

from datetime import timedelta

from django.utils import timezone

from social.detection.models import TRIED, PostPrint, Trial

_MARGIN = timedelta(days=1)


def forget() -> int:
    """Fingerprints older than any detector looks back, and the matches of trials that do not count any more; how many."""
    before = timezone.now() - TRIED
    gone = PostPrint.objects.filter(at__lt=before - _MARGIN).delete()[0]
    return gone + Trial.objects.filter(asked_at__lt=before - _MARGIN).exclude(sample=[]).update(sample=[])
