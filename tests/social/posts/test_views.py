"""Posts by address: works, wrong verb, stranger, signed out, bad input, repeat, fragment."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from social.follows import actions as follows
from social.posts import actions
from social.posts.models import Like, Post, PostImage
from social.posts.threads import PER_PARENT
from tests import make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}
VERBS = ("like", "unlike", "repost", "unrepost", "bookmark", "unbookmark")


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG")
    return SimpleUploadedFile("x.jpg", out.getvalue(), "image/jpeg")


# --- writing -----------------------------------------------------------------------------------------------------


def test_a_plain_form_leads_to_the_post(alice, as_member):
    client = as_member(alice)
    response = client.post("/posts/", {"text": "Hello <b>world</b>", "visibility": "followers"})
    post = Post.objects.get()
    assert response.status_code == 302 and response["Location"] == f"/posts/{post.pk}/"
    assert (post.author, post.visibility) == (alice, "followers")
    assert b"Hello &lt;b&gt;world&lt;/b&gt;" in client.get(f"/posts/{post.pk}/").content


def test_htmx_gets_the_card_and_an_empty_composer(alice, as_member):
    response = as_member(alice).post("/posts/", {"text": "Hello", "client_key": "k"}, headers=HTMX)
    text = response.content.decode()
    post = Post.objects.get()
    assert response.status_code == 200 and f'id="post-{post.pk}"' in text and "<html" not in text
    assert 'hx-swap-oob="true"' in text and 'value="k"' not in text


def test_json_gets_the_address(alice, as_member):
    response = as_member(alice).post("/posts/", {"text": "Hello"}, headers=JSON)
    post = Post.objects.get()
    assert (response.status_code, response.json()) == (201, {"id": post.pk, "url": f"/posts/{post.pk}/"})


def test_a_reply_a_quote_and_a_picture(alice, bob, as_member):
    post = make.post(alice)
    client = as_member(bob)
    client.post("/posts/", {"text": "Reply", "in_reply_to": post.pk})
    client.post("/posts/", {"text": "Quote", "quote_of": post.pk, "image": picture(), "alt": "A red field"})
    assert Post.objects.get(text="Reply").in_reply_to == post
    quote = Post.objects.get(text="Quote")
    assert quote.quote_of == post and quote.images.get().alt == "A red field"
    assert 'alt="A red field"' in client.get(f"/posts/{quote.pk}/").content.decode()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": ""}, "Write something"),
        ({"text": "x" * 1001}, "1 characters too long"),
        ({"text": "a\u202eb typed"}, "reorders"),
        ({"text": "typed", "visibility": "nobody"}, "not one of the available choices"),
        ({"text": "typed", "in_reply_to": "99"}, "not there any more"),
        ({"text": "typed", "in_reply_to": "x"}, "whole number"),
        ({"text": "typed", "quote_of": "9" * 30}, "less than or equal"),
        ({"text": "typed", "image": SimpleUploadedFile("x.svg", b"<svg/>")}, "Describe the picture"),
        ({"text": "typed", "alt": "x", "image": SimpleUploadedFile("x.svg", b"<svg/>")}, "JPEG, PNG, WebP or GIF"),
        ({"text": "typed", "alt": "x", "image": SimpleUploadedFile("x.jpg", b"")}, "empty"),
    ],
)
def test_bad_input_keeps_what_was_typed(alice, as_member, fields, said):
    client = as_member(alice)
    for headers in ({}, HTMX):
        for upload in fields.values():
            if isinstance(upload, SimpleUploadedFile):
                upload.seek(0)
        response = client.post("/posts/", fields, headers=headers)
        text = response.content.decode()
        assert response.status_code == 422 and said in text
        assert "typed" in text or "typed" not in fields["text"]
        assert ("<html" in text) == (not headers)
        assert not headers or response["HX-Retarget"] == "#composer"
    response = client.post(
        "/posts/", {name: value for name, value in fields.items() if isinstance(value, str)}, headers=JSON
    )
    assert response.status_code in (422, 201)
    assert not PostImage.objects.exists()


def test_a_null_character_is_refused(alice, as_member):
    assert as_member(alice).post("/posts/", {"text": "a\x00b"}).status_code == 422


def test_an_oversized_picture_is_dropped_and_the_text_kept(alice, as_member, settings):
    settings.IMAGE_MAX_BYTES = 200_000
    big = SimpleUploadedFile("x.jpg", b"\xff\xd8\xff" + b"x" * 900_000, "image/jpeg")
    response = as_member(alice).post("/posts/", {"text": "typed", "alt": "x", "image": big})
    text = response.content.decode()
    assert response.status_code == 422 and "larger than" in text and "typed" in text and not Post.objects.exists()


def test_the_same_form_twice_makes_one_post(alice, as_member):
    client = as_member(alice)
    key = re.search(r'name="client_key" value="(\w+)"', client.get("/posts/new/").content.decode())[1]
    first = client.post("/posts/", {"text": "Once", "client_key": key})
    again = client.post("/posts/", {"text": "Once", "client_key": key})
    assert first["Location"] == again["Location"] and Post.objects.count() == 1


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_form_that_was_used_comes_back_with_its_text_and_a_fresh_key(alice, as_member, headers):
    """As after going back in the browser: what was typed since must not pass for the post that was sent before."""
    client = as_member(alice)
    client.post("/posts/", {"text": "First", "client_key": "k1"})
    refused = client.post("/posts/", {"text": "Second", "client_key": "k1", "visibility": "followers"}, headers=headers)
    page = refused.content.decode()
    assert refused.status_code == 422 and "Second" in page and "posted with this form already" in page
    assert '<option value="followers" selected>' in page
    key = re.search(r'name="client_key" value="(\w+)"', page)[1]
    assert key != "k1"
    for _again in range(2):
        client.post("/posts/", {"text": "Second", "client_key": key})
    assert sorted(Post.objects.values_list("text", flat=True)) == ["First", "Second"]


def test_a_key_that_is_none_is_explained(alice, as_member):
    response = as_member(alice).post("/posts/", {"text": "typed", "client_key": "k" * 41})
    assert response.status_code == 422 and "at most 40 characters" in response.content.decode()


@pytest.mark.parametrize(
    "field",
    ["author", "author_id", "id", "like_count", "html", "is_staff", "balance", "created_at", "root", "audience"],
)
def test_fields_that_nobody_may_set_are_ignored(alice, bob, as_member, field):
    as_member(bob).post("/posts/", {"text": "Mine", field: str(alice.pk)})
    post = Post.objects.get()
    assert (
        post.author == bob and post.like_count == 0 and post.audience is None and post.html == '<p dir="auto">Mine</p>'
    )
    bob.refresh_from_db()
    assert not bob.is_staff


def test_what_one_may_not_see_cannot_be_answered(alice, carol, as_member):
    hidden = make.post(alice, "secret", visibility="followers")
    for field in ("in_reply_to", "quote_of"):
        response = as_member(carol).post("/posts/", {"text": "typed", field: hidden.pk})
        assert response.status_code == 422 and b"secret" not in response.content
    assert Post.objects.count() == 1


def test_the_composer_page(alice, bob, as_member):
    post = make.post(alice, "What do you think?")
    client = as_member(bob)
    for query in ("", f"?in_reply_to={post.pk}", f"?quote_of={post.pk}"):
        page = client.get(f"/posts/new/{query}").content.decode()
        assert ("What do you think?" in page) == bool(query) and 'action="/posts/"' in page
        assert re.search(r'<textarea id="id_text"[^>]* autofocus', page)
    for query in ("?in_reply_to=999", "?quote_of=999"):
        assert client.get(f"/posts/new/{query}").status_code == 404
    assert client.get("/posts/new/?in_reply_to=x").status_code == 400
    secret = make.post(alice, "Among us", visibility="followers")
    assert client.get(f"/posts/new/?quote_of={secret.pk}").status_code == 403


def test_many_posts_at_once_are_slowed_down(alice, as_member):
    client = as_member(alice)
    answers = [client.post("/posts/", {"text": ""}, headers=JSON).status_code for _number in range(62)]
    assert answers[59] == 422 and answers[61] == 429
    for headers in ({}, HTMX):
        kept = client.post("/posts/", {"text": "typed", "visibility": "followers"}, headers=headers)
        page = kept.content.decode()
        assert kept.status_code == 429 and int(kept["Retry-After"]) > 0 and ("<html" in page) == (not headers)
        assert "Too many requests" in page and "typed" in page and '<option value="followers" selected>' in page
    assert not Post.objects.exists()


# --- verbs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS)
def test_verbs(alice, bob, as_member, verb):
    post = make.post(alice)
    client = as_member(bob)
    for _again in range(2):
        plain = client.post(f"/posts/{post.pk}/{verb}/", {"next": "/explore/"})
        assert plain.status_code == 302 and plain["Location"] == "/explore/"
        said = client.post(f"/posts/{post.pk}/{verb}/", headers=JSON).json()
        mark = {"like": "liked", "repost": "reposted", "bookmark": "bookmarked"}[verb.removeprefix("un")]
        assert said["id"] == post.pk and said[mark] is not verb.startswith("un")
        fragment = client.post(f"/posts/{post.pk}/{verb}/", headers=HTMX).content.decode()
        assert f'id="acts-{post.pk}"' in fragment and "<html" not in fragment
    post.refresh_from_db()
    assert (post.like_count, post.repost_count) == (int(verb == "like"), int(verb == "repost"))


@pytest.mark.parametrize("verb", [*VERBS, "delete"])
def test_verbs_are_posted_by_members(alice, bob, as_member, client, verb):
    post = make.post(alice)
    assert as_member(bob).get(f"/posts/{post.pk}/{verb}/").status_code == 405
    response = client.post(f"/posts/{post.pk}/{verb}/")
    assert response.status_code == 302 and response["Location"].startswith("/sign-in/")
    assert as_member(bob).post(f"/posts/999999/{verb}/").status_code == 404
    assert not Like.objects.exists() and Post.objects.get().present


def test_verbs_insist_on_the_csrf_token(alice, bob, as_member):
    post = make.post(alice)
    assert as_member(bob, enforce_csrf_checks=True).post(f"/posts/{post.pk}/like/").status_code == 403


@pytest.mark.parametrize(
    "where", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\\\\evil"]
)
def test_next_leads_to_this_site_only(alice, bob, as_member, where):
    post = make.post(alice)
    response = as_member(bob).post(f"/posts/{post.pk}/like/", {"next": where})
    assert response["Location"] == f"/posts/{post.pk}/"


def test_a_followers_only_post_is_not_reposted(alice, bob, as_member):
    post = make.post(alice, visibility="followers")
    response = as_member(bob).post(f"/posts/{post.pk}/repost/", headers=JSON)
    assert (response.status_code, response.json()["code"]) == (403, "not-public")


def test_deleting(alice, bob, as_member):
    root = make.post(alice, "Root")
    reply = actions.publish(actor=bob, text="Reply", in_reply_to=root)
    client = as_member(bob)
    for _again in range(2):
        response = client.post(f"/posts/{reply.pk}/delete/")
        assert response.status_code == 302 and response["Location"] == f"/posts/{root.pk}/"
    assert client.post(f"/posts/{root.pk}/delete/").status_code == 403
    assert (
        as_member(alice).post(f"/posts/{root.pk}/delete/", headers=HTMX).content.decode().count("This post was deleted")
        == 1
    )
    assert as_member(alice).post(f"/posts/{root.pk}/delete/", headers=JSON).json() == {"id": root.pk, "deleted": True}


def test_deleting_leads_back_to_a_page_that_is_there(alice, as_member):
    client = as_member(alice)
    for where, to in (("/explore/", "/explore/"), ("/posts/{}/", "/"), ("/posts/{}/?after=1", "/")):
        post = make.post(alice)
        response = client.post(f"/posts/{post.pk}/delete/", {"next": where.format(post.pk)})
        assert response.status_code == 302 and response["Location"] == to


def test_the_verbs_work_as_plain_buttons_of_one_form(alice, bob, as_member):
    """Without a script: each button belongs to the one form of the page, which carries the token and the way back."""
    post = make.post(alice)
    page = as_member(bob).get("/explore/").content.decode()
    assert page.count('id="deeds"') == 1
    form = re.search(r'<form id="deeds" method="post" hidden>(.*?)</form>', page, re.S)[1]
    assert "csrfmiddlewaretoken" in form and 'name="next" value="/explore/"' in form
    for address in (
        f"/posts/{post.pk}/like/",
        f"/posts/{post.pk}/bookmark/",
        f"/posts/{post.pk}/repost/",
        "/@alice/mute/",
    ):
        assert f'<button form="deeds" formaction="{address}"' in page or f'form="deeds" formaction="{address}"' in page


# --- conversations -----------------------------------------------------------------------------------------------


def test_a_conversation_shows_what_is_above_and_below(alice, bob, carol, client):
    root = actions.publish(actor=alice, text="the root")
    middle = actions.publish(actor=bob, text="the middle", in_reply_to=root)
    focus = actions.publish(actor=carol, text="the focus", in_reply_to=middle)
    below = actions.publish(actor=alice, text="just below", in_reply_to=focus)
    actions.publish(actor=bob, text="further below", in_reply_to=below)
    page = client.get(f"/posts/{focus.pk}/").content.decode()
    places = [
        page.index(text)
        for text in (
            '<p dir="auto">the root',
            "the middle",
            'large"><p dir="auto">the focus',
            "just below",
            "further below",
        )
    ]
    assert places == sorted(places)
    actions.delete(actor=bob, post=middle)
    page = client.get(f"/posts/{focus.pk}/").content.decode()
    assert "the middle" not in page and "This post was deleted" in page and "the root" in page
    assert client.get(f"/posts/{middle.pk}/").status_code == 200


def test_answers_follow_what_they_answer(alice, bob, client):
    root = make.post(alice, "root")
    replies = [actions.publish(actor=bob, text=f"reply {number}", in_reply_to=root) for number in range(3)]
    actions.publish(actor=alice, text="answer to zero", in_reply_to=replies[0])
    for number in range(PER_PARENT + 2):
        actions.publish(actor=bob, text=f"crowd {number}", in_reply_to=replies[1])
    page = client.get(f"/posts/{root.pk}/").content.decode()
    places = [page.index(text) for text in ("reply 0", "answer to zero", "reply 1", "crowd 0", "reply 2")]
    assert places == sorted(places)
    assert f"crowd {PER_PARENT}" not in page and "2 more replies" in page


def test_more_replies_by_link_and_by_fragment(alice, bob, client):
    root = make.post(alice, "root")
    for number in range(25):
        make.post(bob, f"reply {number:02}", in_reply_to=root, root=root)
    page = client.get(f"/posts/{root.pk}/").content.decode()
    assert "reply 19" in page and "reply 20" not in page
    after = re.search(r'href="(\?after=\d+)"', page)[1]
    assert "reply 20" in client.get(f"/posts/{root.pk}/{after}").content.decode()
    fragment = client.get(f"/posts/{root.pk}/{after}", headers=HTMX).content.decode()
    assert "reply 24" in fragment and "reply 19" not in fragment and "<html" not in fragment


def test_the_way_to_more_replies_leads_to_replies(alice, bob, carol, as_member):
    """Counted is what may be seen: not what is blocked or for others; and what stands below a deleted reply."""
    root = make.post(alice, "root")
    reply = actions.publish(actor=bob, text="reply", in_reply_to=root)
    dana = make.member("dana")
    for number in range(PER_PARENT + 2):
        actions.publish(actor=dana, text=f"crowd {number}", in_reply_to=reply)
    client = as_member(carol)
    assert "2 more replies" in client.get(f"/posts/{root.pk}/").content.decode()
    actions.delete(actor=bob, post=reply)
    assert "2 more replies" in client.get(f"/posts/{root.pk}/").content.decode()
    actions.publish(actor=bob, text="another", in_reply_to=root)
    follows.block(actor=carol, target=dana)
    page = client.get(f"/posts/{root.pk}/").content.decode()
    assert "another" in page and "more repl" not in page and "crowd" not in page


def test_new_replies_are_found_in_a_busy_conversation(alice, bob, client):
    root = make.post(alice, "root")
    quiet = make.post(bob, "quiet", in_reply_to=root, root=root)
    for number in range(60):
        make.post(alice, f"elsewhere {number}", in_reply_to=root, root=root)
    make.post(alice, "at last", in_reply_to=quiet, root=root)
    told = client.get(f"/posts/{quiet.pk}/?since={quiet.pk}", headers=HTMX).content.decode()
    assert "1 new reply" in told


def test_the_muted_stay_folded_in_a_conversation(alice, bob, carol, as_member):
    root = make.post(bob, "the root")
    reply = actions.publish(actor=alice, text="from alice", in_reply_to=root)
    actions.publish(actor=bob, text="an answer", in_reply_to=reply)
    follows.mute(actor=carol, target=alice)
    client = as_member(carol)
    page = client.get(f"/posts/{root.pk}/").content.decode()
    assert "from alice" not in page and "somebody you muted" in page and "an answer" in page
    assert f'href="/posts/{reply.pk}/">Show' in page
    assert "from alice" in client.get(f"/posts/{reply.pk}/").content.decode()  # asked for
    news = client.get(f"/posts/{root.pk}/?since={root.pk}", headers=HTMX).content.decode()
    assert "1 new reply" in news
    for who in (bob, alice):
        assert "from alice" in as_member(who).get(f"/posts/{root.pk}/").content.decode()


def test_new_replies(alice, bob, carol, client):
    root = make.post(alice, "root")
    reply = make.post(bob, "known", in_reply_to=root, root=root)
    make.post(carol, "fresh one", in_reply_to=reply, root=root)
    make.post(carol, "fresh two", in_reply_to=root, root=root)
    told = client.get(f"/posts/{root.pk}/?since={reply.pk}", headers=HTMX).content.decode()
    assert "2 new replies" in told and "fresh one" not in told and f'data-since="{reply.pk}"' in told
    shown = client.get(f"/posts/{root.pk}/?since={reply.pk}&show=1", headers=HTMX).content.decode()
    assert "fresh one" in shown and "fresh two" in shown and "2 new" not in shown
    below = client.get(f"/posts/{reply.pk}/?since={reply.pk}&show=1", headers=HTMX).content.decode()
    assert "fresh one" in below and "fresh two" not in below


def test_a_repost_leads_to_its_original(alice, bob, client):
    post = make.post(alice)
    actions.repost(actor=bob, post=post)
    response = client.get(f"/posts/{Post.objects.get(repost_of=post).pk}/")
    assert response.status_code == 302 and response["Location"] == f"/posts/{post.pk}/"


@pytest.mark.parametrize(
    "path", ["/posts/0/", "/posts/-1/", "/posts/99999999999999999999/", "/posts/abc/", "/posts/999999999999999999/"]
)
def test_posts_that_are_not_there(client, db, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("query", ["?after=x", "?after=-1", "?since=1e9", "?after=" + "9" * 19])
def test_damaged_page_links(alice, client, query):
    assert client.get(f"/posts/{make.post(alice).pk}/{query}").status_code == 400


def test_a_deep_chain_is_cut_above(alice, client):
    post = root = make.post(alice, "the very first")
    for number in range(40):
        post = make.post(alice, f"step {number}", in_reply_to=post, root=root)
    page = client.get(f"/posts/{post.pk}/").content.decode()
    assert "the very first" not in page and "Show earlier" in page
    whole = Post.objects.get(text="step 29")
    page = client.get(f"/posts/{whole.pk}/").content.decode()
    assert "the very first" in page and "Show earlier" not in page


def test_the_number_of_queries_does_not_depend_on_the_size(alice, bob, as_member):
    root = make.post(alice, "root")
    client = as_member(bob)
    client.get("/notifications/")  # the session is noted once
    found = []
    for more in (3, 27):
        for _one in range(more):
            person = make.member()
            reply = actions.publish(actor=person, text="reply", in_reply_to=root, quote_of=make.post(person, "x"))
            actions.publish(actor=alice, text="answer", in_reply_to=reply)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/posts/{root.pk}/").status_code == 200
        found.append(len(queries))
    assert found[0] == found[1]


def test_a_plain_post_asks_for_little(alice, as_member):
    client = as_member(alice)
    words = {"text": "see https://example.org/a #ferry", "visibility": "public"}
    client.post("/posts/", words | {"client_key": "a"})  # the session is noted once, and the tag made
    words["text"] = "see https://example.org/b #ferry"
    with CaptureQueriesContext(connection) as queries:
        assert client.post("/posts/", words | {"client_key": "b"}).status_code == 302
    said = [query["sql"] for query in queries]
    # Session, member, sent before, preview and its job, post, profile, tag, draft, detectors; two for the transaction.
    assert len(said) <= 13, said
    assert not any("memberlist" in sql for sql in said)
    assert Post.objects.filter(tags__tag__name="ferry", preview__url="https://example.org/b").count() == 1


@pytest.mark.parametrize(
    "payload", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)", "{{ 7*7 }}"]
)
def test_nothing_typed_becomes_markup(alice, as_member, payload):
    client = as_member(alice)
    client.post("/posts/", {"text": payload, "image": picture(), "alt": payload})
    client.post("/settings/profile/", {"name": payload, "bio": payload})
    for path in ("/", "/explore/", "/@alice/", f"/posts/{Post.objects.get().pk}/"):
        page = client.get(path).content.decode()
        assert "<script>alert" not in page and "<img src=x" not in page and 'href="javascript' not in page


def test_ones_own_replies_are_no_news(alice, bob, as_member):
    """They stand where they were written: shown once more with those of others, they would be there twice."""
    root = make.post(alice, "root")
    make.post(bob, "what bob said", in_reply_to=root, root=root)
    make.post(alice, "what alice said", in_reply_to=root, root=root)
    path = f"/posts/{root.pk}/?since={root.pk}"
    for member, other, own in ((alice, "bob", "alice"), (bob, "alice", "bob")):
        client = as_member(member)
        assert "1 new reply" in client.get(path, headers=HTMX).content.decode()
        shown = client.get(path + "&show=1", headers=HTMX).content.decode()
        assert f"what {other} said" in shown and f"what {own} said" not in shown
