"""Words, hashtags and conversations that a member does not want to meet."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MutedWordQuerySet(models.QuerySet["MutedWord"]):
    def standing(self) -> "MutedWordQuerySet":
        """For good, or not over yet."""
        return self.filter(Q(until=None) | Q(until__gt=timezone.now()))

    def over(self) -> "MutedWordQuerySet":
        return self.filter(until__lte=timezone.now())


class MutedWord(models.Model):
    """A word or phrase as it was typed, and ``folded`` as it is compared; a hashtag is kept without its #.

    ``spares_followed``: posts of people whom the member follows are shown all the same.
    """

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="muted_words")
    text = models.CharField(_("word or phrase"), max_length=400)
    folded = models.CharField(max_length=800)
    tag = models.BooleanField(default=False)
    spares_followed = models.BooleanField(_("not for people you follow"), default=False)
    until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = MutedWordQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "tag", "folded"], name="muted_word_once")]

    def __str__(self) -> str:
        return f"#{self.text}" if self.tag else self.text


class MutedThread(models.Model):
    """No notifications of the conversation that ``root`` opens."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="muted_threads")
    root = models.ForeignKey("social.Post", on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "root"], name="muted_thread_once")]

    def __str__(self) -> str:
        return f"{self.member_id} mutes thread {self.root_id}"
