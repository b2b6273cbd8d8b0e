"""Labels that some members put on posts, what is said against them, and how each reader wants to meet them."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member, MemberQuerySet, Role


class Choice(models.TextChoices):
    """How a reader meets what has a label."""

    SHOW = "show", _("Show with a badge")
    WARN = "warn", _("Fold behind a warning")
    HIDE = "hide", _("Hide")


# How long what was taken away may be put back as it was.
GRACE = timedelta(minutes=10)
# What a definition may propose: nobody has something hidden whom nobody asked.
PROPOSED = [(one.value, one.label) for one in (Choice.SHOW, Choice.WARN)]


class LabelQuerySet(models.QuerySet["Label"]):
    def active(self) -> "LabelQuerySet":
        """Those that may be put, and count."""
        return self.filter(active=True)


class Label(models.Model):
    """What a label means. It is never deleted, since posts may have it: it is retired, and counts no more."""

    slug = models.SlugField(_("key"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=160)
    about = models.CharField(_("description"), max_length=1200)
    usual = models.CharField(_("proposed"), max_length=4, choices=PROPOSED, default=Choice.SHOW)
    active = models.BooleanField(_("in use"), default=True)

    objects = LabelQuerySet.as_manager()

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering: ClassVar[list[str]] = ["name", "pk"]
        constraints = [models.CheckConstraint(condition=Q(usual__in=["show", "warn"]), name="label_usual")]

    def __str__(self) -> str:
        return self.name


class State(models.TextChoices):
    """What became of a label on a post."""

    STANDING = "standing", _("standing")
    REMOVED = "removed", _("taken away")
    EXPIRED = "expired", _("expired")
    LAPSED = "lapsed", _("lapsed by an edit")
    LIFTED = "lifted", _("lifted on objection")


class LabellingQuerySet(models.QuerySet["Labelling"]):
    def standing(self) -> "LabellingQuerySet":
        """Neither taken away nor lifted, lapsed or over."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), state=State.STANDING)

    def counting(self) -> "LabellingQuerySet":
        """Standing, of a label in use, by somebody who holds the role now and is in good standing."""
        holds = Member.groups.through.objects.filter(member=OuterRef("labeller"), group__name=Role.LABELLER)
        rows = self.standing().filter(Exists(holds), label__active=True, labeller__is_active=True)
        return rows.exclude(labeller__suspended_until__gt=timezone.now()).filter(version=F("post__version"))


class Labelling(models.Model):
    """A labeller says why a label fits a post, in the ``version`` that it had. One that stands per label, post and labeller."""

    label = models.ForeignKey(Label, on_delete=models.PROTECT, related_name="labellings")
    post = models.ForeignKey("social.Post", on_delete=models.CASCADE, related_name="labellings")
    version = models.PositiveSmallIntegerField(_("version"))
    labeller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="labellings")
    reason = models.CharField(_("reason"), max_length=1200)
    made_at = models.DateTimeField(_("since"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"), null=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.STANDING)
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = LabellingQuerySet.as_manager()

    class Meta:
        verbose_name = _("label on a post")
        verbose_name_plural = _("labels on posts")
        constraints = [
            models.UniqueConstraint(
                fields=["post", "label", "labeller"], condition=Q(state="standing"), name="labelling_once"
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="labelling_state"),
            models.CheckConstraint(condition=~Q(reason=""), name="labelling_reason"),
            models.CheckConstraint(
                condition=Q(state="standing", ended_at=None) | ~Q(state="standing") & Q(ended_at__isnull=False),
                name="labelling_ended",
            ),
        ]
        indexes = [models.Index(fields=["labeller", "-id"], name="labelling_labeller")]

    def __str__(self) -> str:
        return f"{self.label} · {self.post_id}"

    @property
    def over(self) -> bool:
        """Whether its time has passed."""
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def lasts(self) -> timedelta | None:
        """For how long it was put; None: without end."""
        return self.expires_at - self.made_at if self.expires_at else None

    @property
    def stands(self) -> bool:
        return self.state == State.STANDING and not self.over


class ObjectionQuerySet(models.QuerySet["Objection"]):
    def open(self) -> "ObjectionQuerySet":
        """Not decided yet."""
        return self.filter(outcome="")

    def for_(self, moderator: Member) -> "ObjectionQuerySet":
        """Open ones in which this moderator has no part."""
        return self.open().exclude(member=moderator).exclude(labeller=moderator)


class Objection(models.Model):
    """An author says why a label does not fit: once for each, and somebody who has no part in it decides.

    ``labeller`` stands here too, so that the table itself can refuse them.
    """

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("the label stays")
        LIFTED = "lifted", _("the label is lifted")

    labelling = models.OneToOneField(Labelling, on_delete=models.CASCADE, related_name="objection")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    labeller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(_("words of the member"), max_length=4000)
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    reasons = models.CharField(_("reasons"), max_length=4000, blank=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection to a label")
        verbose_name_plural = _("objections to labels")
        permissions = [("decide_objection", _("Can decide objections to labels"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", decided_by=None, decided_at=None)
                | Q(outcome__in=["upheld", "lifted"], decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(reasons=""),
                name="objection_decided_with_reasons",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("labeller")) & ~Q(decided_by=F("member")),
                name="objection_decided_by_another",
            ),
        ]
        indexes = [models.Index(fields=["made_at", "id"], condition=Q(outcome=""), name="objection_waiting")]

    def __str__(self) -> str:
        """What whoever decides it has to know: the label, why it was put, and what the author says."""
        return f"{self.labelling.label}: {self.labelling.reason} – @{self.member.handle}: {self.text}"


class Subscription(models.Model):
    """``member`` wants to meet the labels of ``labeller``."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    labeller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "labeller"], name="subscription_once")]

    def __str__(self) -> str:
        return f"{self.member_id} follows the labels of {self.labeller_id}"


class LabelChoice(models.Model):
    """How ``member`` wants to meet what has ``label``, where that is not what the label proposes."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    label = models.ForeignKey(Label, on_delete=models.CASCADE, related_name="+")
    choice = models.CharField(max_length=4, choices=Choice)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "label"], name="label_choice_once"),
            models.CheckConstraint(condition=Q(choice__in=Choice.values), name="label_choice"),
        ]

    def __str__(self) -> str:
        return f"{self.label_id}: {self.choice}"


class Recommendation(models.Model):
    """The community recommends a labeller; readers still choose for themselves."""

    labeller = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="label_recommendation"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.labeller_id)


def labellers() -> MemberQuerySet:
    """Everyone whose labels count now."""
    rows = Member.objects.active().onboarded()
    return rows.filter(groups__name=Role.LABELLER)


class LabellerManager(models.Manager["Labeller"]):
    def get_queryset(self) -> "models.QuerySet[Labeller]":
        return super().get_queryset().filter(pk__in=labellers().values("pk"))


class Labeller(Member):
    """A member who holds the role, as managers see one."""

    objects = LabellerManager()  # type: ignore[assignment, misc]

    class Meta:
        proxy = True
        verbose_name = _("labeller")
        verbose_name_plural = _("labellers")
        permissions = [("recommend_labeller", _("Can recommend labellers"))]
