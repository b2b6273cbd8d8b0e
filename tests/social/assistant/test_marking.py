"""The mark on posts: judged by the server, kept on edit, shown wherever the post is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from metya.web.errors import Invalid
from social.assistant import actions
from social.assistant.models import DraftHalf, DraftPair
from social.posts import actions as posts
from social.posts import editing, removal
from social.posts.models import Post
from social.profiles.models import Profile
from tests.social.assistant.conftest import wants

pytestmark = pytest.mark.django_db
OWN = "we met at the pond. it was nice. but there was no bench and so we all stood."
FIRST = "We met at the pond yesterday evening. Lovely, though nobody had thought of a bench, so everyone kept standing."
SECOND = "A pond, an evening, friends, and not one single seat to be found anywhere around the water."


def pair_of(member, choice="a", ask="rewrite", texts=(FIRST, SECOND), **fields):
    wants(member, drafted_at=timezone.now())
    made = DraftPair.objects.create(member=member, ask=ask, text=OWN, model="m", state="ready", choice=choice, **fields)
    for side, text in zip("ab", texts, strict=True):
        DraftHalf.objects.create(pair=made, side=side, text=text, state="done")
    return made


def test_what_was_taken_is_marked_and_known(alice):
    pair = pair_of(alice)
    post = posts.publish(actor=alice, text=FIRST, suggestion=pair.pk)
    assert post.assisted
    pair.refresh_from_db()
    assert pair.post == post


@pytest.mark.parametrize("choice", ["", "a", "own"])
@pytest.mark.parametrize("text", [FIRST, SECOND, FIRST.replace("yesterday", "last"), "New! " + SECOND.lower()])
def test_leaving_the_number_out_does_not_take_the_mark_away(alice, choice, text):
    pair_of(alice, choice)
    assert posts.publish(actor=alice, text=text).assisted


def test_own_words_are_not_marked_whatever_is_named(alice):
    pair = pair_of(alice)
    assert not posts.publish(actor=alice, text=OWN, suggestion=pair.pk).assisted
    assert not posts.publish(actor=alice, text="Something about trains, by hand", suggestion=pair.pk).assisted
    pair.refresh_from_db()
    assert pair.post is None


def test_a_title(alice):
    pair = pair_of(alice, ask="title", texts=("An evening without benches", "Standing by the water"))
    assert posts.publish(actor=alice, text=f"An evening without benches\n\n{OWN}", suggestion=pair.pk).assisted
    assert not posts.publish(actor=alice, text=OWN).assisted


def test_a_pair_that_is_not_ones_own_is_an_error(alice, carol):
    other = pair_of(carol)
    for number in (other.pk, 0, 10**17):
        with pytest.raises(Invalid) as caught:
            posts.publish(actor=alice, text=FIRST, suggestion=number)
        assert caught.value.data["field"] == "assisted"
    assert not Post.objects.exists()
    assert not posts.publish(actor=alice, text=FIRST).assisted  # written by somebody else's assistant, who knows


def test_old_drafts_count_only_when_named(alice):
    pair = pair_of(alice)
    DraftPair.objects.update(at=timezone.now() - timedelta(days=8))
    Profile.objects.update(drafted_at=timezone.now() - timedelta(days=8))
    alice.profile.refresh_from_db()
    assert not posts.publish(actor=alice, text=FIRST).assisted
    assert posts.publish(actor=alice, text=FIRST, suggestion=pair.pk).assisted


def test_when_the_words_are_gone_who_names_it_took_it(alice):
    pair = pair_of(alice)
    DraftPair.objects.update(at=timezone.now() - timedelta(days=40))
    actions.forget()
    assert posts.publish(actor=alice, text="A scheduled post of long ago", suggestion=pair.pk).assisted


def test_for_who_never_asked_there_is_no_query(alice, django_assert_num_queries):
    from social.assistant.marking import pair_behind

    assert alice.profile.pk
    with django_assert_num_queries(0):
        assert pair_behind(alice, FIRST) is None


def test_the_mark_stays_on_edit_and_comes_by_edit(alice):
    pair_of(alice)
    post = posts.publish(actor=alice, text=FIRST)
    assert editing.edit(actor=alice, post=post, text="All new, by hand").assisted
    other = posts.publish(actor=alice, text="By hand")
    assert editing.edit(actor=alice, post=other, text=SECOND).assisted


def test_every_post_of_a_thread_is_judged_by_itself(alice):
    pair = pair_of(alice)
    top = posts.publish_thread(actor=alice, text=FIRST, then=["By hand alone", SECOND], suggestion=pair.pk)
    marks = {post.text: post.assisted for post in Post.objects.all()}
    assert top.assisted
    assert marks == {FIRST: True, "By hand alone": False, SECOND: True}


def test_an_emptied_post_tells_nothing(alice):
    pair_of(alice)
    post = posts.publish(actor=alice, text=FIRST)
    removal.erase(post)
    post.refresh_from_db()
    assert not post.assisted


MARK = "Written with the assistant"


def test_where_it_is_shown(alice, as_member, client):
    pair_of(alice)
    post = posts.publish(actor=alice, text=FIRST)
    plain = posts.publish(actor=alice, text="By hand")
    for path in (f"/posts/{post.pk}/", f"/posts/{post.pk}/embed/", "/@alice/", "/@alice/feed.xml"):
        assert client.get(path).content.decode().count(MARK) == 1, path
    assert MARK not in client.get(f"/posts/{plain.pk}/").content.decode()
    found = client.get(f"/posts/{post.pk}/", headers={"Accept": "application/json"}).json()["posts"][0]
    assert found["assisted"] is True


def test_through_the_form(alice, as_member):
    pair = pair_of(alice)
    me = as_member(alice)
    refused = me.post("/posts/", {"text": FIRST, "assisted": "999999", "client_key": "k"})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "not known any more" in page
    assert FIRST in page
    assert 'name="assisted"' not in page
    kept = me.post("/posts/", {"text": "x" * 1001, "assisted": str(pair.pk), "client_key": "k"}).content.decode()
    assert f'name="assisted" value="{pair.pk}"' in kept
    me.post("/posts/", {"text": FIRST, "assisted": str(pair.pk), "client_key": "k"})
    assert Post.objects.get().assisted
