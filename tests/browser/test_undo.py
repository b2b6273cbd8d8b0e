"""Undo instead of asking first: a post, a bookmark, a follow, a mute, a place in a list, a draft."""

import pytest
from playwright.sync_api import expect

from social.drafts import actions as drafts
from social.drafts.models import Draft
from social.follows.models import Block, Follow, Mute
from social.lists import actions as lists
from social.posts import actions
from social.posts.models import Post
from tests import make

pytestmark = pytest.mark.browser
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
SCREENS = pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])


@SCREENS
def test_a_deleted_post_comes_back_where_it_stood(live_site, alice, screen):
    post = actions.publish(actor=alice, text="Hasty words")
    page = live_site.page_of(alice, "/", **screen)
    card = page.locator(f"#post-{post.pk}")
    card.locator("summary[aria-label=More]").click()
    card.get_by_role("button", name="Delete").click()
    expect(card).to_have_text("This post was deleted.")
    assert not Post.objects.present().exists()
    page.locator("#flash").get_by_role("button", name="Undo").click()
    expect(card).to_contain_text("Hasty words")
    expect(page.locator("#flash")).to_contain_text("The post is back.")
    assert Post.objects.present().count() == 1


def test_on_its_own_page_it_comes_back_with_the_page(live_site, alice):
    post = actions.publish(actor=alice, text="Hasty words")
    page = live_site.page_of(alice, f"/posts/{post.pk}/")
    page.locator(".post.focus summary[aria-label=More]").click()
    page.get_by_role("button", name="Delete").click()
    page.locator("#flash").get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".post.focus")).to_contain_text("Hasty words")
    assert Post.objects.present().exists()


def test_the_way_back_stays_while_it_is_looked_at(live_site, alice):
    post = actions.publish(actor=alice, text="Hasty words")
    context = live_site.browser_of(alice)
    page = context.new_page()
    page.clock.install()
    page.goto("/")
    page.locator(f"#post-{post.pk} summary[aria-label=More]").click()
    page.get_by_role("button", name="Delete").click()
    undo = page.locator("#flash [data-undo]")
    expect(undo).to_be_visible()
    page.clock.run_for(7_000)
    expect(undo).to_be_visible()
    undo.focus()
    page.clock.run_for(60_000)
    expect(undo).to_be_visible()
    undo.blur()
    page.clock.run_for(9_000)
    expect(undo).to_have_count(0)


def test_too_late_is_said(live_site, alice):
    post = actions.publish(actor=alice, text="Hasty words")
    page = live_site.page_of(alice, "/")
    page.locator(f"#post-{post.pk} summary[aria-label=More]").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("#flash [data-undo]")).to_be_visible()
    Post.objects.update(undo_until=None)
    page.locator("#flash [data-undo]").click()
    expect(page.locator("#flash .toast.error")).to_contain_text("too late")


def test_without_scripts_the_next_page_has_the_way_back(live_site, alice):
    post = actions.publish(actor=alice, text="Hasty words")
    page = live_site.browser_of(alice, java_script_enabled=False).new_page()
    page.goto("/")
    page.locator(f"#post-{post.pk} summary[aria-label=More]").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("#flash")).to_contain_text("The post is deleted.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"#post-{post.pk}")).to_contain_text("Hasty words")


@SCREENS
def test_a_follow_and_a_mute_come_back(live_site, alice, bob, screen):
    make.post(alice, "From alice")
    page = live_site.page_of(bob, "/@alice/", **screen)
    page.locator(".profile [data-wish]").click()
    expect(page.locator(".profile [data-wish]")).to_contain_text("Follow@alice")
    page.locator("#flash [data-undo]").click()
    expect(page.locator(".profile [data-wish]")).to_contain_text("Following")
    assert Follow.objects.filter(source=bob, target=alice).exists()
    page.goto("/explore/")
    page.evaluate("window.kept = true")
    page.locator(".post summary[aria-label=More]").click()
    page.get_by_role("button", name="Mute @alice").click()
    expect(page.locator(".post")).to_be_hidden()
    assert Mute.objects.exists()
    page.locator("#flash [data-undo]").click()
    expect(page.locator(".post")).to_be_visible()
    expect(page.locator("#flash")).to_contain_text("not muted any more")
    assert page.evaluate("window.kept") and not Mute.objects.exists()


@SCREENS
def test_a_mute_from_the_profile_comes_back_in_its_place(live_site, alice, bob, screen):
    page = live_site.page_of(bob, "/@alice/", **screen)
    page.evaluate("window.kept = true")
    page.locator("#bond-menu summary").click()
    page.get_by_role("button", name="Mute @alice").click()
    expect(page.locator("#bond .wait")).to_have_text("Muted")
    page.locator("#flash [data-undo]").click()
    expect(page.locator("#bond .wait")).to_have_count(0)
    page.locator("#bond-menu summary").click()
    expect(page.get_by_role("button", name="Mute @alice")).to_be_visible()
    assert page.evaluate("window.kept") and not Mute.objects.exists()


@SCREENS
def test_a_block_comes_back_in_its_place_with_the_follow(live_site, alice, bob, screen):
    post = make.post(alice, "From alice")
    page = live_site.page_of(bob, "/", **screen)
    page.evaluate("window.kept = true")
    page.on("dialog", lambda dialog: dialog.accept())
    card = page.locator(f"#post-{post.pk}")
    card.locator("summary[aria-label=More]").click()
    card.get_by_role("button", name="Block @alice").click()
    expect(card).to_be_hidden()
    assert Block.objects.exists() and not Follow.objects.filter(source=bob, target=alice).exists()
    page.locator("#flash [data-undo]").click()
    expect(card).to_be_visible()
    expect(page.locator("#flash")).to_contain_text("not blocked any more")
    assert page.evaluate("window.kept") and not Block.objects.exists()
    assert Follow.objects.filter(source=bob, target=alice).exists()


def test_a_block_from_their_page_leads_back_there(live_site, alice, bob):
    page = live_site.page_of(bob, "/@alice/")
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#bond-menu summary").click()
    page.get_by_role("button", name="Block @alice").click()
    page.locator("#flash [data-undo]").click()
    expect(page.locator("#flash")).to_contain_text("not blocked any more")
    assert page.url.endswith("/@alice/") and not Block.objects.exists()


@SCREENS
def test_a_place_in_a_list_and_a_draft_come_back_where_they_stood(live_site, alice, bob, carol, screen):
    one = lists.make(actor=alice, name="Walkers")
    for person in (carol, bob, make.member("dana")):
        lists.add(actor=alice, one=one, member=person)
    for text in ("First thought", "Half a thought", "Last thought"):
        drafts.save(actor=alice, key=text, fields={"text": [text]})
    page = live_site.page_of(alice, f"/lists/{one.pk}/people/", **screen)
    page.evaluate("window.kept = true")
    names = page.locator("main .rows .row:visible small")
    page.get_by_role("button", name="Take out @bob").click()
    expect(names).to_have_text(["@dana", "@carol"])
    page.locator("#flash [data-undo]").click()
    expect(names).to_have_text(["@dana", "@bob", "@carol"])
    page.get_by_role("button", name="Take out @bob").click()
    expect(names).to_have_text(["@dana", "@carol"])
    assert page.evaluate("window.kept")
    page.goto("/drafts/")
    page.evaluate("window.kept = true")
    texts = page.locator("main .rows .row:visible b")
    page.locator("li", has_text="Half a thought").get_by_role("button", name="Delete the draft").click()
    expect(texts).to_have_text(["Last thought", "First thought"])
    page.locator("#flash [data-undo]").click()
    expect(texts).to_have_text(["Last thought", "Half a thought", "First thought"])
    assert page.evaluate("window.kept") and Draft.objects.of(alice).count() == 3


def test_a_block_asks_first(live_site, alice, bob):
    make.post(alice, "From alice")
    page = live_site.page_of(bob, "/explore/")
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.locator(".post summary[aria-label=More]").click()
    page.get_by_role("button", name="Block @alice").click()
    expect(page.locator(".post")).to_have_count(1)
    assert asked and not Block.objects.exists()
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto("/@alice/")
    page.locator("#bond-menu summary").click()
    page.get_by_role("button", name="Block @alice").click()
    page.wait_for_url(lambda url: "/@alice/" not in url)
    assert Block.objects.exists()


def test_the_last_row_leaves_the_words_of_an_empty_page(live_site, alice):
    drafts.save(actor=alice, key="k", fields={"text": ["The only thought"]})
    page = live_site.page_of(alice, "/drafts/")
    nothing = page.get_by_role("heading", name="No drafts, nothing scheduled")
    expect(nothing).to_be_hidden()
    page.get_by_role("button", name="Delete the draft").click()
    expect(nothing).to_be_visible()
    page.locator("#flash [data-undo]").click()
    expect(page.get_by_text("The only thought")).to_be_visible()
    expect(nothing).to_be_hidden()
