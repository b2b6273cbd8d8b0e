"""Rounds of training and what came of them; who was asked to measure; and what is counted once a night for "For you"."""

from datetime import timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from social.ranking.models import ModelVersion

_MEMBER = settings.AUTH_USER_MODEL
# A round that says nothing for so long has died with its process. It speaks between its stages, none of which takes minutes; and
# this is shorter than the lease of a job, so that whoever takes a dead worker's job over finds the round dead as well.
SILENT = timedelta(minutes=15)


class RoundState(models.TextChoices):
    """How far a round is."""

    RUNNING = "running", _("running")
    VOTING = "voting", _("up for a vote")
    DONE = "done", _("finished")
    FAILED = "failed", _("failed")
    NOTHING = "nothing", _("nothing to learn")


class RoundQuerySet(models.QuerySet["Round"]):
    def running(self) -> "RoundQuerySet":
        return self.filter(state=RoundState.RUNNING)

    def finished(self) -> "RoundQuerySet":
        """Those that tried a challenger to the end."""
        return self.filter(state=RoundState.DONE)

    def voting(self) -> "RoundQuerySet":
        """Those whose challenger meets the rule, and whose members have not decided yet; one at most."""
        return self.filter(state=RoundState.VOTING)

    def recorded(self) -> "RoundQuerySet":
        """Those that left a public record."""
        return self.filter(state__in=[RoundState.DONE, RoundState.VOTING]).exclude(folder="")

    def told(self) -> "RoundQuerySet":
        """Those that say something of their examples: tried to the end, or nothing to learn from them."""
        return self.filter(state__in=[RoundState.DONE, RoundState.NOTHING])

    def over(self) -> "RoundQuerySet":
        """Ended, however."""
        return self.exclude(state=RoundState.RUNNING)

    def silent(self) -> "RoundQuerySet":
        """Running by their state, and dead by what they last said."""
        return self.running().filter(beat_at__lt=timezone.now() - SILENT)

    def latest_first(self) -> "RoundQuerySet":
        return self.order_by("-number")


class Round(models.Model):
    """One attempt to teach the champion something, and all that became of it.

    ``ids`` is the hash of the sorted ids of the examples, ``snapshot`` that of what they say, as the public record has it.
    ``gain`` is the mean fall of the held-out loss in nats, with the bounds that it is above and below with 95 % each.
    ``verdict`` is {promote, rule: whether the rule alone would promote, reasons, worse: names of groups, groups: [{name, members,
    pairs, loss_before, loss_after, accuracy_before, accuracy_after}], total: the same of all, replay, validators, answers: how
    many, capture, damaged: examples left out}; ``curve`` is [{members, examples, loss, accuracy}].
    ``folder`` is the record under DATA_DIR/training/, and ``record_sha256`` vouches for it. ``budget``, ``pool`` (examples’) and
    ``styles_pool`` are grains; both pools together are within the budget. ``rules`` are those of the record; {} of rounds before
    they were kept here. ``styles`` is {} where no styles were valued, else {choices, members, cards, validators, answers, gain,
    low, high: as above, loss: before it, pays, reasons, given, rules, strengths: by the id of each style that was ever valued}.
    Where members vote, they do until ``votes_until``, and ``votes_least`` of them have to.
    """

    number = models.PositiveIntegerField(_("number"), unique=True)
    state = models.CharField(_("state"), max_length=8, choices=RoundState, default=RoundState.RUNNING)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    beat_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    snapshot = models.CharField(_("snapshot (SHA-256)"), max_length=64, blank=True)
    ids = models.CharField(_("examples (SHA-256)"), max_length=64, blank=True)
    examples = models.PositiveIntegerField(_("examples"), default=0)
    members = models.PositiveIntegerField(_("members"), default=0)
    parent = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    challenger = models.OneToOneField(
        ModelVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="round"
    )
    gain = models.FloatField(_("gain"), null=True, blank=True)
    gain_low = models.FloatField(null=True, blank=True)
    gain_high = models.FloatField(null=True, blank=True)
    verdict = models.JSONField(_("verdict"), default=dict, blank=True)
    curve = models.JSONField(default=list, blank=True)
    folder = models.CharField(max_length=40, blank=True)
    record_sha256 = models.CharField(_("record (SHA-256)"), max_length=64, blank=True)
    budget = models.BigIntegerField(default=0)
    pool = models.BigIntegerField(default=0)
    styles_pool = models.BigIntegerField(default=0)
    rules = models.JSONField(default=dict, blank=True)
    styles = models.JSONField(default=dict, blank=True)
    votes_until = models.DateTimeField(null=True, blank=True)
    votes_least = models.PositiveIntegerField(default=0)
    error = models.CharField(_("error"), max_length=500, blank=True)
    asked_by = models.ForeignKey(
        _MEMBER, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("round of training")
        verbose_name_plural = _("rounds of training")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RoundState.values), name="training_round_state"),
            models.UniqueConstraint(fields=["state"], condition=Q(state="running"), name="training_one_round"),
            models.UniqueConstraint(fields=["state"], condition=Q(state="voting"), name="training_one_vote"),
            models.CheckConstraint(condition=~Q(state="voting") | Q(votes_until__isnull=False), name="training_until"),
            models.CheckConstraint(
                condition=Q(state="running", finished_at=None) | ~Q(state="running") & Q(finished_at__isnull=False),
                name="training_round_finished",
            ),
            models.CheckConstraint(condition=Q(styles_pool__gte=0), name="training_round_styles"),
        ]

    def __str__(self) -> str:
        return str(_("Round %(number)s") % {"number": self.number})


class PromotionVote(models.Model):
    """What a member says of a round's challenger: take it into use, or not. The last word until the end counts."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="votes")
    member = models.ForeignKey(_MEMBER, on_delete=models.CASCADE, related_name="+")
    supports = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "member"], name="training_vote_once")]

    def __str__(self) -> str:
        return f"{'for' if self.supports else 'against'} round {self.round_id}"


class MemberValueQuerySet(models.QuerySet["MemberValue"]):
    def of(self, member: Member) -> "MemberValueQuerySet":
        return self.filter(member=member)

    def allotted(self) -> "MemberValueQuerySet":
        """Of finished rounds: of one that is voted on nobody knows yet what it pays."""
        return self.filter(round__state=RoundState.DONE)


class MemberValue(models.Model):
    """What the examples of a member were worth in a round; ``number`` is what the public record calls them.

    ``phi`` is in pico-nats (10⁻¹² of the measured gain's unit) and may be negative; ``items`` are the accepted examples;
    ``grains`` is what the round allots; ``balance`` (at most 0) is what the member carries into the next.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="member_values")
    member = models.ForeignKey(_MEMBER, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    phi = models.BigIntegerField()
    items = models.PositiveIntegerField()
    grains = models.BigIntegerField(default=0)
    balance = models.BigIntegerField(default=0)

    objects = MemberValueQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "member"], name="training_member_once"),
            models.UniqueConstraint(fields=["round", "number"], name="training_number_once"),
            models.CheckConstraint(condition=Q(grains__gte=0, balance__lte=0), name="training_grains"),
        ]
        indexes = [models.Index(fields=["member", "-id"], name="training_member")]

    def __str__(self) -> str:
        return f"{self.member_id} in round {self.round_id}"


class ExampleValueQuerySet(models.QuerySet["ExampleValue"]):
    def of(self, member: Member) -> "ExampleValueQuerySet":
        return self.filter(member=member)


class ExampleValue(models.Model):
    """What one example was worth in a round: ``phi`` in pico-nats. ``number`` is its row in the public record.

    The example may be gone since (None); what it was worth in that round stays, for as long as `storing.kept_until` says.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="example_values")
    example = models.ForeignKey("social.Example", on_delete=models.SET_NULL, null=True, related_name="+")
    member = models.ForeignKey(_MEMBER, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    phi = models.BigIntegerField()

    objects = ExampleValueQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "number"], name="training_example_once")]
        indexes = [models.Index(fields=["member", "-id"], name="training_example")]

    def __str__(self) -> str:
        return f"example {self.number} of round {self.round_id}"


class StyleValue(models.Model):
    """What a style was worth in a round: ``phi`` in pico-nats, the sum over the ``choices`` that it won; ``number`` is its own in
    the public record. ``grains`` is its part of the pool, of which its people may get less."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="style_values")
    card = models.ForeignKey("social.StyleCard", on_delete=models.PROTECT, related_name="worth")
    number = models.PositiveIntegerField()
    phi = models.BigIntegerField()
    choices = models.PositiveIntegerField()
    grains = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "card"], name="training_style_once"),
            models.UniqueConstraint(fields=["round", "number"], name="training_style_number_once"),
            models.CheckConstraint(condition=Q(grains__gte=0), name="training_style_grains"),
        ]

    def __str__(self) -> str:
        return f"style {self.card_id} in round {self.round_id}"


class Part(models.TextChoices):
    """Why somebody is paid for a style."""

    AUTHOR = "author", _("as its author")
    VOTE = "vote", _("for your vote")


class StyleShareQuerySet(models.QuerySet["StyleShare"]):
    def of(self, member: Member) -> "StyleShareQuerySet":
        return self.filter(member=member)

    def allotted(self) -> "StyleShareQuerySet":
        """Of finished rounds; see `MemberValueQuerySet.allotted`."""
        return self.filter(round__state=RoundState.DONE)


class StyleShare(models.Model):
    """What a round allots to a member for one style; ``number`` is what the public record calls them among its payees."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="style_shares")
    card = models.ForeignKey("social.StyleCard", on_delete=models.PROTECT, related_name="shares")
    member = models.ForeignKey(_MEMBER, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    part = models.CharField(max_length=6, choices=Part)
    grains = models.BigIntegerField()

    objects = StyleShareQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "card", "member", "part"], name="training_share_once"),
            models.CheckConstraint(condition=Q(grains__gt=0), name="training_share_grains"),
            models.CheckConstraint(condition=Q(part__in=Part.values), name="training_share_part"),
        ]
        indexes = [models.Index(fields=["member", "-id"], name="training_share_member")]

    def __str__(self) -> str:
        return f"{self.part} {self.card_id} of {self.member_id} in round {self.round_id}"


class ValidatorQuerySet(models.QuerySet["Validator"]):
    def of(self, member: Member) -> "ValidatorQuerySet":
        return self.filter(member=member)

    def open(self) -> "ValidatorQuerySet":
        """Invited, and the round that they are to measure is not over."""
        return self.filter(closed_at=None)


class Validator(models.Model):
    """A member drawn by lot to answer comparisons that measure round ``number``; never somebody who offered."""

    member = models.ForeignKey(_MEMBER, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    asked_at = models.DateTimeField(default=timezone.now)
    answered = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)

    objects = ValidatorQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "number"], name="training_validator_once")]

    def __str__(self) -> str:
        return f"{self.member_id} measures round {self.number}"


class Draw(models.Model):
    """The lot by which validators of round ``number`` are drawn: its hash is public at once, itself after the round."""

    number = models.PositiveIntegerField(unique=True)
    seed = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"draw for round {self.number}"


class Mode(models.TextChoices):
    """Whether the nightly job trains."""

    ON = "on", _("trains and promotes")
    VOTE = "vote", _("trains; members vote on what is promoted")
    PINNED = "pinned", _("trains, promotes nothing")
    STOPPED = "stopped", _("does not train")


class Switch(models.Model):
    """The one row by which administrators stop training or keep the champion (number 1)."""

    mode = models.CharField(_("mode"), max_length=7, choices=Mode, default=Mode.ON)
    vote_days = models.PositiveSmallIntegerField(
        _("days of a vote"), default=3, validators=[MinValueValidator(1), MaxValueValidator(14)]
    )
    vote_least = models.PositiveIntegerField(
        _("members who have to vote"), default=10, validators=[MinValueValidator(1), MaxValueValidator(1_000_000)],
        help_text=_("With fewer votes nothing is promoted. More have to be for it than against it."),
    )  # fmt: skip
    reason = models.CharField(_("reason"), max_length=400, blank=True)
    set_by = models.ForeignKey(_MEMBER, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("set by"))
    set_at = models.DateTimeField(_("set at"), default=timezone.now)

    class Meta:
        verbose_name = _("switch of training")
        verbose_name_plural = _("switch of training")
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="training_mode"),
            models.CheckConstraint(condition=Q(pk=1), name="training_one_switch"),
        ]

    def __str__(self) -> str:
        return self.get_mode_display()


class Neighbour(models.Model):
    """Who likes ``post`` likes ``other`` (EASE, counted nightly from members who allow it); several a post, best first."""

    post = models.ForeignKey("social.Post", on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey("social.Post", on_delete=models.CASCADE, related_name="+")
    score = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "other"], name="neighbour_once")]
        indexes = [models.Index(fields=["post", "-score"], name="neighbour_best")]

    def __str__(self) -> str:
        return f"{self.other_id} is near {self.post_id}"


class Bridge(models.Model):
    """How much a post is liked across those who otherwise like different things; counted nightly."""

    post = models.OneToOneField("social.Post", on_delete=models.CASCADE, primary_key=True, related_name="+")
    score = models.FloatField()

    def __str__(self) -> str:
        return f"{self.post_id}: {self.score}"
