"""What members say about posts in "For you", and the examples that follow from it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from social.consent.models import Grant, Purpose
from social.posts.models import Post
from social.ranking.maths.features import FEATURES_VERSION

_MEMBER = settings.AUTH_USER_MODEL


class Said(models.TextChoices):
    """What a member says about one post, by one tap."""

    MORE = "more", _("More like this")
    LESS = "less", _("Less like this")


class Kind(models.TextChoices):
    """Where an example comes from."""

    PAIR = "pair", _("Which of these two?")
    MORE = "more", _("More like this")
    LESS = "less", _("Less like this")


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def of(self, member: Member) -> "FeedbackQuerySet":
        return self.filter(member=member)


class Feedback(models.Model):
    """``member`` said more or less of ``post``, where it stood in ``slate``; once for each post, until it is taken back."""

    member = models.ForeignKey(_MEMBER, on_delete=models.CASCADE, related_name="+")
    post = models.ForeignKey("social.Post", on_delete=models.CASCADE, related_name="+")
    slate = models.ForeignKey("social.Slate", on_delete=models.SET_NULL, null=True, related_name="+")
    said = models.CharField(max_length=4, choices=Said)
    created_at = models.DateTimeField(default=timezone.now)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "post"], name="feedback_once"),
            models.CheckConstraint(condition=Q(said__in=Said.values), name="feedback_said"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.said} like {self.post_id}"


class ExampleQuerySet(models.QuerySet["Example"]):
    # The column of the grant for each purpose that examples can be used for.
    _GRANTS: ClassVar[dict[str, str]] = {Purpose.TRAIN: "grant", Purpose.EVALUATE: "evaluation"}

    def of(self, member: Member) -> "ExampleQuerySet":
        return self.filter(member=member)

    def current(self) -> "ExampleQuerySet":
        """Measured by the list of features that is in use."""
        return self.filter(features_version=FEATURES_VERSION)

    def granted(self, purpose: str) -> "ExampleQuerySet":
        """Allowed for ``purpose`` ("train", "evaluate") when it was said, by a grant that counts still."""
        return self.filter(**{f"{self._GRANTS[purpose]}__in": Grant.objects.active(purpose).values("pk")})

    def consented(self, purpose: str) -> "ExampleQuerySet":
        """What may be used for ``purpose`` now: granted, of a member neither gone nor suspended, both posts still public,
        features in use. After a suspension it counts again."""
        rows = self.granted(purpose).current().filter(member__in=Member.objects.active())
        there = Post.objects.present().public().filter(author__is_active=True)
        return rows.filter(Exists(there.filter(pk=OuterRef("winner"))), Exists(there.filter(pk=OuterRef("loser"))))


class Example(models.Model):
    """``member`` prefers ``winner`` to ``loser``. ``z`` is x_winner − x_loser as both were shown (float64, k).

    ``base`` is 1 for an answered question; 0.5, split over the neighbours it was held against, for a tap. ``propensity`` is the
    probability with which both were shown. ``grant`` and ``evaluation`` are the grants that counted when it was said.
    """

    member = models.ForeignKey(_MEMBER, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=4, choices=Kind)
    feedback = models.ForeignKey(Feedback, on_delete=models.CASCADE, null=True, related_name="examples")
    slate = models.ForeignKey("social.Slate", on_delete=models.SET_NULL, null=True, related_name="+")
    winner = models.ForeignKey("social.Post", on_delete=models.CASCADE, related_name="+")
    loser = models.ForeignKey("social.Post", on_delete=models.CASCADE, related_name="+")
    z = models.BinaryField()
    features_version = models.CharField(max_length=64)
    propensity = models.FloatField(default=1)
    base = models.FloatField(default=1)
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, null=True, related_name="+")
    evaluation = models.ForeignKey(Grant, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = ExampleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "winner", "loser"], name="example_once"),
            models.CheckConstraint(condition=~Q(winner=F("loser")), name="example_of_two"),
            models.CheckConstraint(
                condition=Q(kind="pair", feedback=None) | Q(kind__in=Said.values, feedback__isnull=False),
                name="example_kind",
            ),
            models.CheckConstraint(
                condition=Q(base__gt=0, base__lte=1, propensity__gt=0, propensity__lte=1), name="example_weights"
            ),
        ]
        indexes = [models.Index(fields=["member", "-id"], name="example_member")]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.winner_id} rather than {self.loser_id}"


class Answer(models.TextChoices):
    """What became of a question; none while it stands."""

    ANSWERED = "answered", _("answered")
    LATER = "later", _("not now")


class QuestionQuerySet(models.QuerySet["Question"]):
    def of(self, member: Member) -> "QuestionQuerySet":
        return self.filter(member=member)

    def open(self) -> "QuestionQuerySet":
        return self.filter(answer="")

    def about(self, one: int, other: int) -> "QuestionQuerySet":
        """Of these two posts, in whatever order."""
        both = [one, other]
        return self.filter(first__in=both, second__in=both)

    def with_posts(self) -> "QuestionQuerySet":
        """With all that the question shows, in the same query."""
        return self.select_related("first__author__profile", "second__author__profile")


class Question(models.Model):
    """ "Which of these two?", about two posts of the page ``slate`` of "For you", asked between it and the next."""

    member = models.ForeignKey(_MEMBER, on_delete=models.CASCADE, related_name="+")
    slate = models.ForeignKey("social.Slate", on_delete=models.CASCADE, related_name="+")
    first = models.ForeignKey("social.Post", on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey("social.Post", on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    answer = models.CharField(max_length=8, choices=Answer, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slate"], name="question_once"),
            models.CheckConstraint(condition=Q(answer__in=["", *Answer.values]), name="question_answer"),
        ]
        indexes = [models.Index(fields=["member", "-id"], name="question_member")]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.first_id} or {self.second_id}?"
