"""Lists of people: a feed of one's own choosing, and an audience to write for."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from metya.wallets.models import Member
from social.follows.models import Block

_MEMBER = settings.AUTH_USER_MODEL


class MemberListQuerySet(models.QuerySet["MemberList"]):
    def of(self, owner: Member) -> "MemberListQuerySet":
        return self.filter(owner=owner)

    def visible_to(self, viewer: Member | None) -> "MemberListQuerySet":
        """One's own, and public ones of members in good standing with whom no block is shared."""
        rows = self.filter(public=True, owner__is_active=True).exclude(owner__suspended_until__gt=timezone.now())
        if viewer is None:
            return rows
        by_viewer = Block.objects.filter(source=viewer, target=OuterRef("owner"))
        by_owner = Block.objects.filter(source=OuterRef("owner"), target=viewer)
        met = rows.exclude(Exists(by_viewer)).exclude(Exists(by_owner))
        return self.filter(Q(owner=viewer) | Q(pk__in=met.values("pk")))


class MemberList(models.Model):
    """``public`` ones are seen by everyone, with who is in them; nobody is told of a private one."""

    owner = models.ForeignKey(_MEMBER, on_delete=models.CASCADE, related_name="lists")
    name = models.CharField(_("name"), max_length=200)
    about = models.CharField(_("about"), max_length=1200, blank=True)
    public = models.BooleanField(_("public"), default=False)
    size = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    objects = MemberListQuerySet.as_manager()

    class Meta:
        verbose_name = _("list")
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="list_name_once")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/lists/{self.pk}/"


class ListMember(models.Model):
    list = models.ForeignKey(MemberList, on_delete=models.CASCADE, related_name="entries")
    member = models.ForeignKey(_MEMBER, on_delete=models.CASCADE, related_name="listed")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "member"], name="list_member_once")]
        indexes = [models.Index(fields=["list", "-id"], name="list_newest")]

    def __str__(self) -> str:
        return f"{self.member_id} in {self.list_id}"
