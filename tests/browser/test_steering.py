"""Choosing "For you", asking why, pulling a slider, and seeing the order change and come back, as a person does it."""

import re

import pytest
from playwright.sync_api import Page, expect

from social.posts import actions as posts
from tests import make

pytestmark = pytest.mark.browser
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
LADDER, REPORT = "Who has a ladder?", "A report of the harvest"


def _order(page: Page) -> list[str]:
    texts = page.locator("#feed article .text").all_inner_texts()
    return [LADDER if LADDER in text else REPORT for text in texts if LADDER in text or REPORT in text]


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_a_member_asks_why_steers_sees_it_and_goes_back(live_site, alice, bob, screen):
    posts.publish(actor=make.member(), text=LADDER)
    posts.publish(actor=alice, text=REPORT)
    page = live_site.page_of(bob, "/", **screen)
    assert _order(page) == [REPORT]
    page.get_by_role("link", name="For you", exact=True).click()
    expect(page.get_by_role("link", name="For you", exact=True)).to_have_attribute("aria-current", "page")
    assert _order(page) == [REPORT, LADDER]

    first = page.locator("#feed article").first
    first.get_by_text("why?").click()
    expect(first.get_by_role("rowheader", name="Together")).to_be_visible()
    points = [float(cell) for cell in first.locator("tbody td.n:nth-child(2)").all_inner_texts()]
    whole = float(first.locator("tfoot td.n").first.inner_text())
    assert len(points) > 2 and abs(sum(points) - whole) < 0.01
    first.locator("table").get_by_role("link", name="People you follow", exact=True).click()
    page.wait_for_url("**/feeds/steer/#follows_author")

    shown = page.locator("#preview li")
    expect(shown.first).to_contain_text(REPORT)
    page.get_by_label("People you follow", exact=True).first.fill("-2")
    expect(shown.first).to_contain_text(LADDER)
    expect(shown.first).to_contain_text("▲ 1")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile("feed=for-you"))
    assert _order(page) == [LADDER, REPORT]
    page.goto("/")  # the choice is kept
    assert _order(page) == [LADDER, REPORT]

    page.get_by_role("link", name="Steer").click()
    page.get_by_role("button", name="Back to the usual").click()
    expect(page.get_by_text("Everything is back to the usual.")).to_be_visible()
    page.goto("/")
    assert _order(page) == [REPORT, LADDER]


def test_without_scripts_the_same_is_done_by_forms(live_site, alice, bob):
    posts.publish(actor=make.member(), text=LADDER)
    posts.publish(actor=alice, text=REPORT)
    page = live_site.page_of(bob, "/?feed=for-you", **DESK, java_script_enabled=False)
    first = page.locator("#feed article").first
    first.get_by_text("why?", exact=True).click()
    first.get_by_role("link", name="Why this post?").click()
    expect(page.get_by_role("rowheader", name="Together")).to_be_visible()
    page.get_by_role("link", name="Steer your feed").click()
    page.get_by_label("People you follow", exact=True).first.fill("-2")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview li").first).to_contain_text(LADDER)
    page.get_by_role("button", name="Save").click()
    assert _order(page) == [LADDER, REPORT]
    # What only scripts would fill or close is not shown.
    for part in (".aside .card.hold", ".toast [data-dismiss]"):
        assert page.locator(part).count() and not page.locator(part).first.is_visible(), part
