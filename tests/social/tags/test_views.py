"""Followed tags by address."""

import pytest

from social.posts import actions as posts
from social.tags.models import TagFollow

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}


def test_following_from_the_page_of_a_tag(alice, carol, as_member):
    posts.publish(actor=alice, text="#Süß")
    client = as_member(carol)
    assert 'action="/tags/s%C3%BCss/follow/"' in client.get("/tags/süss/").content.decode()
    for _again in range(2):
        assert client.post("/tags/S%C3%9CSS/follow/")["Location"] == "/tags/s%C3%BCss/"
    assert TagFollow.objects.get().tag.name == "süss"
    page = client.get("/tags/").content.decode()
    assert "You follow #süss" in page and "#Süß" in page
    assert client.post("/tags/süss/unfollow/", headers=JSON).json() == {"tag": "süss", "following": False}
    assert client.post("/tags/süss/unfollow/").status_code == 404  # there is nothing to end
    assert "You follow no tags yet" in client.get("/tags/").content.decode()


def test_the_button_for_htmx(alice, carol, as_member):
    posts.publish(actor=alice, text="#bees")
    client = as_member(carol)
    button = client.post("/tags/bees/follow/", headers=HTMX).content.decode()
    assert 'aria-pressed="true"' in button and "/tags/bees/unfollow/" in button and "<html" not in button
    button = client.post("/tags/bees/unfollow/", headers=HTMX).content.decode()
    assert 'aria-pressed="false"' in button and "/tags/bees/follow/" in button


def test_a_tag_that_one_may_not_know_of_cannot_be_followed(alice, bob, carol, as_member):
    posts.publish(actor=alice, text="#secret", visibility="followers")
    assert as_member(carol).post("/tags/secret/follow/").status_code == 404
    assert as_member(carol).post("/tags/unheard/follow/").status_code == 404
    assert as_member(bob).post("/tags/secret/follow/").status_code == 302


def test_a_followed_tag_stays_when_its_posts_went(alice, bob, as_member):
    post = posts.publish(actor=alice, text="#bees")
    client = as_member(bob)
    client.post("/tags/bees/follow/")
    posts.delete(actor=alice, post=post)
    assert client.get("/tags/bees/").status_code == 200 and client.get("/tags/").status_code == 200
    assert client.post("/tags/bees/unfollow/").status_code == 302
    assert client.get("/tags/bees/").status_code == 404


def test_visitors_wrong_verbs_and_next(alice, bob, client, as_member):
    posts.publish(actor=alice, text="#bees")
    page = client.get("/tags/bees/").content.decode()
    assert "/tags/bees/follow/" not in page
    for path in ("/tags/", "/tags/bees/follow/"):
        answer = client.post(path) if path.endswith("follow/") else client.get(path)
        assert answer.status_code == 302 and answer["Location"].startswith("/sign-in/")
    member = as_member(bob)
    assert member.get("/tags/bees/follow/").status_code == 405 == member.post("/tags/").status_code
    assert member.post("/tags/bees/follow/", {"next": "//evil.example"})["Location"] == "/tags/bees/"
    assert member.get("/tags/?before=x").status_code == 400


def test_more_of_my_tags(alice, bob, as_member):
    for number in range(25):
        posts.publish(actor=alice, text=f"number {number:02} #bees")
    client = as_member(bob)
    client.post("/tags/bees/follow/")
    page = client.get("/tags/").content.decode()
    assert "number 05" in page and "number 04" not in page
    oldest = TagFollow.objects.get().tag.uses.order_by("-post")[19].post_id
    part = client.get(f"/tags/?before={oldest}", headers=HTMX).content.decode()
    assert "number 04" in part and "number 05" not in part and "<html" not in part
