"""A press shows at once what it will be: corrected by the answer, taken back by an error, the last wish in the end."""

import json

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from social.bookmarks.models import Bookmark
from social.follows import actions as follows
from social.follows.models import Follow
from social.posts import actions
from social.posts.models import Like, Post
from tests import make

pytestmark = pytest.mark.browser
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
SCREENS = pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])


def awake(page: Page) -> Page:
    """The page after the first sign of a person."""
    page.evaluate("import(document.getElementById('flash').dataset.wishes).then(() => true)")
    return page


class Held:
    """Requests to these addresses wait until ``go``."""

    def __init__(self, page: Page, pattern: str) -> None:
        self.routes: list[Route] = []
        self.open = False
        page.route(pattern, self._take)

    def _take(self, route: Route) -> None:
        if self.open:
            route.continue_()
        else:
            self.routes.append(route)

    def go(self) -> None:
        self.open = True
        for route in self.routes:
            route.continue_()
        self.routes.clear()


@SCREENS
def test_a_like_shows_before_its_answer_and_keeps_the_focus(live_site, alice, bob, screen):
    post = make.post(alice, "In the open")
    page = awake(live_site.page_of(bob, "/explore/", **screen))
    held = Held(page, "**/posts/*/like/")
    like = page.locator(f"#post-{post.pk} .like")
    number = like.locator("[data-count]")
    page.evaluate("window.before = document.querySelector('.like')")
    like.focus()
    page.keyboard.press("Enter")
    expect(like).to_have_attribute("aria-pressed", "true")
    expect(number).to_have_text("1")
    assert not Like.objects.exists() and len(held.routes) == 1
    held.go()
    expect(page.locator(".pending")).to_have_count(0)
    expect(like).to_be_focused()
    expect(like).to_have_attribute("aria-pressed", "true")
    expect(number).to_have_text("1")
    # The same button: a screen reader is told once that it is pressed.
    assert page.evaluate("window.before === document.querySelector('.like')") and Like.objects.count() == 1


@pytest.mark.parametrize(("presses", "liked"), [(2, False), (3, True), (4, False), (7, True)])
def test_quick_presses_end_in_the_last_wish(live_site, alice, bob, presses, liked):
    post = make.post(alice, "In the open")
    page = awake(live_site.page_of(bob, "/explore/"))
    held = Held(page, "**/posts/*/like/")
    like = page.locator(f"#post-{post.pk} .like")
    for _press in range(presses):
        like.click()
    expect(like).to_have_attribute("aria-pressed", str(liked).lower())
    held.go()
    expect(page.locator(".pending")).to_have_count(0)
    page.wait_for_load_state("networkidle")
    expect(like).to_have_attribute("aria-pressed", str(liked).lower())
    expect(like.locator("[data-count]")).to_have_text("1" if liked else "")
    post.refresh_from_db()
    assert Like.objects.exists() is liked and post.like_count == int(liked)


def test_wishes_beside_each_other_do_not_undo_each_other(live_site, alice, bob):
    post = make.post(alice, "In the open")
    page = awake(live_site.page_of(bob, "/explore/"))
    held = Held(page, "**/posts/*/bookmark/")
    like, keep = (page.locator(f"#post-{post.pk} .{name}") for name in ("like", "keep"))
    keep.click()
    with page.expect_response("**/posts/*/like/"):
        like.click()
    expect(like).not_to_have_class("pending")
    expect(keep).to_have_attribute("aria-pressed", "true")
    held.go()
    expect(page.locator(".pending")).to_have_count(0)
    expect(like).to_have_attribute("aria-pressed", "true")
    assert Like.objects.count() == Bookmark.objects.count() == 1


@SCREENS
def test_what_is_refused_is_taken_back_with_its_reason(live_site, alice, bob, screen):
    post = make.post(alice, "Soon gone")
    page = awake(live_site.page_of(bob, "/explore/", **screen))
    actions.delete(actor=alice, post=post)
    like = page.locator(f"#post-{post.pk} .like")
    like.click()
    expect(page.locator("#flash [data-toast]")).to_contain_text("not there any more")
    expect(like).to_have_attribute("aria-pressed", "false")
    expect(like.locator("[data-count]")).to_have_text("")


def test_the_servers_own_reason_is_said(live_site, alice, carol):
    page = awake(live_site.page_of(carol, "/@alice/"))
    page.route("**/@alice/follow/", lambda route: route.fulfill(
        status=403, headers={"HX-Retarget": "#flash", "HX-Reswap": "beforeend", "Content-Type": "text/html"},
        body='<div class="toast error" role="alert" data-toast><p>Your account cannot follow now.</p></div>',
    ))  # fmt: skip
    button = page.locator(".profile [data-wish]")
    button.click()
    expect(page.locator("#flash [data-toast]")).to_have_text("Your account cannot follow now.")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(button).to_contain_text("Follow@alice")


@SCREENS
def test_offline_a_press_is_taken_back(live_site, alice, bob, screen):
    post = make.post(alice, "In the open")
    page = awake(live_site.page_of(bob, "/explore/", **screen))
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_have_text("You are offline. What you write is kept.")
    like = page.locator(f"#post-{post.pk} .like")
    like.click()
    expect(page.locator("#flash [data-toast]")).to_contain_text("offline")
    expect(like).to_have_attribute("aria-pressed", "false")
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".pending")).to_have_count(0)
    assert Like.objects.count() == 1


@SCREENS
def test_a_repost_shows_at_once_and_is_taken_back_as_fast(live_site, alice, bob, screen):
    post = make.post(alice, "In the open")
    page = awake(live_site.page_of(bob, "/explore/", **screen))
    held = Held(page, "**/posts/*/repost/")
    sign = page.locator(f"#post-{post.pk} summary.repost")
    number, menu = sign.locator("[data-count]"), page.locator(f"#post-{post.pk} details:has(.repost)")
    sign.click()
    menu.get_by_role("button", name="Repost", exact=True).click()
    expect(number).to_have_text("1")
    expect(sign).to_contain_class("on")
    expect(menu.locator(".menu-list")).to_be_hidden()
    expect(sign).to_be_focused()
    assert not Post.objects.filter(repost_of=post).exists() and len(held.routes) == 1
    # The wish is changed while the answer is still on its way: the last one counts.
    sign.click()
    menu.get_by_role("button", name="Undo the repost").click()
    expect(number).to_have_text("")
    held.go()
    expect(page.locator(".pending")).to_have_count(0)
    page.wait_for_load_state("networkidle")
    expect(number).to_have_text("")
    expect(sign).not_to_contain_class("on")
    assert not Post.objects.present().filter(repost_of=post).exists()


@SCREENS
def test_a_repost_that_is_refused_is_taken_back_with_its_reason(live_site, alice, bob, screen):
    post = make.post(alice, "Soon gone")
    page = awake(live_site.page_of(bob, "/explore/", **screen))
    sign = page.locator(f"#post-{post.pk} summary.repost")
    held = Held(page, "**/posts/*/repost/")
    sign.click()
    page.get_by_role("button", name="Repost", exact=True).click()
    expect(sign.locator("[data-count]")).to_have_text("1")
    actions.delete(actor=alice, post=post)
    held.go()
    expect(page.locator("#flash [data-toast]")).to_contain_text("not there any more")
    expect(sign.locator("[data-count]")).to_have_text("")
    expect(sign).not_to_contain_class("on")
    sign.click()
    expect(page.get_by_role("button", name="Repost", exact=True)).to_be_visible()


@SCREENS
def test_following_shows_at_once(live_site, alice, carol, screen):
    page = awake(live_site.page_of(carol, "/@alice/", **screen))
    held = Held(page, "**/@alice/follow/")
    button = page.locator(".profile [data-wish]")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_contain_text("Following")
    assert not Follow.objects.exists()
    held.go()
    expect(page.locator(".pending")).to_have_count(0)
    expect(button).to_contain_text("Following")
    assert Follow.objects.filter(source=carol, target=alice).exists()


def test_numbers_from_others_do_not_fight_with_a_press(live_site, alice, bob, carol):
    post = make.post(alice, "In the open")
    page = live_site.browser_of(bob).new_page()
    sockets: list[WebSocketRoute] = []
    # The test hints itself: just when the press waits for its answer.
    page.route_web_socket("**/live/", lambda socket: sockets.append(socket))
    page.goto("/explore/")
    awake(page)
    expect(page.locator("body[data-live=on]")).to_have_count(1)
    held = Held(page, "**/posts/*/like/")
    like = page.locator(f"#post-{post.pk} .like")
    like.click()
    for other in (carol, make.member("dora")):
        actions.like(actor=other, post=post)
    with page.expect_response("**/posts/counts/**"):
        sockets[0].send(json.dumps({"t": "post", "ids": [post.pk]}))
    page.wait_for_timeout(300)
    expect(like.locator("[data-count]")).to_have_text("1")
    held.go()
    expect(like.locator("[data-count]")).to_have_text("3")


@SCREENS
def test_keys_like_keep_and_undo(live_site, alice, bob, screen):
    make.post(alice, "In the open")
    page = awake(live_site.page_of(bob, "/explore/", **screen))
    for key, css in (("j", ""), ("l", ".like"), ("b", ".keep")):
        page.keyboard.press(key)
        if css:
            expect(page.locator(f".post.at {css}")).to_have_attribute("aria-pressed", "true")
            expect(page.locator(".pending")).to_have_count(0)
    assert Like.objects.count() == Bookmark.objects.count() == 1
    page.keyboard.press("b")
    expect(page.locator("#flash [data-undo]")).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator(".post.at .keep")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#flash")).to_contain_text("Bookmarked.")
    assert Bookmark.objects.count() == 1


def test_a_locked_account_is_asked_anew(live_site, alice, carol):
    follows.set_locked(actor=alice, locked=True)
    page = awake(live_site.page_of(carol, "/@alice/"))
    button = page.locator(".profile [data-wish]")
    button.click()
    expect(button).to_contain_text("Requested")
    expect(page.locator(".pending")).to_have_count(0)
    button.click()
    expect(button).to_contain_text("Follow@alice")


def test_an_open_menu_stays_open_while_answers_draw_its_row(live_site, alice, bob):
    """Liked, taken back before the first answer came: two answers, the second one of a press by the script."""
    post = make.post(alice, "A menu beside it")
    page = awake(live_site.page_of(bob))
    held = Held(page, f"**/posts/{post.pk}/like/")
    card = page.locator(f"#post-{post.pk}")
    card.get_by_role("button", name="Like").click()
    card.get_by_role("button", name="Like").click()
    card.locator("summary.repost").click()
    with page.expect_response(f"**/posts/{post.pk}/unlike/"):
        held.go()
    expect(card.locator(".pending")).to_have_count(0)
    page.wait_for_timeout(300)
    expect(card.locator("details.menu[open]")).to_have_count(1)
    card.get_by_role("button", name="Repost", exact=True).click()
    expect(card.locator("[data-count=reposts]")).to_have_text("1")
