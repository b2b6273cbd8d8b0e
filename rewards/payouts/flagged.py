"""Rings that the checks of a batch found, as the moderators' detectors ask for them (``social.detection.rings``)."""

from datetime import datetime

from rewards.payouts import rings
from rewards.payouts.models import Batch
from social.detection.rings import Ring


class Flagged:
    """The source: what the newest batch of an epoch has in its checks."""

    def of_epoch(self, epoch: int) -> list[Ring]:
        batch = Batch.objects.filter(epoch=epoch).order_by("-version").first()
        return _rings(batch) if batch is not None else []

    def since(self, moment: datetime) -> list[Ring]:
        epochs = (
            Batch.objects.filter(created_at__gt=moment).order_by("epoch").values_list("epoch", flat=True).distinct()
        )
        return [one for epoch in epochs for one in self.of_epoch(epoch)]


def _rings(batch: Batch) -> list[Ring]:
    """Members whose wallets were theirs when the epoch closed; a ring of wallets that nobody has any more names nobody."""
    found = []
    for group in rings.kept(batch):
        members = tuple(one["member"] for one in group["members"] if one["member"] is not None)
        found.append(Ring(batch.epoch_id, members, (group["figures"]["inside"] + 50) // 100))
    return found
