"""Changing a post: for a day, in the open, and with engagement where it was given."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from metya.web.errors import ActionError
from social.interactions.models import Interaction
from social.polls import actions as polls
from social.posts import actions
from social.posts.diff import compare
from social.posts.editing import edit
from social.posts.history import versions_of
from social.posts.models import Post, PostVersion, Tag
from tests import make
from tests.social.polls.test_actions import ask


@pytest.fixture
def post(alice, bob):
    return actions.publish(actor=alice, text="Seven springs on the map #ridge @bob", warning="Water")


def test_the_words_change_and_what_they_were_stays(alice, post):
    changed = edit(actor=alice, post=post, text="Six springs on the map", warning="", language="en")
    assert (changed.text, changed.warning, changed.language, changed.version) == ("Six springs on the map", "", "en", 2)
    assert "Six" in changed.html and changed.edited_at is not None
    kept = PostVersion.objects.get()
    assert (kept.number, kept.text, kept.warning) == (1, post.text, "Water") and kept.since == post.created_at
    newest, first = versions_of(Post.objects.get())
    assert newest.current and not first.current
    assert [(piece.kind, piece.text) for piece in newest.pieces][:2] == [("removed", "Seven"), ("added", "Six")]


def test_the_same_words_again_are_no_change(alice, post):
    edit(actor=alice, post=post, text=f"  {post.text}\n", warning="Water")
    assert not PostVersion.objects.exists() and Post.objects.get().version == 1


def test_engagement_stays_with_the_version_it_was_given_to(alice, bob, carol, post):
    actions.like(actor=bob, post=post)
    actions.repost(actor=bob, post=post)
    actions.publish(actor=bob, text="yes", in_reply_to=post)
    facts = list(Interaction.objects.standing().order_by("pk").values_list("pk", "kind", "target"))
    edit(actor=alice, post=post, text="Buy my boots")
    actions.like(actor=carol, post=post)
    actions.publish(actor=carol, text="look", quote_of=post)
    newest, first = versions_of(Post.objects.get(pk=post.pk))
    assert (first.likes, first.replies, first.reposts) == (1, 1, 1)
    assert (newest.likes, newest.replies, newest.reposts) == (1, 0, 1)
    # What it brought was given to those words and stands.
    assert (
        list(Interaction.objects.standing().order_by("pk").values_list("pk", "kind", "target"))[: len(facts)] == facts
    )


def test_mentions_and_tags_follow_the_words(alice, bob, carol, post):
    assert bob.notifications.filter(kind="mention").count() == 1
    edit(actor=alice, post=post, text="Six springs #map @carol")
    assert set(post.mentions.values_list("member__handle", flat=True)) == {"carol"}
    assert set(Tag.objects.filter(uses__post=post).values_list("name", flat=True)) == {"map"}
    assert bob.notifications.count() == 0 and carol.notifications.filter(kind="mention").count() == 1
    edit(actor=alice, post=post, text="Six springs #map @carol!")
    assert carol.notifications.count() == 1


def test_who_saw_a_post_for_mentioned_people_keeps_seeing_it(alice, bob, carol):
    post = actions.publish(actor=alice, text="@bob", visibility="mentioned")
    edit(actor=alice, post=post, text="@carol")
    for person in (bob, carol):
        assert Post.objects.visible_to(person).filter(pk=post.pk).exists()


def test_only_the_author_and_only_for_a_day(alice, bob, post):
    with pytest.raises(ActionError, match="Only the author"):
        edit(actor=bob, post=post, text="mine now")
    Post.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    with pytest.raises(ActionError) as refused:
        edit(actor=alice, post=post, text="late")
    assert refused.value.code == "too-late"
    actions.delete(actor=alice, post=post)
    with pytest.raises(ActionError):
        edit(actor=alice, post=post, text="gone")
    assert not PostVersion.objects.exists()


def test_a_poll_with_votes_stays_as_it_is(alice, bob):
    post = ask(alice)
    edit(actor=alice, post=post, text="Which way, then?")
    polls.vote(actor=bob, post=post, choices=[0])
    with pytest.raises(ActionError) as refused:
        edit(actor=alice, post=post, text="Who is the best baker?")
    assert refused.value.code == "voted" and Post.objects.get().text == "Which way, then?"


def test_there_is_an_end_to_changes(alice, post, monkeypatch):
    monkeypatch.setattr("social.posts.editing.MOST", 1)
    edit(actor=alice, post=post, text="once")
    with pytest.raises(ActionError) as refused:
        edit(actor=alice, post=post, text="twice")
    assert refused.value.code == "too-often"


def test_deleting_takes_the_versions_along(alice, post):
    edit(actor=alice, post=post, text="other words")
    actions.delete(actor=alice, post=post)
    make.past_undoing(post)
    assert not PostVersion.objects.exists()


@pytest.mark.parametrize(
    ("before", "after"), [("", "a"), ("a b c", "a c"), ("one two", "two one"), ("a\nb", "a\n\nb"), ("x", "")]
)
def test_pieces_read_as_before_and_as_after(before, after):
    pieces = compare(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after


# --- by address ------------------------------------------------------------------------------------------------------


def test_editing_by_address(alice, bob, carol, post, as_member):
    path = f"/posts/{post.pk}/edit/"
    assert post.text in as_member(alice).get(path).content.decode()
    assert "/edit/" in as_member(alice).get(f"/posts/{post.pk}/").content.decode()
    assert "/edit/" not in as_member(bob).get(f"/posts/{post.pk}/").content.decode()
    answer = as_member(alice).post(path, {"text": "Six springs <b>", "author": "2", "visibility": "followers"})
    assert answer["Location"] == f"/posts/{post.pk}/"
    post.refresh_from_db()
    assert post.text == "Six springs <b>" and post.visibility == "public" and post.author == alice
    long = as_member(alice).post(path, {"text": "kept " * 300})
    assert long.status_code == 422 and "kept kept" in long.content.decode()
    assert as_member(bob).post(path, {"text": "x"}).status_code == 403
    assert Client().get(path).status_code == 302
    page = Client().get(f"/posts/{post.pk}/history/").content.decode()
    assert "<del>Seven</del>" in page and "<ins>Six</ins>" in page and "&lt;b&gt;" in page
    assert "edited" in as_member(carol).get(f"/posts/{post.pk}/").content.decode().lower()


def test_the_history_is_for_who_may_see_the_post(alice, bob, carol, as_member):
    secret = actions.publish(actor=alice, text="among us", visibility="followers")
    edit(actor=alice, post=secret, text="still among us")
    assert "still" in as_member(bob).get(f"/posts/{secret.pk}/history/").content.decode()
    for client in (as_member(carol), Client()):
        for path in ("history", "edit"):
            assert client.get(f"/posts/{secret.pk}/{path}/").status_code in (404, 302), path
    assert as_member(carol).post(f"/posts/{secret.pk}/edit/", {"text": "x"}).status_code == 404
    assert Client().get(f"/posts/{secret.pk}/history/").status_code == 404
