"""Posts in other people's pages."""

import pytest
from django.test import Client

from social.posts import actions as posts
from social.posts.models import PostImage
from social.search.actions import set_searchable
from tests import make

pytestmark = pytest.mark.django_db


def ask(pk: int, **more: str):
    return Client().get("/oembed", {"url": f"http://testserver/posts/{pk}/", **more})


def test_oembed_tells_of_a_public_post(alice):
    post = posts.publish(actor=alice, text="Hello there")
    response = ask(post.pk, format="json")
    found = response.json()
    assert (found["type"], found["version"]) == ("rich", "1.0")
    assert found["title"] == "Alice (@alice): Hello there" and found["author_url"] == "http://testserver/@alice/"
    assert f'src="http://testserver/posts/{post.pk}/embed/"' in found["html"]
    assert response["Access-Control-Allow-Origin"] == "*" and not response.cookies
    small = ask(post.pk, maxwidth="300", maxheight="200").json()
    assert (small["width"], small["height"]) == (300, min(200, found["height"]))


def test_names_do_not_break_out_of_the_frame(alice):
    type(alice.profile).objects.filter(member=alice).update(name='"><script>alert(1)</script>')
    post = posts.publish(actor=alice, text='"><script>')
    html = ask(post.pk).json()["html"]
    assert "<script" not in html and html.count("<iframe") == 1


def test_what_may_not_be_seen_and_what_is_not_there_are_told_alike(alice, bob, as_member):
    hidden = make.post(alice, "hidden", visibility="followers")
    deleted = posts.publish(actor=alice, text="gone")
    posts.publish(actor=bob, text="answer", in_reply_to=deleted)
    posts.delete(actor=alice, post=deleted)
    repost = posts.repost(actor=bob, post=posts.publish(actor=alice, text="x"))
    other = make.member("dana")
    kept_out = posts.publish(actor=other, text="quiet")
    set_searchable(actor=other, searchable=False)
    repost = bob.posts.get(repost_of__isnull=False)
    nothing = ask(10**9)
    assert nothing.status_code == 404
    for post in (hidden, deleted, repost, kept_out):
        found = ask(post.pk)
        assert (found.status_code, found.content) == (404, nothing.content)
        # Not even for whom it is: what they see here, they would show to others.
        assert as_member(alice).get(f"/posts/{post.pk}/embed/").status_code == 404
        assert as_member(bob).get("/oembed", {"url": f"http://testserver/posts/{post.pk}/"}).status_code == 404


@pytest.mark.parametrize(
    "url", ["", "x", "http://", "http://[", "https://evil.example/posts/{pk}/", "http://testserver@evil.example/posts/{pk}/",
            "http://testserver/@alice/", "http://testserver/posts/99999999999999999999/", "http://testserver/posts/{pk}/edit/",
            "//testserver/posts/{pk}/", "javascript://testserver/posts/{pk}/"],
)  # fmt: skip
def test_other_addresses_are_none_of_ours(alice, url):
    post = posts.publish(actor=alice, text="x")
    assert Client().get("/oembed", {"url": url.format(pk=post.pk)}).status_code == 404


def test_other_formats_are_not_offered(alice):
    post = posts.publish(actor=alice, text="x")
    assert ask(post.pk, format="xml").status_code == 501
    assert Client().get("/oembed").status_code == 404


def test_the_frame_may_be_shown_anywhere_and_only_the_frame(alice, as_member):
    post = posts.publish(actor=alice, text="Hello @alice")
    response = as_member(alice).get(f"/posts/{post.pk}/embed/")
    policy = response["Content-Security-Policy"]
    assert "frame-ancestors *" in policy and "script-src 'none'" in policy and "X-Frame-Options" not in response
    page = response.content.decode()
    assert "Hello" in page and "<script" not in page and "<form" not in page and "csrf" not in page
    assert page == Client().get(f"/posts/{post.pk}/embed/").content.decode()
    assert "csrftoken" not in response.cookies
    for path in (f"/posts/{post.pk}/", "/", "/sign-in/", f"/posts/{10**9}/embed/", "/oembed"):
        other = Client().get(path)
        assert other["X-Frame-Options"] == "DENY", path
        assert "frame-ancestors 'none'" in other["Content-Security-Policy"], path


def test_of_a_warned_post_only_the_warning(alice):
    post = posts.publish(actor=alice, text="secretword", warning="Spoiler")
    PostImage.objects.create(post=post, member=alice, file="posts/x.webp", width=8, height=6, alt="secretpicture")
    for page in (Client().get(f"/posts/{post.pk}/embed/").content.decode(), ask(post.pk).content.decode()):
        assert "Spoiler" in page and "secret" not in page and "x.webp" not in page


def test_a_quote_of_a_warned_post_shows_the_warning_and_one_that_is_not_carried_nothing(alice, bob):
    warned = posts.publish(actor=bob, text="secretword", warning="Spoiler")
    post = posts.publish(actor=alice, text="look", quote_of=warned)
    page = Client().get(f"/posts/{post.pk}/embed/").content.decode()
    assert "Spoiler" in page and "secretword" not in page
    set_searchable(actor=bob, searchable=False)
    page = Client().get(f"/posts/{post.pk}/embed/").content.decode()
    assert "look" in page and "Spoiler" not in page and "Bob" not in page


@pytest.mark.usefixtures("_still_windows")
def test_a_flood_is_slowed_down(alice):
    client = Client()
    assert {client.get("/oembed").status_code for _one in range(121)} == {404, 429}
