"""The first pages of all: whose door it is, and the picture that others will see."""

import io

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from social.profiles.models import Profile
from tests.browser.test_payloads import WATCH

pytestmark = pytest.mark.browser
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
BOTH = pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])


@pytest.mark.parametrize("path", ["/", "/sign-in/"])
def test_a_phone_says_whose_door_it_is_and_a_desk_once(live_site, db, path):
    for screen in (DESK, PHONE):
        page = live_site.visitor(**screen).new_page()
        page.goto(path)
        expect(page.get_by_role("link", name="Metya", exact=True).and_(page.locator(":visible"))).to_have_count(1)


def picture() -> dict[str, object]:
    wide = io.BytesIO()
    Image.new("RGB", (900, 600), "teal").save(wide, "PNG")
    return {"name": "me.png", "mimeType": "image/png", "buffer": wide.getvalue()}


def drawn(image: Locator) -> list[object]:
    return image.evaluate(
        "(one) => [one.naturalWidth, one.clientWidth, one.clientHeight, getComputedStyle(one).objectFit]"
    )


@BOTH
@pytest.mark.parametrize("path", ["/welcome/profile/", "/settings/profile/"])
def test_the_picture_is_seen_round_before_it_is_sent_and_can_be_taken_out(live_site, alice, screen, path):
    page = live_site.browser_of(alice, **screen).new_page()
    page.add_init_script(WATCH)
    page.goto(path)
    box = page.locator("[data-preview]")
    now, chosen = box.locator("[data-preview-now]"), box.locator("[data-preview-new]")
    drop, field = box.get_by_role("button", name="Take it out again"), page.get_by_label("Picture", exact=True)
    expect(now).to_be_visible()
    expect(drop).to_be_hidden()
    field.set_input_files(picture())
    expect(chosen).to_be_visible()
    expect(now).to_be_hidden()
    assert drawn(chosen) == [900, 96, 96, "cover"] and page.evaluate("window.refused") == []
    drop.click()
    expect(chosen).to_be_hidden()
    expect(now).to_be_visible()
    expect(field).to_be_focused()
    assert field.evaluate("(one) => one.files.length") == 0
    # What is no picture is not shown as one; the server says why.
    field.set_input_files({"name": "me.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(drop).to_be_visible()
    expect(chosen).to_be_hidden()
    field.set_input_files(picture())
    expect(chosen).to_be_visible()
    page.locator("main form").first.get_by_role("button", name="Continue" if "welcome" in path else "Save").click()
    page.wait_for_url(lambda url: not url.endswith("/welcome/profile/"))
    expect(page.locator("main")).to_be_visible()
    assert Profile.objects.get(member=alice).picture


def test_what_stands_beside_a_page_is_fetched_where_it_is_shown(live_site, alice):
    for screen, cards in ((DESK, {"/rewards/chip/", "/people/suggested/"}), (PHONE, set())):
        page = live_site.browser_of(alice, **screen).new_page()
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto("/notifications/")
        page.wait_for_load_state("networkidle")
        if cards:
            expect(page.locator("#rewards-chip")).to_be_visible()
        page.wait_for_timeout(500)
        found = {path for path in ("/rewards/chip/", "/people/suggested/") if any(url.endswith(path) for url in asked)}
        assert found == cards
