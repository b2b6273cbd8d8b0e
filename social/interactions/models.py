"""The append-only facts from which influence is computed."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from social.posts.models import Post


class Kind(models.TextChoices):
    """As in the engine's weights; ``tip`` comes with a later feature."""

    LIKE = "like", _("like")
    FOLLOW = "follow", _("follow")
    REPLY = "reply", _("reply")
    QUOTE = "quote", _("quote")
    REPOST = "repost", _("repost")
    TIP = "tip", _("tip")


class InteractionQuerySet(models.QuerySet["Interaction"]):
    def standing(self) -> "InteractionQuerySet":
        """Not undone."""
        return self.filter(undone_at__isnull=True)

    def about(self, post: Post) -> "InteractionQuerySet":
        """What the post is (a reply or quote) and what was done with it (likes, reposts)."""
        return self.filter(post=post)

    def answering(self, post: Post) -> "InteractionQuerySet":
        """The replies to the post and quotes of it, towards its author."""
        answers = Post.objects.filter(Q(in_reply_to=post) | Q(quote_of=post)).values("pk")
        return self.filter(post__in=answers, target=post.author_id, kind__in=[Kind.REPLY, Kind.QUOTE])

    def given_to(self, post: Post) -> "tuple[InteractionQuerySet, InteractionQuerySet]":
        """What others give to a post: likes, reposts and tips of it; answers to it and quotes of it. Apart, so that each finds
        its rows by an index."""
        of_it = self.filter(post=post, target=post.author_id, kind__in=[Kind.LIKE, Kind.REPOST, Kind.TIP])
        return of_it, self.answering(post)


class Interaction(models.Model):
    """``source`` did ``kind`` to ``target`` at ``at``. The one change a row may see is ``undone_at`` being set
    once; it is cleared again only when a post comes back: by its author a moment after deleting it, or on appeal.

    ``public`` is False for anything on a post that not everyone may see: such rows are never scored.
    """

    source = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    post = models.ForeignKey("social.Post", on_delete=models.PROTECT, null=True, related_name="+")
    public = models.BooleanField(default=True)
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)

    objects = InteractionQuerySet.as_manager()

    class Meta:
        verbose_name = _("interaction")
        indexes = [
            models.Index(fields=["at"], name="interaction_at"),
            models.Index(fields=["source", "target", "kind"], name="interaction_pair"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="interaction_kind"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="interaction_another"),
            models.UniqueConstraint(
                fields=["source", "target", "kind", "post"],
                condition=Q(undone_at__isnull=True, post__isnull=False),
                name="interaction_standing",
            ),
            models.UniqueConstraint(
                fields=["source", "target"],
                condition=Q(undone_at__isnull=True, kind="follow"),
                name="interaction_follow_standing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind} {self.target_id}"


class PauseQuerySet(models.QuerySet["Pause"]):
    def running(self) -> "PauseQuerySet":
        """Not ended."""
        return self.filter(ended_at=None)

    def at(self, moment: datetime) -> "PauseQuerySet":
        """Those that ran then."""
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=moment), since__lte=moment)


class Pause(models.Model):
    """While a decision of moderators about a post stands, what others give to the post does not count: not in the epoch that is
    open, nor in one that is over and whose facts were not taken yet. The facts themselves stay as they are."""

    post = models.ForeignKey("social.Post", on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey("social.Decision", on_delete=models.PROTECT, related_name="pauses")
    since = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects = PauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("pause")
        constraints = [models.UniqueConstraint(fields=["decision", "post"], name="pause_once")]
        indexes = [models.Index(fields=["post"], condition=Q(ended_at=None), name="pause_running")]

    def __str__(self) -> str:
        return f"post {self.post_id} since {self.since}"
