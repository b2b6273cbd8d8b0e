"""Leaving: hidden at once, back by one press, erased afterwards; nothing that points to a member is forgotten."""

import shutil
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings as site
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.test import Client
from django.utils import timezone

from metya.members import departures, jobs, parts, preferences
from metya.members.models import Departure, Download, RetiredHandle
from metya.ops.models import AuditEvent
from metya.wallets.models import Challenge, Member, Wallet
from metya.web.errors import Conflict, Invalid, NotAllowed
from rewards.payouts.leaving import RULES as PAYOUT_RULES
from rewards.reports.models import MachineAccount
from rewards.reports.rollups import count_today
from rewards.schedules.models import Schedule
from social.assistant.models import DraftHalf, DraftPair, StyleCard, StyleVote
from social.bookmarks import actions as bookmarks
from social.comparisons.models import Example, Feedback, Question
from social.consent import actions as consent
from social.digest.models import MailDigest
from social.drafts import actions as drafts
from social.follows import actions as follows
from social.follows.models import Follow, FollowRequest, Mute
from social.imports.models import Import
from social.interactions.models import Interaction
from social.labels.models import Label, LabelChoice, Labelling, Objection, Recommendation, Subscription
from social.lists import actions as lists
from social.messages import actions as letters
from social.messages.models import Message, MessageImage
from social.moderation import actions as moderation
from social.moderation.models import Report
from social.mutes.models import MutedThread, MutedWord
from social.notes.models import Note
from social.notifications.models import Notification, NotificationChoice
from social.polls.models import Poll, PollVote
from social.posts import actions as posts
from social.posts import editing
from social.posts.models import Post, PostImage, Tag
from social.profiles import actions as profiles
from social.profiles.models import Profile
from social.push.models import PushChoice, PushDevice
from social.ranking.models import ModelVersion, NotRecommended, Preset, Slate, Steering, Taste
from social.search.models import PersonWords, PostWords
from social.tags.models import TagFollow
from social.training.models import ExampleValue, MemberValue, PromotionVote, Round, StyleShare, Switch, Validator
from social.transparency.models import LogName
from social.trends.models import TrustedMember
from tests import make
from tests.metya.wallets import wallet
from tests.metya.wallets.conftest import holder  # noqa: F401

pytestmark = pytest.mark.django_db
WORD = "heliotrope"


@pytest.fixture
def ines(holder):  # noqa: F811
    return holder("ines")


def lively(me: Member, bob: Member, carol: Member) -> Post:
    """Something of every kind that belongs to a member; bob's answer to what they wrote."""
    mine = posts.publish(actor=me, text=f"{WORD} #{WORD} @bob", language="en", client_key="once")
    for post in (mine, None):
        make.picture(me, post, WORD.encode(), WORD)
    editing.edit(actor=me, post=mine, text=f"{WORD} again")
    answer = posts.publish(actor=bob, text="An answer @ines", in_reply_to=mine)
    his = posts.publish(actor=bob, text="His own")
    posts.publish(actor=me, text=f"{WORD} reply", in_reply_to=his)
    posts.publish(actor=me, text=f"{WORD} quote", quote_of=his)
    posts.repost(actor=me, post=his)
    posts.like(actor=me, post=his)
    posts.like(actor=bob, post=mine)
    posts.bookmark(actor=me, post=his)
    folder = bookmarks.create_folder(actor=me, name=WORD)
    assert folder.pk
    for source, target in ((me, bob), (bob, me)):
        follows.follow(actor=source, target=target)
        Note.objects.create(owner=source, about=target, text=WORD)
    FollowRequest.objects.create(source=me, target=carol)
    FollowRequest.objects.create(source=carol, target=me)
    for source, target in ((me, make.member()), (make.member(), me)):
        follows.block(actor=source, target=target)
        follows.mute(actor=target, target=source)
    Mute.objects.get_or_create(source=me, target=carol)
    MutedWord.objects.create(member=me, text=WORD, folded=WORD)
    MutedThread.objects.create(member=me, root=his)
    NotificationChoice.objects.create(member=me, kind="like", bell="off")
    TagFollow.objects.create(member=me, tag=Tag.objects.get(name=WORD))
    TrustedMember.objects.create(member=me)
    LogName.objects.create(member=me, name="m-whatever")  # of when they moderated
    lists.add(actor=me, one=lists.make(actor=me, name=WORD), member=bob)
    lists.add(actor=bob, one=lists.make(actor=bob, name="Bob's"), member=me)
    drafts.save(actor=me, key="d", fields={"text": [WORD]})
    poll = Poll.objects.create(post=his, choices=["a", "b"], counts=[1, 0], voters=1, ends_at=timezone.now())
    PollVote.objects.create(poll=poll, member=me, choice=0, slot=0)
    Import.objects.create(member=me, kind="mutes", file_name=WORD, rows=[[WORD, ""]], total=1)
    talk = letters.start(actor=me, people=[bob], text=f"{WORD} letter")
    letters.send(actor=bob, conversation=talk, text="Bob's letter")
    MessageImage.objects.create(
        message=Message.objects.filter(author=me).first(), file=ContentFile(b"x", "x.webp"), width=1, height=1, alt=WORD
    )
    group = letters.start(actor=bob, people=[me, carol], text="All of us", name="Three")
    letters.accept(actor=me, conversation=group)
    letters.rename(actor=me, conversation=group, name="Still three")
    letters.set_preferences(actor=me, who="everyone", show_read=False)
    moderation.report(actor=me, member=bob, rule="spam", note="he started")
    moderation.report(actor=bob, member=me, post=mine, rule="spam", note="she started")
    profiles.edit(actor=me, name=WORD, bio=WORD, links=["https://heliotrope.example"])
    profiles.pin(actor=me, post=mine)
    profiles.show_wallets(actor=me, ids=[me.payout_wallet_id])
    Profile.objects.filter(member=me).update(picture="faces/x.webp", header="headers/x.webp")
    preferences.set_zone(actor=me, zone="Asia/Tokyo")
    Download.objects.create(member=me, state="ready", file="none.zip", expires_at=timezone.now() + timedelta(days=1))
    Challenge.objects.create(nonce="n1", session_key="s", member=me, expires_at=timezone.now())
    Wallet.objects.create(member=me, address=make.key().address.lower())
    EmailAddress.objects.create(user=me, email="ines@heliotrope.example")
    Authenticator.objects.create(user=me, type="totp", data={})
    SocialAccount.objects.get_or_create(user=me, provider="wallet", uid=me.payout_wallet.address)
    session = UserSession.objects.create(user=me, session_key="gone", ip="10.0.0.1", user_agent=WORD)
    PushDevice.objects.create(member=me, session=session, endpoint=f"https://{WORD}.example/x", digest="x", label=WORD)
    PushChoice.objects.create(member=me, kind="like", wanted=True)
    MailDigest.objects.create(member=me, address=f"ines@{WORD}.example", frequency="daily")
    MachineAccount.objects.create(member=me, marked_by=carol)
    count_today()
    Schedule.objects.create(  # of when they were a manager
        member=me, name="posts", format="csv", span="week", every="day", hour=6, pause="role", next_at=timezone.now()
    )
    me.user_permissions.add(Permission.objects.first())
    labelled(me, bob, mine, his)
    preferring(me, mine, his)
    steered(me, bob, his)
    assisted(me, bob, mine)
    return answer


def preferring(me: Member, mine: Post, his: Post) -> None:
    """What they allowed, said of posts, and were asked."""
    grant = consent.give(actor=me, purpose="train", version=1)
    said = Feedback.objects.create(member=me, post=his, said="more")
    Example.objects.create(
        member=me, kind="more", feedback=said, winner=his, loser=mine, z=b"", features_version="x", grant=grant
    )


def steered(me: Member, bob: Member, his: Post) -> None:
    """A page of "For you", what shaped it, and presets one copied from the other."""
    version = ModelVersion.objects.create(number=1, weights="{}", features_version="x")
    Slate.objects.create(
        member=me, chain=uuid4(), version=version, entries=[{"post": his.pk}], posts=b"", x=b"", weights=b""
    )
    one = Round.objects.create(number=1, state="done", finished_at=timezone.now(), asked_by=me, parent=version)
    PromotionVote.objects.create(round=one, member=me, supports=True)
    MemberValue.objects.create(round=one, member=me, number=1, phi=5, items=1, grains=3)
    ExampleValue.objects.create(round=one, member=me, number=1, phi=5)
    Validator.objects.create(member=me, number=2)
    Switch.objects.create(pk=1, set_by=me)
    Steering.objects.create(member=me, sliders={"recency": 2})
    Question.objects.create(member=me, slate=Slate.objects.get(), first=his, second=his)
    Taste.objects.create(member=me, data={"authors": {bob.pk: 1}})
    NotRecommended.objects.create(member=me)
    calm = Preset.objects.create(owner=me, name=WORD, shared=True)
    Preset.objects.create(owner=bob, name="Copied", copied_from=calm, credited=me.handle)


def assisted(me: Member, bob: Member, mine: Post) -> None:
    """Styles of both, a vote, and two drafts that they compared."""
    own, other = (
        StyleCard.objects.create(author=who, name=word, instruction=word, example=word, state="in_use")
        for who, word in ((me, WORD), (bob, "Terse"))
    )
    StyleCard.objects.create(author=bob, name="Gone", state="retired", retired_by=me, reason="Not kind")
    StyleVote.objects.create(member=me, card=other, value=1)
    pair = DraftPair.objects.create(
        member=me,
        ask="rewrite",
        text=WORD,
        model="m",
        state="ready",
        choice="a",
        shared=True,
        post=mine,
    )
    for side, card in (("a", own), ("b", other)):
        DraftHalf.objects.create(pair=pair, side=side, card=card, text=WORD, state="done")
    paid = Round.objects.get_or_create(number=9, state="done", finished_at=timezone.now())[0]
    StyleShare.objects.create(round=paid, card=other, member=me, number=0, part="vote", grains=7)
    Profile.objects.filter(member=me).update(uses_assistant=True, shares_drafts=True, drafted_at=timezone.now())


def labelled(me: Member, bob: Member, mine: Post, his: Post) -> None:
    """Labels by them and on what they wrote, an objection each way, and whose labels are followed."""
    label = Label.objects.create(slug="satire", name="Satire", about="A joke")
    for labeller, post in ((me, his), (bob, mine)):
        put = Labelling.objects.create(label=label, post=post, version=1, labeller=labeller, reason=WORD)
        Objection.objects.create(labelling=put, member=post.author, labeller=labeller, text=WORD)
    Subscription.objects.create(member=me, labeller=bob)
    Subscription.objects.create(member=bob, labeller=me)
    LabelChoice.objects.create(member=me, label=label, choice="hide")
    Recommendation.objects.create(labeller=me, by=bob)


def pointers():
    """("app.Model.field", model, field) of every foreign key to a member, many-to-many tables included."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy:
            continue
        for field in model._meta.local_fields:
            target = getattr(field.remote_field, "model", None) if field.remote_field else None
            if target is not None and target._meta.concrete_model is Member:
                yield f"{model._meta.app_label}.{model._meta.object_name}.{field.name}", model, field.name


def leave(member: Member) -> Departure:
    return departures.leave(actor=member, handle=member.handle)


def due(member: Member) -> None:
    Departure.objects.filter(pk=member.pk).update(due_at=timezone.now() - timedelta(seconds=1))


def erase(member: Member, most: int = 50) -> int:
    """All of it; how many pieces."""
    departure = Departure.objects.select_related("member").get(pk=member.pk)
    pieces = 0
    while departures.erase(departure, most=most):
        pieces += 1
        assert pieces < 1000
    return pieces


# --- leaving -----------------------------------------------------------------------------------------------------


def test_every_foreign_key_to_a_member_has_a_rule():
    """Who adds a table about members says in the part's RULES what becomes of it when one is erased."""
    rules, found = parts.rules(), {name for name, _model, _field in pointers()}
    assert found == set(rules), (found - set(rules), set(rules) - found)
    assert all(rule == parts.ERASED or rule.startswith("kept: ") for rule in rules.values())
    assert sum(len(part.RULES) for part in parts.every()) == len(rules)
    assert set(PAYOUT_RULES.values()).isdisjoint({parts.ERASED})


def test_leaving_hides_at_once_and_signs_out_everywhere(ines, bob, as_member, client):
    answer = lively(ines.member, bob, make.member("carol"))
    mine = answer.in_reply_to
    Authenticator.objects.all().delete()
    second = Client()
    wallet.sign_in(second, ines.signer)
    assert ines.client.get("/settings/leave/now/")["Location"].startswith("/settings/")
    ines.confirm("leave")
    wrong = ines.client.post("/settings/leave/now/", {"handle": "bob"})
    assert wrong.status_code == 422 and 'value="bob"' in wrong.content.decode()
    assert Profile.objects.visible_to(None).filter(member=ines.member).exists()
    gone = ines.client.post("/settings/leave/now/", {"handle": "@Ines"})
    assert gone.status_code == 200 and "signing in with your wallet" in gone.content.decode()
    for browser in (ines.client, second):
        assert browser.get("/settings/")["Location"].startswith("/sign-in/")
    for who in (client, as_member(bob)):
        for path in ("/@ines/", f"/posts/{mine.pk}/", "/@ines/replies/"):
            assert who.get(path).status_code == 404, path
        for path in ("/explore/", f"/search/?q={WORD}", f"/tags/{WORD}/", f"/posts/{answer.pk}/"):
            assert WORD + " again" not in who.get(path).content.decode(), path
    assert Post.objects.filter(author=ines.member).present().count() == 4  # nothing is lost
    with pytest.raises(Conflict):
        leave(ines.member)


def test_leaving_needs_a_fresh_signature_about_it(ines):
    assert "about=leave" in ines.client.post("/settings/leave/now/", {"handle": "ines"})["Location"]
    ines.confirm("security")
    ines.client.post("/settings/leave/now/", {"handle": "ines"})
    assert not Departure.objects.exists()


@pytest.mark.parametrize("role", ["moderator", "reviewer", "manager", "admin"])
def test_staff_give_back_their_roles_first(role, as_member):
    mona = make.member("mona", roles=(role,))
    with pytest.raises(NotAllowed):
        leave(mona)
    assert "staff role" in as_member(mona).get("/settings/leave/").content.decode()
    mona.groups.clear()
    Member.objects.filter(pk=mona.pk).update(is_staff=False)
    assert leave(mona)


def test_the_handle_is_typed(alice):
    for typed in ("", "bob", "alice_", "@"):
        with pytest.raises(Invalid):
            departures.leave(actor=alice, handle=typed)
    assert not Departure.objects.exists()


# --- coming back -------------------------------------------------------------------------------------------------


def test_one_press_brings_everything_back(ines, bob, as_member):
    posts.publish(actor=ines.member, text="Still here")
    make.follow(bob, ines.member)
    leave(ines.member)
    visitor = Client()
    assert wallet.sign_in(visitor, ines.signer).json() == {"next": "/come-back/"}
    assert visitor.get("/settings/")["Location"].startswith("/sign-in/")  # not in yet
    page = visitor.get("/come-back/").content.decode()
    assert "@ines" in page and "Come back" in page
    assert not Member.objects.get(pk=ines.member.pk).is_active
    assert visitor.post("/come-back/")["Location"] == "/"
    assert "Still here" in visitor.get("/").content.decode()
    assert as_member(bob).get("/@ines/").status_code == 200 and Follow.objects.filter(target=ines.member).exists()
    assert not Departure.objects.exists()
    verbs = AuditEvent.objects.filter(subject_id=str(ines.member.pk)).values_list("verb", flat=True)
    assert {"members.leave", "members.come_back"} <= set(verbs)
    assert wallet.sign_in(Client(), ines.signer).json() == {"next": "/"}  # as ever


def test_nobody_comes_back_without_the_wallet(ines, client):
    leave(ines.member)
    assert client.get("/come-back/")["Location"] == "/sign-in/"
    assert client.post("/come-back/")["Location"] == "/sign-in/"
    other = Client()
    wallet.sign_in(other, wallet.new())
    other.post("/come-back/")
    assert Departure.objects.filter(state="leaving").exists()


def test_a_proof_is_good_for_ten_minutes(ines):
    leave(ines.member)
    visitor = Client()
    wallet.sign_in(visitor, ines.signer)
    session = visitor.session
    session["away"] = session["away"] | {"at": session["away"]["at"] - 601}
    session.save()
    assert visitor.post("/come-back/")["Location"] == "/sign-in/" and Departure.objects.exists()


def test_the_second_factor_stands_before_coming_back(ines):
    Authenticator.objects.create(user=ines.member, type="totp", data={"secret": "x"})
    leave(ines.member)
    visitor = Client()
    wallet.sign_in(visitor, ines.signer)
    assert visitor.post("/come-back/")["Location"].startswith("/sign-in/second-factor/")
    assert Departure.objects.filter(state="leaving").exists()
    assert not Member.objects.get(pk=ines.member.pk).is_active


def test_a_suspended_member_who_left_does_not_come_back_before_the_end(ines):
    leave(ines.member)
    Member.objects.filter(pk=ines.member.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    visitor = Client()
    wallet.sign_in(visitor, ines.signer)
    visitor.post("/come-back/")
    assert Departure.objects.exists() and not Member.objects.get(pk=ines.member.pk).is_active


def test_it_is_too_late_when_the_erasure_is_due(ines):
    leave(ines.member)
    visitor = Client()
    wallet.sign_in(visitor, ines.signer)
    due(ines.member)
    with pytest.raises(Conflict):
        departures.come_back(member=ines.member)
    assert visitor.post("/come-back/")["Location"] == "/sign-in/"
    assert wallet.sign_in(Client(), ines.signer).status_code == 403


# --- erasing -----------------------------------------------------------------------------------------------------


def test_nothing_is_erased_before_its_day(ines, bob):
    lively(ines.member, bob, make.member("carol"))
    leave(ines.member)
    jobs.tidy.call()
    assert erase(ines.member) == 0 and Departure.objects.get().state == "leaving"


def test_what_is_said_to_be_erased_is_and_the_rest_is_bare(ines, bob, as_member, client):
    me, carol = ines.member, make.member("carol")
    answer = lively(me, bob, carol)
    mine, talk = answer.in_reply_to, Message.objects.filter(author=bob).first().conversation
    files = [image.file.path for image in PostImage.objects.filter(member=me)]
    rules = parts.rules()
    erased = [one for one in pointers() if rules[one[0]] == parts.ERASED]
    staff = {"wallets.Member_groups.member"}  # whoever holds a role cannot leave
    empty = {name for name, model, field in erased if not model._default_manager.filter(**{field: me}).exists()}
    assert empty == staff, "the village has none of these, so the test proves nothing about them"
    leave(me)
    due(me)
    erase(me)
    left = {name for name, model, field in erased if model._default_manager.filter(**{field: me}).exists()}
    assert not left
    assert not any(Path(path).exists() for path in files)
    for model in apps.get_models():  # no word of theirs is anywhere, but for what is a case
        if model._meta.managed and model not in (Report, Tag):
            for row in model._default_manager.values():
                assert WORD not in str(row), (model, row)
    assert not PostWords.objects.filter(post__author=me).exists()
    # Others keep what is theirs.
    page = as_member(bob).get(f"/posts/{answer.pk}/").content.decode()
    assert "An answer" in page and "This post was deleted." in page
    assert client.get(f"/posts/{mine.pk}/").status_code in (200, 404)
    letter = as_member(bob).get(talk.get_absolute_url()).content.decode()
    assert "s letter" in letter and "left" in letter
    assert Message.objects.filter(author=me, kind="left").count() == 2
    his = Post.objects.get(text="His own")
    assert (his.like_count, his.repost_count, his.reply_count, his.quote_count) == (0, 0, 0, 0)
    profile = Profile.objects.get(member=bob)
    assert profile.follower_count == profile.following_count == 0
    assert not Interaction.objects.standing().filter(source=me).exists()
    # The cases stay, with what they say.
    assert set(Report.objects.values_list("note", flat=True)) == {"he started", "she started"}
    # The account: nameless, its wallet still the one that is paid, nobody's way in.
    row = Member.objects.get(pk=me.pk)
    assert row.handle.startswith("gone_") and row.payout_wallet is not None and not row.is_active
    assert list(Wallet.objects.linked().filter(member=me)) == [row.payout_wallet]
    assert wallet.sign_in(Client(), ines.signer).status_code == 403
    assert not AuditEvent.objects.filter(data__icontains="ines").exists() if site.ON_SQLITE else True
    assert not PersonWords.objects.filter(profile=me.pk).filter(profile__name=WORD).exists()
    assert Notification.objects.filter(member=me).count() == 0


def test_nobody_gets_the_handle(ines):
    leave(ines.member)
    newcomer = Member.objects.create(handle="new_0123456789ab")
    with pytest.raises(Conflict):
        profiles.choose_handle(actor=newcomer, handle="ines")
    due(ines.member)
    erase(ines.member)
    assert not Member.objects.filter(handle="ines").exists() and RetiredHandle.objects.count() == 1
    for typed in ("ines", "Ines", "@INES"):
        with pytest.raises(Conflict) as caught:
            profiles.choose_handle(actor=newcomer, handle=typed)
        assert caught.value.code == "taken"
    newcomer.refresh_from_db()
    assert newcomer.onboarded_at is None and not Profile.objects.filter(member=newcomer).exists()
    with pytest.raises(Invalid):
        profiles.choose_handle(actor=newcomer, handle="gone_0123456789ab")


def test_a_power_cut_anywhere_is_made_good_by_the_next_run(ines, bob, monkeypatch):
    """The erasure is cut after every piece and within pieces; each time a new process goes on."""
    me = ines.member
    lively(me, bob, make.member("carol"))
    leave(me)
    due(me)
    deleted = 0

    class Cut(BaseException):
        pass

    real = FileSystemStorage.delete

    def delete(storage, name):
        nonlocal deleted
        deleted += 1
        real(storage, name)
        if deleted == 1:
            raise Cut  # the file is gone, its row is not

    monkeypatch.setattr(FileSystemStorage, "delete", delete)
    cuts = 0
    while Departure.objects.get(pk=me.pk).state != "erased":
        departure = Departure.objects.select_related("member").get(pk=me.pk)
        try:
            departures.erase(departure, most=1)  # then the power goes
        except Cut:
            cuts += 1
    assert cuts == 1 and deleted > 1
    assert erase(me) == 0
    rules = parts.rules()
    left = [
        n
        for n, model, f in pointers()
        if rules[n] == parts.ERASED and model._default_manager.filter(**{f: me}).exists()
    ]
    assert not left and Departure.objects.get(pk=me.pk).erased_at
    assert Message.objects.filter(author=me, kind="left").count() == 2  # said once in each


def test_the_periodic_job_begins_it_and_takes_up_what_was_interrupted(ines, monkeypatch):
    leave(ines.member)
    due(ines.member)
    asked = []
    monkeypatch.setattr(type(jobs.erase), "enqueue", lambda _self, pk: asked.append(pk))
    jobs.tidy.call()
    assert asked == [ines.member.pk]
    Departure.objects.update(state="erasing")
    jobs.tidy.call()
    assert asked == [ines.member.pk] * 2
    jobs.erase.call(ines.member.pk)
    assert Departure.objects.get().state == "erased"
    jobs.tidy.call()
    jobs.erase.call(ines.member.pk)
    assert len(asked) == 2


def teardown_module():
    shutil.rmtree(Path(site.PRIVATE_ROOT) / "downloads", ignore_errors=True)
