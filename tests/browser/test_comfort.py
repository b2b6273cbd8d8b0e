"""The page of parts and the main pages, enlarged, without motion, by keyboard."""

import pytest
from playwright.sync_api import expect

from social.posts import actions
from tests.browser import axe

# What has the focus and does not show it, nor the label around it.
BLIND = """() => {
  const one = document.activeElement, around = one.closest("label");
  const seen = (look) => (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0) || look.boxShadow !== "none";
  if (one === document.body || seen(getComputedStyle(one)) || (around && seen(getComputedStyle(around)))) return "";
  return one.outerHTML.slice(0, 120);
}"""
pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
MAIN = ["/", "/explore/", "/notifications/", "/messages/", "/bookmarks/", "/lists/", "/drafts/", "/search/", "/@alice/"]
MAIN += ["/settings/", "/settings/privacy/", "/rewards/", "/help/", "/posts/new/"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [100, 200])
def test_the_page_of_parts_is_accessible(context, live_server, settings, theme, size):
    settings.DEBUG = True
    page = context.new_page()
    page.emulate_media(color_scheme=theme)
    page.goto(f"{live_server.url}/style/")
    page.evaluate(f"document.documentElement.style.fontSize = '{size}%'")
    page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
    assert "\n".join(axe.findings(page)) == ""


def test_at_200_percent_nothing_is_wider_than_the_window(live_site, alice):
    post = actions.publish(actor=alice, text="Hello " + "w" * 60 + " https://example.com/" + "x" * 90)
    # What a window of 1280 at 200 % shows.
    context = live_site.browser_of(alice, viewport={"width": 640, "height": 450}, device_scale_factor=2)
    page = context.new_page()
    wide = []
    for path in [*MAIN, f"/posts/{post.pk}/"]:
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(path)
    assert not wide


def test_without_motion_nothing_moves(live_site, alice):
    actions.publish(actor=alice, text="Hello")
    page = live_site.browser_of(alice, reduced_motion="reduce").new_page()
    for path in ("/", "/explore/", "/notifications/"):
        page.goto(path)
        moving = page.evaluate(
            """() => [...document.querySelectorAll("*")].filter((one) => { const look = getComputedStyle(one);
            return look.animationName !== "none" || (look.transitionDuration.split(",").some((t) => parseFloat(t) > 0)
              && look.transitionProperty !== "none" && look.transition !== "none"); }).map((one) => one.className).slice(0, 5)"""
        )
        assert not moving and page.evaluate("document.getAnimations().length") == 0


def test_the_focus_is_seen_wherever_it_goes(live_site, alice):
    actions.publish(actor=alice, text="Hello")
    page = live_site.page_of(alice, "/")
    blind = []
    for _step in range(40):
        page.keyboard.press("Tab")
        found = page.evaluate(BLIND)
        if found:
            blind.append(found)
    assert not blind


def test_every_key_of_the_help(live_site, alice, bob):
    actions.publish(actor=alice, text="Hello there")
    page = live_site.page_of(bob, "/explore/")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("[data-search]:visible")).to_be_focused()
    page.locator("[data-search]:visible").blur()
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url("**/posts/*/")
    for key, path in (("n", "/notifications/"), ("h", "/"), ("m", "/messages/"), ("e", "/explore/")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.wait_for_url(f"**{path}")
    page.keyboard.press("j")
    page.keyboard.press("r")
    page.wait_for_url("**/posts/new/?in_reply_to=*")
    page.goto("/")
    page.keyboard.press("n")
    expect(page.locator("#composer textarea[name=text]")).to_be_focused()


def test_a_menu_lies_within_a_phone(live_site, alice, bob):
    post = actions.publish(actor=bob, text="Worth passing on")
    page = live_site.page_of(alice, f"/posts/{post.pk}/", **PHONE)
    actions.publish(actor=bob, text="An answer", in_reply_to=post)
    page.reload()
    for card in page.locator("article.post").all():
        for summary in card.locator("details.menu > summary").all():
            summary.click()
            box = card.locator("details[open] .menu-list").bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= 390
            page.keyboard.press("Escape")


def test_a_second_tap_where_the_sheet_was_opened_closes_it(live_site, alice):
    """It used to be a tap on "Sign out"."""
    page = live_site.page_of(alice, "/", **PHONE)
    spot = page.locator(".bottom [popovertarget=me]").bounding_box()
    for open_now in (True, False):
        page.touchscreen.tap(spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2)
        expect(page.locator("#me")).to_be_visible(visible=open_now)
    expect(page.locator(".bottom [popovertarget=me]")).to_be_visible()
