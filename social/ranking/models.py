"""What ranks "For you": versions of the community's model, how each member steers it, and what was shown and why."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from social.ranking.maths.arrays import Floats
from social.ranking.packed import floats_in

_MEMBER = settings.AUTH_USER_MODEL
# How long a member may ask why something was shown.
KEPT = timedelta(days=14)


class State(models.TextChoices):
    """What a version of the model is good for."""

    CHAMPION = "champion", _("in use")
    CHALLENGER = "challenger", _("being tried")
    REJECTED = "rejected", _("rejected")
    RETIRED = "retired", _("retired")


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    def champion(self) -> "ModelVersionQuerySet":
        """The one in use, or none."""
        return self.filter(state=State.CHAMPION)

    def served(self) -> "ModelVersionQuerySet":
        """Those that are or were in use, the latest first."""
        return self.filter(promoted_at__isnull=False).order_by("-promoted_at", "-number")


class ModelVersion(models.Model):
    """Weights of the features, as text with a checksum, and where they come from.

    ``snapshot`` is the hash of the examples that they were fitted to (blank: set by hand), ``code`` the version of what fitted.
    """

    number = models.PositiveIntegerField(_("number"), unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CHALLENGER)
    weights = models.TextField(_("weights"))
    features_version = models.CharField(_("list of features"), max_length=64)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    snapshot = models.CharField(_("examples"), max_length=64, blank=True)
    lam = models.FloatField(_("regularisation"), default=0)
    metrics = models.JSONField(_("metrics"), default=dict, blank=True)
    code = models.CharField(_("code"), max_length=64, blank=True)
    note = models.CharField(_("note"), max_length=400, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    promoted_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of the ranking")
        verbose_name_plural = _("versions of the ranking")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="ranking_version_state"),
            models.UniqueConstraint(fields=["state"], condition=Q(state="champion"), name="ranking_one_champion"),
        ]

    def __str__(self) -> str:
        return str(_("version %(number)s") % {"number": self.number})


class SlateQuerySet(models.QuerySet["Slate"]):
    def of(self, member: Member) -> "SlateQuerySet":
        return self.filter(member=member)

    def over(self) -> "SlateQuerySet":
        """Shown so long ago that nobody asks any more."""
        return self.filter(shown_at__lt=timezone.now() - KEPT)

    def uncounted(self) -> "SlateQuerySet":
        """Whose posts are not in ``Reach`` yet."""
        return self.filter(counted=False)


class Slate(models.Model):
    """Exactly what one page of "For you" showed one member, and by which numbers.

    ``entries`` has one {post, place, source, propensity, score, diversity, without: {key: place}} for each post in its order.
    ``x`` are their measured features (float64, n rows of k), ``weights`` the effective weights (float64, k): the score of a row
    is the sum of their products and the diversity term. ``posts`` are the ids again (int64), to be read without the rest.
    ``group`` is the key of the reader's group, where the version had a correction for it, which is among the weights then.
    """

    member = models.ForeignKey(_MEMBER, on_delete=models.CASCADE, related_name="+")
    chain = models.UUIDField()
    page = models.PositiveSmallIntegerField(default=1)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="slates")
    shown_at = models.DateTimeField(default=timezone.now)
    entries = models.JSONField(default=list)
    posts = models.BinaryField()
    x = models.BinaryField()
    weights = models.BinaryField()
    features_version = models.CharField(max_length=64)
    group = models.CharField(max_length=60, blank=True, default="")
    counted = models.BooleanField(default=False)

    objects = SlateQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["member", "-id"], name="slate_member"),
            models.Index(fields=["shown_at"], name="slate_shown"),
            models.Index(fields=["id"], name="slate_uncounted", condition=Q(counted=False)),
        ]

    def __str__(self) -> str:
        return f"slate {self.pk} of {self.member_id}"

    def row_of(self, post: int) -> int | None:
        """Which of the entries, and row of ``x``, a post is, from 0; None for one that was not on the page."""
        return next((at for at, entry in enumerate(self.entries) if entry["post"] == post), None)

    def numbers(self) -> tuple[Floats, Floats]:
        """``x`` (n, k) and ``weights`` (k) in the list of features of its time. Raises ValueError where either is cut off."""
        weights = floats_in(self.weights)
        return floats_in(self.x).reshape(-1, len(weights)), weights


class Reach(models.Model):
    """How often a post was shown in a "For you"; what had few goes is explored."""

    post = models.OneToOneField("social.Post", on_delete=models.CASCADE, primary_key=True, related_name="+")
    shown = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.post_id}: {self.shown}"


class Ask(models.TextChoices):
    """How often a member is asked which of two posts they prefer."""

    NEVER = "never", _("Never")
    SELDOM = "seldom", _("Seldom")
    NORMAL = "normal", _("Now and then")


class Steering(models.Model):
    """How a member steers "For you": ``sliders`` {feature: -2 to 2}, 1 where nothing is said; ``quotas`` {source: how many
    candidates}; ``delta`` what was learnt from their own feedback (float64, k) in the list of features ``delta_version``;
    ``group`` is the key of the opt-in group that they are in, blank for none."""

    member = models.OneToOneField(_MEMBER, on_delete=models.CASCADE, primary_key=True, related_name="steering")
    sliders = models.JSONField(default=dict)
    quotas = models.JSONField(default=dict)
    delta = models.BinaryField(null=True, blank=True)
    delta_version = models.CharField(max_length=64, blank=True)
    ask = models.CharField(max_length=8, choices=Ask, default=Ask.NORMAL)
    group = models.CharField(max_length=60, blank=True)
    group_changed_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ask__in=Ask.values), name="steering_ask")]
        indexes = [models.Index(fields=["group"], name="steering_group", condition=~Q(group=""))]

    def __str__(self) -> str:
        return f"steering of {self.member_id}"


class PresetQuerySet(models.QuerySet["Preset"]):
    def of(self, owner: Member) -> "PresetQuerySet":
        return self.filter(owner=owner)


class Preset(models.Model):
    """Sliders and quotas under a name. ``credited`` is the handle of whoever made what it was copied from. ``unshared_by``: a
    moderator ended its sharing, for good and for ``unshared_reason``; its owner keeps it."""

    owner = models.ForeignKey(_MEMBER, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    sliders = models.JSONField(default=dict)
    quotas = models.JSONField(default=dict)
    shared = models.BooleanField(_("shared"), default=False)
    copied_from = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="copies")
    credited = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    unshared_by = models.ForeignKey(_MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    unshared_reason = models.CharField(max_length=1200, blank=True)

    objects = PresetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="preset_name_once"),
            models.CheckConstraint(
                condition=Q(unshared_by=None) | Q(shared=False) & ~Q(unshared_reason=""), name="preset_unshared"
            ),
        ]
        indexes = [models.Index(fields=["-id"], name="preset_shared", condition=Q(shared=True))]

    def __str__(self) -> str:
        return self.name


class NotRecommended(models.Model):
    """An author who does not want their posts recommended. Followers still see them under "Following"."""

    member = models.OneToOneField(_MEMBER, on_delete=models.CASCADE, primary_key=True, related_name="+")
    since = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.member_id} is not recommended"


class Taste(models.Model):
    """What a member liked, answered and repeated, in numbers, kept for a while so that a page need not count it anew.

    Only of who allowed it. ``data`` is {authors: {id: weight}, tags: {id: weight}}.
    """

    member = models.OneToOneField(_MEMBER, on_delete=models.CASCADE, primary_key=True, related_name="+")
    data: Any = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"taste of {self.member_id}"
