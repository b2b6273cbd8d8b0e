"""A post with a link, on a desk and on a phone: what it leads to is shown, and its author takes that away."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from social.posts.models import Post
from social.previews.models import LinkPreview, key_of

pytestmark = pytest.mark.browser
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
URL = "https://example.org/walk"


@pytest.fixture
def known(db):
    """The page was asked a while ago."""
    return LinkPreview.objects.create(
        key=key_of(URL, None),
        url=URL,
        host="example.org",
        title="Seven springs on one ridge",
        description="A walk of four hours, with a map.",
        next_at=timezone.now() + timezone.timedelta(days=7),
    )


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_a_link_is_written_shown_and_removed(live_site, alice, bob, known, screen):
    page = live_site.page_of(alice, **screen)
    page.locator("#composer textarea[name=text]").fill(f"Who comes along? {URL}")
    page.locator("#composer").get_by_role("button", name="Post", exact=True).click()
    card = page.locator("article.post", has_text="Who comes along?")
    expect(card.get_by_role("link", name="Seven springs on one ridge")).to_have_attribute("href", URL)
    bobs = live_site.page_of(bob, "/", **screen)
    expect(bobs.get_by_text("A walk of four hours")).to_be_visible()

    card.get_by_label("More", exact=True).click()
    card.get_by_role("button", name="Remove the link preview").click()
    expect(card.locator(".linked")).to_have_count(0)
    expect(card.get_by_role("button", name="Remove the link preview")).to_have_count(0)
    bobs.reload()
    expect(bobs.get_by_text("Who comes along?")).to_be_visible()
    expect(bobs.get_by_text("A walk of four hours")).to_have_count(0)


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_a_link_is_written_without(live_site, alice, known, screen):
    page = live_site.page_of(alice, **screen)
    page.locator("#composer textarea[name=text]").fill(f"Just the address: {URL}")
    page.get_by_label("More options").click()
    page.get_by_label("No preview of the link").check()
    page.locator("#composer").get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("article.post", has_text="Just the address")).to_be_visible()
    expect(page.locator(".linked")).to_have_count(0)
    assert Post.objects.get().preview_off
