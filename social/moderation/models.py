"""Reports, and the cases that they make."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from social.rules.models import Ground, Queue, RuleVersion

# Within how many hours a case of each queue is to be decided.
MOST_AHEAD = timedelta(hours=1)
HOURS = {Queue.ILLEGAL: 1, Queue.HARM: 4, Queue.SPAM: 24}
# For how long the member concerned may appeal (DSA, Art. 20: six months), and what was taken out of sight is kept.
APPEALABLE = timedelta(days=183)


class Kind(models.TextChoices):
    """What a case can be about."""

    POST = "post", _("post")
    IMAGE = "image", _("picture")
    PROFILE = "profile", _("profile")
    LIST = "list", _("list")
    MESSAGE = "message", _("message")
    TALK = "talk", _("conversation")


# What only those who are in it see, and, of it, the moderators what was reported.
PRIVATE = (Kind.MESSAGE, Kind.TALK)


class About(NamedTuple):
    """What a report is about: a kind, and the id that it has there (of a profile: the member's)."""

    kind: str
    pk: int


class CaseQuerySet(models.QuerySet["Case"]):
    def of(self, about: About) -> "CaseQuerySet":
        return self.filter(kind=about.kind, subject_id=about.pk)

    def standing(self) -> "CaseQuerySet":
        """Not closed: a report about the same joins it."""
        return self.exclude(state=Case.State.CLOSED)

    def open(self) -> "CaseQuerySet":
        """Not decided yet."""
        return self.filter(state=Case.State.OPEN)

    def for_(self, moderator: Member, *, senior: bool) -> "CaseQuerySet":
        """Open ones that this moderator may decide: not about themselves, nor what they reported; what was escalated is for
        senior ones."""
        mine = Report.objects.open().filter(case=OuterRef("pk"), reporter=moderator)
        rows = self.open().exclude(member=moderator).exclude(Exists(mine))
        return rows if senior else rows.filter(escalated=False)

    def waiting(self) -> "CaseQuerySet":
        """Open ones that nobody put off, in the order of the queue."""
        now = timezone.now()
        rows = self.open().filter(Q(later_until=None) | Q(later_until__lte=now))
        return rows.order_by("rank_at", "pk")

    def claimable_by(self, moderator: Member) -> "CaseQuerySet":
        """Those that nobody else has in hand."""
        return self.filter(Q(claimed_by=None) | Q(claimed_by=moderator) | Q(claimed_until__lte=timezone.now()))


class Case(models.Model):
    """Everything that was reported of one subject, until it is decided; what is reported of it later makes another case.

    ``decided`` for the seconds in which the decision can be taken back, ``closed`` once it has its effects. ``rank_at`` is
    where it stands in the queue: when it is due, brought forward by up to an hour the more its reporters were right before.
    ``by_signal``: a detector opened it, whoever reported the same later.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DECIDED = "decided", _("decided")
        CLOSED = "closed", _("closed")

    kind = models.CharField(_("about"), max_length=8, choices=Kind)
    subject_id = models.BigIntegerField()
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="cases")
    queue = models.CharField(_("queue"), max_length=8, choices=Queue)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    priority = models.PositiveSmallIntegerField(_("priority"), default=0)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    due_at = models.DateTimeField(_("due"))
    rank_at = models.DateTimeField()
    closed_at = models.DateTimeField(_("closed"), null=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("in hand of")
    )
    claimed_until = models.DateTimeField(null=True)
    later_until = models.DateTimeField(_("put off until"), null=True)
    escalated = models.BooleanField(_("escalated"), default=False)
    # A moderator who came upon it, without a report.
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    by_signal = models.BooleanField(_("found by a machine"), default=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        permissions = [("decide_case", _("Can decide cases"))]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id"], condition=Q(state__in=["open", "decided"]), name="case_standing_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="case_kind"),
            models.CheckConstraint(condition=Q(queue__in=Queue.values), name="case_queue"),
            models.CheckConstraint(condition=Q(state__in=["open", "decided", "closed"]), name="case_state"),
            models.CheckConstraint(condition=Q(priority__lte=100), name="case_priority"),
        ]
        indexes = [
            models.Index(fields=["rank_at", "id"], condition=Q(state="open"), name="case_waiting"),
            models.Index(fields=["kind", "subject_id"], name="case_subject"),
            models.Index(fields=["member", "-id"], name="case_member"),
        ]

    def __str__(self) -> str:
        return gettext("case %(number)d") % {"number": self.pk or 0}

    @property
    def about(self) -> About:
        return About(self.kind, self.subject_id)

    @property
    def private(self) -> bool:
        """Whether only those who decide may read what it is about."""
        return self.kind in PRIVATE


def due(queue: str, since: datetime) -> datetime:
    """When a case that was opened then is to be decided."""
    return since + timedelta(hours=HOURS[Queue(queue)])


def ranked(queue: str, due_at: datetime, priority: int) -> datetime:
    """Where it stands in the queue; ``priority`` is 0 to 100. Never so far ahead that little things outrun what is illegal."""
    return due_at - min(timedelta(hours=HOURS[Queue(queue)] / 2), MOST_AHEAD) * priority / 100


class ReportQuerySet(models.QuerySet["Report"]):
    def open(self) -> "ReportQuerySet":
        """Not decided yet."""
        return self.filter(state=Report.State.OPEN)

    def about(self, kind: str, pk: int | F | OuterRef) -> "ReportQuerySet":
        """Those of one subject."""
        return self.filter(case__kind=kind, case__subject_id=pk)

    def by(self, reporter: Member) -> "ReportQuerySet":
        return self.filter(reporter=reporter)

    def decided(self) -> "ReportQuerySet":
        return self.exclude(state=Report.State.OPEN)


class Report(models.Model):
    """One complaint about a member, or something of theirs, under the wording of a rule that was in force.

    ``post`` is the post that it is about, or whose picture; ``evidence`` is what was there when it was reported.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        UPHELD = "upheld", _("upheld")
        DISMISSED = "dismissed", _("dismissed")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reports")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reports")
    post = models.ForeignKey("social.Post", on_delete=models.PROTECT, null=True, blank=True, related_name="reports")
    rule_version = models.ForeignKey(
        RuleVersion, on_delete=models.PROTECT, related_name="reports", verbose_name=_("rule")
    )
    evidence = models.TextField(_("evidence"), blank=True, default="")
    note = models.CharField(_("note"), max_length=1000, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN, db_index=True)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    told_at = models.DateTimeField(_("reporter told"), null=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        constraints = [
            models.UniqueConstraint(fields=["reporter", "case"], condition=Q(state="open"), name="report_once"),
            models.CheckConstraint(condition=Q(state__in=["open", "upheld", "dismissed"]), name="report_state"),
        ]
        indexes = [models.Index(fields=["reporter", "-id"], name="report_reporter")]

    def __str__(self) -> str:
        return f"report {self.pk} about {self.member_id}"


class Deed(models.TextChoices):
    """What a moderator decides."""

    APPROVE = "approve", _("approve")
    HIDE = "hide", _("hide")
    REMOVE = "remove", _("remove")
    WARN = "warn", _("warn")
    LIMIT = "limit", _("limit reach")
    SUSPEND = "suspend", _("suspend")


# Which of them make sense of what.
DEEDS = {
    Kind.POST: tuple(Deed),
    **dict.fromkeys(
        (Kind.IMAGE, Kind.PROFILE, Kind.LIST, Kind.MESSAGE), tuple(one for one in Deed if one != Deed.HIDE)
    ),
    Kind.TALK: (Deed.APPROVE, Deed.WARN, Deed.LIMIT, Deed.SUSPEND),
}


class DecisionQuerySet(models.QuerySet["Decision"]):
    def standing(self) -> "DecisionQuerySet":
        """Not taken back."""
        return self.filter(undone_at=None)

    def pending(self) -> "DecisionQuerySet":
        """Without their effects yet."""
        return self.standing().filter(applied_at=None)

    def due(self) -> "DecisionQuerySet":
        """Pending, and the time to take them back has passed."""
        return self.pending().filter(effective_at__lte=timezone.now())

    def valid(self) -> "DecisionQuerySet":
        """With their effects, and not overturned on appeal."""
        return self.standing().filter(applied_at__isnull=False, overturned_at=None)

    def in_force(self) -> "DecisionQuerySet":
        """Limits whose time runs."""
        return self.valid().filter(kind=Deed.LIMIT, ends_at__gt=timezone.now())

    def told_to(self, member: Member) -> "DecisionQuerySet":
        """Those with effects on the member, who reads their reasons."""
        return self.standing().filter(member=member, applied_at__isnull=False).exclude(kind=Deed.APPROVE)


class Decision(models.Model):
    """What a moderator decided, with the reasons that the DSA (Art. 17) asks for. The effects come at ``effective_at``.

    ``ground`` as the rule had it then. No decision here is made by a machine; ``automated_detection``
    says whether one opened the case.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions")
    moderator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("decision"), max_length=8, choices=Deed)
    rule_version = models.ForeignKey(
        RuleVersion, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("rule")
    )
    ground = models.CharField(_("ground"), max_length=8, choices=Ground, blank=True)
    facts = models.CharField(_("facts"), max_length=1000, blank=True)
    automated_detection = models.BooleanField(_("found by a machine"), default=False)
    automated_decision = models.BooleanField(_("decided by a machine"), default=False)
    ends_at = models.DateTimeField(_("until"), null=True)
    made_at = models.DateTimeField(_("decided"), default=timezone.now)
    effective_at = models.DateTimeField(_("effective"))
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(_("taken back"), null=True)
    overturned_at = models.DateTimeField(_("overturned on appeal"), null=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(undone_at=None), name="decision_standing_once"),
            models.CheckConstraint(condition=Q(kind__in=Deed.values), name="decision_kind"),
            models.CheckConstraint(
                condition=Q(kind="approve") | Q(rule_version__isnull=False), name="decision_cites_a_rule"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["limit", "suspend"]) | Q(ends_at__isnull=False), name="decision_ends"
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None) | Q(applied_at=None), name="decision_undone_before_effects"
            ),
            models.CheckConstraint(
                condition=Q(overturned_at=None) | Q(applied_at__isnull=False) & ~Q(kind="approve"),
                name="decision_overturned_after_effects",
            ),
        ]
        indexes = [
            models.Index(
                fields=["effective_at"], condition=Q(applied_at=None, undone_at=None), name="decision_pending"
            ),
            models.Index(fields=["member", "-id"], name="decision_member"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} case {self.case_id}"

    @property
    def why(self) -> str:
        """The rule and what was found, in a line: the reason of a suspension."""
        title = self.rule_version.said_title if self.rule_version else ""
        return ": ".join(filter(None, [title, self.facts]))[:500]

    @property
    def appealable_until(self) -> datetime:
        """Until when the member concerned may appeal."""
        return (self.applied_at or self.effective_at) + APPEALABLE

    @property
    def appealable(self) -> bool:
        """Whether that time runs."""
        return timezone.now() < self.appealable_until


def unlimited() -> Q:
    """Rows whose author's reach is not limited now; for what strangers are shown."""
    return ~Q(Exists(Decision.objects.in_force().filter(member=OuterRef("author"))))


def hiding(post: int) -> Q:
    """The decisions by which a post is out of sight: its author cannot bring it back."""
    taken = Q(kind__in=[Deed.HIDE, Deed.REMOVE], overturned_at=None)
    return taken & Q(case__kind=Kind.POST, case__subject_id=post)


class StrikeQuerySet(models.QuerySet["Strike"]):
    def standing(self) -> "StrikeQuerySet":
        """Not expired."""
        return self.filter(expires_at__gt=timezone.now())


class Strike(models.Model):
    """A decision against a member counts for a while, and then no more."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="strike")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="strikes")
    expires_at = models.DateTimeField(_("expires"))

    objects = StrikeQuerySet.as_manager()

    def __str__(self) -> str:
        return f"strike of {self.member_id}"


class CaseNote(models.Model):
    """What moderators tell each other about a case. Rows are only ever added."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=1000)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"note on {self.case_id}"


class ReporterMute(models.Model):
    """Somebody who reported to annoy: until then nothing that they report is taken, which they are told."""

    member = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reporter_mute")
    until = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("muted reporter")

    def __str__(self) -> str:
        return f"{self.member_id} until {self.until}"


class ModeratedMember(Member):
    """A member as moderators see one: whether suspended, why, how often reported."""

    class Meta:
        proxy = True
        verbose_name = _("member")
        verbose_name_plural = _("suspensions")
        permissions = [("suspend_member", _("Can suspend members"))]
