"""Opt-in groups: members who want other things of "For you" than most, for whom the model learns a correction."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Count, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from social.ranking.models import Steering

# Characters as people count them; each may be several code points.
MAX_KEY, MAX_NAME, MAX_ABOUT = 40, 50, 300


class State(models.TextChoices):
    """Whether it can be joined. Of a closed one those who are in it stay: nobody's feed changes by another's hand."""

    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


class RankingGroupQuerySet(models.QuerySet["RankingGroup"]):
    def open(self) -> "RankingGroupQuerySet":
        return self.filter(state=State.OPEN)

    def offered(self, key: str) -> "RankingGroupQuerySet":
        """What a member of the group ``key`` (blank: of none) can choose among: open ones, and their own."""
        return self.filter(Q(state=State.OPEN) | Q(key=key))

    def counted(self) -> "RankingGroupQuerySet":
        """With ``members``: how many are in it, without those who left the site."""
        rows = Steering.objects.filter(group=OuterRef("key"), member__is_active=True).order_by().values("group")
        many = Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
        return self.annotate(members=Coalesce(many, 0))


class RankingGroup(models.Model):
    """``key`` is what `Steering.group`, versions of the model and records of rounds call it, and never changes."""

    key = models.SlugField(_("key"), max_length=MAX_KEY, unique=True)
    name = models.CharField(_("name"), max_length=4 * MAX_NAME)
    about = models.CharField(_("description"), max_length=4 * MAX_ABOUT)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.OPEN)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    objects = RankingGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group of the feed")
        verbose_name_plural = _("groups of the feed")
        ordering: ClassVar[list[str]] = ["name", "pk"]
        constraints = [models.CheckConstraint(condition=Q(state__in=State.values), name="ranking_group_state")]

    def __str__(self) -> str:
        return self.name
