"""Who follows, asks to follow, blocks and mutes whom."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

_MEMBER = settings.AUTH_USER_MODEL


class Follow(models.Model):
    source = models.ForeignKey(_MEMBER, on_delete=models.CASCADE, related_name="following")
    target = models.ForeignKey(_MEMBER, on_delete=models.CASCADE, related_name="followers")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "target"], name="follow_once"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="follow_another"),
        ]
        indexes = [
            models.Index(fields=["target", "-id"], name="follow_target"),
            models.Index(fields=["source", "-id"], name="follow_source"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} follows {self.target_id}"


class FollowRequest(models.Model):
    """``source`` would like to follow ``target``, whose account is locked; a row only while that waits for an answer."""

    source = models.ForeignKey(_MEMBER, on_delete=models.CASCADE, related_name="asking")
    target = models.ForeignKey(_MEMBER, on_delete=models.CASCADE, related_name="asked_by")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "target"], name="request_once"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="request_another"),
        ]
        indexes = [models.Index(fields=["target", "-id"], name="request_target")]

    def __str__(self) -> str:
        return f"{self.source_id} asks to follow {self.target_id}"


class Block(models.Model):
    """Neither sees the other; both follows end."""

    source = models.ForeignKey(_MEMBER, on_delete=models.CASCADE, related_name="blocking")
    target = models.ForeignKey(_MEMBER, on_delete=models.CASCADE, related_name="blocked_by")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "target"], name="block_once"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="block_another"),
        ]
        indexes = [models.Index(fields=["target", "source"], name="block_target")]

    def __str__(self) -> str:
        return f"{self.source_id} blocks {self.target_id}"


class MuteQuerySet(models.QuerySet["Mute"]):
    def standing(self) -> "MuteQuerySet":
        """For good, or not over yet."""
        return self.filter(Q(until=None) | Q(until__gt=timezone.now()))

    def over(self) -> "MuteQuerySet":
        return self.filter(until__lte=timezone.now())


class Mute(models.Model):
    """``source`` does not meet ``target`` in feeds and notifications ``until`` then (None: for good); ``target`` is not told."""

    source = models.ForeignKey(_MEMBER, on_delete=models.CASCADE, related_name="muting")
    target = models.ForeignKey(_MEMBER, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)

    objects = MuteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "target"], name="mute_once"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="mute_another"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} mutes {self.target_id}"
