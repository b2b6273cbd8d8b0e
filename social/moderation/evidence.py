"""How something stood when it was reported, in words: what its author changes or deletes afterwards stays with the case."""

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from metya.wallets.models import Member
from social.detection.models import Signal
from social.lists.models import MemberList
from social.moderation.models import Decision, Report
from social.posts.models import Post, PostImage
from social.profiles.models import Profile

# How long after the decision.
KEPT = timedelta(days=90)


def of_post(post: Post) -> str:
    """Time, author, warning, words, and the pictures by the address at which moderators may see them."""
    pictures = "".join(f"\n{_picture(one)}" for one in PostImage.objects.filter(post=post))
    warning = f"[{post.warning}] " if post.warning else ""
    return f"{post.created_at:%Y-%m-%d %H:%M} @{post.author.handle}: {warning}{post.text}{pictures}"


def of_image(image: PostImage) -> str:
    """The picture, and the words beside it."""
    text = image.post.text if image.post else ""
    return f"{_picture(image)}\n@{image.member.handle}: {text}"


def of_profile(member: Member) -> str:
    """Name, words about oneself, links."""
    profile = Profile.objects.filter(member=member).select_related("member").first()
    return said_by(profile) if profile is not None else f"@{member.handle}"


def said_by(profile: Profile) -> str:
    """The same of a profile that is at hand."""
    return "\n".join([f"{profile.name} @{profile.member.handle}", profile.bio, *profile.links]).strip()


def of_list(one: MemberList) -> str:
    """Its name and what it says about itself."""
    return f"@{one.owner.handle}: {one.name}\n{one.about}".strip()


def forget() -> int:
    """What was kept of decided cases goes after KEPT; how many. The report or signal, its rule and its outcome stay, and all of
    it while an appeal waits."""
    appealed = Decision.objects.filter(case=OuterRef("case"), appeal__state="open")
    before = timezone.now() - KEPT
    over = Report.objects.decided().filter(decided_at__lt=before).exclude(evidence="").exclude(Exists(appealed))
    signalled = Signal.objects.decided().filter(decided_at__lt=before).exclude(evidence="", snapshot="")
    emptied = signalled.exclude(Exists(appealed)).update(evidence="", snapshot="")
    return over.update(evidence="") + emptied


def _picture(image: PostImage) -> str:
    return f"[/posts/pictures/{image.pk}/ {image.alt}]"
