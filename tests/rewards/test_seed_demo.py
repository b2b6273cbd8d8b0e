"""seed_demo: what it writes is what the site's own actions would have written, and it refuses what it should."""

from collections import Counter
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.management import call_command
from django.db import transaction
from django.db.models import Sum
from django.test import override_settings
from django.utils import timezone
from PIL import Image

from metya.ops.models import AuditEvent
from metya.wallets import demo
from metya.wallets.models import Member, Wallet
from rewards import engine
from rewards.epochs import files
from rewards.epochs.actions import advance_due
from rewards.epochs.models import Epoch, EpochState
from rewards.ledger.checking import differences as ledger_differences
from rewards.payouts import actions as payouts
from rewards.payouts.checklist import POINTS
from rewards.payouts.models import Batch, BatchState, Payout
from social.appeals import actions as appeals
from social.demo import gathering
from social.demo.links import PAGES
from social.demo.people import RING_NAMES
from social.demo.pictures import DRAWINGS
from social.follows.models import Block, Follow, Mute
from social.groups.models import RankingGroup
from social.interactions.models import Interaction
from social.moderation.models import Case, Decision, Report
from social.notifications.models import Notification
from social.posts.models import Like, Post, PostImage
from social.posts.render import MAX_CHARACTERS, render
from social.posts.text import clean_text
from social.posts.writing import known_handles
from social.previews.models import LinkPreview
from social.profiles.models import Profile
from social.ranking.models import Preset, Steering


class Seeded(NamedTuple):
    """What the command said, and where the files are."""

    said: str
    place: Path


SMALL = {"members": 40, "posts": 200, "days": 5}


def seed(**options) -> str:
    out = StringIO()
    call_command("seed_demo", **SMALL | options, stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def seeded(django_db_setup, django_db_blocker, tmp_path_factory):
    """One seeded database for the tests that only look; taken back after them."""
    place = tmp_path_factory.mktemp("demo")
    own = override_settings(
        DEMO=True,
        GENESIS_DATE="",
        CHAIN_RPC_URL="",
        EPOCHS_DIR=place / "epochs",
        MEDIA_ROOT=place / "media",
        TRAINING_DIR=place / "training",
    )
    with django_db_blocker.unblock(), own, transaction.atomic():
        yield Seeded(seed(), place)
        transaction.set_rollback(True)


@pytest.fixture
def site(seeded, db, settings):
    """The seeded database, each test in a transaction of its own."""
    settings.GENESIS_DATE = ""
    settings.EPOCHS_DIR, settings.MEDIA_ROOT = seeded.place / "epochs", seeded.place / "media"


def test_it_says_what_it_does(seeded):
    for words in ("40 members", "180 posts", "20 reposts", "5 epochs closed", "4 batches submitted by Fay", "done"):
        assert words in seeded.said


def test_members_come_with_everything_that_signing_up_would_give(site):
    assert Member.objects.count() == 40
    assert not Member.objects.exclude(
        onboarded_at__isnull=False, payout_wallet__isnull=False, profile__name__gt=""
    ).exists()
    for member in Member.objects.select_related("payout_wallet"):
        assert not member.has_usable_password()
        assert member.payout_wallet.member_id == member.pk
        assert SocialAccount.objects.get(user=member).uid == member.payout_wallet.uid
    assert Wallet.objects.count() == 40


def test_the_cast_holds_its_roles_and_keys(site):
    for one in demo.CAST:
        member = Member.objects.get(handle=one.handle)
        assert member.is_demo
        assert member.roles == set(one.roles)
        assert member.payout_wallet.address == one.address
    assert Member.objects.filter(is_demo=True).count() == len(demo.CAST)
    assert Member.objects.get(handle="ada").is_superuser
    assert AuditEvent.objects.filter(verb="role.granted").count() == 6


def test_counters_are_what_can_be_counted(site):
    likes = Counter(Like.objects.values_list("post", flat=True))
    replies = Counter(Post.objects.filter(in_reply_to__isnull=False).values_list("in_reply_to", flat=True))
    quotes = Counter(Post.objects.filter(quote_of__isnull=False).values_list("quote_of", flat=True))
    reposts = Counter(Post.objects.filter(repost_of__isnull=False).values_list("repost_of", flat=True))
    for post in Post.objects.all():
        counted = (likes[post.pk], replies[post.pk], quotes[post.pk], reposts[post.pk])
        assert (post.like_count, post.reply_count, post.quote_count, post.repost_count) == counted
    assert likes and replies and quotes and reposts
    followers = Counter(Follow.objects.values_list("target", flat=True))
    following = Counter(Follow.objects.values_list("source", flat=True))
    written = Counter(Post.objects.originals().values_list("author", flat=True))
    for profile in Profile.objects.all():
        counted = (followers[profile.pk], following[profile.pk], written[profile.pk])
        assert (profile.follower_count, profile.following_count, profile.post_count) == counted


def test_texts_are_clean_and_rendered_as_publishing_does(site):
    for post in Post.objects.originals():
        assert clean_text(post.text, most=MAX_CHARACTERS) == post.text
        rendered = render(post.text, known_handles)
        if "@" not in post.text:
            assert post.html == rendered.html
        assert {use.tag.name for use in post.tags.select_related("tag")} == set(rendered.tags)
        assert {mention.member.handle for mention in post.mentions.select_related("member")} >= set(rendered.handles)


def test_ids_grow_with_time(site):
    moments = list(Post.objects.order_by("pk").values_list("created_at", flat=True))
    assert moments == sorted(moments)
    told = list(Notification.objects.order_by("pk").values_list("created_at", flat=True))
    assert told == sorted(told)


def test_threads_hang_together(site):
    for post in Post.objects.filter(in_reply_to__isnull=False).select_related("in_reply_to", "root", "root__author"):
        assert post.in_reply_to_id < post.pk
        assert post.root_id == (post.in_reply_to.root_id or post.in_reply_to_id)
        assert post.root.in_reply_to_id is None
        assert post.visibility == post.in_reply_to.visibility
        if post.visibility == "followers":
            assert post.audience_id == post.root.author_id
    assert not Post.objects.filter(quote_of__visibility="followers").exists()
    assert not Post.objects.filter(repost_of__visibility="followers").exists()


def test_facts_match_deeds(site):
    facts = Counter(Interaction.objects.standing().values_list("source", "target", "kind", "post"))
    wanted = Counter()
    for source, target in Follow.objects.values_list("source", "target"):
        wanted[source, target, "follow", None] += 1
    for member, post, author in Like.objects.values_list("member", "post", "post__author"):
        wanted[member, author, "like", post] += 1
    for post in Post.objects.select_related("in_reply_to", "quote_of", "repost_of"):
        if post.in_reply_to and post.in_reply_to.author_id != post.author_id:
            wanted[post.author_id, post.in_reply_to.author_id, "reply", post.pk] += 1
        if post.quote_of:
            wanted[post.author_id, post.quote_of.author_id, "quote", post.pk] += 1
        if post.repost_of:
            wanted[post.author_id, post.repost_of.author_id, "repost", post.repost_of_id] += 1
    assert facts == wanted
    hidden = Interaction.objects.filter(post__visibility="followers")
    assert not hidden.filter(public=True).exists()
    assert not Interaction.objects.filter(public=False).exclude(post__visibility="followers").exists()


def test_pictures_are_files_with_descriptions(site):
    assert PostImage.objects.count() >= 3
    for image in PostImage.objects.all():
        assert image.alt and not image.alt_declined
        with image.file.open() as file:
            assert Image.open(file).size == (image.width, image.height)
    faces = [profile.picture for profile in Profile.objects.exclude(picture="")]
    assert len(faces) > 20
    assert all(face.storage.exists(face.name) for face in faces)


def test_links_are_shown_and_nothing_is_asked(site):
    shown = Post.objects.exclude(preview=None).select_related("preview")
    assert shown.exists() and any(post.preview.picture for post in shown)
    for post in shown:
        assert post.visibility == "public" and post.preview.url.startswith(
            render(post.text, known_handles).link.rstrip("/")
        )
        assert post.preview.shown and post.preview.host in PAGES and post.preview.owner_id is None
        assert not post.preview.picture or post.preview.picture.storage.exists(post.preview.picture.name)
    # Neither now nor by who posts the same link.
    assert not LinkPreview.objects.filter(next_at__lt=timezone.now() + timedelta(days=365)).exists()


def test_every_drawing_of_a_link_can_be_drawn():
    assert {page.drawing for page in PAGES.values()} - {""} <= set(DRAWINGS)


def test_a_moderator_has_something_to_do(site):
    assert Report.objects.open().count() >= 12
    open_cases = Case.objects.open()
    assert set(open_cases.values_list("queue", flat=True)) == {"illegal", "harm", "spam"}
    assert set(open_cases.values_list("kind", flat=True)) >= {"post", "profile", "list"}
    assert not Decision.objects.pending().exists()
    mona = Member.objects.get(handle="mona")
    assert appeals.appeals_of(mona).get().decision.moderator.handle == "ada"
    suspended = Member.objects.exclude(suspended_until=None).get()
    assert suspended.suspended and suspended.suspension_reason
    assert AuditEvent.objects.filter(verb="moderation.suspend", subject_id=str(suspended.pk)).exists()
    assert not Post.objects.visible_to(None).filter(author=suspended).exists()
    assert Block.objects.exists() and Mute.objects.exists()


def test_every_past_epoch_went_the_whole_way(site):
    states = dict(Epoch.objects.values_list("number", "state"))
    assert states == dict.fromkeys(range(4), EpochState.APPROVED) | {4: EpochState.IN_REVIEW, 5: EpochState.OPEN}
    assert Epoch.objects.get(number=5).ends_at > timezone.now() > Epoch.objects.get(number=5).starts_at
    for batch in Batch.objects.exclude(epoch=4):
        assert (batch.state, batch.submitted_by.handle, batch.approved_by.handle) == (
            BatchState.APPROVED,
            "fay",
            "finn",
        )
        assert batch.epoch.ends_at < batch.submitted_at < batch.approved_at
    for epoch in Epoch.objects.exclude(number=5):
        assert engine.verify(files.settle(epoch)).ok
    assert ledger_differences() == []


def test_the_newest_batch_waits_for_both_reviewers(site):
    draft = Batch.objects.get(epoch=4)
    assert draft.state == BatchState.DRAFT
    fay, finn = (Member.objects.get(handle=handle) for handle in ("fay", "finn"))
    batch = payouts.submit(actor=fay, batch=draft, points=POINTS)
    batch = payouts.approve(actor=finn, batch=batch, content_hash=batch.content_hash, confirmed=True, points=POINTS)
    assert batch.state == BatchState.APPROVED


def test_the_first_three_earn_and_the_ring_does_not(site):
    earned = dict(Payout.objects.filter(epoch=4).values_list("member__handle").annotate(total=Sum("earned")))
    for handle in ("ines", "tomasz", "amara"):
        assert earned[handle] > 0
        assert Payout.objects.filter(member__handle=handle, state="approved", amount__gt=0).exists()
    ring = [member.handle for member in Member.objects.filter(profile__name__in=RING_NAMES)]
    assert ring
    assert sum(earned.get(handle, 0) for handle in ring) < min(earned[handle] for handle in ("ines", "tomasz", "amara"))


def test_the_night_after_goes_on_as_usual(site):
    later = timezone.now() + timedelta(days=1)
    assert advance_due(later) == [5]
    assert Batch.objects.get(epoch=5).state == BatchState.DRAFT


def test_ines_finds_a_full_house(site, as_member):
    ines = Member.objects.get(handle="ines")
    client = as_member(ines)
    assert ines.notifications.filter(read_at=None).exists()
    assert ines.notifications.filter(read_at__isnull=False).exists()
    for path in ("/", "/explore/", "/notifications/", "/@ines/", "/@tomasz/", "/rewards/"):
        answer = client.get(path)
        assert answer.status_code == 200, path
    assert "ridge trail" in client.get("/").content.decode()


def test_groups_of_the_feed_have_members_and_somebody_of_the_cast_is_in_one(site):
    rows = RankingGroup.objects.counted().order_by("pk")
    assert [one.key for one in rows] == list(gathering.GROUPS) and all(one.made_by.handle == "cole" for one in rows)
    assert all(one.members for one in rows)
    assert Steering.objects.get(member__handle=gathering.SHOWN).group == next(iter(gathering.GROUPS))
    assert Preset.objects.get(shared=True).owner.handle == "tomasz"
