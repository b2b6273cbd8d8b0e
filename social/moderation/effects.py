"""What a decision does, inside the transaction that marks it as applied. Whoever wrote the thing may have deleted it: then
nothing of it is left to do."""

from functools import partial

from django.db import transaction
from django.utils import timezone

from metya.ops import audit
from metya.wallets import sessions
from metya.wallets.models import Member
from social.appeals import keeping
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
        _remove(made)
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


def _remove(made: Decision) -> None:
    """Of all but messages it is kept, out of sight, what an appeal can bring back."""
    kind, pk = Kind(made.case.kind), made.case.subject_id
    if kind == Kind.POST:
        _hide_post(pk)
    elif kind == Kind.MESSAGE:
        removing.remove(pk)
    elif kind == Kind.IMAGE:
        _remove_image(made)
    elif kind == Kind.PROFILE:
        _remove_profile(made)
    else:
        _remove_list(made)


def _remove_image(made: Decision) -> None:
    image = PostImage.objects.select_for_update().filter(pk=made.case.subject_id).first()
    if image is not None:
        keeping.of_image(made, image)
        image.delete()


def _remove_profile(made: Decision) -> None:
    """What they say about themselves, and their pictures; the handle and the account stay."""
    profile = Profile.objects.select_for_update().filter(member=made.case.subject_id).first()
    if profile is None:
        return
    keeping.of_profile(made, profile)
    Profile.objects.filter(pk=profile.pk).update(name="", bio="", bio_html="", links=[], picture="", header="")


def _remove_list(made: Decision) -> None:
    one = MemberList.objects.select_for_update().filter(pk=made.case.subject_id).first()
    if one is not None:
        keeping.of_list(made, one)
        one.delete()


def _suspend(made: Decision) -> None:
    """Never shorter than what stands."""
    why = made.why
    longer = Member.objects.filter(pk=made.member_id).exclude(suspended_until__gte=made.ends_at)
    if longer.update(suspended_until=made.ends_at, suspension_reason=why):
        until = made.ends_at.isoformat() if made.ends_at else ""
        audit.record(made.moderator, "moderation.suspend", made.member, until=until, reason=why)
        sessions.end_all(made.member)
        live.ended(made.member_id)
