"""A member's posts, people and collections, as they stand in the download. Of others only what the member may see anyway:
handles and addresses of posts, never their words.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from metya.members.parts import Row, Section
from metya.wallets.models import Member
from metya.web.absolute import absolute
from social.appeals.models import Appeal
from social.assistant.models import DraftHalf, DraftPair, StyleCard, StyleVote
from social.bookmarks.models import Bookmark, Filed, Folder
from social.comparisons.models import Example, Feedback, Question
from social.consent.models import Grant
from social.digest.models import MailDigest
from social.drafts.models import Draft
from social.follows.models import Block, Follow, FollowRequest, Mute
from social.imports.models import Import
from social.labels.models import LabelChoice, Labelling, Objection, Subscription
from social.lists.models import ListMember, MemberList
from social.looks.models import Look
from social.moderation.models import Decision, Report
from social.mutes.models import MutedThread, MutedWord
from social.notes.models import Note
from social.notifications.models import Notification, NotificationChoice
from social.polls.models import Poll, PollVote
from social.posts.models import Like, Post, PostImage, PostVersion
from social.profiles.models import Profile
from social.push.models import PushChoice, PushDevice
from social.ranking.models import NotRecommended, Preset, Slate, Steering, Taste
from social.tags.models import TagFollow
from social.training.models import ExampleValue, MemberValue, PromotionVote, StyleShare, Validator
from social.transparency.models import LogName

CHUNK = 200
Files = Iterator[tuple[str, Any]]


def sections(member: Member) -> list[Section]:
    def rows(name: str, title: str, found: QuerySet[Any], /, **fields: Any) -> Section:
        return Section(name, title, partial(_plain, found, fields))

    return [
        Section("profile", _("Your profile"), lambda: _profile(member), lambda: _faces(member)),
        Section("posts", _("Posts and replies"), lambda: _posts(member), lambda: _pictures(member)),
        rows("reposts", _("Reposts"), Post.objects.present().filter(author=member, repost_of__isnull=False),
             post=F("repost_of"), by=F("repost_of__author__handle"), at=F("created_at")),
        rows("likes", _("Likes"), Like.objects.filter(member=member),
             to=F("post"), by=F("post__author__handle"), at=F("created_at")),
        Section("bookmarks", _("Bookmarks"), lambda: _bookmarks(member)),
        rows("folders", _("Folders of bookmarks"), Folder.objects.filter(member=member),
             folder=F("name"), since=F("created_at")),
        rows("following", _("People you follow"), Follow.objects.filter(source=member),
             handle=F("target__handle"), since=F("created_at")),
        rows("followers", _("People who follow you"), Follow.objects.filter(target=member),
             handle=F("source__handle"), since=F("created_at")),
        rows("asked", _("Whom you asked to follow"), FollowRequest.objects.filter(source=member),
             handle=F("target__handle")),
        rows("blocks", _("Blocked people"), Block.objects.filter(source=member),
             handle=F("target__handle"), since=F("created_at")),
        rows("mutes", _("Muted people"), Mute.objects.filter(source=member),
             handle=F("target__handle"), ends=F("until")),
        rows("muted-words", _("Muted words and hashtags"), MutedWord.objects.filter(member=member),
             words=F("text"), hashtag=F("tag"), ends=F("until")),
        rows("muted-threads", _("Muted conversations"), MutedThread.objects.filter(member=member), post=F("root")),
        Section("lists", _("Lists"), lambda: _lists(member)),
        rows("tags", _("Followed hashtags"), TagFollow.objects.filter(member=member), name=F("tag__name")),
        rows("notes", _("Notes about people"), Note.objects.filter(owner=member),
             handle=F("about__handle"), note=F("text"), changed=F("changed_at")),
        rows("drafts", _("Drafts"), Draft.objects.filter(member=member),
             typed=F("fields"), goes_out=F("due_at"), changed=F("updated_at")),
        rows("log-name", _("Your name in the public log of moderation"), LogName.objects.filter(member=member),
             name=F("name")),
        rows("votes", _("Votes in polls"), PollVote.objects.filter(member=member),
             post=F("poll"), chose=F("choice"), at=F("created_at")),
        rows("notifications", _("Notifications"), Notification.objects.shown_to(member),
             what=F("kind"), by=F("actor__handle"), about=F("post"), words=F("text"), at=F("created_at")),
        rows("wanted", _("From whom you want notifications"), NotificationChoice.objects.filter(member=member),
             what=F("kind"), whom=F("bell")),
        rows("pushed", _("What you chose to have pushed"), PushChoice.objects.filter(member=member),
             what=F("kind"), pushed=F("wanted")),
        rows("devices", _("Devices that are told what is new"), PushDevice.objects.filter(member=member),
             device=F("label"), since=F("created_at"), last_told=F("used_at")),
        rows("mail", _("Notifications by e-mail"), MailDigest.objects.filter(member=member),
             address=F("address"), not_confirmed=F("asked"), how_often=F("frequency"), last_sent=F("sent_at")),
        rows("reports", _("What you reported"), Report.objects.filter(reporter=member),
             about=F("member__handle"), to=F("post"), why=F("rule_version__title"), words=F("note"), became=F("state"),
             at=F("created_at")),
        rows("decisions", _("What was decided about you"), Decision.objects.told_to(member),
             what=F("kind"), about=F("case__kind"), rule=F("rule_version__title"), found=F("facts"), at=F("made_at"),
             ends=F("ends_at"), overturned=F("overturned_at")),
        rows("appeals", _("Your appeals"), Appeal.objects.filter(member=member),
             against=F("decision__kind"), words=F("text"), at=F("made_at"), became=F("state"), why=F("reasons")),
        Section("looks", _("Who looked at the site as you"), lambda: _looks(member)),
        rows("labels", _("Labels that you put on posts"), Labelling.objects.filter(labeller=member),
             what=F("label__name"), on=F("post"), why=F("reason"), at=F("made_at"), ends=F("expires_at"), became=F("state")),
        rows("labelled", _("Labels on your posts"), Labelling.objects.filter(post__author=member),
             what=F("label__name"), by=F("labeller__handle"), on=F("post"), why=F("reason"), at=F("made_at"),
             ends=F("expires_at"), became=F("state")),
        rows("objections", _("Your objections to labels"), Objection.objects.filter(member=member),
             to=F("labelling__label__name"), on=F("labelling__post"), words=F("text"), at=F("made_at"),
             became=F("outcome"), why=F("reasons")),
        rows("labellers", _("Whose labels you follow"), Subscription.objects.filter(member=member),
             handle=F("labeller__handle")),
        rows("label-choices", _("How you meet labels"), LabelChoice.objects.filter(member=member),
             label=F("label__name"), how=F("choice")),
        rows("consent", _("What you allowed, with your receipts"), Grant.objects.of(member),
             purpose=F("purpose"), version=F("version"), words=F("words"), sha256=F("digest"), given=F("given_at"),
             ended=F("ended_at"), ending=F("ending")),
        rows("feedback", _("What you said about posts in your feed"), Feedback.objects.of(member),
             said=F("said"), post=F("post"), at=F("created_at")),
        rows("examples", _("Your examples"), Example.objects.of(member),
             kind=F("kind"), winner=F("winner"), loser=F("loser"), weight=F("base"), at=F("created_at"),
             receipt=F("grant"), receipt_measuring=F("evaluation")),
        rows("questions", _("Which of two posts you were asked"), Question.objects.of(member),
             first=F("first"), second=F("second"), answer=F("answer"), at=F("asked_at")),
        rows("steering", _("How you steer your feed"), Steering.objects.filter(member=member),
             sliders=F("sliders"), quotas=F("quotas"), asked=F("ask"), group=F("group"), in_group_since=F("group_changed_at"),
             since=F("changed_at")),
        rows("presets", _("Your presets of the feed"), Preset.objects.filter(owner=member),
             name=F("name"), sliders=F("sliders"), quotas=F("quotas"), shared=F("shared"), copied_from=F("credited"),
             taken_from_everyone=F("unshared_reason")),
        rows("shown", _("What “For you” showed you and why"), Slate.objects.filter(member=member),
             at=F("shown_at"), version=F("version__number"), group=F("group"), posts=F("entries")),
        rows("taste", _("What your feed knows of your taste"), Taste.objects.filter(member=member),
             counted=F("data"), at=F("made_at")),
        rows("not-recommended", _("That your posts are not recommended"), NotRecommended.objects.filter(member=member),
             since=F("since")),
        rows("styles", _("Styles that you proposed"), StyleCard.objects.filter(author=member),
             what=F("name"), how=F("instruction"), like=F("example"), became=F("state"), at=F("made_at"), why=F("reason")),
        rows("style-votes", _("Your votes on styles"), StyleVote.objects.filter(member=member),
             style=F("card__name"), vote=F("value"), at=F("at")),
        rows("model-votes", _("Your votes on versions of the community's model"), PromotionVote.objects.filter(member=member),
             round=F("round__number"), for_it=F("supports"), at=F("at")),
        rows("assistant", _("What you asked the drafting assistant"), DraftPair.objects.filter(member=member),
             number=F("pk"), what=F("ask"), text=F("text"), kept=F("choice"), shared=F("shared"), post=F("post"), at=F("at")),
        rows("assistant-drafts", _("What the drafting assistant answered"), DraftHalf.objects.filter(pair__member=member),
             number=F("pair"), draft=F("side"), style=F("card__name"), text=F("text"), became=F("state")),
        rows("training", _("What your examples were worth, by round of training"), MemberValue.objects.of(member).allotted(),
             round=F("round__number"), worth_pico_nats=F("phi"), examples=F("items"), grains=F("grains"),
             carried_on=F("balance")),
        rows("examples-worth", _("What each of your examples was worth"), ExampleValue.objects.of(member),
             round=F("round__number"), row_of_the_record=F("number"), worth_pico_nats=F("phi")),
        rows("styles-worth", _("What rounds of training allotted to you for styles"), StyleShare.objects.of(member).allotted(),
             round=F("round__number"), style=F("card__name"), part=F("part"), grains=F("grains")),
        rows("measuring", _("When you were asked to measure a model"), Validator.objects.of(member),
             round=F("number"), at=F("asked_at"), answered=F("answered")),
        rows("imports", _("Imports"), Import.objects.filter(member=member),
             what=F("kind"), name=F("file_name"), through=F("done"), at=F("created_at")),
    ]  # fmt: skip


def _looks(member: Member) -> Iterator[Row]:
    """Staff who saw the site as the member sees it, each with the pages they asked for."""
    for look in Look.objects.filter(member=member).select_related("actor").order_by("pk"):
        yield {
            "by": look.actor.handle,
            "why": look.reason,
            "began": look.began_at,
            "ended": look.ended_at,
            "pages": list(look.pages.order_by("pk").values("at", "path", "shown")),
        }


def _plain(found: QuerySet[Any], fields: dict[str, Any]) -> Iterator[Row]:
    """Rows under the names of the download. A prefix keeps them apart from the columns they come from."""
    renamed = {f"as_{name}": column for name, column in fields.items()}
    for row in found.order_by("pk").values(**renamed).iterator(chunk_size=CHUNK):
        yield {name.removeprefix("as_"): value for name, value in row.items()}


def _profile(member: Member) -> Iterator[Row]:
    profile = Profile.objects.get(member=member)
    yield {
        "address": absolute(member.get_absolute_url()),
        "name": profile.name,
        "about": profile.bio,
        "links": profile.links,
        "picture": _place(profile.picture),
        "header": _place(profile.header),
        "pinned": profile.pinned_id,
        "locked": profile.locked,
        "in_search": profile.searchable,
        "shown_wallets": list(profile.shown_wallets.values_list("address", flat=True)),
    }


def _faces(member: Member) -> Files:
    profile = Profile.objects.get(member=member)
    for stored in (profile.picture, profile.header):
        if stored:
            yield str(stored.name), stored


def _posts(member: Member) -> Iterator[Row]:
    """With earlier versions, pictures and polls, a few posts at a time."""
    found = Post.objects.present().originals().filter(author=member)
    last = 0
    while page := list(found.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        last = page[-1].pk
        ids = [post.pk for post in page]
        images = _by_post(PostImage.objects.filter(post__in=ids))
        versions = _by_post(PostVersion.objects.filter(post__in=ids).order_by("number"))
        polls = Poll.objects.in_bulk(ids)
        for post in page:
            poll = polls.get(post.pk)
            yield {
                "id": post.pk,
                "address": absolute(post.get_absolute_url()),
                "at": post.created_at,
                "edited": post.edited_at,
                "text": post.text,
                "content_warning": post.warning,
                "language": post.language,
                "for": post.visibility,
                "replies_from": post.replies_from,
                "answers": post.in_reply_to_id,
                "quotes": post.quote_of_id,
                "with_the_assistant": post.assisted,
                "pictures": [{"file": _place(one.file), "description": one.alt} for one in images.get(post.pk, [])],
                "earlier": [{"text": one.text, "since": one.since} for one in versions.get(post.pk, [])],
                "poll": {"choices": poll.choices, "votes": poll.counts, "ends": poll.ends_at} if poll else None,
                "likes": post.like_count,
                "replies": post.reply_count,
                "reposts": post.repost_count,
            }


def _by_post(rows: QuerySet[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.post_id, []).append(row)
    return found


def _pictures(member: Member) -> Files:
    """Those of posts, and those that wait in drafts."""
    for image in PostImage.objects.filter(member=member).order_by("pk").iterator(chunk_size=CHUNK):
        yield str(image.file.name), image.file


def _bookmarks(member: Member) -> Iterator[Row]:
    folders: dict[int, list[str]] = {}
    for bookmark, name in (
        Filed.objects.filter(folder__member=member).values_list("bookmark", "folder__name").iterator()
    ):
        folders.setdefault(bookmark, []).append(name)
    rows = (
        Bookmark.objects.filter(member=member).order_by("pk").values("pk", "post", "post__author__handle", "created_at")
    )
    for row in rows.iterator(chunk_size=CHUNK):
        yield {
            "post": row["post"],
            "by": row["post__author__handle"],
            "at": row["created_at"],
            "folders": folders.get(row["pk"], []),
        }


def _lists(member: Member) -> Iterator[Row]:
    for one in MemberList.objects.filter(owner=member).order_by("pk"):
        people = ListMember.objects.filter(list=one).order_by("pk").values_list("member__handle", flat=True)
        yield {"name": one.name, "about": one.about, "public": one.public, "people": list(people)}


def _place(stored: Any) -> str:
    """Where a stored file lies in the archive."""
    return f"files/{stored.name}" if stored else ""
