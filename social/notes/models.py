"""What a member writes down about another, for their own eyes."""

from django.conf import settings
from django.db import models
from django.utils import timezone

_MEMBER = settings.AUTH_USER_MODEL


class Note(models.Model):
    """Shown to ``owner`` alone, on the page of ``about``."""

    owner = models.ForeignKey(_MEMBER, on_delete=models.CASCADE, related_name="notes")
    about = models.ForeignKey(_MEMBER, on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=4000)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "about"], name="note_once")]

    def __str__(self) -> str:
        return f"note of {self.owner_id} about {self.about_id}"
