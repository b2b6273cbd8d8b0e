"""Appearance, time, one's own data and leaving, as a person does it on a desk and on a phone."""

import zipfile

import pytest
from playwright.sync_api import expect

from metya.members import downloads, jobs
from metya.members.models import Departure, Download, Preferences
from social.posts import actions as posts

pytestmark = pytest.mark.browser
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
BOTH = pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
GROUND = "getComputedStyle(document.body).backgroundColor"


@BOTH
def test_the_look_is_chosen_and_holds_at_the_largest_text(live_site, alice, screen):
    posts.publish(actor=alice, text="A post with a_long_word_that_goes_on_and_on_until_nobody_reads_it_any_more")
    page = live_site.page_of(alice, "/settings/", **screen)
    light = page.evaluate(GROUND)
    page.get_by_role("main").get_by_role("link", name="Appearance").click()
    page.get_by_role("group", name="Colours").get_by_text("Dark").click()
    page.get_by_text("Larger", exact=True).click()
    page.get_by_text("Nothing moves").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate(GROUND) != light
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
    for path in (
        "/",
        "/@alice/",
        "/settings/",
        "/settings/appearance/",
        "/settings/time/",
        "/settings/leave/",
        "/rewards/",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_a_visitor_has_a_look_too(live_site):
    page = live_site.visitor(**DESK, color_scheme="dark").new_page()
    page.goto("/settings/appearance/")
    dark = page.evaluate(GROUND)
    page.get_by_text("Light", exact=True).click()
    page.get_by_role("button", name="Save").click()
    page.goto("/explore/")
    assert page.evaluate(GROUND) != dark


def test_the_browser_tells_its_clock_once_and_never_over_a_choice(live_site, alice):
    page = live_site.browser_of(alice, **DESK, timezone_id="Asia/Tokyo").new_page()
    with page.expect_response("**/settings/time/seen/"):
        page.goto("/")
    page.goto("/settings/time/")
    expect(page.get_by_text("Asia/Tokyo")).to_be_visible()
    page.get_by_label("Time zone").select_option("America/New_York")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("(America/New_York)")).to_be_visible()
    other = live_site.page_of(alice, "/", **DESK, timezone_id="Asia/Tokyo")
    other.goto("/settings/time/")
    expect(other.get_by_text("(America/New_York)")).to_be_visible()
    assert Preferences.objects.get().zone == "America/New_York"


@BOTH
def test_data_is_taken_along(live_site, alice, screen):
    posts.publish(actor=alice, text="Worth keeping")
    page = live_site.page_of(alice, "/settings/leave/", **screen)
    page.get_by_role("button", name="Make a download").click()
    expect(page.get_by_text("It is being made.")).to_be_visible()
    jobs.make_download.call(Download.objects.get().pk)
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("link", name="Download", exact=True)).to_be_visible()
    assert b"Worth keeping" in zipfile.ZipFile(downloads.path_of(Download.objects.get())).read("posts.html")
    page.get_by_role("link", name="Download", exact=True).click()
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    page.goto("/settings/leave/")
    page.get_by_role("link", name="Leave …").click()
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    assert not Departure.objects.exists()
