"""The community's rules, and every wording they ever had."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from social.notifications.sentences import Sentence


class Queue(models.TextChoices):
    """Where complaints under a rule wait, the most urgent first."""

    ILLEGAL = "illegal", _("illegal content")
    HARM = "harm", _("harm")
    SPAM = "spam", _("spam")


class Ground(models.TextChoices):
    """On what a decision under a rule rests (DSA, Art. 17)."""

    ILLEGAL = "illegal", _("the law")
    TERMS = "terms", _("the community's rules")


class RuleQuerySet(models.QuerySet["Rule"]):
    def active(self) -> "RuleQuerySet":
        """Those in force."""
        return self.filter(active=True)

    def worded(self) -> "RuleQuerySet":
        """In their order, with ``newest``: the id of the wording in force."""
        newest = RuleVersion.objects.filter(rule=OuterRef("pk")).order_by("-number").values("pk")[:1]
        return self.annotate(newest=Subquery(newest)).order_by("position", "pk")


class Rule(models.Model):
    """One rule. It is never deleted, since decisions cite it: it is switched off."""

    key = models.SlugField(_("key"), max_length=20, unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    queue = models.CharField(_("queue"), max_length=8, choices=Queue, default=Queue.HARM)
    ground = models.CharField(_("ground"), max_length=8, choices=Ground, default=Ground.TERMS)
    active = models.BooleanField(_("in force"), default=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering: ClassVar[list[str]] = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(queue__in=Queue.values), name="rule_queue"),
            models.CheckConstraint(condition=Q(ground__in=Ground.values), name="rule_ground"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def version(self) -> "RuleVersion":
        """The wording in force; one query."""
        found = self.versions.order_by("-number").first()
        assert found is not None  # noqa: S101 - a rule is made together with its first wording
        return found


class RuleVersion(models.Model):
    """A wording of a rule. Rows are only ever added; ``made_by`` None: it came with the site, and is translated."""

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=80)
    text = models.TextField(_("text"), max_length=2000)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("wording")
        verbose_name_plural = _("wordings")
        constraints = [models.UniqueConstraint(fields=["rule", "number"], name="rule_version_once")]

    def __str__(self) -> str:
        return gettext("%(title)s (version %(number)d)") % {"title": self.said_title, "number": self.number}

    @property
    def said_title(self) -> str:
        """In the reader's language, where the site brought it along."""
        return self.title if self.made_by_id else str(Sentence(self.title))

    @property
    def said_text(self) -> str:
        """As ``said_title``."""
        return self.text if self.made_by_id else str(Sentence(self.text))
