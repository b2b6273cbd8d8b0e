"""Asking and voting, changing a post and looking at what it was, on a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from social.posts import actions
from tests.social.polls.test_actions import ask

pytestmark = pytest.mark.browser
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
screens = pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])


@screens
def test_a_poll_is_asked_answered_and_seen(live_site, alice, bob, screen):
    page = live_site.page_of(alice, "/", **screen)
    page.locator("#composer textarea[name=text]").fill("Which way to the spring?")
    page.get_by_label("Add a poll").click()
    for number, text in enumerate(("By the ridge", "By the ferry", "Not at all"), start=1):
        page.get_by_label(f"Choice {number}").fill(text)
    expect(page.get_by_label("Choice 4")).to_be_visible()
    expect(page.get_by_label("Choice 5")).to_be_hidden()
    page.locator("#composer").get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("article.post", has_text="By the ridge")).to_be_visible()

    bobs = live_site.page_of(bob, "/", **screen)
    bobs.get_by_text("See the results").click()
    expect(bobs.locator(".poll-bar")).to_have_count(3)
    bobs.reload()
    bobs.get_by_label("By the ferry").check()
    bobs.get_by_role("button", name="Vote").click()
    expect(bobs.locator(".poll-bar.leads")).to_contain_text("By the ferry")
    expect(bobs.get_by_text("1 person voted")).to_be_visible()
    bobs.reload()
    expect(bobs.locator(".poll-bar.leads")).to_contain_text("100")


@screens
def test_a_post_is_changed_and_everyone_sees_what_it_was(live_site, alice, bob, screen):
    post = actions.publish(actor=alice, text="Seven springs still run")
    page = live_site.page_of(alice, f"/posts/{post.pk}/", **screen)
    page.locator(".focus .acts .menu summary").last.click()
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Post", exact=True).fill("Six springs still run")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".focus")).to_contain_text("Six springs")
    bobs = live_site.page_of(bob, "/", **screen)
    bobs.get_by_role("link", name="edited").click()
    expect(bobs.locator("del")).to_have_text("Seven")
    expect(bobs.locator("ins")).to_have_text("Six")


def test_a_second_vote_is_refused_with_a_reason(live_site, alice, bob):
    post = ask(alice)
    first, second = (live_site.page_of(bob, f"/posts/{post.pk}/") for _ in range(2))
    first.get_by_label("Ridge").check()
    first.get_by_role("button", name="Vote").click()
    expect(first.locator(".poll-bar.leads")).to_contain_text("Ridge")
    second.get_by_label("Ferry").check()
    second.get_by_role("button", name="Vote").click()
    expect(second.get_by_role("alert")).to_contain_text("You voted already")
    expect(second.locator(".poll-bar.leads")).to_contain_text("Ridge")
    expect(second.get_by_role("button", name="Vote")).to_have_count(0)
