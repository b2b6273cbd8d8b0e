"""What members set for themselves, what they take along, and their leaving."""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

_MEMBER = settings.AUTH_USER_MODEL
# How long whoever leaves can come back, and how long a download waits to be fetched.
RETURN = timedelta(days=30)
FETCH = timedelta(days=7)


class Theme(models.TextChoices):
    SYSTEM = "system", _("As your device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class TextSize(models.TextChoices):
    SMALL = "small", _("Small")
    NORMAL = "normal", _("Normal")
    LARGE = "large", _("Large")
    LARGER = "larger", _("Larger")


class Motion(models.TextChoices):
    SYSTEM = "system", _("As your device")
    REDUCED = "reduced", _("Nothing moves")


class Preferences(models.Model):
    """How a member wants the site; without a row the defaults stand.

    ``zone`` is as the browser said it until the member chose one themselves (``zone_chosen``). So it is with the language,
    which stays the browser's as long as none is chosen: ``heard`` is the one they last read the site in, for jobs that write to
    them; empty for the site's own.
    """

    member = models.OneToOneField(_MEMBER, on_delete=models.CASCADE, primary_key=True, related_name="preferences")
    theme = models.CharField(max_length=8, choices=Theme, default=Theme.SYSTEM)
    text = models.CharField(max_length=8, choices=TextSize, default=TextSize.NORMAL)
    motion = models.CharField(max_length=8, choices=Motion, default=Motion.SYSTEM)
    zone = models.CharField(max_length=64, blank=True)
    zone_chosen = models.BooleanField(default=False)
    language = models.CharField(max_length=10, blank=True)
    heard = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(theme__in=Theme.values), name="preferences_theme"),
            models.CheckConstraint(condition=Q(text__in=TextSize.values), name="preferences_text"),
            models.CheckConstraint(condition=Q(motion__in=Motion.values), name="preferences_motion"),
        ]

    def __str__(self) -> str:
        return f"preferences of {self.member_id}"


def download_token() -> str:
    """Nobody can guess it; only its member can use it all the same."""
    return secrets.token_urlsafe(32)


class DownloadQuerySet(models.QuerySet["Download"]):
    def waiting(self) -> "DownloadQuerySet":
        return self.filter(state=Download.State.WAITING)

    def ready(self) -> "DownloadQuerySet":
        """Made, and not over yet."""
        return self.filter(state=Download.State.READY, expires_at__gt=timezone.now())

    def over(self) -> "DownloadQuerySet":
        """What nobody can fetch any more."""
        return self.filter(expires_at__lte=timezone.now())


class Download(models.Model):
    """A member's data in one file, which a job makes; ``file`` is its name in the private store."""

    class State(models.TextChoices):
        WAITING = "waiting", _("being made")
        READY = "ready", _("ready")

    member = models.ForeignKey(_MEMBER, on_delete=models.CASCADE, related_name="downloads")
    token = models.CharField(max_length=64, unique=True, default=download_token)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    file = models.CharField(max_length=100, blank=True)
    size = models.BigIntegerField(default=0)
    asked_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True)

    objects = DownloadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member"], condition=Q(state="waiting"), name="download_one_at_a_time"),
            models.CheckConstraint(condition=Q(state__in=["waiting", "ready"]), name="download_state"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="download_over")]

    def __str__(self) -> str:
        return f"download of {self.member_id}"


class DepartureQuerySet(models.QuerySet["Departure"]):
    def returning(self) -> "DepartureQuerySet":
        """Whose member can still come back."""
        return self.filter(state=Departure.State.LEAVING, due_at__gt=timezone.now())

    def due(self) -> "DepartureQuerySet":
        """The days are over, or the erasure began and was interrupted."""
        over = Q(state=Departure.State.LEAVING, due_at__lte=timezone.now())
        return self.filter(over | Q(state=Departure.State.ERASING))


class Departure(models.Model):
    """A member who leaves: hidden at once (``is_active`` of the member is False), erased after ``due_at``.

    The row goes when they come back; it stays for good once the erasure began.
    """

    class State(models.TextChoices):
        LEAVING = "leaving", _("leaving")
        ERASING = "erasing", _("being erased")
        ERASED = "erased", _("erased")

    member = models.OneToOneField(_MEMBER, on_delete=models.PROTECT, primary_key=True, related_name="departure")
    state = models.CharField(max_length=8, choices=State, default=State.LEAVING)
    left_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    objects = DepartureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["leaving", "erasing", "erased"]), name="departure_state")
        ]
        indexes = [models.Index(fields=["due_at"], name="departure_due", condition=~Q(state="erased"))]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.state}"


class RetiredHandle(models.Model):
    """A handle whose member was erased: nobody else gets it, so that nobody is taken for them. Kept as a digest alone."""

    digest = models.CharField(max_length=64, primary_key=True)

    def __str__(self) -> str:
        return self.digest[:12]

    @staticmethod
    def digest_of(handle: str) -> str:
        return hashlib.sha256(handle.lower().encode()).hexdigest()
