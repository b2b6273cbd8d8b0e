"""Who a post is for, who may answer it, and what stands in front of it."""

import pytest

from metya.web.errors import ActionError
from social.interactions.models import Interaction
from social.lists import actions as lists
from social.posts import actions, audience
from social.posts.models import Post
from tests import make

HTMX = {"HX-Request": "true"}


@pytest.fixture
def friends(alice, bob):
    one = lists.make(actor=alice, name="Friends")
    lists.add(actor=alice, one=one, member=bob)
    return one


def seen_by(post):
    people = {member.handle: member for member in type(post.author).objects.all()}
    return {name for name, member in people.items() if Post.objects.visible_to(member).filter(pk=post.pk).exists()}


def told(member):
    return [row.kind for row in member.notifications.order_by("pk")]


# --- the people mentioned --------------------------------------------------------------------------------------------


def test_a_post_for_the_people_mentioned(alice, bob, carol):
    make.follow(carol, alice)
    dana = make.member("dana")
    post = actions.publish(actor=alice, text="@bob @dana look", visibility="mentioned")
    assert seen_by(post) == {"alice", "bob", "dana"}
    assert told(bob) == told(dana) == ["mention"] and told(carol) == []
    assert not Interaction.objects.filter(post=post).exists()
    # An answer stays among all who were part of it, and tells them; a follower of the answerer learns nothing.
    answer = actions.publish(actor=bob, text="seen it", in_reply_to=post, visibility="public")
    assert answer.visibility == "mentioned" and seen_by(answer) == {"alice", "bob", "dana"}
    assert told(alice)[-1] == "reply" and told(dana) == ["mention", "mention"] and told(carol) == []
    widened = actions.publish(actor=dana, text="with @carol", in_reply_to=answer)
    assert seen_by(widened) == {"alice", "bob", "carol", "dana"} and seen_by(post) == {"alice", "bob", "dana"}


def test_a_post_for_the_people_mentioned_mentions_somebody(alice):
    for text in ("nobody", "@alice only me", "@nobody_at_all"):
        with pytest.raises(ActionError, match="Mention somebody") as refused:
            actions.publish(actor=alice, text=text, visibility="mentioned")
        assert refused.value.data["field"] == "visibility"
    assert not Post.objects.exists()


# --- a list ----------------------------------------------------------------------------------------------------------


def test_a_post_for_a_list_is_for_who_is_in_it_now(alice, bob, carol, friends):
    make.follow(carol, alice)
    post = actions.publish(actor=alice, text="for you @carol", visibility="list", for_list=friends)
    assert seen_by(post) == {"alice", "bob"} and told(carol) == []
    answer = actions.publish(actor=bob, text="thanks", in_reply_to=post)
    assert (answer.visibility, answer.for_list, answer.audience) == ("list", friends, alice)
    lists.add(actor=alice, one=friends, member=carol)
    assert seen_by(post) == seen_by(answer) == {"alice", "bob", "carol"}
    lists.remove(actor=alice, one=friends, member=bob)
    assert seen_by(post) == {"alice", "carol"}
    assert seen_by(answer) == {"alice", "bob", "carol"}, "it is bob's own"
    lists.delete(actor=alice, one=friends)
    assert seen_by(Post.objects.get(pk=post.pk)) == {"alice"}
    assert seen_by(Post.objects.get(pk=answer.pk)) == {"alice", "bob"}


def test_nobody_writes_for_the_list_of_another(alice, bob, friends, as_member):
    with pytest.raises(ActionError, match="owner"):
        actions.publish(actor=bob, text="x", visibility="list", for_list=friends)
    for visibility in (f"list:{friends.pk}", "list", "list:0", "list:x", "everybody"):
        answer = as_member(bob).post("/posts/", {"text": "kept words", "visibility": visibility}, headers=HTMX)
        assert answer.status_code == 422 and "kept words" in answer.content.decode(), visibility
    assert not Post.objects.exists()
    assert as_member(alice).post("/posts/", {"text": "x", "visibility": f"list:{friends.pk}"}).status_code == 302
    assert Post.objects.get().for_list == friends


def test_what_is_not_public_is_not_quoted_or_reposted(alice, bob, friends):
    posts = [
        actions.publish(actor=alice, text="@bob", visibility="mentioned"),
        actions.publish(actor=alice, text="x", visibility="list", for_list=friends),
    ]
    for post in posts:
        with pytest.raises(ActionError, match="Only public posts"):
            actions.repost(actor=bob, post=post)
        with pytest.raises(ActionError, match="Only public posts"):
            actions.publish(actor=bob, text="look", quote_of=post)
        actions.like(actor=bob, post=post)
    assert not Interaction.objects.filter(public=True, kind="like").exists(), "only what is public counts"


def test_whom_live_hints_name(alice, bob, carol, friends):
    public = actions.publish(actor=alice, text="x")
    named = actions.publish(actor=alice, text="@carol", visibility="mentioned")
    listed = actions.publish(actor=alice, text="x", visibility="list", for_list=friends)
    assert audience.chosen(public) is None
    assert audience.chosen(named) == sorted([alice.pk, carol.pk])
    assert audience.chosen(listed) == sorted([alice.pk, bob.pk])
    assert audience.among(listed, [bob.pk, carol.pk]) == {bob.pk}


# --- who may reply ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "may"),
    [
        ("everyone", {"alice", "bob", "carol", "dana"}),
        ("followers", {"alice", "bob"}),
        ("mentioned", {"alice", "dana"}),
    ],
)
def test_who_may_reply(alice, bob, carol, as_member, rule, may):
    dana = make.member("dana")
    post = actions.publish(actor=alice, text="@dana what do you think", replies_from=rule)
    inner = actions.publish(actor=alice, text="more", in_reply_to=post)
    assert inner.replies_from == rule, "the rule is that of the conversation"
    for person in (alice, bob, carol, dana):
        allowed = person.handle in may
        for target in (post, inner):
            page = as_member(person).get(f"/posts/{target.pk}/").content.decode()
            assert ('id="composer"' in page) == allowed, (person, target)
            assert ("can reply" in page) == (rule != "everyone")
        if allowed:
            actions.publish(actor=person, text="yes", in_reply_to=inner)
            continue
        with pytest.raises(ActionError) as refused:
            actions.publish(actor=person, text="no", in_reply_to=inner)
        assert refused.value.code == "replies-limited"
        answer = as_member(person).post("/posts/", {"text": "kept words", "in_reply_to": inner.pk})
        assert answer.status_code == 422 and "kept words" in answer.content.decode()
        assert as_member(person).get(f"/posts/new/?in_reply_to={inner.pk}").status_code == 403
        actions.like(actor=person, post=post)
    assert Post.objects.filter(text="yes").count() == len(may)


def test_an_answer_cannot_set_a_rule_of_its_own(alice, bob, carol):
    post = actions.publish(actor=alice, text="open")
    answer = actions.publish(actor=bob, text="mine", in_reply_to=post, replies_from="mentioned")
    assert answer.replies_from == "everyone"
    actions.publish(actor=carol, text="still open", in_reply_to=answer)


# --- warning and language --------------------------------------------------------------------------------------------


def test_a_warning_stands_in_front_everywhere(alice, bob, as_member):
    post = actions.publish(actor=alice, text="@bob the butler did it", warning="Ends of novels", language="en")
    for path in ("/", f"/posts/{post.pk}/", "/@alice/", "/explore/"):
        page = as_member(bob).get(path).content.decode()
        assert '<details class="warned"><summary><b>Ends of novels</b>' in page, path
        assert 'lang="en" class="text' in page
    notices = as_member(bob).get("/notifications/").content.decode()
    assert "Ends of novels" in notices and "butler" not in notices
    title = as_member(bob).get(f"/posts/{post.pk}/").content.decode().split("</title>")[0]
    assert "butler" not in title


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"warning": "x" * 101}, "warning"),
        ({"warning": "a\u202eb"}, "warning"),
        ({"language": "klingon"}, "language"),
        ({"replies_from": "friends"}, "replies_from"),
        ({"visibility": "list"}, "visibility"),
    ],
)
def test_bad_options_name_their_field_and_keep_the_text(alice, as_member, fields, field):
    with pytest.raises(ActionError) as refused:
        actions.publish(actor=alice, text="x", **fields)
    assert refused.value.data["field"] == field
    answer = as_member(alice).post("/posts/", {"text": "kept words"} | fields, headers=HTMX)
    assert answer.status_code == 422 and "kept words" in answer.content.decode()
    assert not Post.objects.exists()


def test_the_language_is_remembered_for_the_next_post(alice, as_member):
    client = as_member(alice)
    assert client.post("/posts/", {"text": "olá", "language": "pt"}).status_code == 302
    assert '<option value="pt" selected>' in client.get("/posts/new/").content.decode()
