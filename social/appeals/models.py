"""What members say against decisions of moderators, and what another moderator finds."""

from datetime import timedelta

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member, Role
from social.moderation.models import Decision, Deed, Report

# Within what time an appeal is to be decided.
DUE = timedelta(hours=72)


class AppealQuerySet(models.QuerySet["Appeal"]):
    def open(self) -> "AppealQuerySet":
        """Not decided yet."""
        return self.filter(state=Appeal.State.OPEN)

    def for_(self, moderator: Member) -> "AppealQuerySet":
        """Open ones that this moderator may decide: neither their own decision, nor about themselves, nor what they reported or
        made a case of; of a suspension of staff only administrators."""
        mine = Report.objects.by(moderator).filter(case__decisions=OuterRef("decision_id"))
        rows = self.open().exclude(moderator=moderator).exclude(member=moderator).exclude(Exists(mine))
        # By a subquery: an UPDATE over a join would be one of chosen ids, and two would win who decide at once.
        opened = Decision.objects.filter(pk=OuterRef("decision_id"), case__opened_by=moderator)
        rows = rows.exclude(Exists(opened))
        if moderator.has_role(Role.ADMIN):
            return rows
        of_staff = Decision.objects.filter(pk=OuterRef("decision_id"), kind=Deed.SUSPEND, member__is_staff=True)
        return rows.exclude(Exists(of_staff))

    def claimable_by(self, moderator: Member) -> "AppealQuerySet":
        """Those that nobody else has in hand."""
        return self.filter(Q(claimed_by=None) | Q(claimed_by=moderator) | Q(claimed_until__lte=timezone.now()))


class Appeal(models.Model):
    """A member says why a decision about them is wrong: once for each decision, and somebody else decides.

    ``moderator`` is who made the decision, so that the table itself can refuse them. ``followed`` is what came of an overturned
    decision, as ``reversal.Followed`` has it.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        UPHELD = "upheld", _("decision upheld")
        OVERTURNED = "overturned", _("decision overturned")

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="appeal")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appeals")
    moderator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("words of the member"), max_length=2000)
    made_at = models.DateTimeField(_("appealed"), default=timezone.now)
    due_at = models.DateTimeField(_("due"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    claimed_until = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    reasons = models.CharField(_("reasons"), max_length=1000, blank=True)
    followed = models.JSONField(default=dict)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["open", "upheld", "overturned"]), name="appeal_state"),
            models.CheckConstraint(condition=~Q(text=""), name="appeal_text"),
            models.CheckConstraint(
                condition=Q(state="open", decided_by=None, decided_at=None)
                | Q(state__in=["upheld", "overturned"], decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(reasons=""),
                name="appeal_decided_with_reasons",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("moderator")) & ~Q(decided_by=F("member")),
                name="appeal_decided_by_another",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="open"), name="appeal_waiting"),
            models.Index(fields=["member", "-id"], name="appeal_member"),
        ]

    def __str__(self) -> str:
        return gettext("appeal %(number)d") % {"number": self.pk or 0}


class Kept(models.Model):
    """What a decision took away, as it stood: until the time to appeal is over, so that it can come back (a post is hidden and
    needs none of this). ``values`` are fields by name; ``files`` names in the stores of pictures by field.
    """

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="kept")
    values = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    files = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"kept of {self.decision_id}"
