"""What the page's own scripts do, in a real browser, under the real content security policy."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.browser.sample"), pytest.mark.django_db(transaction=True)]
EMOJI_FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.fixture
def sample(page: Page, live_server) -> Iterator[Page]:
    page.goto(f"{live_server.url}/sample/")
    yield page


def toast(page: Page):
    return page.locator("#flash [data-toast]")


def test_a_fragment_replaces_its_target(sample: Page):
    sample.click("#b-fine")
    expect(sample.locator("#spot")).to_have_text("changed")


def test_a_refusal_is_said_and_leaves_the_page_alone(sample: Page):
    sample.click("#b-conflict")
    expect(toast(sample)).to_contain_text("Somebody was faster.")
    expect(sample.locator("#spot")).to_have_text("as it was")
    toast(sample).locator("[data-dismiss]").click()
    expect(toast(sample)).to_have_count(0)


@pytest.mark.parametrize(("name", "words"), [("missing", "not there any more"), ("broken", "Please try again")])
def test_error_pages_are_not_put_into_a_corner(sample: Page, name: str, words: str):
    sample.click(f"#b-{name}")
    expect(toast(sample)).to_contain_text(words)
    expect(sample.locator("#spot")).to_have_text("as it was")


def test_no_content_changes_nothing(sample: Page):
    with sample.expect_response("**/sample/nothing/"):
        sample.click("#b-nothing")
    expect(sample.locator("#spot")).to_have_text("as it was")
    expect(toast(sample)).to_have_count(0)


def test_a_redirected_answer_is_gone_to(sample: Page):
    sample.click("#b-elsewhere")
    sample.wait_for_url("**/sample/?landed")
    expect(sample.locator("h1")).to_have_text("Sample")


def test_an_invalid_form_comes_back_with_what_was_typed(sample: Page):
    sample.fill("#f input[name=word]", "bad")
    sample.click("#f button")
    expect(sample.locator("#f .error")).to_have_text("no")
    expect(sample.locator("#f input[name=word]")).to_have_value("bad")


def test_the_csrf_token_goes_along_without_a_form(sample: Page, context):
    # The sample page sets the cookie by its form; Django's own check stands behind the view.
    sample.click("#bare")
    expect(sample.locator("#spot")).to_have_text("sent")


def test_offline_is_said(sample: Page, context):
    context.set_offline(True)
    sample.click("#b-fine")
    expect(toast(sample)).to_contain_text("offline")
    context.set_offline(False)


def test_copying(sample: Page, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    sample.click("#copy")
    expect(toast(sample)).to_have_text("Copied it")
    assert sample.evaluate("navigator.clipboard.readText()") == "0xabc"


def test_menus_close_each_other_and_by_escape(sample: Page):
    sample.click("#one summary")
    sample.click("#two summary")
    expect(sample.locator("details[open]")).to_have_count(1)
    sample.keyboard.press("Escape")
    expect(sample.locator("details[open]")).to_have_count(0)
    expect(sample.locator("#two summary")).to_be_focused()
    sample.click("#one summary")
    sample.click("h1")
    expect(sample.locator("details[open]")).to_have_count(0)


def test_the_counter_counts_as_people_do_and_the_draft_stays(sample: Page):
    area = sample.locator("#composer textarea")
    counter = sample.locator("[data-counter]")
    area.fill(EMOJI_FAMILY * 30)
    expect(counter).to_have_text("90")
    area.fill("e\u0301" * 121)
    expect(counter).to_have_text("-1")
    expect(counter).to_have_class(re.compile("over"))
    area.fill("  kept  ")
    sample.reload()
    expect(area).to_have_value("  kept  ")
    area.fill("")
    sample.reload()
    expect(area).to_have_value("")


def test_keys(sample: Page):
    at = sample.locator(".post.at")
    sample.keyboard.press("j")
    expect(at).to_have_attribute("data-post", "0")
    sample.keyboard.press("j")
    sample.keyboard.press("j")
    sample.keyboard.press("k")
    expect(at).to_have_attribute("data-post", "1")
    expect(at).to_be_focused()
    expect(at).to_be_in_viewport()
    sample.keyboard.press("?")
    expect(sample.locator("dialog#keys")).to_be_visible()
    sample.keyboard.press("j")
    sample.keyboard.press("Escape")
    expect(sample.locator("dialog#keys")).to_be_hidden()
    expect(at).to_have_attribute("data-post", "1")
    sample.keyboard.press("o")
    sample.wait_for_url("**/sample/?post=1")


def test_keys_do_nothing_while_typing(sample: Page):
    sample.click("#composer textarea")
    sample.keyboard.type("jjj?/o")
    expect(sample.locator(".post.at")).to_have_count(0)
    expect(sample.locator("#composer textarea")).to_have_value("jjj?/o")
    assert sample.url.endswith("/sample/")


def test_a_card_opens_by_its_empty_parts_only(sample: Page):
    sample.locator(".post .like").first.click()
    assert sample.url.endswith("/sample/")
    sample.locator(".post .text").nth(2).click()
    sample.wait_for_url("**/sample/?post=2")


def test_going_back_finds_the_place_again(sample: Page):
    for count in (40, 60):
        sample.locator(".more a").click()
        expect(sample.locator(".post")).to_have_count(count)
    sample.evaluate("scrollTo(0, document.body.scrollHeight - 1500)")
    sample.wait_for_timeout(100)
    place = sample.evaluate("scrollY")
    sample.evaluate("addEventListener('unload', () => 0)")  # the page is not kept whole: the hard case
    sample.goto(sample.url.replace("/sample/", "/sample/?landed"))
    sample.go_back()
    expect(sample.locator(".post")).to_have_count(60)
    sample.wait_for_function(f"Math.abs(scrollY - {place}) < 5")


def test_times_grow_older(page: Page, live_server):
    page.clock.install(time=0)
    page.goto(f"{live_server.url}/sample/")
    page.evaluate(
        """() => { const time = document.createElement("time");
        time.dateTime = "1970-01-01T00:00:00+00:00"; time.dataset.ago = ""; time.textContent = "now";
        const lasting = time.cloneNode(true);
        lasting.dataset.ago = "for {}"; lasting.textContent = "for 1 min";
        document.querySelector("#spot").replaceChildren(time, lasting); }"""
    )
    page.clock.run_for(40_000)
    expect(page.locator("#spot time")).to_have_text(["now", "for 1 min"])
    page.clock.run_for(5 * 60_000)
    expect(page.locator("#spot time")).to_have_text(["5 min", "for 5 min"])
    page.clock.run_for(2 * 3_600_000)
    expect(page.locator("#spot time")).to_have_text(["2 h", "for 2 h"])
