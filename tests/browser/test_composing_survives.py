"""What is written is not lost: by a lost connection, a lost answer, a reload, a session that ended; and is posted once."""

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from social.posts.models import Post, PostImage
from tests import make
from tests.browser.test_compose_pictures import file

pytestmark = pytest.mark.browser
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
SCREENS = pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
TEXT = "A thought that took an hour"


def written(page: Page) -> Page:
    """With a text, a warning, a further post, and somebody chosen to see it."""
    composer = page.locator("#composer")
    composer.locator("[name=text]").fill(TEXT)
    composer.locator("[name=then]").first.fill("And another")
    composer.get_by_label("Who may see it").select_option("followers")
    composer.get_by_label("More options").click()
    composer.get_by_label("Content warning").fill("Thoughts")
    return page


def stands(page: Page) -> None:
    composer = page.locator("#composer")
    expect(composer.locator("[name=text]")).to_have_value(TEXT)
    expect(composer.locator("[name=then]").first).to_have_value("And another")
    expect(composer.get_by_label("Who may see it")).to_have_value("followers")
    expect(composer.get_by_label("Content warning")).to_have_value("Thoughts")


def posted_once(page: Page) -> None:
    expect(page.locator("#composer [name=text]")).to_have_value("")  # the answer is there
    expect(page.locator("#feed article.post", has_text="Thoughts")).to_have_count(1)
    assert Post.objects.filter(text=TEXT, warning="Thoughts", visibility="followers").count() == 1
    assert Post.objects.count() == 2
    page.reload()
    expect(page.locator("#composer [name=text]")).to_have_value("")


@SCREENS
def test_a_lost_connection(live_site, alice, screen):
    page = written(live_site.page_of(alice, "/", **screen))
    page.context.set_offline(True)
    page.locator("#composer").get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("#composer .not-sent.error")).to_be_visible()
    expect(page.locator("#offline")).to_be_visible()
    stands(page)
    page.context.set_offline(False)
    page.locator("#composer").get_by_role("button", name="Send again").click()
    posted_once(page)


def test_an_answer_that_got_lost(live_site, alice):
    page = written(live_site.page_of(alice, "/"))

    def lose(route) -> None:
        route.fetch()
        route.abort()

    page.route("**/posts/", lose, times=1)
    page.locator("#composer").get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("#composer .not-sent.error")).to_be_visible()
    assert Post.objects.count() == 2
    page.reload()
    stands(page)
    page.locator("#composer").get_by_role("button", name="Post", exact=True).click()
    posted_once(page)


@SCREENS
def test_a_reload(live_site, alice, screen):
    page = written(live_site.page_of(alice, "/", **screen))
    page.locator("#composer [data-picture]").set_input_files(file("red"))
    page.locator("#composer [name=picture_alt]").fill("A square")
    expect(page.locator("#composer [name=picture]")).not_to_have_value("")
    page.reload()
    stands(page)
    expect(page.locator("#composer [name=picture_alt]")).to_have_value("A square")
    picture = page.locator("#composer [data-tile] img")
    expect(picture).to_have_attribute("src", re.compile("^/posts/pictures/"))
    page.locator("#composer").get_by_role("button", name="Post", exact=True).click()
    posted_once(page)
    assert PostImage.objects.get().alt == "A square" and PostImage.objects.get().post.text == TEXT


@SCREENS
def test_a_session_that_ended(live_site, alice, screen):
    page = written(live_site.page_of(alice, "/", **screen))
    Session.objects.all().delete()
    page.locator("#composer").get_by_role("button", name="Post", exact=True).click()
    page.wait_for_url("**/sign-in/?next=/")
    assert not Post.objects.exists()
    live_site.sign_in(page.context, alice)
    page.goto("/")
    stands(page)
    page.locator("#composer").get_by_role("button", name="Post", exact=True).click()
    posted_once(page)


def test_a_session_that_ended_on_the_page_of_a_reply(live_site, alice, bob):
    """That form is sent as a page of its own."""
    above = make.post(bob, "What do you think?")
    page = live_site.page_of(alice, f"/posts/new/?in_reply_to={above.pk}")
    page.locator("#composer [name=text]").fill(TEXT)
    Session.objects.all().delete()
    page.locator("#composer .end .btn").click()
    page.wait_for_url("**/sign-in/?next=**")
    live_site.sign_in(page.context, alice)
    page.goto(f"/posts/new/?in_reply_to={above.pk}")
    expect(page.locator("#composer [name=text]")).to_have_value(TEXT)
    page.locator("#composer .end .btn").click()
    expect(page.locator(".post.focus")).to_contain_text(TEXT)
    page.goto(f"/posts/new/?in_reply_to={above.pk}")
    expect(page.locator("#composer [name=text]")).to_have_value("")
    assert Post.objects.filter(author=alice).count() == 1


def test_another_member_does_not_find_it(live_site, alice, bob):
    page = written(live_site.page_of(alice, "/"))
    live_site.sign_in(page.context, bob)
    page.goto("/")
    expect(page.locator("#composer [name=text]")).to_have_value("")


def test_pressing_twice_posts_once(live_site, alice):
    page = live_site.page_of(alice, "/")
    page.locator("#composer [name=text]").fill("Once")
    page.evaluate(
        """() => { const form = document.getElementById("composer"); form.requestSubmit(); form.requestSubmit(); }"""
    )
    expect(page.locator("#feed article.post")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    expect(page.locator("#feed article.post")).to_have_count(1)
    assert Post.objects.count() == 1


def test_a_picture_waits_for_the_connection(live_site, alice):
    page = live_site.page_of(alice, "/")
    page.evaluate("import(document.querySelector('[data-picture]').dataset.module).then(() => true)")
    page.context.set_offline(True)
    page.locator("#composer [data-picture]").set_input_files(file("red"))
    expect(page.locator("[data-tile-error]")).to_contain_text("You are offline")
    page.route(
        "**/posts/pictures/", lambda route: route.abort(), times=1
    )  # told of a connection that carries nothing yet
    page.context.set_offline(False)
    expect(page.locator("#composer [name=picture]")).not_to_have_value("")
    expect(page.locator("[data-tile-error]")).to_be_hidden()
    assert PostImage.objects.count() == 1
