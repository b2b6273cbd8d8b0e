"""Two members in two browsers: what one does shows on the other's page, without a reload and without a jump."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from social.notifications import actions as notifications
from tests import make

pytestmark = pytest.mark.browser


def connected(page):
    """The page once its socket is open."""
    expect(page.locator("body[data-live=on]")).to_have_count(1)
    return page


def post(page, text):
    """Write a post, as a person does."""
    page.goto("/")
    page.locator("#composer textarea[name=text]").fill(text)
    page.locator("#composer").get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("article.post", has_text=text).first).to_be_visible()


def test_a_post_waits_behind_a_button_on_the_followers_page(live_site, alice, bob):
    old = make.post(alice, "An older post")
    bobs, alices = connected(live_site.page_of(bob)), live_site.page_of(alice)
    bobs.locator("#composer textarea[name=text]").focus()
    post(alices, "Fresh from the ridge")
    pill = bobs.locator("#newer .pill")
    expect(pill).to_have_text("1 new post")
    expect(bobs.get_by_text("Fresh from the ridge")).to_have_count(0)
    expect(bobs.locator("#composer textarea[name=text]")).to_be_focused()
    expect(bobs.locator("[role=status]", has_text="1 new post")).to_have_count(1)
    post(alices, "And a second one")
    expect(pill).to_have_text("2 new posts")
    pill.click()
    expect(bobs.locator("#feed article.post .text")).to_have_text(
        ["And a second one", "Fresh from the ridge", old.text]
    )
    expect(pill).to_have_count(0)
    post(alices, "The third")
    expect(pill).to_have_text("1 new post")


def test_who_has_scrolled_sees_the_button_and_comes_to_the_new_posts(live_site, alice, bob):
    for number in range(12):
        make.post(alice, f"Older post {number}")
    bobs, alices = connected(live_site.page_of(bob)), live_site.page_of(alice)
    bobs.evaluate("scrollTo(0, 600)")
    post(alices, "Fresh from the ridge")
    pill = bobs.locator("#newer .pill")
    expect(pill).to_be_in_viewport(ratio=1)
    assert bobs.evaluate("scrollY") > 300
    pill.click()
    expect(bobs.locator("#feed article.post", has_text="Fresh from the ridge")).to_be_in_viewport()


def test_ones_own_post_is_no_news(live_site, alice):
    alices = connected(live_site.page_of(alice))
    post(alices, "Mine")
    alices.wait_for_timeout(2500)
    expect(alices.locator("#newer .pill")).to_have_count(0)


def test_ones_own_reply_is_no_news_either_and_does_not_come_twice(live_site, alice, bob):
    root = make.post(alice, "Who hosts for their town?")
    alices, bobs = (connected(live_site.page_of(one, f"/posts/{root.pk}/")) for one in (alice, bob))

    def reply(page, text):
        page.locator("#composer textarea[name=text]").fill(text)
        page.locator("#composer").get_by_role("button", name="Reply", exact=True).click()
        expect(page.locator("article.post", has_text=text)).to_be_visible()

    reply(bobs, "We do")
    bobs.wait_for_timeout(2500)
    expect(bobs.locator("#news .pill")).to_have_count(0)
    reply(alices, "So do we")
    expect(bobs.locator("#news .pill")).to_have_text("1 new reply")
    bobs.locator("#news .pill").click()
    expect(bobs.locator("article.post", has_text="So do we")).to_be_visible()
    expect(bobs.locator("article.post", has_text="We do")).to_have_count(1)


def test_an_open_thread_counts_new_replies_and_likes(live_site, alice, bob):
    root = make.post(alice, "Who hosts for their town?")
    alices = connected(live_site.page_of(alice, f"/posts/{root.pk}/"))
    bobs = live_site.page_of(bob, f"/posts/{root.pk}/")
    bobs.locator("article.focus .like").first.click()
    expect(alices.locator(f"#post-{root.pk} [data-count=likes]")).to_have_text("1")
    expect(alices.locator(".nav [data-bell]")).to_have_text("1")
    bobs.locator("#composer textarea[name=text]").fill("We do, since spring")
    bobs.locator("#composer").get_by_role("button", name="Reply", exact=True).click()
    pill = alices.locator("#news .pill")
    expect(pill).to_have_text("1 new reply")
    expect(alices.locator(f"#post-{root.pk} [data-count=replies]")).to_have_text("1")
    expect(alices.locator(".nav [data-bell]")).to_have_text("2")
    pill.click()
    expect(alices.locator("article.post", has_text="We do, since spring")).to_be_visible()


def test_a_lost_socket_comes_back_and_catches_up(live_site, alice, bob):
    page = live_site.browser_of(bob).new_page()
    sockets = []

    def through(socket):
        sockets.append(socket)
        socket.connect_to_server()

    page.route_web_socket("**/live/", through)
    page.goto("/")
    connected(page)
    page.clock.install()
    sockets[0].close(code=3000)
    expect(page.locator("body[data-live=on]")).to_have_count(0)
    make.post(alice, "While you were away")
    page.clock.fast_forward(5000)
    connected(page)
    page.clock.fast_forward(5000)
    expect(page.locator("#newer .pill")).to_have_text("1 new post")
    assert len(sockets) == 2


def test_the_notifications_page_reads_itself_when_seen(live_site, alice, bob):
    notifications.notify(member=alice, kind="follow", actor=bob, key="follow:1")
    page = live_site.page_of(alice, "/notifications/")
    expect(page.get_by_text("followed you")).to_be_visible()
    expect(page.get_by_role("button", name="Mark all as read")).to_be_hidden()
    expect(page.locator(".nav [data-bell]")).to_have_text("")
    assert alice.notifications.get().read_at is not None


def test_the_bell_rings_even_for_what_another_process_wrote(live_site, alice, bob):
    page = connected(live_site.page_of(alice, "/notifications/"))
    bell = page.locator(".nav [data-bell]")
    expect(bell).to_have_text("")
    notifications.notify(member=alice, kind="follow", actor=bob, key="follow:1")
    expect(bell).to_have_text("1")


def test_signing_out_elsewhere_ends_the_socket(live_site, alice):
    page = connected(live_site.page_of(alice, "/notifications/"))
    Session.objects.all().delete()
    expect(page.locator("body[data-live=on]")).to_have_count(0, timeout=20_000)


def test_a_new_session_in_the_same_browser_goes_on(live_site, alice):
    page = connected(live_site.page_of(alice, "/notifications/"))
    old = list(Session.objects.values_list("session_key", flat=True))
    live_site.sign_in(page.context, alice)
    Session.objects.filter(session_key__in=old).delete()
    with page.expect_websocket(timeout=30_000):
        pass
    connected(page)


def test_a_visitor_has_no_socket(live_site):
    page = live_site.visitor().new_page()
    sockets = []
    page.on("websocket", lambda opened: sockets.append(opened.url))
    page.goto("/help/")
    page.wait_for_load_state("networkidle")
    assert sockets == []


CLOSE_CODE = """({address, send, times}) => new Promise((done) => {
  const socket = new WebSocket(address);
  socket.onopen = () => { for (let i = 0; i < times; i++) socket.send(send); };
  socket.onclose = (event) => done(event.code);
})"""


def close_code(page, site, send="", times=0):
    """The code with which the server closes a socket of this page that sends ``send`` so often."""
    address = site.url.replace("http:", "ws:") + "/live/"
    return page.evaluate(CLOSE_CODE, {"address": address, "send": send, "times": times})


def test_a_foreign_page_cannot_open_a_socket(live_site, alice):
    page = live_site.browser_of(alice).new_page()
    page.goto("data:text/html,elsewhere")
    assert close_code(page, live_site) == 1006


def test_huge_frames_and_floods_are_closed(live_site, alice):
    page = connected(live_site.page_of(alice, "/notifications/"))
    assert close_code(page, live_site, "x" * 1_000_000, 1) == 1006, "dropped before it is read"
    assert close_code(page, live_site, "x" * 10_000, 1) == 4413
    assert close_code(page, live_site, "[", 1) == 4400
    assert close_code(page, live_site, '{"posts":[1]}', 1000) == 4429
    connected(page)


def held(page, pattern):
    """The next request to an address, kept back until ``held[0].continue_()``."""
    kept = []
    page.route(pattern, lambda route: kept.append(route), times=1)  # playwright looks into the function
    return kept


def test_an_answer_finds_its_place_though_a_hint_drew_it_anew_meanwhile(live_site, alice):
    page = connected(live_site.page_of(alice))
    kept = held(page, "**/posts/")
    page.locator("#composer textarea[name=text]").fill("Sent over a slow line")
    page.locator("#composer").get_by_role("button", name="Post", exact=True).click()
    with page.expect_response("**/feeds/newer/**"):
        page.evaluate("document.body.dispatchEvent(new CustomEvent('live:feed'))")
    page.wait_for_timeout(300)
    kept[0].continue_()
    expect(page.locator("article.post .text")).to_have_text("Sent over a slow line")
    expect(page.locator("#composer textarea[name=text]")).to_have_value("")


def test_two_verbs_pressed_at_once_both_show(live_site, alice, bob):
    post = make.post(alice, "Two at once")
    page = connected(live_site.page_of(bob))
    kept = held(page, f"**/posts/{post.pk}/bookmark/")
    page.locator(f"#post-{post.pk}").get_by_role("button", name="Bookmark", exact=True).click()
    page.locator(f"#post-{post.pk} .like").click()
    expect(page.locator(f"#post-{post.pk} .like.on")).to_have_count(1)
    kept[0].continue_()
    expect(page.locator(f"#post-{post.pk}").get_by_role("button", name="Bookmark", pressed=True)).to_be_visible()
    expect(page.locator(f"#post-{post.pk} .like.on")).to_have_count(1)
