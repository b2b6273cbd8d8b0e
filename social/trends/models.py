"""Which hashtags are talked about, whose voice counts for that, and what moderators keep out."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from social.posts.models import Tag


class TrustedMember(models.Model):
    """Who had influence in the newest scored epoch: what they talk about can become a trend."""

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )

    def __str__(self) -> str:
        return str(self.member_id)


class Trend(models.Model):
    """A hashtag as of the last count; ``score`` is in thousandths of a person who used it this moment."""

    tag = models.OneToOneField(Tag, on_delete=models.CASCADE, primary_key=True, related_name="trend")
    score = models.PositiveIntegerField()
    people = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("trend")

    def __str__(self) -> str:
        return str(self.tag)


class TagVetoQuerySet(models.QuerySet["TagVeto"]):
    def standing(self) -> "TagVetoQuerySet":
        """In force now."""
        return self.filter(lifted_at__isnull=True, until__gt=timezone.now())


class TagVeto(models.Model):
    """A moderator keeps a hashtag out of the trends until a moment, for a reason; its page and its posts stay."""

    tag = models.ForeignKey(Tag, on_delete=models.PROTECT, related_name="vetoes", verbose_name=_("hashtag"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("moderator")
    )
    reason = models.CharField(_("reason"), max_length=500)
    created_at = models.DateTimeField(_("since"), default=timezone.now)
    until = models.DateTimeField(_("until"))
    lifted_at = models.DateTimeField(_("lifted"), null=True)

    objects = TagVetoQuerySet.as_manager()

    class Meta:
        verbose_name = _("veto of a hashtag")
        verbose_name_plural = _("vetoes of hashtags")
        permissions = [("veto_tag", _("Can keep hashtags out of the trends"))]
        constraints = [
            models.UniqueConstraint(fields=["tag"], condition=models.Q(lifted_at__isnull=True), name="tag_vetoed_once")
        ]

    def __str__(self) -> str:
        return str(self.tag)
