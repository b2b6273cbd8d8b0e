"""A deleted post is gone for everyone at once, and comes back whole if its author thinks better of it in time."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from metya.web.errors import Conflict, NotAllowed
from social.bookmarks import actions as bookmarks
from social.bookmarks.models import Bookmark, Filed
from social.interactions.models import Interaction
from social.moderation import actions as moderation
from social.moderation import decisions, evidence
from social.moderation.models import Decision, Report
from social.notifications.reads import notifications_page
from social.posts import actions, pictures, removal
from social.posts.models import Like, Mention, Post, PostImage, PostTag, PostVersion
from social.profiles.models import Profile
from tests import make
from tests.social.posts.test_actions import facts, picture

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}


def later(post: Post, by: timedelta = removal.GRACE) -> None:
    """Let time pass for a deleted post."""
    Post.objects.filter(pk=post.pk).update(undo_until=timezone.now() - timedelta(seconds=1))


@pytest.fixture
def full(alice, bob, carol):
    """A post with everything that can hang on one, in a conversation."""
    above = make.post(carol, "What is new?")
    post = actions.publish(actor=alice, text="All #tag @carol", in_reply_to=above, image=picture(), alt="a square")
    actions.like(actor=bob, post=post)
    actions.repost(actor=bob, post=post)
    folder = bookmarks.create_folder(actor=bob, name="Later")
    bookmarks.file(actor=bob, post=post, folders=[folder])
    actions.publish(actor=bob, text="Reply", in_reply_to=post)
    actions.publish(actor=bob, text="Quote", quote_of=post)
    return post


def state(post: Post):
    """All that hangs on a post, to be compared."""
    row = Post.objects.get(pk=post.pk)
    counts = row.like_count, row.reply_count, row.repost_count, row.quote_count
    related = [Model.objects.filter(post=post).count() for Model in (Like, Bookmark, Mention, PostTag, PostImage)]
    above = Post.objects.get(pk=row.in_reply_to_id).reply_count if row.in_reply_to_id else 0
    profile = Profile.objects.get(member=row.author_id).post_count
    return row.text, row.html, counts, related, above, profile, sorted(facts()), Filed.objects.count()


def test_it_comes_back_whole(full, alice):
    before = state(full)
    actions.delete(actor=alice, post=full)
    full.refresh_from_db()
    assert not full.present and full.undo_until and facts() == [("bob", "follow", "alice", True)]
    assert Post.objects.get(pk=full.in_reply_to_id).reply_count == 0
    for _again in range(2):
        assert actions.restore(actor=alice, post=full).present
    assert state(full) == before
    actions.delete(actor=alice, post=full)
    actions.restore(actor=alice, post=full)
    assert state(full) == before


def test_meanwhile_nobody_learns_what_it_said(full, alice, bob, carol, as_member, client):
    said = "All #tag"
    actions.delete(actor=alice, post=full)
    pages = [
        f"/posts/{full.pk}/",
        f"/posts/{full.in_reply_to_id}/",
        "/",
        "/explore/",
        "/@alice/",
        "/@bob/",
        "/tags/tag/",
    ]
    pages += [
        "/bookmarks/",
        "/search/?q=All",
        "/notifications/",
        f"/posts/{full.pk}/history/",
        f"/posts/{full.pk}/edit/",
    ]
    pages += [f"/posts/counts/?ids={full.pk}", f"/posts/new/?quote_of={full.pk}"]
    for person in (as_member(alice), as_member(bob), as_member(carol), client):
        for page in pages:
            for headers in ({}, JSON):
                text = person.get(page, headers=headers).content.decode()
                assert "a square" not in text and "All <a" not in text and said not in text, page
    thread = as_member(bob).get(f"/posts/{full.pk}/", headers=JSON).json()["posts"][0]
    assert (thread["html"], thread["likes"], thread["reposts"], thread["replies"]) == ("", 0, 0, 0)
    assert not [row for row in notifications_page(carol).items if row.post_id == full.pk]


def test_after_a_while_it_is_empty(full, alice, django_capture_on_commit_callbacks):
    name = full.images.get().file.name
    actions.delete(actor=alice, post=full)
    assert removal.forget() == 0 and default_storage.exists(name)
    later(full)
    with django_capture_on_commit_callbacks(execute=True):
        assert removal.forget() == 1
    assert removal.forget() == 0 and not default_storage.exists(name)
    row = Post.objects.get(pk=full.pk)
    assert (row.text, row.html, row.undo_until) == ("", "", None) and row.emptied
    assert (row.like_count, row.reply_count, row.repost_count, row.quote_count) == (0, 0, 0, 0)
    for Model in (Like, Bookmark, Mention, PostTag, PostImage, PostVersion):
        assert not Model.objects.filter(post=full).exists()
    assert not Post.objects.filter(repost_of=full).exists()
    assert Post.objects.get(pk=full.in_reply_to_id).reply_count == 0
    assert Profile.objects.get(member=alice).post_count == 0
    with pytest.raises(Conflict) as late:
        actions.restore(actor=alice, post=full)
    assert late.value.code == "too-late"


def test_too_late_is_too_late_even_before_it_is_emptied(alice):
    post = make.post(alice)
    actions.delete(actor=alice, post=post)
    later(post)
    with pytest.raises(Conflict):
        actions.restore(actor=alice, post=post)
    assert not Post.objects.get(pk=post.pk).present


def test_only_its_author_brings_it_back(alice, bob, mona):
    post = make.post(alice)
    actions.delete(actor=alice, post=post)
    for person in (bob, mona):
        with pytest.raises(NotAllowed):
            actions.restore(actor=person, post=post)
    alice.suspended_until = timezone.now() + timedelta(days=1)
    with pytest.raises(NotAllowed):
        actions.restore(actor=alice, post=post)
    assert not Post.objects.get(pk=post.pk).present


@pytest.mark.parametrize("first", [True, False], ids=["removed alone", "deleted before"])
def test_what_a_moderator_removed_stays_removed(alice, mona, first):
    post = make.post(alice, "Bad words")
    Profile.objects.filter(member=alice).update(post_count=1)
    if not first:
        actions.delete(actor=alice, post=post)
    case = moderation.open_case(actor=mona, member=alice, post=post, rule="spam", note="Against the rules")
    decisions.decide(actor=mona, case=case, kind="remove", rule="spam")
    Decision.objects.update(effective_at=timezone.now())
    decisions.apply_due()
    for _again in range(2):
        with pytest.raises(Conflict):
            actions.restore(actor=alice, post=post)
        actions.delete(actor=alice, post=post)
    row = Post.objects.get(pk=post.pk)
    assert not row.present and Profile.objects.get(member=alice).post_count == 0


def test_what_was_taken_back_meanwhile_stays_taken_back(full, alice, bob):
    actions.delete(actor=alice, post=full)
    actions.unlike(actor=bob, post=full)
    actions.unrepost(actor=bob, post=full)
    answer = Post.objects.get(author=bob, in_reply_to=full)
    actions.delete(actor=bob, post=answer)
    actions.restore(actor=alice, post=full)
    row = Post.objects.get(pk=full.pk)
    assert (row.like_count, row.repost_count, row.reply_count, row.quote_count) == (0, 0, 0, 1)
    assert facts(kind="like") == facts(kind="repost") == [] and facts(kind="quote") == [("bob", "quote", "alice", True)]
    assert facts(kind="reply") == [("alice", "reply", "carol", True)]


def test_question_and_answer_deleted_together_come_back_with_true_numbers(alice, bob):
    above = make.post(alice, "Question")
    answer = actions.publish(actor=bob, text="Answer", in_reply_to=above)
    actions.delete(actor=alice, post=above)
    actions.delete(actor=bob, post=answer)
    actions.restore(actor=bob, post=answer)
    actions.restore(actor=alice, post=above)
    assert Post.objects.get(pk=above.pk).reply_count == 1
    assert Interaction.objects.filter(undone_at=None, kind="reply").count() <= 1


def test_undo_by_address(alice, bob, as_member):
    client = as_member(alice)
    post = make.post(alice, "Hello again")
    answer = client.post(f"/posts/{post.pk}/delete/", headers=HTMX).content.decode()
    assert (
        "This post was deleted" in answer and f'hx-post="/posts/{post.pk}/restore/"' in answer and "Hello" not in answer
    )
    stranger = as_member(bob)
    assert stranger.post(f"/posts/{post.pk}/restore/").status_code == 404
    assert client.get(f"/posts/{post.pk}/restore/").status_code == 405
    assert as_member(alice, enforce_csrf_checks=True).post(f"/posts/{post.pk}/restore/").status_code == 403
    back = client.post(f"/posts/{post.pk}/restore/", {"undo": "1"}, headers=HTMX).content.decode()
    assert "Hello again" in back and f'hx-target="#post-{post.pk}"' in back and "<html" not in back
    client.post(f"/posts/{post.pk}/delete/")
    page = client.get("/").content.decode()
    assert f'formaction="/posts/{post.pk}/restore/"' in page and "Hello again" not in page
    assert "/restore/" not in client.get("/").content.decode()
    assert client.post(f"/posts/{post.pk}/restore/", {"next": "/explore/"})["Location"] == "/explore/"
    own = {"HX-Current-URL": f"http://testserver/posts/{post.pk}/"}
    client.post(f"/posts/{post.pk}/delete/")
    assert client.post(f"/posts/{post.pk}/restore/", headers=HTMX | own)["HX-Refresh"] == "true"
    client.post(f"/posts/{post.pk}/delete/")
    later(post)
    answer = client.post(f"/posts/{post.pk}/restore/", headers=HTMX)
    assert answer.status_code == 409 and "too late" in answer.content.decode()


def test_a_bookmark_comes_back_into_its_folders(alice, bob, as_member):
    post = make.post(alice, "Keep me")
    one, two = (bookmarks.create_folder(actor=bob, name=name) for name in ("One", "Two"))
    theirs = bookmarks.create_folder(actor=alice, name="Hers")
    bookmarks.file(actor=bob, post=post, folders=[one, two])
    client = as_member(bob)
    answer = client.post(f"/posts/{post.pk}/unbookmark/", headers=HTMX).content.decode()
    assert f'value="{one.pk},{two.pk}"' in answer and not Bookmark.objects.exists()
    again = f"/bookmarks/posts/{post.pk}/again/"
    answer = client.post(again, {"undo": f"{one.pk},{two.pk},{theirs.pk},x,{'9' * 30}"}, headers=HTMX).content.decode()
    assert f'hx-target="#acts-{post.pk}"' in answer and 'aria-pressed="true"' in answer
    assert set(Filed.objects.values_list("folder", flat=True)) == {one.pk, two.pk}
    client.post(f"/posts/{post.pk}/unbookmark/", {"next": "/explore/"})
    assert f'formaction="{again}"' in client.get("/explore/").content.decode()
    assert client.post(again, {"undo": "0", "next": "/explore/"})["Location"] == "/explore/"
    assert Bookmark.objects.count() == 1 and not Filed.objects.exists()
    hidden = make.post(alice, "Hidden", visibility="mentioned")
    assert client.post(f"/bookmarks/posts/{hidden.pk}/again/").status_code == 404
    assert client.get(again).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_pictures_that_are_reported_stay_for_the_moderators_and_no_longer(alice, carol, mona):
    post = make.post(alice, "See this")
    image = make.picture(alice, post)
    shown = str(image.file.name)
    report = make.report(carol, alice, post=post)
    actions.delete(actor=alice, post=post)
    make.past_undoing(post)
    image.refresh_from_db()
    assert Post.objects.get().emptied and image.private and not image.file.storage.exists(shown)
    assert pictures.picture_of(mona, image.pk, confirmed=True) == image
    for other in (alice, carol):
        assert pictures.picture_of(other, image.pk, confirmed=True) is None
    make.decide(mona, report, "warn")
    assert removal.forget_evidence() == 0
    Report.objects.update(decided_at=timezone.now() - evidence.KEPT - timedelta(days=1))
    evidence.forget()
    assert removal.forget_evidence() == 1
    assert not PostImage.objects.exists() and not image.file.storage.exists(str(image.file.name))


@pytest.mark.django_db(transaction=True)
def test_pictures_go_when_the_report_was_wrong(alice, carol, mona):
    post = make.post(alice, "See this")
    image = make.picture(alice, post)
    make.decide(mona, make.report(carol, alice, post=post))
    actions.delete(actor=alice, post=post)
    make.past_undoing(post)
    assert not PostImage.objects.exists() and not image.file.storage.exists(str(image.file.name))
