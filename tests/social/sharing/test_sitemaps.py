"""What search engines are told."""

import re
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve

from social.posts import actions as posts
from social.profiles.models import Profile
from social.search.actions import set_searchable
from social.sharing import sitemaps
from tests import make

pytestmark = pytest.mark.django_db


def addresses(path: str) -> list[str]:
    response = Client().get(path)
    assert response.status_code == 200 and response["Content-Type"].startswith("application/xml")
    return re.findall(r"<loc>http://testserver([^<]*)</loc>", response.content.decode())


def everything() -> set[str]:
    return {found for path in addresses("/sitemap.xml") for found in addresses(path)}


def test_what_is_public_is_in_it_and_nothing_else(alice, bob, carol):
    post = posts.publish(actor=alice, text="for all")
    hidden = posts.publish(actor=alice, text="for some", visibility="followers")
    reply = posts.publish(actor=bob, text="answer", in_reply_to=post)
    deleted = posts.publish(actor=alice, text="gone")
    posts.publish(actor=bob, text="answer", in_reply_to=deleted)
    posts.delete(actor=alice, post=deleted)
    quiet = posts.publish(actor=carol, text="quiet")
    set_searchable(actor=carol, searchable=False)
    found = everything()
    assert {"/", "/explore/", "/help/", "/@alice/", "/@bob/", f"/posts/{post.pk}/"} <= found
    out = {f"/posts/{one.pk}/" for one in (hidden, reply, deleted, quiet)} | {"/@carol/"}
    assert not out & found


def test_a_section_is_a_range_of_ids(alice, monkeypatch):
    monkeypatch.setattr(sitemaps, "IDS", 10)
    keys = [make.post(alice, "x").pk for _one in range(25)]
    first, last = min(keys), max(keys)
    sections = [path for path in addresses("/sitemap.xml") if "posts" in path]
    assert sections == [f"/sitemaps/posts-{number}.xml" for number in range(last // 10 + 1)]
    found = [addresses(path) for path in sections[first // 10 :]]
    assert sum(map(len, found)) == 25 and max(map(len, found)) == 10
    assert Client().get(f"/sitemaps/posts-{last // 10 + 1}.xml").status_code == 404
    for path in ("/sitemaps/nothing-0.xml", "/sitemaps/pages-1.xml", f"/sitemaps/posts-{10**30}.xml"):
        assert Client().get(path).status_code == 404


def test_the_queries_do_not_depend_on_the_number_of_posts(alice, monkeypatch):
    monkeypatch.setattr(sitemaps, "IDS", 10**9)  # all in one section
    Profile.objects.filter(member=alice).update(post_count=1)
    found = []
    for more in (3, 27):
        for _one in range(more):
            make.post(make.member(), "x")
        Profile.objects.update(post_count=1)
        with CaptureQueriesContext(connection) as queries:
            for path in ("/sitemap.xml", "/sitemaps/posts-0.xml", "/sitemaps/people-0.xml"):
                addresses(path)
        found.append(len(queries))
    assert found[0] == found[1] <= 6


def test_the_index_stays_within_what_the_format_allows(alice, monkeypatch):
    monkeypatch.setattr(sitemaps, "IDS", 1)
    monkeypatch.setattr(sitemaps, "MOST_SECTIONS", 10)
    for _one in range(30):
        make.post(alice, "x")
    paths = addresses("/sitemap.xml")
    assert len(paths) <= 10 and f"/posts/{alice.posts.latest('pk').pk}/" in addresses(paths[-1])


def test_robots(alice):
    response = Client().get("/robots.txt")
    assert response["Content-Type"].startswith("text/plain")
    lines = response.content.decode().splitlines()
    assert "Sitemap: http://testserver/sitemap.xml" in lines and "Disallow: /messages/" in lines
    listed = everything()
    for path in (line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow")):
        assert not any(found.startswith(path) for found in listed), path
        if path not in ("/wallets/", "/people/", "/account/", "/live/", "/feeds/", "/posts/counts/"):
            try:
                resolve(urlsplit(path).path)
            except Resolver404:
                pytest.fail(f"there is no {path}")
