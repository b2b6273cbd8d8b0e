"""Erasing what a member wrote, kept and did. Each step looks for what is left, so that it may be interrupted anywhere."""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from metya.members.parts import Step, deleting, one_of
from metya.wallets.models import Member
from social.appeals import keeping
from social.assistant import leaving as assistant
from social.assistant.models import DraftPair, StyleVote
from social.bookmarks.models import Bookmark, Folder
from social.comparisons.models import Example, Feedback, Question
from social.consent.models import Grant
from social.digest.models import MailDigest
from social.drafts.models import Draft
from social.follows import actions as follows
from social.follows.models import Block, Follow, FollowRequest, Mute
from social.imports.models import Import
from social.interactions.models import Interaction
from social.labels.models import LabelChoice, Labelling, Objection, Recommendation, Subscription
from social.lists import actions as lists
from social.lists.models import ListMember, MemberList
from social.looks.models import LookPage
from social.mutes.models import MutedThread, MutedWord
from social.notes.models import Note
from social.notifications.models import Notification, NotificationChoice
from social.polls.models import PollVote
from social.posts import actions as posts
from social.posts import removal
from social.posts.models import Like, Mention, Post, PostImage
from social.profiles.models import Profile
from social.push.models import PushChoice, PushDevice
from social.ranking.models import NotRecommended, Preset, Slate, Steering, Taste
from social.tags.models import TagFollow
from social.training.models import ExampleValue, PromotionVote, Validator
from social.transparency.models import LogName
from social.trends.models import TrustedMember


def erase(member: Member, most: int) -> int:
    """Up to ``most`` more things of the first step that finds any; 0 when nothing is left."""
    return one_of(_STEPS, member, most)


def _posts(member: Member, most: int) -> int:
    """Posts and replies become tombstones, reposts go; files first, so that an interruption leaves none behind."""
    standing = Q(deleted_at=None) | Q(undo_until__isnull=False)
    rows = list(Post.objects.filter(standing, author=member).select_related("repost_of").order_by("pk")[:most])
    for post in rows:
        if post.repost_of is not None:
            posts.unrepost(actor=member, post=post.repost_of)
            continue
        for image in PostImage.objects.filter(post=post):
            image.file.storage.delete(str(image.file.name))
        with transaction.atomic():
            removal.erase(post)
    return len(rows)


def _pictures(member: Member, most: int) -> int:
    """What waited for a post."""
    rows = list(PostImage.objects.filter(member=member).order_by("pk")[:most])
    for image in rows:
        image.file.storage.delete(str(image.file.name))
        image.delete()
    return len(rows)


def _tombstones(member: Member, most: int) -> int:
    """What an emptied post still told of its author."""
    told = ~Q(language="") | Q(client_key__isnull=False) | Q(for_list__isnull=False)
    ids = list(Post.objects.filter(told, author=member).order_by("pk").values_list("pk", flat=True)[:most])
    return Post.objects.filter(pk__in=ids).update(language="", client_key=None, for_list=None)


def _likes(member: Member, most: int) -> int:
    rows = list(Like.objects.filter(member=member).select_related("post").order_by("pk")[:most])
    for like in rows:
        posts.unlike(actor=member, post=like.post)
    return len(rows)


def _follows(member: Member, most: int) -> int:
    """Both ways, with those that wait for an answer."""
    found: list[tuple[Member, Member]] = []
    for model in (Follow, FollowRequest):
        rows: Any = model.objects.filter(Q(source=member) | Q(target=member)).select_related("source", "target")
        found += [(row.source, row.target) for row in rows.order_by("pk")[:most]]
    for source, target in found[:most]:
        follows.unfollow(actor=source, target=target)
    return len(found[:most])


def _listed(member: Member, most: int) -> int:
    """Out of the lists of others, whose size follows."""
    rows = list(ListMember.objects.filter(member=member).select_related("list").order_by("pk")[:most])
    for entry in rows:
        lists.remove(actor=member, one=entry.list, member=member)
    return len(rows)


def _looks(member: Member, most: int) -> int:
    """Where staff went as the member, and where they went to the member's page as somebody else."""
    named = Q(path=f"/@{member.handle}") | Q(path__startswith=f"/@{member.handle}/")
    ids = LookPage.objects.filter(Q(look__member=member) | named).exclude(path="").values_list("pk", flat=True)[:most]
    return LookPage.objects.filter(pk__in=list(ids)).update(path="")


def _credits(member: Member, _most: int) -> int:
    """Their name under presets that others copied."""
    copies = Preset.objects.filter(Q(copied_from__owner=member) | Q(credited=member.handle)).exclude(credited="")
    return copies.update(credited="")


def _facts(member: Member, _most: int) -> int:
    """What still stood of interactions, if anything; the rows stay for the epochs that were."""
    rows = Interaction.objects.standing().filter(Q(source=member) | Q(target=member))
    return rows.update(undone_at=timezone.now())


def _profile(member: Member, _most: int) -> int:
    """Empty: the row stays, since others point to it."""
    profile = Profile.objects.filter(member=member).first()
    if profile is None:
        return 0
    blank: dict[str, Any] = {
        "name": "", "bio": "", "bio_html": "", "writes_in": "", "picture": "", "header": "", "links": [],
        "pinned_id": None, "searchable": False, "locked": False, "reads_labels": False,
        "uses_assistant": False, "shares_drafts": False, "drafted_at": None,
        "follower_count": 0, "following_count": 0, "post_count": 0,
    }  # fmt: skip
    shown = profile.shown_wallets.exists()
    if not shown and all(_bare(getattr(profile, name)) == value for name, value in blank.items()):
        return 0
    for stored in (profile.picture, profile.header):
        if stored:
            stored.storage.delete(str(stored.name))
    profile.shown_wallets.clear()
    Profile.objects.filter(pk=profile.pk).update(**blank)
    return 1


def _bare(value: Any) -> Any:
    """The name of a file field, anything else as it is."""
    return (value.name or "") if hasattr(value, "storage") else value


_STEPS: tuple[Step, ...] = (
    _posts,
    _pictures,
    _tombstones,
    _likes,
    deleting(Bookmark, "member"),
    deleting(Folder, "member"),
    _follows,
    _listed,
    deleting(MemberList, "owner"),
    deleting(Block, "source"),
    deleting(Block, "target"),
    deleting(Mute, "source"),
    deleting(Mute, "target"),
    deleting(MutedWord, "member"),
    deleting(MutedThread, "member"),
    deleting(Note, "owner"),
    deleting(Note, "about"),
    deleting(Draft, "member"),
    deleting(DraftPair, "member"),
    deleting(StyleVote, "member"),
    deleting(PromotionVote, "member"),
    assistant.empty_styles,
    deleting(Objection, "member"),
    deleting(Labelling, "labeller"),
    deleting(Subscription, "member"),
    deleting(Subscription, "labeller"),
    deleting(LabelChoice, "member"),
    deleting(Recommendation, "labeller"),
    # Examples cite grants, so they go first.
    deleting(Example, "member"),
    deleting(Feedback, "member"),
    deleting(Question, "member"),
    deleting(Grant, "member"),
    deleting(Import, "member"),
    deleting(TagFollow, "member"),
    deleting(TrustedMember, "member"),
    deleting(ExampleValue, "member"),
    deleting(Validator, "member"),
    deleting(Slate, "member"),
    deleting(Steering, "member"),
    deleting(NotRecommended, "member"),
    deleting(Taste, "member"),
    _credits,
    deleting(Preset, "owner"),
    deleting(PollVote, "member"),
    deleting(Mention, "member"),
    deleting(Notification, "member"),
    deleting(Notification, "actor"),
    deleting(NotificationChoice, "member"),
    deleting(PushDevice, "member"),
    deleting(PushChoice, "member"),
    deleting(MailDigest, "member"),
    deleting(LogName, "member"),
    keeping.forget,
    _looks,
    _facts,
    _profile,
)
