"""The public face of a member."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from social.follows.models import Block, Follow, FollowRequest, Mute


def picture_name(_profile: "Profile", _name: str) -> str:
    """A name that nobody can guess; what the uploader called the file is dropped."""
    return f"faces/{secrets.token_hex(16)}.webp"


def header_name(_profile: "Profile", _name: str) -> str:
    """As ``picture_name``, for the wide picture."""
    return f"headers/{secrets.token_hex(16)}.webp"


def moved(counter: str, step: int) -> Combinable:
    """A counter moved by ``step`` where it stands, for an UPDATE; never below zero, so that a row that was imported
    without its counters can still be undone."""
    return F(counter) + step if step > 0 else Greatest(F(counter) + step, 0)


class ProfileQuerySet(models.QuerySet["Profile"]):
    def visible_to(self, viewer: Member | None) -> "ProfileQuerySet":
        """Members who chose a handle, are neither suspended nor gone, and share no block with ``viewer``."""
        rows = self.filter(member__is_active=True, member__onboarded_at__isnull=False)
        rows = rows.exclude(member__suspended_until__gt=timezone.now())
        if viewer is None:
            return rows
        by_viewer = Block.objects.filter(source=viewer, target=OuterRef("member"))
        by_member = Block.objects.filter(source=OuterRef("member"), target=viewer)
        return rows.exclude(Exists(by_viewer)).exclude(Exists(by_member))

    def asking(self, member: Member) -> "ProfileQuerySet":
        """Who asks to follow ``member``, also those whom they do not meet any more."""
        return self.filter(Exists(FollowRequest.objects.filter(source=OuterRef("member"), target=member)))

    def reachable_by(self, viewer: Member) -> "ProfileQuerySet":
        """Visible, or in one of the viewer's own lists: whom they may unfollow, unblock and unmute."""
        lists = (Follow.objects, FollowRequest.objects, Block.objects, Mute.objects)
        own = [Exists(rows.filter(source=viewer, target=OuterRef("member"))) for rows in lists]
        visible = ProfileQuerySet(self.model).visible_to(viewer).filter(pk=OuterRef("pk"))
        return self.filter(own[0] | own[1] | own[2] | own[3] | Exists(visible))


class Profile(models.Model):
    """Made at onboarding; one per member. Counters are caches moved by actions."""

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="profile"
    )
    name = models.CharField(_("name"), max_length=240, blank=True)
    bio = models.CharField(_("about"), max_length=2000, blank=True)
    bio_html = models.TextField(blank=True)
    # The language that was last chosen for a post, offered for the next one.
    writes_in = models.CharField(max_length=10, blank=True)
    picture = models.ImageField(_("picture"), upload_to=picture_name, blank=True)
    # Whether search finds them and what they write.
    searchable = models.BooleanField(_("in search"), default=True)
    # A wide picture over the profile; addresses elsewhere, at most a few; a public post of one's own that stays on top.
    header = models.ImageField(_("header picture"), upload_to=header_name, blank=True)
    links = models.JSONField(_("links"), default=list, blank=True)
    pinned = models.ForeignKey("social.Post", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # Whoever wants to follow asks first.
    locked = models.BooleanField(_("locked"), default=False)
    # Which of one's wallets everyone sees; none by default.
    shown_wallets = models.ManyToManyField("wallets.Wallet", blank=True, related_name="+")
    # Whether they subscribed to any labeller: known without a query.
    reads_labels = models.BooleanField(default=False)
    # Whether they want the drafting assistant, let others see which drafts they preferred, and when they last saw drafts.
    uses_assistant = models.BooleanField(default=False)
    shares_drafts = models.BooleanField(default=False)
    drafted_at = models.DateTimeField(null=True, blank=True)
    follower_count = models.PositiveIntegerField(default=0)
    following_count = models.PositiveIntegerField(default=0)
    post_count = models.PositiveIntegerField(default=0)

    objects = ProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("profile")

    def __str__(self) -> str:
        return self.name or str(self.member)


def name_of(member: Member) -> str:
    """The name, or the handle of one who gave none; also of somebody without a profile."""
    profile = getattr(member, "profile", None)
    return (profile.name if profile else "") or member.handle
