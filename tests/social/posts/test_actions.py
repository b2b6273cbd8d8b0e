"""Posts and what members do with them: every rule."""

import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from PIL import Image

from metya.web.errors import ActionError, Conflict, Invalid, NotAllowed
from social.bookmarks.models import Bookmark
from social.follows import actions as follows
from social.interactions.models import Interaction
from social.notifications.models import Notification
from social.posts import actions, removal
from social.posts.models import Like, Mention, Post, PostImage, PostTag
from social.profiles.models import Profile
from tests import make

pytestmark = pytest.mark.django_db


def picture(colour: str = "red") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "PNG")
    return SimpleUploadedFile("../../etc/passwd.png", out.getvalue())


def facts(**where):
    rows = Interaction.objects.filter(undone_at=None, **where).order_by("pk")
    return [(row.source.handle, row.kind, row.target.handle, row.public) for row in rows]


def told(member):
    return [(row.kind, row.actor.handle) for row in Notification.objects.filter(member=member).order_by("pk")]


# --- writing -----------------------------------------------------------------------------------------------------


def test_a_post_is_stored_clean_and_rendered(alice, bob):
    post = actions.publish(actor=alice, text=" Hi @bob,\r\nsee https://example.com #Test \n")
    post.refresh_from_db()
    assert post.text == "Hi @bob,\nsee https://example.com #Test"
    assert '<a href="/@bob/" class="mention">' in post.html or '<a class="mention" href="/@bob/">' in post.html
    assert "<br>" in post.html
    assert list(post.mentions.values_list("member__handle", flat=True)) == ["bob"]
    assert list(post.tags.values_list("tag__name", flat=True)) == ["test"]
    assert told(bob) == [("mention", "alice")]
    assert Profile.objects.get(member=alice).post_count == 1
    assert facts() == [("bob", "follow", "alice", True)]


@pytest.mark.parametrize("text", ["", "  ", "x" * 1001, "a\x00b", "a\u202eb"])
def test_bad_text_is_refused_and_leaves_nothing(alice, text):
    with pytest.raises(Invalid):
        actions.publish(actor=alice, text=text)
    assert not Post.objects.exists()


def test_an_unknown_visibility_is_refused(alice):
    with pytest.raises(Invalid) as caught:
        actions.publish(actor=alice, text="x", visibility="nobody")
    assert caught.value.data == {"field": "visibility"}


def test_the_same_form_sent_twice_makes_one_post(alice):
    first = actions.publish(actor=alice, text="Once", client_key="k1")
    again = actions.publish(actor=alice, text=" Once ", client_key="k1")
    other = actions.publish(actor=alice, text="Once", client_key="k2")
    assert first.pk == again.pk != other.pk
    assert Post.objects.count() == 2 and Profile.objects.get(member=alice).post_count == 2


def test_a_form_with_another_text_does_not_pass_for_sent(alice):
    actions.publish(actor=alice, text="Once", client_key="k1")
    with pytest.raises(Conflict) as caught:
        actions.publish(actor=alice, text="Something else", client_key="k1")
    assert (caught.value.code, caught.value.data) == ("sent", {"field": "client_key"})
    assert Post.objects.count() == 1


def test_keys_of_different_authors_do_not_meet(alice, bob):
    assert (
        actions.publish(actor=alice, text="A", client_key="k").pk
        != actions.publish(actor=bob, text="B", client_key="k").pk
    )


def test_a_form_of_a_deleted_post_does_not_bring_it_back(alice):
    post = actions.publish(actor=alice, text="Once", client_key="k1")
    actions.delete(actor=alice, post=post)
    with pytest.raises(Conflict):
        actions.publish(actor=alice, text="Once", client_key="k1")


def test_members_who_may_not_speak(alice, carol):
    carol.suspended_until = timezone.now() + timezone.timedelta(days=1)
    alice.onboarded_at = None
    for person in (alice, carol):
        with pytest.raises(NotAllowed):
            actions.publish(actor=person, text="x")


def test_at_most_twenty_are_told_of_a_mention(alice):
    people = [make.member(f"reader{number}") for number in range(25)]
    post = actions.publish(actor=alice, text=" ".join(f"@{person.handle}" for person in people))
    assert Mention.objects.filter(post=post).count() == 25
    assert Notification.objects.filter(post=post, kind="mention").count() == 20


def test_those_named_first_are_told(alice):
    people = [make.member(f"reader{number}") for number in range(30)][::-1]
    post = actions.publish(actor=alice, text=" ".join(f"@{person.handle}" for person in people))
    rows = Notification.objects.filter(post=post, kind="mention").order_by("pk")
    assert [row.member for row in rows] == people[:20]


def test_mentioning_oneself_or_twice_tells_nobody_twice(alice, bob):
    actions.publish(actor=alice, text="@alice @bob @bob @BOB")
    assert told(alice) == [] and told(bob) == [("mention", "alice")]


def test_of_followers_only_mentions_only_the_audience_is_told(alice, bob, carol):
    actions.publish(actor=alice, text="@bob @carol", visibility="followers")
    assert told(bob) == [("mention", "alice")] and told(carol) == []


# --- pictures ----------------------------------------------------------------------------------------------------


def test_a_picture_with_its_description(alice):
    post = actions.publish(actor=alice, text="Look", image=picture(), alt=" A red field ")
    image = post.images.get()
    assert (image.alt, image.alt_declined, image.width, image.height) == ("A red field", False, 40, 30)
    assert image.file.name.endswith(".webp") and "passwd" not in image.file.name and ".." not in image.file.name
    assert default_storage.exists(image.file.name)


def test_a_description_or_a_clear_no(alice):
    with pytest.raises(Invalid) as caught:
        actions.publish(actor=alice, text="Look", image=picture(), alt="  ")
    assert caught.value.data == {"field": "alt"}
    post = actions.publish(actor=alice, text="Look", image=picture(), alt_declined=True)
    assert post.images.get().alt_declined


def test_a_refused_post_leaves_no_file(alice, bob, monkeypatch):
    secret = make.post(alice, "Mine", visibility="followers")
    before = _files()
    with pytest.raises(NotAllowed):
        actions.publish(actor=bob, text="Look", image=picture(), alt="x", quote_of=secret)

    def fail(*_args, **_kwargs):
        raise RuntimeError("the database went away")

    monkeypatch.setattr("social.posts.writing._connect", fail)
    with pytest.raises(RuntimeError):
        actions.publish(actor=bob, text="Look", image=picture(), alt="x")
    assert _files() == before and not PostImage.objects.exists()


def _files():
    found = []
    folders = ["posts"] if default_storage.exists("posts") else []
    while folders:
        folder = folders.pop()
        inner, names = default_storage.listdir(folder)
        folders += [f"{folder}/{name}" for name in inner]
        found += [f"{folder}/{name}" for name in names]
    return sorted(found)


# --- replies and quotes --------------------------------------------------------------------------------------------


def test_a_reply(alice, bob, carol):
    root = actions.publish(actor=alice, text="Root")
    reply = actions.publish(actor=bob, text="Reply @alice", in_reply_to=root)
    deep = actions.publish(actor=carol, text="Deep", in_reply_to=reply)
    assert (reply.root_id, deep.root_id, deep.in_reply_to_id) == (root.pk, root.pk, reply.pk)
    root.refresh_from_db()
    assert root.reply_count == 1
    assert facts(kind="reply") == [("bob", "reply", "alice", True), ("carol", "reply", "bob", True)]
    assert told(alice) == [("reply", "bob")]  # and not a mention besides


def test_replying_to_oneself_is_no_fact(alice):
    root = actions.publish(actor=alice, text="Root")
    actions.publish(actor=alice, text="More", in_reply_to=root)
    assert facts() == [] and told(alice) == []


def test_a_reply_to_a_followers_only_post_stays_within_its_audience(alice, bob, carol):
    root = actions.publish(actor=alice, text="Root", visibility="followers")
    reply = actions.publish(actor=bob, text="Reply", visibility="public", in_reply_to=root)
    assert (reply.visibility, reply.audience_id) == ("followers", alice.pk)
    dana = make.member("dana")
    make.follow(dana, bob)  # follows who answers, not who opened
    make.follow(carol, alice)
    deep = actions.publish(actor=alice, text="Deep", in_reply_to=reply)
    assert deep.audience_id == alice.pk
    for post in (reply, deep):
        assert [Post.objects.visible_to(who).filter(pk=post.pk).exists() for who in (alice, bob, carol, dana, None)] == [
            True, True, True, False, False,
        ]  # fmt: skip
    assert facts(kind="reply") == [("bob", "reply", "alice", False), ("alice", "reply", "bob", False)]


def test_whom_a_followers_only_reply_answers_sees_it(alice, bob, carol):
    root = actions.publish(actor=carol, text="Root")
    reply = actions.publish(actor=alice, text="For followers", in_reply_to=root, visibility="followers")
    assert reply.audience_id is None
    assert Post.objects.visible_to(carol).filter(pk=reply.pk).exists()
    assert Post.objects.visible_to(bob).filter(pk=reply.pk).exists()
    assert told(carol) == [("reply", "alice")]


def test_replies_to_what_one_may_not_see(alice, carol):
    hidden = make.post(alice, "Secret", visibility="followers")
    with pytest.raises(Conflict) as caught:
        actions.publish(actor=carol, text="Hm", in_reply_to=hidden)
    assert (caught.value.code, caught.value.status) == ("gone", 404)


@pytest.mark.parametrize("blocker", ["alice", "carol"])
def test_no_reply_across_a_block(alice, carol, blocker):
    post = make.post(alice, "Hello")
    one, other = (alice, carol) if blocker == "alice" else (carol, alice)
    follows.block(actor=one, target=other)
    with pytest.raises(Conflict):
        actions.publish(actor=carol, text="Hm", in_reply_to=post)
    with pytest.raises(Conflict):
        actions.publish(actor=carol, text="Hm", quote_of=post)


def test_no_reply_in_a_conversation_of_somebody_who_blocks(alice, bob, carol):
    root = actions.publish(actor=alice, text="Root")
    reply = actions.publish(actor=bob, text="Reply", in_reply_to=root)
    follows.block(actor=alice, target=carol)
    with pytest.raises(NotAllowed) as caught:
        actions.publish(actor=carol, text="Let me in", in_reply_to=reply)
    assert caught.value.code == "blocked"


def test_a_deleted_opening_closes_no_conversation(alice, bob, carol):
    root = actions.publish(actor=alice, text="Root")
    reply = actions.publish(actor=bob, text="Reply", in_reply_to=root)
    actions.delete(actor=alice, post=root)
    assert actions.publish(actor=carol, text="Still here", in_reply_to=reply)
    with pytest.raises(Conflict):
        actions.publish(actor=carol, text="To the stone", in_reply_to=root)


def test_a_quote(alice, bob):
    post = actions.publish(actor=alice, text="Quotable")
    quote = actions.publish(actor=bob, text="Look", quote_of=post)
    post.refresh_from_db()
    assert quote.quote_of_id == post.pk and post.quote_count == 1
    assert facts(kind="quote") == [("bob", "quote", "alice", True)] and told(alice) == [("quote", "bob")]


def test_answering_a_repost_answers_its_original(alice, bob, carol):
    post = actions.publish(actor=alice, text="Original")
    actions.repost(actor=bob, post=post)
    row = Post.objects.get(author=bob, repost_of=post)
    reply = actions.publish(actor=carol, text="Hm", in_reply_to=row)
    quote = actions.publish(actor=carol, text="Hm", quote_of=row)
    assert reply.in_reply_to_id == post.pk == quote.quote_of_id


def test_followers_only_posts_are_neither_quoted_nor_reposted(alice, bob):
    post = make.post(alice, "Among us", visibility="followers")
    for deed in (lambda: actions.publish(actor=bob, text="x", quote_of=post), lambda: actions.repost(actor=bob, post=post),
                 lambda: actions.repost(actor=alice, post=post)):  # fmt: skip
        with pytest.raises(NotAllowed) as caught:
            deed()
        assert caught.value.code == "not-public"


# --- verbs -------------------------------------------------------------------------------------------------------


def test_liking_twice_is_liking_once(alice, bob):
    post = make.post(alice)
    for _again in range(3):
        assert actions.like(actor=bob, post=post).like_count == 1
    assert Like.objects.count() == 1 and facts(kind="like") == [("bob", "like", "alice", True)]
    assert told(alice) == [("like", "bob")]
    for _again in range(3):
        assert actions.unlike(actor=bob, post=post).like_count == 0
    assert not Like.objects.exists() and facts(kind="like") == [] and told(alice) == []


def test_liking_again_is_a_new_fact_and_the_old_one_stays_undone(alice, bob):
    post = make.post(alice)
    actions.like(actor=bob, post=post)
    actions.unlike(actor=bob, post=post)
    actions.like(actor=bob, post=post)
    rows = Interaction.objects.filter(kind="like").order_by("pk")
    assert [row.undone_at is None for row in rows] == [False, True]


def test_one_may_like_oneself_but_it_is_no_fact(alice):
    post = make.post(alice)
    assert actions.like(actor=alice, post=post).like_count == 1
    assert facts() == [] and told(alice) == []


def test_what_is_done_with_a_followers_only_post_is_not_public(alice, bob):
    actions.like(actor=bob, post=make.post(alice, visibility="followers"))
    assert facts(kind="like") == [("bob", "like", "alice", False)]


def test_reposting(alice, bob):
    post = make.post(alice)
    for _again in range(2):
        assert actions.repost(actor=bob, post=post).repost_count == 1
    assert Post.objects.filter(repost_of=post).count() == 1
    assert facts(kind="repost") == [("bob", "repost", "alice", True)] and told(alice) == [("repost", "bob")]
    row = Post.objects.get(repost_of=post)
    assert actions.repost(actor=bob, post=row).pk == post.pk  # of a repost: the original
    for _again in range(2):
        assert actions.unrepost(actor=bob, post=post).repost_count == 0
    assert not Post.objects.filter(repost_of=post).exists() and facts(kind="repost") == []


def test_deleting_a_repost_is_undoing_it(alice, bob):
    post = make.post(alice)
    actions.repost(actor=bob, post=post)
    actions.delete(actor=bob, post=Post.objects.get(repost_of=post))
    post.refresh_from_db()
    assert post.repost_count == 0 and post.present


def test_bookmarking_tells_nobody(alice, bob):
    post = make.post(alice)
    for _again in range(2):
        actions.bookmark(actor=bob, post=post)
    assert Bookmark.objects.count() == 1 and told(alice) == [] and facts(kind="like") == []
    for _again in range(2):
        actions.unbookmark(actor=bob, post=post)
    assert not Bookmark.objects.exists()


@pytest.mark.parametrize("verb", ["like", "repost", "bookmark"])
def test_verbs_on_what_is_hidden_or_gone(alice, bob, carol, verb):
    gone = actions.publish(actor=alice, text="Soon gone")
    actions.delete(actor=alice, post=gone)
    hidden = make.post(alice, "Hidden", visibility="followers")
    for who, post in ((bob, gone), (carol, hidden)):
        with pytest.raises(ActionError) as caught:
            getattr(actions, verb)(actor=who, post=post)
        assert caught.value.status in (403, 404)


# --- deleting ----------------------------------------------------------------------------------------------------


def test_only_the_author_deletes(alice, bob, mona):
    post = make.post(alice)
    for person in (bob, mona):
        with pytest.raises(NotAllowed):
            actions.delete(actor=person, post=post)
    post.refresh_from_db()
    assert post.present


def test_deleting_takes_out_everything(alice, bob, carol, django_capture_on_commit_callbacks):
    post = actions.publish(actor=alice, text="All of it #tag @carol", image=picture(), alt="x")
    name = post.images.get().file.name
    actions.like(actor=bob, post=post)
    actions.repost(actor=bob, post=post)
    actions.bookmark(actor=bob, post=post)
    reply = actions.publish(actor=bob, text="Reply", in_reply_to=post)
    quote = actions.publish(actor=bob, text="Quote", quote_of=post)
    with django_capture_on_commit_callbacks(execute=True):
        for _again in range(2):
            actions.delete(actor=alice, post=post)
            Post.objects.filter(pk=post.pk).update(undo_until=timezone.now())
            removal.forget()
    post.refresh_from_db()
    assert not post.present and (post.text, post.html) == ("", "")
    assert (post.like_count, post.repost_count, post.reply_count, post.quote_count) == (0, 0, 0, 0)
    for Model in (Like, Bookmark, Mention, PostTag, PostImage):
        assert not Model.objects.filter(post=post).exists()
    assert not Post.objects.filter(repost_of=post).exists() and not default_storage.exists(name)
    assert Profile.objects.get(member=alice).post_count == 0
    assert facts() == [("bob", "follow", "alice", True)]
    assert Post.objects.visible_to(carol).filter(pk=post.pk).exists()  # the tombstone above the reply
    for answer in (reply, quote):
        answer.refresh_from_db()
        assert answer.present


def test_a_file_is_kept_when_the_deletion_fails(alice):
    post = actions.publish(actor=alice, text="x", image=picture(), alt="x")
    name = post.images.get().file.name
    with pytest.raises(RuntimeError), transaction.atomic():
        removal.erase(post)
        raise RuntimeError
    assert default_storage.exists(name) and Post.objects.get(pk=post.pk).text == "x"


def test_deleting_an_answer_lowers_the_counters_of_what_it_answered(alice, bob):
    post = make.post(alice)
    reply = actions.publish(actor=bob, text="Reply", in_reply_to=post)
    quote = actions.publish(actor=bob, text="Quote", quote_of=post)
    actions.delete(actor=bob, post=reply)
    actions.delete(actor=bob, post=quote)
    post.refresh_from_db()
    assert (post.reply_count, post.quote_count) == (0, 0) and facts(kind="reply") == [] == facts(kind="quote")


def test_without_answers_no_tombstone_stays(alice, bob):
    post = make.post(alice)
    actions.delete(actor=alice, post=post)
    for who in (alice, bob, None):
        assert not Post.objects.visible_to(who).filter(pk=post.pk).exists()


def test_unliking_what_was_deleted_changes_nothing(alice, bob):
    post = make.post(alice)
    actions.like(actor=bob, post=post)
    actions.delete(actor=alice, post=post)
    assert actions.unlike(actor=bob, post=post).like_count == 0
