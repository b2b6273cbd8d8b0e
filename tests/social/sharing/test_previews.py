"""What a link looks like elsewhere, and whom search engines leave alone."""

import re
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from social.follows import actions as follows
from social.posts import actions as posts
from social.posts.models import PostImage
from social.search.actions import set_searchable
from social.sharing import sitemaps
from tests import make

pytestmark = pytest.mark.django_db


def meta(page: str) -> dict[str, str]:
    found = re.findall(
        r'<meta (?:property|name)="((?:og|article|twitter):[\w:]+|description|robots)" content="([^"]*)">', page
    )
    return {name: unescape(value) for name, value in found}


def read(path: str, client: Client | None = None) -> str:
    return (client or Client()).get(path).content.decode()


def test_a_public_post(alice):
    post = posts.publish(actor=alice, text='A "quoted" <b>word</b>\n\nand ' + "more " * 60)
    page = read(f"/posts/{post.pk}/")
    found = meta(page)
    assert found["og:title"] == "Alice (@alice)" and found["og:type"] == "article"
    assert found["og:description"].startswith('A "quoted" <b>word</b> and more') and len(found["og:description"]) == 200
    assert found["og:description"].endswith("…") and found["description"] == found["og:description"]
    assert found["og:url"] == f"http://testserver/posts/{post.pk}/"
    assert found["og:image"] == "http://testserver/static/img/card.png" and found["twitter:card"] == "summary"
    assert f'<link rel="canonical" href="http://testserver/posts/{post.pk}/">' in page
    assert f"oembed?url=http%3A%2F%2Ftestserver%2Fposts%2F{post.pk}%2F" in page
    assert "robots" not in found


def test_the_first_picture_stands_in_the_card(alice):
    post = posts.publish(actor=alice, text="look")
    for place, name in enumerate(("one", "two")):
        PostImage.objects.create(
            post=post, member=alice, file=f"posts/{name}.webp", position=place, width=8, height=6, alt=name
        )
    found = meta(read(f"/posts/{post.pk}/"))
    assert found["og:image"] == "http://testserver/media/posts/one.webp" and found["og:image:alt"] == "one"
    assert found["twitter:card"] == "summary_large_image" and found["og:image:height"]


def test_of_a_warned_post_only_the_warning(alice):
    post = posts.publish(actor=alice, text="secretword", warning="Spoiler")
    PostImage.objects.create(post=post, member=alice, file="posts/one.webp", width=8, height=6, alt="secretpicture")
    page = read(f"/posts/{post.pk}/")
    found = meta(page)
    assert found["og:description"] == "Spoiler" and found["og:image"].endswith("card.png")
    assert not any("secret" in value for value in found.values())


@pytest.mark.parametrize("visibility", ["followers", "mentioned", "list"])
def test_what_is_not_public_has_no_card(alice, bob, as_member, visibility):
    post = make.post(alice, "hidden", visibility=visibility)
    page = read(f"/posts/{post.pk}/", as_member(alice))
    assert meta(page) == {"robots": "noindex"} and "oembed" not in page and "canonical" not in page
    assert "og:" not in read(f"/posts/{post.pk}/")


def test_a_deleted_post_has_no_card(alice, bob):
    post = posts.publish(actor=alice, text="gone soon")
    posts.publish(actor=bob, text="answer", in_reply_to=post)
    posts.delete(actor=alice, post=post)
    assert meta(read(f"/posts/{post.pk}/")) == {"robots": "noindex"}


def test_of_who_is_kept_out_of_search_nothing_leaves(alice):
    post = posts.publish(actor=alice, text="#tea")
    paths = [f"/posts/{post.pk}/", "/@alice/", "/tags/tea/"]
    assert all("og:title" in meta(read(path)) for path in paths)
    set_searchable(actor=alice, searchable=False)
    for path in paths:
        page = read(path)
        assert meta(page) == {"robots": "noindex"}, path
        assert "feed.xml" not in page and "oembed" not in page


def test_a_locked_member_has_a_page_and_public_posts_like_anybody(alice):
    follows.set_locked(actor=alice, locked=True)
    post = posts.publish(actor=alice, text="for all")
    hidden = posts.publish(actor=alice, text="for some", visibility="followers")
    assert meta(read("/@alice/"))["og:type"] == "profile"
    assert meta(read(f"/posts/{post.pk}/"))["og:description"] == "for all"
    assert Client().get(f"/posts/{hidden.pk}/").status_code == 404


def test_a_suspended_member_has_none(alice):
    post = posts.publish(actor=alice, text="for all")
    type(alice).objects.filter(pk=alice.pk).update(suspended_until=timezone.now() + timezone.timedelta(days=1))
    for path in ("/@alice/", f"/posts/{post.pk}/"):
        response = Client().get(path)
        assert response.status_code == 404 and b"og:" not in response.content


def test_a_profile(alice):
    type(alice.profile).objects.filter(member=alice).update(bio="Tea\nand maps", picture="faces/x.webp")
    page = read("/@alice/")
    found = meta(page)
    assert (found["og:title"], found["og:description"]) == ("Alice (@alice)", "Tea and maps")
    assert found["og:image"] == "http://testserver/media/faces/x.webp"
    assert '<link rel="canonical" href="http://testserver/@alice/">' in read("/@alice/likes/")


def test_the_host_header_has_no_say(alice):
    post = posts.publish(actor=alice, text="hello")
    for path in (
        f"/posts/{post.pk}/",
        "/@alice/feed.xml",
        "/sitemap.xml",
        f"/sitemaps/posts-{post.pk // sitemaps.IDS}.xml",
        "/robots.txt",
    ):
        page = Client(HTTP_HOST="localhost").get(path).content.decode()
        assert "http://testserver/" in page and "://localhost" not in page, path
