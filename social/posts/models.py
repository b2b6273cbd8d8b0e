"""Posts and what members do with them. A repost is a post row with ``repost_of`` and no text."""

import secrets
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import BooleanField, Case, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from metya.web.files import url_of
from social.follows.models import Block, Follow, Mute
from social.lists.models import ListMember
from social.posts.storage import PRIVATE, picture_storage


class Visibility(models.TextChoices):
    """Who may see a post."""

    PUBLIC = "public", _("Everyone")
    FOLLOWERS = "followers", _("Followers")
    MENTIONED = "mentioned", _("People mentioned")
    LIST = "list", _("A list")


class ReplyRule(models.TextChoices):
    """Who may answer in a conversation, besides whoever opened it."""

    EVERYONE = "everyone", _("Everyone can reply")
    FOLLOWERS = "followers", _("Followers can reply")
    MENTIONED = "mentioned", _("People mentioned can reply")


class PostQuerySet(models.QuerySet["Post"]):
    def present(self) -> "PostQuerySet":
        """Not deleted."""
        return self.filter(deleted_at__isnull=True)

    def over(self) -> "PostQuerySet":
        """Deleted, and the time to think better of it has passed."""
        return self.filter(undo_until__lte=timezone.now())

    def public(self) -> "PostQuerySet":
        return self.filter(visibility=Visibility.PUBLIC)

    def originals(self) -> "PostQuerySet":
        """Posts and replies, without reposts."""
        return self.filter(repost_of__isnull=True)

    def topmost(self) -> "PostQuerySet":
        """Those that answer nothing."""
        return self.filter(in_reply_to__isnull=True)

    def visible_to(self, viewer: Member | None) -> "PostQuerySet":
        """What ``viewer`` (None: a visitor) may see.

        The author is neither suspended nor gone (of who is gone, tombstones stay), and no block stands between author
        and viewer. A post that is not public is for its author, for the person whom it answers, and for its audience:
        followers of the audience's owner (its author; for answers, whoever opened the conversation), the people it
        mentions, or who is in its list now. Deleted posts stay as tombstones while something answers them. A repost is
        seen by those who may see what it repeats.
        """
        rows = self.filter(Q(author__is_active=True) | Q(deleted_at__isnull=False))
        rows = rows.exclude(author__suspended_until__gt=timezone.now())
        answered = Post.objects.filter(in_reply_to=OuterRef("pk"))
        rows = rows.filter(Q(deleted_at__isnull=True) | Exists(answered))
        rows = rows.filter(_seen(viewer)).exclude(_blocked(viewer))
        repeated = Post.objects.filter(pk=OuterRef("repost_of")).present().public()
        repeated = repeated.filter(author__is_active=True).exclude(author__suspended_until__gt=timezone.now())
        return rows.filter(Q(repost_of__isnull=True) | Exists(repeated.exclude(_blocked(viewer))))

    def own_or_visible_to(self, viewer: Member) -> "PostQuerySet":
        """As ``visible_to``, and everything the viewer wrote, deleted or not: what their verbs may reach."""
        visible = Post.objects.visible_to(viewer).filter(pk=OuterRef("pk"))
        return self.filter(Q(author=viewer) | Exists(visible))

    def judged_for(self, viewer: Member) -> "PostQuerySet":
        """With ``answerable``: whether the rule of the conversation lets ``viewer`` reply."""
        return self.annotate(answerable=_answerable(viewer))

    def answerable_by(self, viewer: Member) -> "PostQuerySet":
        """Those in whose conversation the rule lets ``viewer`` reply."""
        return self.filter(_answerable(viewer))

    def unmuted_by(self, viewer: Member | None) -> "PostQuerySet":
        """Without authors, or authors of what is reposted, whom ``viewer`` muted; for feeds."""
        if viewer is None:
            return self
        mutes = Mute.objects.standing().filter(source=viewer, target=OuterRef("author"))
        return self.exclude(Exists(mutes)).without_reposts_muted_by(viewer)

    def without_reposts_muted_by(self, viewer: Member | None) -> "PostQuerySet":
        """Without reposts of what somebody wrote whom ``viewer`` muted; for the page of a person."""
        if viewer is None:
            return self
        mutes = Mute.objects.standing().filter(source=viewer, target=OuterRef("repost_of__author"))
        return self.exclude(Q(repost_of__isnull=False) & Exists(mutes))


def _seen(viewer: Member | None) -> Q:
    """Whether the visibility of a post includes ``viewer``."""
    if viewer is None:
        return Q(visibility=Visibility.PUBLIC)
    follows = Follow.objects.filter(source=viewer, target=Coalesce(OuterRef("audience"), OuterRef("author")))
    mentions = Mention.objects.filter(post=OuterRef("pk"), member=viewer)
    listed = ListMember.objects.filter(list=OuterRef("for_list"), member=viewer)
    mine = Q(author=viewer) | Q(audience=viewer) | Q(in_reply_to__author=viewer)
    return (
        Q(visibility=Visibility.PUBLIC)
        | mine
        | Q(Exists(follows), visibility=Visibility.FOLLOWERS)
        | Q(Exists(mentions), visibility=Visibility.MENTIONED)
        | Q(Exists(listed), visibility=Visibility.LIST)
    )


def _answerable(viewer: Member) -> Case:
    """Whether ``viewer`` may reply by the rule of the conversation, which whoever opened it may always."""
    root = Coalesce(OuterRef("root"), OuterRef("pk"))
    return Case(
        When(replies_from=ReplyRule.EVERYONE, then=Value(True)),
        When(Exists(Post.objects.filter(pk=root, author=viewer)), then=Value(True)),
        When(replies_from=ReplyRule.FOLLOWERS, then=Exists(Follow.objects.filter(source=viewer, target__posts=root))),
        default=Exists(Mention.objects.filter(post=root, member=viewer)),
        output_field=BooleanField(),
    )


def _blocked(viewer: Member | None) -> Q:
    """Whether a block, either way, stands between a post's author and ``viewer``."""
    if viewer is None:
        return Q(pk__in=[])
    by_viewer = Block.objects.filter(source=viewer, target=OuterRef("author"))
    by_author = Block.objects.filter(source=OuterRef("author"), target=viewer)
    return Q(Exists(by_viewer)) | Q(Exists(by_author))


class Post(models.Model):
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="posts")
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(blank=True)
    visibility = models.CharField(_("visibility"), max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    in_reply_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replies")
    root = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="thread")
    # Whose followers, or whose list, see the post when not the author's: an answer keeps the bound of what it answers.
    audience = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Without it (the list was deleted) a post for a list is its author's alone.
    for_list = models.ForeignKey(
        "social.MemberList", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Set by whoever opens a conversation; every answer carries a copy.
    replies_from = models.CharField(max_length=10, choices=ReplyRule, default=ReplyRule.EVERYONE)
    warning = models.CharField(_("content warning"), max_length=400, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    quote_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="quotes")
    repost_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reposts")
    # Of the first link; ``preview_off``: its author, or a moderator, wants none.
    preview = models.ForeignKey(
        "social.LinkPreview", on_delete=models.SET_NULL, null=True, blank=True, related_name="posts"
    )
    preview_off = models.BooleanField(default=False)
    # Its words stem from a draft of the assistant, in any version of it (social.assistant.likeness).
    assisted = models.BooleanField(default=False)
    # What the composer sent along, so that the same form sent twice makes one post.
    client_key = models.CharField(max_length=40, null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveSmallIntegerField(default=1)
    # Which version of what it repeats, quotes or answers it was given to.
    about_version = models.PositiveSmallIntegerField(default=1)
    deleted_at = models.DateTimeField(null=True, blank=True)
    # Until then its author may think better of having deleted it: nobody sees it, but its words are still there.
    undo_until = models.DateTimeField(null=True, blank=True)
    like_count = models.PositiveIntegerField(default=0)
    reply_count = models.PositiveIntegerField(default=0)
    repost_count = models.PositiveIntegerField(default=0)
    quote_count = models.PositiveIntegerField(default=0)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        permissions = [("remove_post", _("Can remove posts of others"))]
        indexes = [
            models.Index(fields=["author", "-id"], name="post_author"),
            # The last columns only so that a timeline is read from the index alone.
            models.Index(
                fields=["author", "-id", "repost_of", "quote_of", "visibility", "for_list"],
                name="post_timeline",
                condition=Q(deleted_at=None, in_reply_to=None),
            ),
            models.Index(fields=["root", "id"], name="post_thread"),
            models.Index(fields=["in_reply_to", "id"], name="post_replies"),
            models.Index(
                fields=["-id"],
                name="post_explore",
                condition=Q(visibility="public", deleted_at=None, in_reply_to=None, repost_of=None),
            ),
            models.Index(fields=["undo_until"], name="post_undo", condition=Q(undo_until__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["author", "repost_of"],
                condition=Q(repost_of__isnull=False, deleted_at__isnull=True),
                name="post_reposted_once",
            ),
            models.UniqueConstraint(fields=["author", "client_key"], name="post_sent_once"),
            models.CheckConstraint(condition=Q(visibility__in=Visibility.values), name="post_visibility"),
            models.CheckConstraint(condition=Q(replies_from__in=ReplyRule.values), name="post_replies_from"),
            models.CheckConstraint(
                condition=Q(for_list__isnull=True) | Q(visibility="list"), name="post_list_only_for_lists"
            ),
            models.CheckConstraint(
                condition=Q(repost_of__isnull=True) | Q(text="", quote_of__isnull=True, in_reply_to__isnull=True),
                name="post_repost_is_bare",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60] or f"post {self.pk}"

    def get_absolute_url(self) -> str:
        return f"/posts/{self.repost_of_id or self.pk}/"

    @property
    def present(self) -> bool:
        """Not deleted."""
        return self.deleted_at is None

    @cached_property
    def pictures(self) -> "list[PostImage]":
        """In their order; one query, kept for the life of the object, or none where they came with it."""
        return list(self.images.all())

    @property
    def emptied(self) -> bool:
        """Deleted for good."""
        return self.deleted_at is not None and self.undo_until is None

    def blanked(self) -> "Post":
        """This object without anything it said; the row stays as it is."""
        self.text = self.html = self.warning = ""
        self.like_count = self.reply_count = self.repost_count = self.quote_count = 0
        return self

    @property
    def summary(self) -> str:
        """What may stand in a line about the post: behind a content warning only the warning."""
        return self.warning or self.text


class PostVersion(models.Model):
    """The words of a post before a change; ``since`` is when they became its words."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    html = models.TextField()
    warning = models.CharField(max_length=400, blank=True)
    language = models.CharField(max_length=10, blank=True)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "number"], name="post_version_once")]

    def __str__(self) -> str:
        return f"version {self.number} of {self.post_id}"


def image_name(image: "PostImage", _name: str) -> str:
    """A folder by month and a name that nobody can guess; what the uploader called the file is dropped.

    In the private store unless it is of a post for everyone that is there.
    """
    shown = image.post is not None and image.post.visibility == Visibility.PUBLIC and image.post.present
    return f"{'posts/' if shown else PRIVATE}{timezone.now():%Y/%m}/{secrets.token_hex(16)}.webp"


class PostImageQuerySet(models.QuerySet["PostImage"]):
    def waiting_of(self, member: Member) -> "PostImageQuerySet":
        """Uploaded by the member while writing, and in no post yet."""
        return self.filter(member=member, post__isnull=True)

    def visible_to(self, viewer: Member) -> "PostImageQuerySet":
        """Those of posts that the viewer may see, and the viewer's own: waiting for a post, or in one that may come back."""
        seen = Post.objects.visible_to(viewer).present().filter(pk=OuterRef("post"))
        standing = Q(post__isnull=True) | Q(post__deleted_at__isnull=True) | Q(post__undo_until__gt=timezone.now())
        return self.filter(Q(Exists(seen)) | Q(standing, member=viewer))

    def forgotten(self, before: datetime) -> "PostImageQuerySet":
        """Uploaded before that moment and never posted."""
        return self.filter(post__isnull=True, created_at__lt=before)


class PostImage(models.Model):
    """A re-encoded picture; ``alt`` describes it, or the author declined to describe it.

    It is in the private store while it waits for its post, and afterwards unless the post is for everyone. ``focus_x`` and
    ``focus_y`` are what must stay visible when it is cropped, in percent from the left and from the top.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, null=True, related_name="images")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    focus_x = models.PositiveSmallIntegerField(default=50)
    focus_y = models.PositiveSmallIntegerField(default=50)
    created_at = models.DateTimeField(default=timezone.now)
    file = models.ImageField(upload_to=image_name, storage=picture_storage, width_field="width", height_field="height")
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    alt = models.CharField(_("description"), max_length=1000, blank=True)
    alt_declined = models.BooleanField(default=False)

    objects = PostImageQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")
        indexes = [models.Index(fields=["created_at"], name="image_waiting", condition=Q(post=None))]
        constraints = [
            models.CheckConstraint(
                condition=Q(post__isnull=True) | Q(alt_declined=True) | ~Q(alt=""), name="image_alt_or_declined"
            ),
            models.CheckConstraint(condition=Q(focus_x__lte=100, focus_y__lte=100), name="image_focus"),
        ]

    def __str__(self) -> str:
        return self.alt or str(self.file)

    @property
    def private(self) -> bool:
        """Served by a view that judges who asks."""
        return str(self.file.name).startswith(PRIVATE)

    @property
    def url(self) -> str:
        """Its address for those who may see it."""
        return f"/posts/pictures/{self.pk}/" if self.private else url_of(self.file)


class Like(models.Model):
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="likes")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="likes")
    version = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "post"], name="like_once")]
        indexes = [models.Index(fields=["member", "-id"], name="like_member")]

    def __str__(self) -> str:
        return f"{self.member_id} likes {self.post_id}"


class Mention(models.Model):
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="mentions")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "member"], name="mention_once")]

    def __str__(self) -> str:
        return f"{self.post_id} mentions {self.member_id}"


class Tag(models.Model):
    """A hashtag; ``name`` is case-folded and NFC."""

    name = models.CharField(max_length=100, unique=True)

    class Meta:
        verbose_name = _("hashtag")
        verbose_name_plural = _("hashtags")

    def __str__(self) -> str:
        return f"#{self.name}"


class PostTag(models.Model):
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="tags")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="uses")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "tag"], name="tag_once")]
        indexes = [models.Index(fields=["tag", "-post"], name="tag_posts")]

    def __str__(self) -> str:
        return f"{self.post_id} {self.tag_id}"
