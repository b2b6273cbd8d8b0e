"""Feeds of people and hashtags: what a stranger may read, as XML that every reader opens."""

from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from social.posts import actions as posts
from social.posts.models import Post, PostImage
from social.profiles.models import Profile
from social.search.actions import set_searchable
from tests import make

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def feed(path: str = "/@alice/feed.xml", **headers) -> ElementTree.Element:
    response = Client().get(path, headers=headers)
    assert response.status_code == 200, response.status_code
    assert response["Content-Type"].startswith("application/atom+xml")
    return ElementTree.fromstring(response.content)  # noqa: S314 - our own


def texts(root: ElementTree.Element, name: str) -> list[str]:
    return [one.text or "" for one in root.findall(f"{ATOM}entry/{ATOM}{name}")]


def with_picture(post: Post, alt: str = "a <door>") -> Post:
    PostImage.objects.create(post=post, member=post.author, file="posts/x.webp", width=8, height=8, alt=alt)
    return post


def test_a_feed_has_the_public_posts_and_no_others(alice, bob):
    first = posts.publish(actor=alice, text="Hello @bob, see #tea and https://example.org/x")
    other = posts.publish(actor=bob, text="of bob")
    posts.publish(actor=alice, text="only followers", visibility="followers")
    posts.publish(actor=alice, text="a reply", in_reply_to=other)
    posts.repost(actor=alice, post=other)
    root = feed()
    assert root.findtext(f"{ATOM}title") == "Alice (@alice)"
    assert texts(root, "id") == [f"http://testserver/posts/{first.pk}/"]
    (content,) = texts(root, "content")
    assert 'href="http://testserver/@bob/"' in content and 'href="http://testserver/tags/tea/"' in content
    assert 'href="https://example.org/x"' in content
    assert root.findtext(f"{ATOM}entry/{ATOM}author/{ATOM}name") == "Alice"
    assert texts(feed("/tags/tea/feed.xml"), "id") == texts(root, "id") == texts(feed("/tags/TEA/feed.xml"), "id")


def test_pictures_are_enclosures(alice):
    with_picture(posts.publish(actor=alice, text="look"))
    root = feed()
    (link,) = [one for one in root.iter(f"{ATOM}link") if one.get("rel") == "enclosure"]
    assert link.get("href") == "http://testserver/media/posts/x.webp" and link.get("type") == "image/webp"
    assert 'alt="a &lt;door&gt;"' in texts(root, "content")[0]


def test_of_a_warned_post_only_the_warning_leaves(alice, bob):
    quoted = posts.publish(actor=bob, text="quotedwords")
    with_picture(
        posts.publish(actor=alice, text="secretword", warning="Spoiler & more", quote_of=quoted), "secretpicture"
    )
    body = Client().get("/@alice/feed.xml").content.decode()
    assert "Spoiler &amp; more" in body
    assert not any(word in body for word in ("secretword", "secretpicture", "x.webp", "enclosure", "bob"))


def test_a_quote_of_what_is_not_carried_is_not_named(alice, bob):
    posts.publish(actor=alice, text="look", quote_of=posts.publish(actor=bob, text="quotedwords"))
    assert "Quotes Bob (@bob)" in texts(feed(), "content")[0]
    set_searchable(actor=bob, searchable=False)
    assert "bob" not in Client().get("/@alice/feed.xml").content.decode().lower()


def test_characters_that_xml_cannot_hold_do_not_break_the_feed(alice):
    bad = "a\x00b\x0bc\x1fd\ufffee\uffff <&]]> ok"
    Profile.objects.filter(member=alice).update(name="A\x08lice\x1b", bio="b\x01io")
    if connection.vendor == "postgresql":  # which stores no NUL
        bad = bad.replace("\x00", "")
    with_picture(make.post(alice, bad, html=f"<p>{bad}</p>"), "al\x02t")
    root = feed()
    assert root.findtext(f"{ATOM}title") == "Alice (@alice)"
    assert texts(root, "title") == ["ab cde <&]]> ok"]


def test_not_modified(alice):
    client = Client()
    post = posts.publish(actor=alice, text="one")
    first = client.get("/@alice/feed.xml")
    tag = first["ETag"]
    assert first["Last-Modified"] and first["Cache-Control"] == "no-cache" and not first.cookies
    assert client.get("/@alice/feed.xml", headers={"If-None-Match": tag}).status_code == 304
    posts.publish(actor=alice, text="two")
    second = client.get("/@alice/feed.xml", headers={"If-None-Match": tag})
    assert second.status_code == 200
    # A deletion is noticed by whoever asks by tag or by date.
    posts.delete(actor=alice, post=post)
    asked = {"If-None-Match": second["ETag"]}
    assert client.get("/@alice/feed.xml", headers=asked).status_code == 200
    asked = {"If-Modified-Since": second["Last-Modified"]}
    assert client.get("/@alice/feed.xml", headers=asked).status_code == 200


def test_an_empty_feed_is_a_feed_that_does_not_change(alice):
    first, second = (Client().get("/@alice/feed.xml") for _one in range(2))
    assert first.status_code == 200 and first["ETag"] == second["ETag"]


@pytest.mark.parametrize("path", ["/@alice/feed.xml", "/tags/tea/feed.xml"])
def test_nothing_of_who_is_kept_out_of_search(alice, path):
    posts.publish(actor=alice, text="#tea")
    assert Client().get(path).status_code == 200
    set_searchable(actor=alice, searchable=False)
    assert Client().get(path).status_code == 404


def test_a_tag_of_hidden_posts_alone_is_no_tag(alice, bob, as_member):
    posts.publish(actor=alice, text="#tea", visibility="followers")
    assert as_member(bob).get("/tags/tea/").status_code == 200
    assert as_member(bob).get("/tags/tea/feed.xml").status_code == 404
    assert b"feed.xml" not in as_member(bob).get("/tags/tea/").content
    assert Client().get("/tags/nothing/feed.xml").status_code == 404
    assert Client().get("/@nobody/feed.xml").status_code == 404


def test_a_handle_in_capitals_leads_to_the_feed(alice):
    response = Client().get("/@Alice/feed.xml")
    assert response.status_code == 301 and response["Location"] == "/@alice/feed.xml"


def test_pages_say_where_their_feed_is(alice):
    posts.publish(actor=alice, text="#tea")
    for path in ("/@alice/", "/tags/tea/"):
        link = '<link rel="alternate" type="application/atom+xml" title="'
        page = Client().get(path).content.decode()
        assert link in page and f'href="http://testserver{path}feed.xml"' in page


@pytest.mark.parametrize("path", ["/@alice/feed.xml", "/tags/tea/feed.xml"])
def test_as_many_queries_at_twenty_as_at_two_and_never_more_entries(alice, bob, path):
    found = []
    for more in (2, 28):
        for _one in range(more):
            quoted = posts.publish(actor=bob, text="quoted")
            with_picture(posts.publish(actor=alice, text="#tea", quote_of=quoted))
        with CaptureQueriesContext(connection) as queries:
            root = feed(path)
        found.append((len(queries), len(texts(root, "id"))))
    assert found[0][0] == found[1][0] <= 6
    assert [entries for _queries, entries in found] == [2, 20]


@pytest.mark.usefixtures("_still_windows")
def test_a_flood_is_slowed_down(alice):
    client = Client()
    codes = {client.get("/@alice/feed.xml").status_code for _one in range(121)}
    assert codes == {200, 429}
