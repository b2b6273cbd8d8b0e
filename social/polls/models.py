"""Polls: a few choices under a post, open for a while."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class PollQuerySet(models.QuerySet["Poll"]):
    def due(self) -> "PollQuerySet":
        """Over, nobody was told yet, and the post is there (one that was deleted may come back)."""
        return self.filter(ends_at__lte=timezone.now(), told_at__isnull=True, post__deleted_at__isnull=True)


class Poll(models.Model):
    """``counts`` are the votes of each of the ``choices``; they move under the lock of the row, with the votes."""

    post = models.OneToOneField("social.Post", on_delete=models.CASCADE, primary_key=True, related_name="poll")
    choices = models.JSONField()
    counts = models.JSONField()
    multiple = models.BooleanField(_("several choices"), default=False)
    voters = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    objects = PollQuerySet.as_manager()

    class Meta:
        verbose_name = _("poll")
        indexes = [models.Index(fields=["ends_at"], name="poll_due", condition=Q(told_at=None))]

    def __str__(self) -> str:
        return " / ".join(self.choices)

    @property
    def open(self) -> bool:
        """Whether votes are still taken."""
        return self.ends_at > timezone.now()


class PollVote(models.Model):
    """Who chose what is nobody's to see. ``slot`` is 0 where one choice is allowed, else the choice: one row for each."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="votes")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    choice = models.PositiveSmallIntegerField()
    slot = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["poll", "member", "slot"], name="poll_vote_once"),
            models.CheckConstraint(condition=Q(slot=0) | Q(slot=F("choice")), name="poll_vote_slot"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} chose {self.choice} of {self.poll_id}"
