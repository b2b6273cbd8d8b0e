"""Which hashtags a member follows."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from social.posts.models import Tag


class TagFollow(models.Model):
    """Public posts with ``tag`` appear among the member's tags. Nobody else sees whom it is followed by."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tags_followed")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="follows")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "tag"], name="tag_followed_once")]

    def __str__(self) -> str:
        return f"{self.member_id} follows #{self.tag_id}"
