"""What the hubs did, by the minute: written by each process once a minute, read by reports."""

from django.db import models


class LiveMinute(models.Model):
    """One minute of one process. ``held``: open sockets summed over the ``samples`` at which they were counted; ``delays``:
    milliseconds (rounded up, see ``meter``) → how many deliveries took so long."""

    process = models.CharField(max_length=32)
    minute = models.DateTimeField()
    peak = models.PositiveIntegerField(default=0)
    held = models.PositiveBigIntegerField(default=0)
    samples = models.PositiveIntegerField(default=0)
    delivered = models.PositiveBigIntegerField(default=0)
    slow = models.PositiveIntegerField(default=0)
    dropped = models.PositiveIntegerField(default=0)
    delays = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["process", "minute"], name="live_minute_once"),
        ]
        indexes = [models.Index(fields=["minute"], name="live_minute")]

    def __str__(self) -> str:
        return f"{self.minute:%Y-%m-%d %H:%M} {self.process[:8]}"
