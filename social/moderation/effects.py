"""What a decision does, inside the transaction that marks it as applied. Whoever wrote the thing may have deleted it: then
nothing of it is left to do."""

from functools import partial

from django.db import transaction
from django.utils import timezone

from metya.ops import audit
from metya.wallets import sessions
from metya.wallets.models import Member
from social.detection import imagery
from social.interactions import actions as interactions
from social.lists.models import MemberList
from social.live import publish as live
from social.messages import removing
from social.moderation.models import APPEALABLE, Case, Decision, Deed, Kind
from social.posts import pictures, removal
from social.posts.models import Post, PostImage
from social.profiles.models import Profile

# What was taken out of sight is kept for as long as its author may appeal, then emptied.
HIDDEN = APPEALABLE


def apply(made: Decision) -> None:
    """The effects of one decision; approving has none, a limit is judged where posts are shown, and while anything but approving
    stands about a post, what others give to it does not count."""
    post = None if made.kind == Deed.APPROVE else content_of(made.case)
    if post is not None:
        interactions.pause(post=post, decision=made)
    if made.kind == Deed.HIDE:
        _hide_post(made.case.subject_id)
    elif made.kind == Deed.REMOVE:
        imagery.remember(_pictures(made.case), made)
        _REMOVE[Kind(made.case.kind)](made.case.subject_id)
    elif made.kind == Deed.SUSPEND:
        _suspend(made)


def content_of(case: Case) -> Post | None:
    """The post that a case is about, or whose picture; None for everything else, to which nothing is given."""
    if case.kind == Kind.POST:
        return Post.objects.filter(pk=case.subject_id).first()
    if case.kind == Kind.IMAGE:
        return Post.objects.filter(reports__case=case).first()
    return None


def _pictures(case: Case) -> list[PostImage]:
    """Those that are removed with what the case is about, so that they are known again."""
    if case.kind == Kind.IMAGE:
        return list(PostImage.objects.filter(pk=case.subject_id))
    return list(PostImage.objects.filter(post=case.subject_id)) if case.kind == Kind.POST else []


def _hide_post(pk: int) -> None:
    post = Post.objects.filter(pk=pk).first()
    if post is not None and removal.hide(post):
        Post.objects.filter(pk=pk).update(undo_until=timezone.now() + HIDDEN)
        transaction.on_commit(partial(pictures.rehouse, pk), robust=True)


def _remove_image(pk: int) -> None:
    image = PostImage.objects.filter(pk=pk).first()
    if image is not None:
        transaction.on_commit(partial(image.file.storage.delete, str(image.file.name)), robust=True)
        image.delete()


def _remove_profile(pk: int) -> None:
    """What they say about themselves, and their pictures; the handle and the account stay."""
    profile = Profile.objects.filter(member=pk).first()
    if profile is None:
        return
    for stored in (profile.picture, profile.header):
        if stored:
            transaction.on_commit(partial(stored.storage.delete, str(stored.name)), robust=True)
    Profile.objects.filter(pk=profile.pk).update(name="", bio="", bio_html="", links=[], picture="", header="")


def _remove_list(pk: int) -> None:
    MemberList.objects.filter(pk=pk).delete()


def _suspend(made: Decision) -> None:
    """Never shorter than what stands."""
    why = made.why
    longer = Member.objects.filter(pk=made.member_id).exclude(suspended_until__gte=made.ends_at)
    if longer.update(suspended_until=made.ends_at, suspension_reason=why):
        until = made.ends_at.isoformat() if made.ends_at else ""
        audit.record(made.moderator, "moderation.suspend", made.member, until=until, reason=why)
        sessions.end_all(made.member)
        live.ended(made.member_id)


_REMOVE = {
    Kind.POST: _hide_post,
    Kind.IMAGE: _remove_image,
    Kind.MESSAGE: removing.remove,
    Kind.PROFILE: _remove_profile,
    Kind.LIST: _remove_list,
}
