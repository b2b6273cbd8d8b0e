"""Detectors, what a trial of them found, the signals that they gave, and the fingerprints by which alike things are found."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from social.moderation.models import Case, Decision
from social.moderation.models import Kind as About
from social.notifications.sentences import Sentence
from social.rules.models import Rule, RuleVersion

# What a trial looks back on, and for how long afterwards it counts.
TRIED = timedelta(days=7)


class Kind(models.TextChoices):
    """By what a detector tells."""

    LINK = "link", _("links")
    WORDS = "words", _("words")
    DUPLICATE = "duplicate", _("the same text again")
    BURST = "burst", _("many posts at once")
    MENTIONS = "mentions", _("a new member mentioning many")
    IMAGE = "image", _("a picture that was removed before")
    RING = "ring", _("a ring found by the rewards")


class DetectorQuerySet(models.QuerySet["Detector"]):
    def running(self) -> "DetectorQuerySet":
        """Switched on, for a rule in force."""
        return self.filter(active=True, rule__active=True)

    def judged(self) -> "DetectorQuerySet":
        """With ``decided`` and ``upheld``: how many cases that they signalled are decided, and how many of them were right."""
        closed = ~Q(signals__state="open")
        return self.annotate(
            decided=Count("signals__case", filter=closed, distinct=True),
            upheld=Count("signals__case", filter=Q(signals__state="upheld"), distinct=True),
        )


class Detector(models.Model):
    """What the site watches for. ``version`` grows with every change of ``params``, which are of the kind's shape
    (``params.clean``); it runs only after a trial of that version."""

    kind = models.CharField(_("tells by"), max_length=9, choices=Kind)
    name = models.CharField(_("name"), max_length=60, unique=True)
    params = models.JSONField(default=dict)
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="detectors", verbose_name=_("rule"))
    version = models.PositiveIntegerField(_("version"), default=1)
    active = models.BooleanField(_("switched on"), default=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("changed by")
    )
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)

    objects = DetectorQuerySet.as_manager()

    class Meta:
        verbose_name = _("detector")
        verbose_name_plural = _("detectors")
        constraints = [models.CheckConstraint(condition=Q(kind__in=Kind.values), name="detector_kind")]

    def __str__(self) -> str:
        return self.name

    @property
    def tried(self) -> "Trial | None":
        """Its trial, whatever became of it."""
        return getattr(self, "trial", None)


class Trial(models.Model):
    """One look back over the last week, which opens nothing. Asking again replaces it.

    ``sample`` has up to fifty matches: ``post`` by number or ``handle``, ``text`` and ``values`` of the reason, ``evidence``.
    ``cut``: there were more posts than a trial looks at, so it took the newest.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    detector = models.OneToOneField(Detector, on_delete=models.PROTECT, related_name="trial")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    looked = models.PositiveIntegerField(default=0)
    matched = models.PositiveIntegerField(default=0)
    cut = models.BooleanField(default=False)
    sample = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["waiting", "running", "done", "failed"]), name="trial_state"),
            models.CheckConstraint(condition=Q(matched__lte=F("looked")), name="trial_matches_of_those_looked_at"),
        ]

    def __str__(self) -> str:
        return f"trial of {self.detector_id}"

    def counts_for(self, detector: Detector) -> bool:
        """Whether it is over, of this very version, and of the last week."""
        fresh = self.done_at is not None and self.done_at > timezone.now() - TRIED
        return self.state == self.State.DONE and fresh and self.version == detector.version


class SignalQuerySet(models.QuerySet["Signal"]):
    def open(self) -> "SignalQuerySet":
        """Not decided yet."""
        return self.filter(state=Signal.State.OPEN)

    def decided(self) -> "SignalQuerySet":
        return self.exclude(state=Signal.State.OPEN)

    def about_post(self, post: OuterRef) -> "SignalQuerySet":
        """Those of a post for which moderators still need to see it."""
        waiting = Q(state=Signal.State.OPEN) | Q(case__decisions__appeal__state="open")
        return self.filter(waiting, kind=About.POST, subject_id=post)


class Signal(models.Model):
    """A detector's match: it has no reporter and does nothing by itself; people decide the case.

    ``mark`` is what was looked at: of a post its version, of a member the post or the epoch that tipped it over.
    ``evidence`` is what the detector saw, ``snapshot`` how the thing stood.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        UPHELD = "upheld", _("upheld")
        DISMISSED = "dismissed", _("dismissed")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="signals", verbose_name=_("case"))
    detector = models.ForeignKey(Detector, on_delete=models.PROTECT, related_name="signals", verbose_name=_("detector"))
    detector_version = models.PositiveIntegerField(_("version"))
    rule_version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="+", verbose_name=_("rule"))
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signals")
    kind = models.CharField(_("about"), max_length=8, choices=About)
    subject_id = models.BigIntegerField()
    mark = models.BigIntegerField()
    text = models.CharField(max_length=300)
    values = models.JSONField(default=dict)
    evidence = models.TextField(_("evidence"), blank=True, default="")
    snapshot = models.TextField(_("how it stood"), blank=True, default="")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN, db_index=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    decided_at = models.DateTimeField(null=True)

    objects = SignalQuerySet.as_manager()

    class Meta:
        verbose_name = _("signal")
        verbose_name_plural = _("signals")
        constraints = [
            models.UniqueConstraint(fields=["detector", "kind", "subject_id", "mark"], name="signal_once"),
            models.UniqueConstraint(
                fields=["detector", "subject_id"],
                condition=Q(state="open", kind="profile"),
                name="signal_of_a_member_once_while_open",
            ),
            models.CheckConstraint(condition=Q(state__in=["open", "upheld", "dismissed"]), name="signal_state"),
            models.CheckConstraint(condition=Q(kind__in=["post", "profile"]), name="signal_kind"),
        ]
        indexes = [models.Index(fields=["kind", "subject_id"], name="signal_subject")]

    def __str__(self) -> str:
        return gettext("signal %(number)d") % {"number": self.pk or 0}

    @property
    def reason(self) -> str:
        """What was found, in the reader's language."""
        return str(Sentence(self.text, self.values))


class PostPrint(models.Model):
    """The text of a post, folded and made a number: the same number is the same text. Kept for as long as a detector looks
    back (``TRIED``)."""

    post = models.OneToOneField("social.Post", on_delete=models.CASCADE, primary_key=True, related_name="+")
    text_hash = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["text_hash", "at"], name="print_text"),
            models.Index(fields=["at"], name="print_at"),
        ]

    def __str__(self) -> str:
        return f"print of {self.post_id}"


class ImagePrint(models.Model):
    """A picture as two numbers: of its very bytes, and of how its brightness runs (``imagery.look_hash``)."""

    image = models.OneToOneField("social.PostImage", on_delete=models.CASCADE, primary_key=True, related_name="+")
    exact = models.BigIntegerField()
    look = models.BigIntegerField()

    def __str__(self) -> str:
        return f"print of picture {self.image_id}"


class RemovedImageQuerySet(models.QuerySet["RemovedImage"]):
    def standing(self) -> "RemovedImageQuerySet":
        """Whose removal was not overturned on appeal."""
        return self.filter(decision__overturned_at=None)


class RemovedImage(models.Model):
    """The prints of a picture that a decision removed. The picture cannot be made from them."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    exact = models.BigIntegerField()
    look = models.BigIntegerField()

    objects = RemovedImageQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["decision", "exact"], name="removed_image_once")]

    def __str__(self) -> str:
        return f"picture removed by {self.decision_id}"


def reason_of(match: dict[str, Any]) -> str:
    """The reason of a match in a trial's sample, in the reader's language."""
    return str(Sentence(match["text"], match["values"]))
