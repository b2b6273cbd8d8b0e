"""What was removed of pictures, profiles and lists comes back with an overturned decision, and goes with the time to appeal."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from metya.wallets.models import Member
from social.appeals import actions, keeping
from social.appeals.models import Kept
from social.follows import actions as follows
from social.interactions.models import Pause
from social.leaving import erasing
from social.lists import actions as lists
from social.lists.models import MemberList
from social.messages import actions as letters
from social.messages import reporting
from social.messages.models import Message
from social.moderation.models import About, Decision, Kind
from social.posts.models import Post, PostImage
from social.posts.storage import picture_storage
from social.profiles.models import Profile
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
SIX_MONTHS = timedelta(days=184)


@pytest.fixture
def nora(db):
    return make.member("nora", roles=("moderator",))


@pytest.fixture
def image(alice):
    return make.picture(alice, make.post(alice, "See this"))


@pytest.fixture
def removed(alice, carol, mona, image):
    report = make.report(carol, alice, post=image.post, about=About(Kind.IMAGE, image.pk))
    return make.decide(mona, report, "remove")


def appealed(decision):
    return actions.appeal(actor=decision.member, decision=decision, text="It was a joke.")


def overturn(moderator, decision):
    one = getattr(decision, "appeal", None) or appealed(decision)
    return actions.decide(actor=moderator, appeal=one, outcome="overturned", reasons="So it was.").followed["content"]


def content(name):
    with picture_storage().open(name) as file:
        return file.read()


def old():
    Decision.objects.update(applied_at=timezone.now() - SIX_MONTHS)


def test_a_removed_picture_answers_nobody_and_comes_back(removed, image, nora):
    shown = str(image.file.name)
    assert Pause.objects.get().post == image.post
    assert not PostImage.objects.exists() and not picture_storage().exists(shown)
    (private,) = Kept.objects.get().files.values()
    assert private.startswith("private-posts/") and content(private) == b"a picture"
    assert overturn(nora, removed) == "back" and not Kept.objects.exists()
    back = PostImage.objects.get()
    assert (back.pk, back.post, back.member, back.alt) == (image.pk, image.post, image.member, "A map")
    assert not back.private and content(str(back.file.name)) == b"a picture"
    assert not picture_storage().exists(private)


@pytest.mark.parametrize("gone", ["post", "file", "full"])
def test_a_picture_without_its_place_is_gone_and_it_is_said(removed, image, alice, nora, gone):
    (private,) = Kept.objects.get().files.values()
    if gone == "post":
        Post.objects.update(deleted_at=timezone.now(), text="", undo_until=None)
    elif gone == "file":
        picture_storage().delete(private)
    else:
        for _one in range(4):
            make.picture(alice, image.post)
    assert overturn(nora, removed) == "gone"
    keeping.tidy()
    assert not Kept.objects.exists() and not picture_storage().exists(private)
    assert not PostImage.objects.filter(pk=image.pk).exists()


def test_it_is_kept_for_as_long_as_one_may_appeal_and_no_longer(removed):
    (private,) = Kept.objects.get().files.values()
    assert keeping.tidy() == 0 and picture_storage().exists(private)
    old()
    assert keeping.tidy() == 1 and not Kept.objects.exists() and not picture_storage().exists(private)


def test_an_appeal_on_the_last_day_keeps_it_until_it_is_decided(removed, nora):
    appealed(removed)
    old()
    assert keeping.tidy() == 0
    removed.refresh_from_db()
    assert overturn(nora, removed) == "back"


def test_what_was_interrupted_is_done_by_the_next_pass(alice, carol, mona, nora, image, monkeypatch):
    monkeypatch.setattr(keeping, "_put_away", lambda pk: None)
    shown = str(image.file.name)
    report = make.report(carol, alice, post=image.post, about=About(Kind.IMAGE, image.pk))
    made = make.decide(mona, report, "remove")
    assert Kept.objects.get().files == {"file": shown}
    monkeypatch.undo()
    assert keeping.tidy() == 0 and not picture_storage().exists(shown)
    monkeypatch.setattr(keeping, "_house", lambda pk: None)
    assert overturn(nora, made) == "back" and PostImage.objects.get().private
    monkeypatch.undo()
    keeping.tidy()
    assert not Kept.objects.exists() and not PostImage.objects.get().private
    assert content(str(PostImage.objects.get().file.name)) == b"a picture"


def test_a_profile_comes_back_except_where_something_new_stands(alice, carol, mona, nora):
    face = default_storage.save("faces/a.webp", ContentFile(b"a face"))
    told = {"name": "Alice A", "bio": "I sell", "bio_html": "<p>I sell</p>", "links": ["https://a.example/"]}
    Profile.objects.filter(member=alice).update(**told, picture=face)
    made = make.decide(mona, make.report(carol, alice), "remove")
    empty = Profile.objects.get(member=alice)
    assert (empty.name, empty.bio, empty.links, empty.picture.name) == ("", "", [], "")
    assert not default_storage.exists(face)
    Profile.objects.filter(member=alice).update(name="Alice B")
    assert overturn(nora, made) == "back"
    found = Profile.objects.get(member=alice)
    assert (found.name, found.bio, found.bio_html, found.links) == ("Alice B", "I sell", "<p>I sell</p>", told["links"])
    with found.picture.open() as file:
        assert file.read() == b"a face"
    assert not Kept.objects.exists()


def test_a_list_comes_back_with_its_people_and_what_was_written_for_it(alice, bob, carol, mona, nora):
    one = MemberList.objects.create(owner=alice, name="Fools", about="All", public=True)
    for person in (bob, carol, mona):
        lists.add(actor=alice, one=one, member=person)
    post = make.post(alice, "For you", visibility="list", for_list=one)
    made = make.decide(mona, make.report(carol, alice, about=About(Kind.LIST, one.pk)), "remove")
    assert not MemberList.objects.exists()
    follows.block(actor=bob, target=alice)
    assert overturn(nora, made) == "back"
    found = MemberList.objects.get()
    assert (found.pk, found.name, found.about, found.public, found.size) == (one.pk, "Fools", "All", True, 2)
    assert set(found.entries.values_list("member", flat=True)) == {carol.pk, mona.pk}
    post.refresh_from_db()
    assert post.for_list == found and not Kept.objects.exists()


def test_a_list_whose_name_is_taken_is_gone(alice, carol, mona, nora):
    one = MemberList.objects.create(owner=alice, name="Fools", public=True)
    made = make.decide(mona, make.report(carol, alice, about=About(Kind.LIST, one.pk)), "remove")
    MemberList.objects.create(owner=alice, name="Fools")
    assert overturn(nora, made) == "gone" and MemberList.objects.count() == 1


def test_who_is_erased_leaves_nothing_here(removed, alice, nora):
    (private,) = Kept.objects.get().files.values()
    one = appealed(removed)
    Member.objects.filter(pk=alice.pk).update(is_active=False)
    while erasing.erase(alice, 100):
        pass
    assert not Kept.objects.exists() and not picture_storage().exists(private)
    done = actions.decide(actor=nora, appeal=one, outcome="overturned", reasons="So it was.")
    assert done.followed["content"] == "gone"


def test_the_member_is_told_what_can_come_back(removed, alice, carol, mona, nora, as_member):
    page = as_member(alice).get("/settings/reports/").content.decode()
    assert "so that it can come back if you appeal" in page and "deleted for good" not in page
    overturn(nora, removed)
    assert "except where you have put something new" in as_member(alice).get("/settings/reports/").content.decode()
    talk = letters.start(actor=alice, people=[carol], text="Bad words")
    made = make.decide(mona, reporting.report_message(actor=carol, message=talk.messages.get(), rule="spam"), "remove")
    assert "deleted for good" in as_member(alice).get("/settings/reports/").content.decode()
    assert overturn(nora, made) == "gone" and not Message.objects.get().text
