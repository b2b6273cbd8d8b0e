"""Drafts: what is kept, what is not, and what happens when their hour comes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from metya.web.errors import ActionError
from social.drafts import actions, publishing
from social.drafts.models import Draft
from social.posts import actions as posts
from social.posts.models import Post


def soon(**times):
    return timezone.now() + timedelta(**(times or {"hours": 1}))


def come(draft):
    Draft.objects.filter(pk=draft.pk).update(due_at=timezone.now() - timedelta(seconds=1))


def wait(actor, key="k", **fields):
    draft = actions.schedule(actor=actor, key=key, fields={"text": ["Later"]} | fields, at=soon())
    come(draft)
    return draft


def test_the_same_composer_keeps_one_draft(alice, bob):
    first = actions.save(
        actor=alice, key="k", fields={"text": ["One"], "csrfmiddlewaretoken": ["x"], "is_staff": ["1"]}
    )
    second = actions.save(actor=alice, key="k", fields={"text": ["One and two"], "choice": ["a", "b"]})
    assert first.pk == second.pk and second.fields == {"text": ["One and two"], "choice": ["a", "b"]}
    actions.save(actor=bob, key="k", fields={"text": ["Bob's"]})
    assert Draft.objects.count() == 2
    assert actions.save(actor=alice, key="k", fields={"text": [" "], "choice": [""]}) is None
    assert list(Draft.objects.values_list("member__handle", flat=True)) == ["bob"]


def test_a_scheduled_one_keeps_its_hour_while_it_is_written_on(alice):
    at = soon()
    actions.schedule(actor=alice, key="k", fields={"text": ["Later"]}, at=at)
    actions.save(actor=alice, key="k", fields={"text": ["Later, longer"]})
    draft = Draft.objects.get()
    assert (draft.due_at, draft.text) == (at, "Later, longer")
    actions.unschedule(actor=alice, pk=draft.pk)
    assert Draft.objects.get().due_at is None


@pytest.mark.parametrize(
    ("key", "fields", "field"),
    [
        ("", {"text": ["x"]}, "client_key"),
        ("k" * 41, {"text": ["x"]}, "client_key"),
        ("k", {"text": ["x" * 70_000]}, "text"),
        ("k", {"text": ["a\x00b"]}, "text"),
    ],
)
def test_what_cannot_be_kept(alice, key, fields, field):
    with pytest.raises(ActionError) as refused:
        actions.save(actor=alice, key=key, fields=fields)
    assert refused.value.data["field"] == field and not Draft.objects.exists()


@pytest.mark.parametrize("at", [{"seconds": 20}, {"days": -1}, {"days": 400}])
def test_hours_that_cannot_be(alice, at):
    with pytest.raises(ActionError) as refused:
        actions.schedule(actor=alice, key="k", fields={"text": ["x"]}, at=soon(**at))
    assert refused.value.data["field"] == "post_at"


def test_there_is_an_end_to_drafts(alice, monkeypatch):
    monkeypatch.setattr(actions, "MOST", 1)
    monkeypatch.setattr(actions, "MOST_SCHEDULED", 0)
    actions.save(actor=alice, key="one", fields={"text": ["x"]})
    actions.save(actor=alice, key="one", fields={"text": ["y"]})
    with pytest.raises(ActionError, match="Delete some"):
        actions.save(actor=alice, key="two", fields={"text": ["x"]})
    with pytest.raises(ActionError, match="waiting for their hour"):
        actions.schedule(actor=alice, key="one", fields={"text": ["x"]}, at=soon())


def test_its_hour_comes_and_it_makes_one_post(alice, bob):
    draft = wait(alice, text=["Later, @bob"], then=["and more", ""], warning=["Springs"])
    actions.schedule(actor=alice, key="other", fields={"text": ["Not yet"]}, at=soon())
    assert publishing.publish_due() == 1
    top = Post.objects.get(text="Later, @bob")
    assert top.warning == "Springs" and top.replies.get().text == "and more"
    assert bob.notifications.get().kind == "mention"
    assert [kept.text for kept in Draft.objects.all()] == ["Not yet"]
    # The worker died after the post and before the draft was gone: the same draft again makes nothing new.
    draft.pk = None
    draft.save()
    come(draft)
    publishing.publish_due()
    assert Post.objects.count() == 2 and Draft.objects.count() == 1


def test_what_cannot_be_posted_stays_and_its_author_is_told_why(alice, bob):
    parent = posts.publish(actor=bob, text="Question")
    wait(alice, in_reply_to=[str(parent.pk)])
    posts.delete(actor=bob, post=parent)
    assert publishing.publish_due() == 0 and publishing.publish_due() == 0
    draft = Draft.objects.get()
    assert draft.due_at is None and "not there any more" in draft.refused
    assert "not posted" in alice.notifications.get().text
    assert not Post.objects.present().filter(author=alice).exists()


def test_who_is_suspended_by_then_posts_nothing(alice):
    wait(alice)
    type(alice).objects.filter(pk=alice.pk).update(suspended_until=soon(days=1))
    assert publishing.publish_due() == 0
    assert "cannot post" in Draft.objects.get().refused and not Post.objects.exists()


# --- threads ---------------------------------------------------------------------------------------------------------


def test_a_thread_is_written_in_one_go(alice):
    top = posts.publish_thread(actor=alice, text="One", then=["Two", " ", "Three"], client_key="k", language="en")
    chain = list(Post.objects.order_by("pk").values_list("text", "in_reply_to__text", "root", "language"))
    assert chain == [("One", None, None, "en"), ("Two", "One", top.pk, "en"), ("Three", "Two", top.pk, "en")]
    assert posts.publish_thread(actor=alice, text="One", then=["Two", "Three"], client_key="k") == top
    assert Post.objects.count() == 3


def test_a_thread_is_written_whole_or_not_at_all(alice):
    with pytest.raises(ActionError, match="Post 3 of the thread") as refused:
        posts.publish_thread(actor=alice, text="One", then=["Two", "x" * 1001])
    assert refused.value.data["field"] == "then" and not Post.objects.exists()
    with pytest.raises(ActionError, match="at most 10"):
        posts.publish_thread(actor=alice, text="One", then=["more"] * 10)
    assert not Post.objects.exists()
