"""What happened to a member, kept until read and after; and what of it each member wants to be told."""

from datetime import UTC
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import BigIntegerField, Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from social.follows.models import Block, Follow, Mute
from social.mutes.models import MutedThread
from social.notifications.sentences import Sentence, may_leave, of_older
from social.posts.models import Post


class NotificationKind(models.TextChoices):
    FOLLOW = "follow", _("followed you")
    REQUEST = "request", _("asks to follow you")
    ACCEPTED = "accepted", _("let you follow")
    LIKE = "like", _("liked your post")
    REPLY = "reply", _("replied to you")
    MENTION = "mention", _("mentioned you")
    QUOTE = "quote", _("quoted you")
    REPOST = "repost", _("reposted you")
    PAYOUT = "payout", _("your payout")
    NOTICE = "notice", _("notice")


KIND_NAMES = {
    "follow": _("New followers"),
    "request": _("Follow requests"),
    "accepted": _("Accepted requests"),
    "like": _("Likes"),
    "reply": _("Replies"),
    "mention": _("Mentions"),
    "quote": _("Quotes"),
    "repost": _("Reposts"),
    "payout": _("Payouts"),
    "notice": _("Notices"),
}

# Told together: what many people do to one post, or to oneself, in one day.
TOGETHER = (NotificationKind.LIKE, NotificationKind.REPOST, NotificationKind.FOLLOW)
# What the page can be narrowed to.
SHOWS: dict[str, tuple[str, ...]] = {
    "talk": (NotificationKind.REPLY, NotificationKind.MENTION, NotificationKind.QUOTE),
    "likes": (NotificationKind.LIKE, NotificationKind.REPOST),
    "follows": (NotificationKind.FOLLOW, NotificationKind.REQUEST, NotificationKind.ACCEPTED),
    "house": (NotificationKind.PAYOUT, NotificationKind.NOTICE),
}


class Reach(models.TextChoices):
    """From whom a kind of notification is wanted."""

    EVERYONE = "all", _("Everyone")
    FOLLOWED = "followed", _("People you follow")
    NOBODY = "off", _("Nobody")


_ICONS = {
    "follow": "user-plus",
    "request": "user-plus",
    "accepted": "user-check",
    "like": "heart",
    "reply": "reply",
    "mention": "at-sign",
    "quote": "quote",
    "repost": "repeat-2",
    "payout": "coins",
    "notice": "info",
}


class NotificationQuerySet(models.QuerySet["Notification"]):
    def of(self, member: Member | int) -> "NotificationQuerySet":
        return self.filter(member=member)

    def unread(self) -> "NotificationQuerySet":
        return self.filter(read_at__isnull=True)

    def of_kinds(self, kinds: tuple[str, ...]) -> "NotificationQuerySet":
        """Of these kinds; of all when none is named."""
        return self.filter(kind__in=kinds) if kinds else self

    def heads(self) -> "NotificationQuerySet":
        """The newest of each bundle: where it stands on the page."""
        return self.filter(head=True)

    def outdone(self) -> "NotificationQuerySet":
        """Heads of which a newer one is in the same bundle: after many were written at once."""
        newer = Notification.objects.filter(member=OuterRef("member"), bundle=OuterRef("bundle"), pk__gt=OuterRef("pk"))
        return self.filter(Exists(newer), head=True, kind__in=TOGETHER)

    def shown_to(self, member: Member) -> "NotificationQuerySet":
        """The member's own, without those whose cause is gone or unwanted now: it was taken back, either blocks the other or
        the member mutes the person behind it or the conversation, that person is suspended or left, the post was deleted or
        is not theirs to see any more, or the member does not want this kind from them.

        All of that is judged here and nothing at writing: what was held back meanwhile is there when it is wanted again.
        """
        blocks = Block.objects.filter(
            Q(source=member, target=OuterRef("actor")) | Q(source=OuterRef("actor"), target=member)
        )
        mutes = Mute.objects.standing().filter(source=member, target=OuterRef("actor"))
        active = Q(actor__suspended_until=None) | Q(actor__suspended_until__lte=timezone.now())
        welcome = Q(active, ~Exists(blocks), ~Exists(mutes), actor__is_active=True)
        seen = Exists(Post.objects.visible_to(member).present().filter(pk=OuterRef("post")))
        hushed = MutedThread.objects.filter(
            member=member, root=Coalesce(OuterRef("post__root"), OuterRef("post"), output_field=BigIntegerField())
        )
        follows = Follow.objects.filter(source=member, target=OuterRef(OuterRef("actor")))
        unwanted = NotificationChoice.objects.filter(
            Q(bell=Reach.NOBODY) | Q(~Exists(follows), bell=Reach.FOLLOWED), member=member, kind=OuterRef("kind")
        )
        return self.of(member).filter(
            ~Exists(unwanted), Q(actor=None) | welcome, Q(post=None) | seen & ~Exists(hushed), withdrawn=False
        )

    def judged_for(self, member: Member) -> "NotificationQuerySet":
        """With ``followed``: whether the member follows the person behind it."""
        return self.annotate(followed=Exists(Follow.objects.filter(source=member, target=OuterRef("actor"))))


class _BundleField(models.CharField):  # type: ignore[type-arg]
    """Filled when the row is made, whoever makes it: rows of one member with the same value are told together."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if add:
            setattr(model_instance, self.attname, _bundle_of(model_instance))
        return getattr(model_instance, self.attname)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


def _bundle_of(row: Any) -> str:
    """Kind, post and day (UTC) of what is told together; else the key, which no other row of the member has."""
    if row.kind not in TOGETHER or (row.kind != NotificationKind.FOLLOW and row.post_id is None):
        return str(row.key)
    about = f"{row.kind}:{row.post_id}" if row.post_id else row.kind
    return f"{about}:{row.created_at.astimezone(UTC).date().isoformat()}"


class Notification(models.Model):
    """``key`` makes the same event arrive once; ``text`` and ``url`` serve kinds that other parts write (payout, notice).

    ``sentence`` and ``values`` say the same as ``text`` in any language: show ``said``.

    ``head``: the newest of its bundle, kept by the actions, so that neither the page nor the bell walks through the ten
    thousand likes of one post. ``withdrawn``: read, and taken back since; the row stays so that it cannot ring again.
    """

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=8, choices=NotificationKind)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    post = models.ForeignKey("social.Post", on_delete=models.CASCADE, null=True, related_name="+")
    text = models.CharField(max_length=300, blank=True)
    sentence = models.CharField(max_length=300, blank=True)
    values = models.JSONField(default=dict, blank=True)
    url = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    bundle = _BundleField(max_length=80, default="")
    head = models.BooleanField(default=True)
    withdrawn = models.BooleanField(default=False)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "key"], name="notification_once"),
            models.CheckConstraint(condition=Q(kind__in=NotificationKind.values), name="notification_kind"),
        ]
        indexes = [
            models.Index(fields=["member", "-id"], name="notification_member"),
            models.Index(fields=["member"], condition=Q(read_at__isnull=True), name="notification_unread"),
            models.Index(fields=["member", "bundle", "-id"], name="notification_bundle"),
            models.Index(fields=["member", "-id"], condition=Q(head=True), name="notification_heads"),
            models.Index(fields=["member"], condition=Q(head=True, read_at__isnull=True), name="notification_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.member_id}"

    @property
    def icon(self) -> str:
        """The name of the drawing that stands for the kind."""
        return _ICONS[self.kind]

    @property
    def kind_name(self) -> str:
        """The kind in the plural, as in the settings."""
        return str(KIND_NAMES[self.kind])

    @property
    def said(self) -> str:
        """What the system tells, in the language of whoever reads; as it was written down where nothing else is known."""
        return str(self._told or self.text)

    @property
    def said_outside(self) -> str:
        """The same where it may leave the site, as in an e-mail; else empty."""
        return str(self._told) if self._told and may_leave(self._told) else ""

    @property
    def _told(self) -> Sentence | None:
        return Sentence(self.sentence, self.values) if self.sentence else of_older(self.text)

    @property
    def target_url(self) -> str:
        """Where the notification leads: its own address, else the post, else the person."""
        if self.url or self.post:
            return self.url or self.post.get_absolute_url()  # type: ignore[union-attr]
        return self.actor.get_absolute_url() if self.actor else "/notifications/"

    @property
    def actor_name(self) -> str:
        """The person's name, or the handle of one who gave none."""
        if self.actor is None:
            return ""
        profile = getattr(self.actor, "profile", None)
        return (profile.name if profile else "") or str(self.actor)


class NotificationChoice(models.Model):
    """From whom a member wants one kind of notification, a column for each way of telling; without a row, from everyone."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_choices")
    kind = models.CharField(max_length=8, choices=NotificationKind)
    bell = models.CharField(max_length=8, choices=Reach, default=Reach.EVERYONE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "kind"], name="notification_choice_once"),
            models.CheckConstraint(condition=Q(kind__in=NotificationKind.values), name="notification_choice_kind"),
            models.CheckConstraint(condition=Q(bell__in=Reach.values), name="notification_choice_bell"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.kind} from {self.bell}"
