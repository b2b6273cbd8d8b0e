"""Finding, following tags, keeping in folders and unfolding, as a person does it, on a phone and on a desk."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from metya.wallets.models import Member
from social.bookmarks.models import Bookmark
from social.posts import actions as posts
from social.trends import actions as trends
from tests import make
from tests.browser import axe
from tests.browser.live_site import LiveSite

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DESK = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}
PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "is_mobile": True, "has_touch": True}
LONG = "A long story about bees. " * 38


@pytest.fixture
def village(live_site: LiveSite) -> Iterator[tuple[Member, Member]]:
    alice, bob = make.member("alice"), make.member("bob")
    make.follow(bob, alice)
    posts.publish(actor=alice, text="The bees are back #bees")
    posts.publish(actor=bob, text="Nothing but wasps here #bees")
    trends.set_trusted([alice.pk, bob.pk])
    trends.count_trends()
    yield alice, bob


def fits(page: Page) -> None:
    """Nothing hangs out at the side, and nothing serious for people who use other means."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not axe.findings(page)


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_searching_while_typing(village, page_for: Callable[..., Page], screen):
    page = page_for(village[1], "/explore/", **screen)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("wasps")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=wasps")
    found = page.locator("#found .post")
    expect(found).to_have_count(1)
    field = page.get_by_role("searchbox")
    field.fill("bee")
    expect(found).to_have_count(2)
    page.wait_for_url("**/search/?q=bee**")
    expect(field).to_be_focused()
    field.fill("bee from:alice has:wings")
    expect(found).to_have_count(1)
    expect(page.locator(".hints")).to_contain_text("“wings” was left out")
    fits(page)
    page.get_by_role("link", name="People", exact=True).last.click()
    page.get_by_role("searchbox").fill("ali")
    expect(page.locator("#found")).to_contain_text("@alice")
    page.get_by_role("link", name="Tags", exact=True).last.click()
    page.get_by_role("searchbox").fill("be")
    page.locator("#found").get_by_text("#bees").click()
    page.wait_for_url("**/tags/bees/")
    page.goto("/search/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page.locator("main")).to_contain_text("2 people")
    fits(page)


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_following_a_tag(village, page_for: Callable[..., Page], screen):
    page = page_for(village[1], "/tags/bees/", **screen)
    page.locator(".head").get_by_role("button", name="Follow").click()
    expect(page.locator(".head button[aria-pressed=true]")).to_have_text("Following#bees")
    page.goto("/")
    page.locator("main .head").get_by_role("link", name="Tags").click()
    page.wait_for_url("**/tags/")
    expect(page.locator("main .context").first).to_contain_text("You follow #bees")
    expect(page.locator("main .post")).to_have_count(2)
    fits(page)


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_keeping_a_post_in_folders(village, page_for: Callable[..., Page], screen):
    page = page_for(village[1], "/bookmarks/", **screen)
    page.get_by_role("link", name="New folder").click()
    page.get_by_label("Name").fill("Garden")
    page.get_by_role("button", name="Create the folder").click()
    expect(page.locator("main")).to_contain_text("Nothing lies here yet")
    page.goto("/")
    post = page.locator("main .post", has_text="back")
    post.locator("summary[aria-label=More]").click()
    post.get_by_role("link", name="Save to a folder").click()
    page.get_by_label("Garden").check()
    page.get_by_label("New folder").fill("Read again")
    fits(page)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(lambda url: url.endswith("/"))
    expect(page.locator("main .post", has_text="back").locator("button[aria-pressed=true]")).to_be_visible()
    page.goto("/bookmarks/")
    expect(page.locator(".folder")).to_have_count(2)
    fits(page)
    page.locator(".folder", has_text="Read again").click()
    expect(page.locator("main .post")).to_have_count(1)
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Name").fill("Again")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Again")).to_be_visible()
    page.get_by_role("link", name="Edit").click()
    page.get_by_text("Delete this folder").click()
    page.get_by_role("button", name="Delete the folder").click()
    expect(page.locator(".folder")).to_have_count(1)
    assert Bookmark.objects.count() == 1


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_long_post_unfolds_where_it_stands(village, page_for: Callable[..., Page], scripts):
    alice, bob = village
    post = posts.publish(actor=alice, text=LONG + " THE END")
    page = page_for(bob, f"/@{alice.handle}/", **PHONE, java_script_enabled=scripts)
    card = page.locator(f"#post-{post.pk}")
    folded = card.bounding_box()["height"]
    assert folded < 560
    card.get_by_text("Show more").click()
    expect(card.get_by_text("Show less")).to_be_visible()
    assert card.bounding_box()["height"] > folded + 100 and page.url.endswith(f"/@{alice.handle}/")
    card.get_by_text("Show less").click()
    assert card.bounding_box()["height"] == folded
    page.goto(post.get_absolute_url())
    expect(page.locator(".post.focus")).to_contain_text("THE END")
    expect(page.get_by_text("Show more")).to_have_count(0)
