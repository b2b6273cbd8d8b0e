"""What people do with posts, in a browser: nothing is lost, nothing reloads, and it works without scripts, too."""

import pytest
from playwright.sync_api import expect

from social.bookmarks.models import Bookmark
from social.follows.models import Block, Mute
from social.posts import actions
from social.posts.models import Like, Post
from tests import make

expect.set_options(timeout=15_000)
pytestmark = pytest.mark.browser


def kept(page):
    """Mark the page as it is; ``page.evaluate("window.kept")`` is true as long as it was not loaded anew."""
    page.evaluate("window.kept = true")
    return page


def complaints(page):
    """What the browser's console says is wrong, as it comes."""
    said = []

    def hear(message):
        # The tests keep service workers out (live_site.py); that is not the page's fault.
        if message.type in ("error", "warning") and "Service Worker registration blocked" not in message.text:
            said.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


@pytest.mark.parametrize("query", ["", "?in_reply_to={}", "?quote_of={}"])
@pytest.mark.parametrize("scripts", [True, False])
def test_the_composer_as_a_page_leads_to_the_post(live_site, alice, bob, query, scripts):
    root = make.post(alice, "Who hosts for their town?")
    page = live_site.browser_of(bob, java_script_enabled=scripts).new_page()
    said = complaints(page)
    page.goto("/posts/new/" + query.format(root.pk))
    page.locator("#composer textarea[name=text]").fill("We do, since spring")
    page.locator("#composer .tools button.btn").click()
    expect(page.locator("article.focus .text").first).to_have_text("We do, since spring")
    made = Post.objects.get(author=bob)
    assert page.url.endswith(f"/posts/{made.pk}/") and not said
    assert root.pk in (made.in_reply_to_id, made.quote_of_id) or not query


def test_verbs_change_the_card_in_its_place(live_site, alice, bob):
    post = make.post(alice, "In the open")
    page = kept(live_site.page_of(bob, "/explore/"))
    said = complaints(page)
    card = page.locator(f"#post-{post.pk}")
    card.get_by_role("button", name="Like").click()
    expect(card.locator("[data-count=likes]")).to_have_text("1")
    with page.expect_response("**/unlike/"):
        card.get_by_role("button", name="Like", pressed=True).click()
    expect(card.locator("[data-count=likes]")).to_have_text("")
    with page.expect_response("**/bookmark/"):  # what stands on the page is ahead of what is stored
        card.get_by_role("button", name="Bookmark").click()
    expect(card.get_by_role("button", name="Bookmark", pressed=True)).to_have_count(1)
    card.locator("summary.repost").click()
    with page.expect_response("**/repost/"):
        card.get_by_role("button", name="Repost", exact=True).click()
    expect(card.locator("[data-count=reposts]")).to_have_text("1")
    assert page.evaluate("window.kept") and not said
    assert not Like.objects.exists() and Bookmark.objects.get().member == bob


def test_of_a_post_that_stands_twice_the_card_that_was_pressed_changes(live_site, alice, bob, carol):
    """As when somebody reposts what is further down already."""
    post = make.post(alice, "Twice here")
    make.follow(bob, carol)
    page = live_site.page_of(bob, "/")
    expect(page.locator("body[data-live=on]")).to_have_count(1)
    actions.repost(actor=carol, post=post)
    page.locator("#newer .pill").click()
    cards = page.locator("article.post", has_text="Twice here")
    expect(cards).to_have_count(2)
    cards.nth(1).get_by_role("button", name="Like").click()
    expect(cards.nth(1).get_by_role("button", name="Like", pressed=True)).to_have_count(1)


@pytest.mark.parametrize(("verb", "model"), [("Mute", Mute), ("Block", Block)])
def test_whom_one_leaves_out_leaves_the_page(live_site, alice, bob, carol, verb, model):
    make.follow(bob, carol)
    for author, text in ((alice, "one"), (carol, "other"), (alice, "two")):
        make.post(author, text)
    page = kept(live_site.page_of(bob, "/"))
    said = complaints(page)
    page.on("dialog", lambda dialog: dialog.accept())  # a block asks first
    card = page.locator("article.post", has_text="one")
    card.locator("summary[aria-label=More]").click()
    card.get_by_role("button", name=f"{verb} @alice").click()
    expect(page.locator("#feed article.post:visible .text")).to_have_text(["other"])
    expect(page.locator("#flash")).to_contain_text("@alice")
    assert page.evaluate("window.kept") and not said
    assert model.objects.get().target == alice


def test_muting_on_a_profile_and_taking_it_back(live_site, alice, bob):
    page = kept(live_site.page_of(bob, "/@alice/"))
    for verb, badge in (("Mute", 1), ("Unmute", 0)):
        page.locator("#bond-menu summary").click()
        page.get_by_role("button", name=f"{verb} @alice").click()
        expect(page.locator("#bond .wait")).to_have_count(badge)
    page.locator("#bond-menu summary").click()
    page.get_by_role("button", name="Mute @alice").click()
    expect(page.locator("#bond .wait")).to_have_count(1)
    assert page.evaluate("window.kept")
    kept(page).goto("/settings/muted/")
    kept(page).get_by_role("button", name="Unmute").click()
    expect(page.get_by_text("@alice")).to_have_count(0)
    assert page.evaluate("window.kept") and not Mute.objects.exists()


def test_without_scripts_every_verb_is_a_button_that_comes_back(live_site, alice, bob):
    post = make.post(alice, "In the open")
    page = live_site.browser_of(bob, java_script_enabled=False).new_page()
    page.goto("/explore/?x=1")
    page.get_by_role("button", name="Like", exact=True).click()
    expect(page.get_by_role("button", name="Like", pressed=True)).to_have_count(1)
    page.get_by_role("button", name="Bookmark").click()
    expect(page.get_by_role("button", name="Bookmark", pressed=True)).to_have_count(1)
    page.locator("summary.repost").click()
    page.get_by_role("button", name="Repost", exact=True).click()
    expect(page.locator("[data-count=reposts]")).to_have_text("1")
    assert page.url.endswith("/explore/?x=1")
    page.goto(f"/posts/{post.pk}/")
    page.locator("summary[aria-label=More]").click()
    page.get_by_role("button", name="Block @alice").click()
    expect(page.get_by_role("heading", name="Block @alice")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    assert page.url.endswith(f"/posts/{post.pk}/") and not Block.objects.exists()
    page.locator("summary[aria-label=More]").click()
    page.get_by_role("button", name="Block @alice").click()
    page.get_by_role("button", name="Block", exact=True).click()
    expect(page.get_by_role("heading", name="Home", exact=True)).to_have_count(1)
    assert Block.objects.get().target == alice
    page.locator("#flash").get_by_role("button", name="Undo").click()
    expect(page.locator("#flash")).to_contain_text("not blocked any more")
    assert not Block.objects.exists()


def test_a_refused_post_keeps_its_words_and_its_place(live_site, alice):
    page = kept(live_site.page_of(alice, "/"))
    page.locator("#composer textarea[name=text]").fill("x" * 1001)
    page.locator("#id_visibility").select_option("followers")
    page.locator("#composer .tools button.btn").click()
    expect(page.locator("#composer .errorlist")).to_contain_text("too long")
    expect(page.locator("#composer textarea[name=text]")).to_have_value("x" * 1001)
    expect(page.locator("#id_visibility")).to_have_value("followers")
    page.locator("#composer textarea[name=text]").fill("x" * 1000)
    page.locator("#composer .tools button.btn").click()
    expect(page.locator("#feed article.post")).to_have_count(1)
    assert page.evaluate("window.kept") and Post.objects.get().visibility == "followers"
