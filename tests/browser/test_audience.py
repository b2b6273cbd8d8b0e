"""Writing for some people only, on a desk and on a phone: a list made, a post for it, a warning, who may reply."""

import pytest
from playwright.sync_api import expect

from social.lists import actions as lists
from social.posts import actions
from social.posts.models import Post

pytestmark = pytest.mark.browser
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_a_list_is_made_and_written_for(live_site, alice, bob, carol, screen):
    page = live_site.page_of(alice, "/lists/", **screen)
    page.get_by_role("link", name="Make a list").click()
    page.get_by_label("Name").fill("Ridge walkers")
    page.get_by_role("button", name="Make the list").click()
    page.get_by_role("link", name="Add people").click()
    page.get_by_label("Handle of a person").fill("@Bob")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("button", name="Take out @bob")).to_be_visible()

    page.goto("/")
    page.locator("#composer textarea[name=text]").fill("The spring is behind the third wall")
    page.get_by_label("Who may see it").select_option(label="Ridge walkers")
    page.get_by_label("More options").click()
    page.get_by_label("Content warning").fill("Where the spring is")
    page.locator("#composer").get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("article.post", has_text="Where the spring is")).to_be_visible()
    expect(page.get_by_text("behind the third wall")).to_be_hidden()

    bobs = live_site.page_of(bob, "/", **screen)
    card = bobs.locator("article.post", has_text="Where the spring is")
    expect(card.get_by_text("For a list of people")).to_have_count(1)
    card.locator("summary", has_text="Where the spring is").click()
    expect(bobs.get_by_text("behind the third wall")).to_be_visible()
    carols = live_site.page_of(carol, f"/posts/{Post.objects.get().pk}/", **screen)
    expect(carols.get_by_role("heading", level=1)).not_to_have_text("Post")
    expect(carols.get_by_text("third wall")).to_have_count(0)


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_a_person_is_put_into_a_list_from_their_page(live_site, alice, bob, screen):
    lists.make(actor=alice, name="Ridge walkers")
    page = live_site.page_of(alice, "/@bob/", **screen)
    page.locator(".profile summary").click()
    page.get_by_role("link", name="Lists …").click()
    page.get_by_role("button", name="Add Ridge walkers").click()
    expect(page.get_by_role("button", name="In it Ridge walkers")).to_be_visible()


def test_who_may_not_reply_is_told_who_may(live_site, alice, carol):
    post = actions.publish(actor=alice, text="For those who follow", replies_from="followers")
    page = live_site.page_of(carol, f"/posts/{post.pk}/")
    expect(page.get_by_text("Followers can reply.")).to_be_visible()
    expect(page.locator("#composer")).to_have_count(0)


def test_an_audience_of_nobody_is_refused_and_everything_typed_stays(live_site, alice):
    page = live_site.page_of(alice)
    page.locator("#composer textarea[name=text]").fill("just between us")
    page.get_by_label("Who may see it").select_option("mentioned")
    page.locator("#composer").get_by_role("button", name="Post", exact=True).click()
    expect(page.get_by_text("Mention somebody, like @handle")).to_be_visible()
    expect(page.locator("#composer textarea[name=text]")).to_have_value("just between us")
    expect(page.get_by_label("Who may see it")).to_have_value("mentioned")
