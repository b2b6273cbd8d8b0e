"""Notifications, on a desk and on a phone: many likes in one line, everyone behind it, wanting less and the way back."""

import pytest
from playwright.sync_api import expect

from social.notifications.models import NotificationChoice
from social.posts import actions as posts
from tests import make

pytestmark = pytest.mark.browser
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
BOTH = pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])


@BOTH
def test_likes_are_one_line_and_the_bell_agrees(live_site, alice, bob, carol, screen):
    post = posts.publish(actor=alice, text="The ridge at six in the morning")
    page = live_site.page_of(alice, f"/posts/{post.pk}/", **screen)
    expect(page.locator("body[data-live=on]")).to_have_count(1)
    bell = page.locator("[data-bell]:visible")
    for person in (bob, carol):  # each in a browser of their own
        other = live_site.page_of(person, f"/posts/{post.pk}/", **screen)
        other.locator("article.focus .like").first.click()
        expect(other.locator("article.focus .like[aria-pressed=true]").first).to_be_visible()
        expect(bell).to_have_text("1")
    posts.publish(actor=bob, text="@alice where is that?")
    expect(bell).to_have_text("2")
    page.goto("/notifications/")
    expect(page.get_by_text("Carol and 1 other liked your post")).to_be_visible()
    expect(page.locator(".told li")).to_have_count(2)
    expect(page.get_by_role("button", name="Mark all as read")).to_be_hidden()
    page.get_by_role("link", name="See everyone").click()
    expect(page.locator("main").get_by_role("link", name="@bob")).to_be_visible()
    expect(page.locator("main").get_by_role("link", name="@carol")).to_be_visible()
    page.goto("/notifications/")
    page.locator(".tabs").get_by_role("link", name="Replies").click()
    expect(page.locator(".told li")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@BOTH
def test_less_of_it_and_the_way_back(live_site, alice, carol, screen):
    posts.publish(actor=carol, text="@alice hello")
    posts.like(actor=carol, post=make.post(alice, "Mine"))
    page = live_site.page_of(alice, "/notifications/", **screen)
    line = page.locator(".told li", has_text="mentioned you")
    for choice, said in (
        ("Mute @carol", "You muted @carol."),
        ("Mute this conversation", "You muted the conversation."),
        ("Mentions: only people you follow", "Mentions: only from people you follow."),
        ("Mentions: none", "Mentions: none from now on."),
    ):
        line.get_by_label("Less of this").click()
        page.get_by_role("button", name=choice, exact=True).click()
        expect(page.get_by_text(said)).to_be_visible()
        expect(line).to_have_count(0)
        expect(page.get_by_role("button", name="Undo")).to_be_focused()
        page.keyboard.press("Enter")
        expect(line).to_be_visible()
        expect(line.get_by_label("Less of this")).to_be_focused()
    line.get_by_label("Less of this").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Mentions: none")).to_be_visible()
    page.keyboard.press("Escape")
    expect(line.get_by_label("Less of this")).to_be_focused()
    page.get_by_role("link", name="Notification settings").click()
    page.get_by_label("Mentions", exact=True).select_option("off")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto("/notifications/")
    expect(page.locator(".told li")).to_have_count(1)
    assert NotificationChoice.objects.get(kind="mention").bell == "off"
