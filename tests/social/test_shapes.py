"""What is rendered once for each shape holds nothing of whom it was rendered for."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from metya.members import preferences
from social.lists import actions as lists
from social.notifications import actions as notifications
from tests import make

pytestmark = pytest.mark.django_db


def test_each_post_has_its_own_names_numbers_and_token(alice, bob, carol, as_member):
    posts = [make.post(author, f"by {author.handle}") for author in (alice, bob)]
    posts[1].likes.create(member=alice)
    type(posts[1]).objects.filter(pk=posts[1].pk).update(like_count=1_234)
    for viewer in (carol, make.member("dana")):
        page = as_member(viewer).get("/explore/?x=<b>").content.decode()
        assert not re.search("Zz[a-z]+zZ", page)
        for post in posts:
            card = page[page.index(f'id="post-{post.pk}"') :].split("</article>")[0]
            for there in (f"/posts/{post.pk}/like/", f"/@{post.author.handle}/mute/", f"Block @{post.author.handle}"):
                assert there in card, there
            assert f"/bookmarks/posts/{post.pk}/?next=/explore/%3Fx%3D%253Cb%253E" in card
            assert ("1.2K" in card) == (post is posts[1])
        tokens = re.findall('csrfmiddlewaretoken" value="(\\w+)"', page)
        assert len(set(tokens)) == 1 and "csrf" not in card


def test_a_name_cannot_become_markup_or_a_stand_in(alice, bob, as_member):
    alice.profile.name = "<i>Zzpkz</i>ZzbodyzZ"
    alice.profile.save()
    make.post(alice, "ZzverbszZ")
    page = as_member(bob).get("/explore/").content.decode()
    assert "<b>&lt;i&gt;Zzpkz&lt;/i&gt;ZzbodyzZ</b>" in page and "<p>ZzverbszZ</p>" in page


def _frame(page: str) -> str:
    """What stands around the posts."""
    return re.sub(r"<article.*?</article>", "", page, flags=re.DOTALL)


def test_the_frame_and_the_composer_hold_nothing_of_whom_they_were_first_rendered_for(alice, bob, carol, as_member):
    alice.profile.name, alice.profile.writes_in = "Alice & co", "de"
    alice.profile.save()
    make.follow(alice, carol)
    make.post(carol, "so that nobody is suggested")
    make.post(alice, "to bob as well")
    lists.make(actor=alice, name="Secret <choir>", about="", public=False)
    notifications.notify(member=alice, kind="follow", actor=bob, key="follow:1")
    for first, then in ((alice, bob), (bob, alice), (alice, bob)):
        pages = {member: _frame(as_member(member).get("/").content.decode()) for member in (first, then)}
        assert not any(re.search("Zz[a-z]+zZ", page) for page in pages.values())
        assert "Alice &amp; co" in pages[alice] and "Secret &lt;choir&gt;" in pages[alice]
        assert not any(word in pages[bob] for word in ("Alice", "alice", "choir", "list:"))
        assert "bob" not in pages[alice] and "@bob" in pages[bob]
        for member, page in pages.items():
            assert f'data-who="{member.pk}"' in page and f"/@{member.handle}/" in page
            assert ('<option value="de" selected>' in page) == (member == alice)
            assert re.findall(r'data-bell data-since="(\d+)"( hidden)?', page)[0][1] == (
                "" if member == alice else " hidden"
            )
        keys = [re.search(r'name="client_key" value="(\w{32})"', page) for page in pages.values()]
        assert keys[0] and keys[1] and keys[0][1] != keys[1][1]
        tokens = [{*re.findall(r'csrfmiddlewaretoken" value="(\w+)"', page)} for page in pages.values()]
        assert len(tokens[0]) == len(tokens[1]) == 1 and tokens[0] != tokens[1]


def test_the_place_in_the_navigation_is_that_of_the_page(alice, bob, as_member):
    def marked(client, path: str) -> set[str]:
        found = re.findall('<a href="([^"]*)" aria-current="page"', client.get(path).content.decode())
        return {one.partition("?")[0] for one in found}  # the sides of home differ behind it

    client = as_member(alice)
    for path in (
        "/",
        "/explore/",
        "/notifications/",
        "/bookmarks/",
        "/rewards/",
        "/settings/",
        "/@alice/",
        "/explore/",
    ):
        assert path in marked(client, path), path
        assert len({*marked(client, path)} - {path}) == 0, path
    assert marked(client, "/@bob/") & {"/@alice/", "/@bob/"} <= {"/@bob/"}
    assert "/explore/" in marked(Client(), "/explore/")


def test_times_are_those_of_each_readers_zone_one_after_another(alice, bob, carol, as_member):
    post = make.post(carol, "at noon")
    type(post).objects.filter(pk=post.pk).update(created_at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC))
    preferences.set_zone(actor=alice, zone="Asia/Tokyo")
    preferences.set_zone(actor=bob, zone="America/New_York")
    for member, exactly in ((alice, "2 March 2026, 08:30 JST"), (bob, "1 March 2026, 18:30 EST"), (alice, "2 March")):
        assert exactly in as_member(member).get("/explore/").content.decode()
