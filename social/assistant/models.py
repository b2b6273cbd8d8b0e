"""The drafting assistant: what administrators set, styles that members propose and vote on, and pairs of drafts to compare."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member, Role
from social.follows.models import Block, Mute

BIG = 10**12
_PAIR_OVER = timedelta(minutes=1)


class AssistantConfig(models.Model):
    """One row. Which services may be asked, and the key, are no matter of the database: they come from the environment."""

    ONE = 1

    on = models.BooleanField(_("switched on"), default=False)
    endpoint = models.CharField(
        _("endpoint"),
        max_length=500,
        blank=True,
        help_text=_(
            "The address before /chat/completions, like https://api.example.com/v1. ASSISTANT_URLS must allow its origin."
        ),
    )
    model = models.CharField(
        _("model"), max_length=100, blank=True, help_text=_("The name by which the endpoint knows it.")
    )
    seconds = models.PositiveSmallIntegerField(
        _("seconds for a draft"), default=30, validators=[MinValueValidator(5), MaxValueValidator(120)]
    )
    member_requests = models.PositiveIntegerField(
        _("requests of a member a day"), default=20, validators=[MinValueValidator(1), MaxValueValidator(10_000)]
    )
    member_tokens = models.PositiveIntegerField(
        _("tokens of a member a day"), default=40_000, validators=[MinValueValidator(1), MaxValueValidator(100_000_000)]
    )
    price_in = models.PositiveBigIntegerField(
        _("price of 1,000 tokens sent"),
        default=0,
        validators=[MaxValueValidator(BIG)],
        help_text=_(
            "A whole number in a unit of your choice, such as millionths of a euro; the same for all three amounts."
        ),
    )
    price_out = models.PositiveBigIntegerField(
        _("price of 1,000 tokens received"), default=0, validators=[MaxValueValidator(BIG)]
    )
    most_cost = models.PositiveBigIntegerField(
        _("most that a day may cost"), default=1_000_000, validators=[MaxValueValidator(BIG)]
    )
    votes_needed = models.PositiveSmallIntegerField(
        _("votes that bring a style into use"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(10_000)],
        help_text=_("Votes for it, less votes against it."),
    )
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)

    class Meta:
        verbose_name = _("drafting assistant")
        verbose_name_plural = _("drafting assistant")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="assistant_one_row")]

    def __str__(self) -> str:
        return self.model or "assistant"


class CardState(models.TextChoices):
    """From proposed into use by votes; out of use by votes, by its author or by a moderator."""

    PROPOSED = "proposed", _("proposed")
    IN_USE = "in_use", _("in use")
    RETIRED = "retired", _("retired")


class StyleCardQuerySet(models.QuerySet["StyleCard"]):
    def usable(self) -> "StyleCardQuerySet":
        return self.filter(state=CardState.IN_USE)

    def proposed(self) -> "StyleCardQuerySet":
        return self.filter(state=CardState.PROPOSED)

    def told(self) -> "StyleCardQuerySet":
        """Whose words are there: not those of somebody who left."""
        return self.exclude(name="")

    def visible_to(self, viewer: Member) -> "StyleCardQuerySet":
        """What a moderator removed is for its author and for moderators alone; and moderators alone meet a style from the other
        side of a block."""
        rows = self.told()
        if viewer.has_role(Role.MODERATOR, Role.SENIOR, Role.ADMIN):
            return rows
        return rows.filter(Q(retired_by=None) | Q(author=viewer)).unblocked_for(viewer)

    def unblocked_for(self, viewer: Member) -> "StyleCardQuerySet":
        """Without authors who blocked ``viewer``, or whom they blocked."""
        by_viewer = Block.objects.filter(source=viewer, target=OuterRef("author"))
        by_author = Block.objects.filter(source=OuterRef("author"), target=viewer)
        return self.exclude(Exists(by_viewer)).exclude(Exists(by_author))

    def unmuted_by(self, viewer: Member) -> "StyleCardQuerySet":
        """Without authors whom ``viewer`` muted; for lists."""
        return self.exclude(Exists(Mute.objects.standing().filter(source=viewer, target=OuterRef("author"))))

    def counted(self) -> "StyleCardQuerySet":
        """With ``votes_for`` and ``votes_against``."""
        return self.annotate(votes_for=_votes(1), votes_against=_votes(-1))


def _votes(value: int) -> Coalesce:
    rows = StyleVote.objects.filter(card=OuterRef("pk"), value=value).order_by().values("card")
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)


class StyleCard(models.Model):
    """How a draft is to be written, in the words of the member who proposed it. Never changed: what won was this wording."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=160, blank=True)
    instruction = models.TextField(_("instruction"), blank=True)
    example = models.TextField(_("example"), blank=True)
    state = models.CharField(_("state"), max_length=8, choices=CardState, default=CardState.PROPOSED)
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    since = models.DateTimeField(_("since"), default=timezone.now)
    reason = models.CharField(_("reason"), max_length=1200, blank=True)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = StyleCardQuerySet.as_manager()

    class Meta:
        verbose_name = _("style")
        verbose_name_plural = _("styles")
        permissions = [("remove_stylecard", _("Can remove styles"))]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CardState.values), name="style_state"),
            models.CheckConstraint(
                condition=Q(retired_by=None) | Q(state="retired") & ~Q(reason=""), name="style_removed_with_reason"
            ),
            models.UniqueConstraint(Lower("name"), condition=~Q(state="retired"), name="style_name_once"),
        ]

    def __str__(self) -> str:
        return self.name or f"style {self.pk}"

    def get_absolute_url(self) -> str:
        return f"/styles/{self.pk}/"


class StyleVote(models.Model):
    """One for each member and style: for it (1) or against it (-1)."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    card = models.ForeignKey(StyleCard, on_delete=models.CASCADE, related_name="votes")
    value = models.SmallIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "card"], name="style_vote_once"),
            models.CheckConstraint(condition=Q(value__in=[-1, 1]), name="style_vote_value"),
        ]

    def __str__(self) -> str:
        return f"{self.value:+d}"


class Ask(models.TextChoices):
    """What the assistant is asked for."""

    REWRITE = "rewrite", _("Rewrite it")
    TITLE = "title", _("Find a title")


class PairState(models.TextChoices):
    RUNNING = "running", _("being written")
    READY = "ready", _("ready")
    CANCELLED = "cancelled", _("cancelled")


class Side(models.TextChoices):
    A = "a", _("draft 1")
    B = "b", _("draft 2")


class Choice(models.TextChoices):
    """What the author kept."""

    A = "a", _("draft 1")
    B = "b", _("draft 2")
    OWN = "own", _("own words")


class DraftPairQuerySet(models.QuerySet["DraftPair"]):
    def of(self, member: Member) -> "DraftPairQuerySet":
        return self.filter(member=member)

    def running(self) -> "DraftPairQuerySet":
        return self.filter(state=PairState.RUNNING)

    def overdue(self, seconds: int) -> "DraftPairQuerySet":
        """Whoever was writing them is gone: no draft takes that long."""
        return self.running().filter(at__lt=timezone.now() - timedelta(seconds=seconds) - _PAIR_OVER)

    def since(self, moment: datetime) -> "DraftPairQuerySet":
        return self.filter(at__gte=moment)

    def consented(self) -> "DraftPairQuerySet":
        """A draft was preferred to another, and its author allows that it leaves the site, then and now."""
        good = self.filter(
            shared=True, member__profile__shares_drafts=True, choice__in=[Side.A, Side.B], cleared_at=None
        )
        return good.filter(member__is_active=True).exclude(
            halves__state__in=["waiting", "running", "failed", "cancelled"]
        )

    def forgettable(self, before: datetime) -> "DraftPairQuerySet":
        """Whose words are not kept any longer: not shared, and old."""
        return self.filter(at__lt=before, cleared_at=None).exclude(shared=True, member__profile__shares_drafts=True)


class DraftPair(models.Model):
    """Two drafts of one text, and which of them its author kept. ``key`` is the composer's; ``shared``
    tells that the author allowed the export when choosing; ``cleared_at`` that the words are gone."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    ask = models.CharField(_("asked for"), max_length=8, choices=Ask)
    text = models.TextField(_("text"), blank=True)
    key = models.CharField(max_length=40, blank=True)
    model = models.CharField(_("model"), max_length=100)
    state = models.CharField(_("state"), max_length=9, choices=PairState, default=PairState.RUNNING)
    choice = models.CharField(_("chosen"), max_length=3, choices=Choice, blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now)
    chosen_at = models.DateTimeField(null=True, blank=True)
    shared = models.BooleanField(_("may be exported"), default=False)
    cleared_at = models.DateTimeField(null=True, blank=True)
    post = models.ForeignKey("social.Post", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = DraftPairQuerySet.as_manager()

    class Meta:
        verbose_name = _("pair of drafts")
        verbose_name_plural = _("pairs of drafts")
        constraints = [
            models.UniqueConstraint(fields=["member"], condition=Q(state="running"), name="draftpair_one_at_a_time"),
            models.CheckConstraint(condition=Q(ask__in=Ask.values), name="draftpair_ask"),
            models.CheckConstraint(condition=Q(state__in=PairState.values), name="draftpair_state"),
            models.CheckConstraint(condition=Q(choice__in=["", *Choice.values]), name="draftpair_choice"),
        ]
        indexes = [
            models.Index(fields=["member", "-at"], name="draftpair_member"),
            models.Index(fields=["-at"], name="draftpair_at"),
            models.Index(fields=["at"], condition=Q(cleared_at=None), name="draftpair_words"),
        ]

    def __str__(self) -> str:
        return f"pair {self.pk}"

    def get_absolute_url(self) -> str:
        return f"/assistant/{self.pk}/"

    @property
    def running(self) -> bool:
        return self.state == PairState.RUNNING


class HalfState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("being written")
    DONE = "done", _("ready")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class DraftHalf(models.Model):
    """One of the two drafts; ``card`` None is the house's plain style. While it is written, ``tokens_in``, ``tokens_out`` and
    ``cost`` are the most that it can take, so that nobody spends them twice."""

    pair = models.ForeignKey(DraftPair, on_delete=models.CASCADE, related_name="halves")
    side = models.CharField(max_length=1, choices=Side)
    card = models.ForeignKey(StyleCard, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField(blank=True)
    state = models.CharField(max_length=9, choices=HalfState, default=HalfState.WAITING)
    error = models.CharField(max_length=20, blank=True)
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    cost = models.PositiveBigIntegerField(_("cost"), default=0)

    class Meta:
        ordering: ClassVar[list[str]] = ["pair", "side"]
        constraints = [
            models.UniqueConstraint(fields=["pair", "side"], name="drafthalf_once"),
            models.CheckConstraint(condition=Q(side__in=Side.values), name="drafthalf_side"),
            models.CheckConstraint(condition=Q(state__in=HalfState.values), name="drafthalf_state"),
        ]

    def __str__(self) -> str:
        return f"{self.pair_id}{self.side}"

    @property
    def done(self) -> bool:
        return self.state == HalfState.DONE

    @property
    def open(self) -> bool:
        return self.state in (HalfState.WAITING, HalfState.RUNNING)


def comparisons() -> "QuerySet[DraftHalf, tuple[int, int, int]]":
    """(member, winner, loser) of every choice between two styles in which its author had no part as the author of one."""
    won = DraftHalf.objects.filter(state=HalfState.DONE, card__isnull=False, side=F("pair__choice"))
    won = won.exclude(card__author=F("pair__member"))
    lost = DraftHalf.objects.filter(pair=OuterRef("pair"), state=HalfState.DONE, card__isnull=False)
    lost = lost.exclude(side=OuterRef("side")).exclude(card=OuterRef("card"))
    lost = lost.exclude(card__author=F("pair__member"))
    rows = won.annotate(loser=Subquery(lost.values("card")[:1])).exclude(loser=None)
    return rows.values_list("pair__member_id", "card_id", "loser")
