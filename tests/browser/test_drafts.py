"""Writing that is not lost, in one go and for later, on a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from social.drafts.models import Draft
from social.posts import actions
from social.posts.models import Post
from tests import make

pytestmark = pytest.mark.browser
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
screens = pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])


@screens
def test_what_is_typed_is_found_again_on_another_device(live_site, alice, screen):
    page = live_site.page_of(alice, "/", **screen)
    page.locator("#composer textarea[name=text]").fill("Half a thought about springs")
    with page.expect_response("**/drafts/save/"):
        pass
    other = live_site.page_of(alice, "/drafts/", **screen)
    other.get_by_role("link", name="Half a thought").click()
    area = other.locator("#composer textarea[name=text]")
    expect(area).to_have_value("Half a thought about springs")
    area.fill("A whole thought about springs")
    other.locator("#composer").get_by_role("button", name="Post", exact=True).click()
    expect(other.locator("article.post", has_text="A whole thought").first).to_be_visible()
    assert not Draft.objects.exists()


@screens
def test_a_thread_is_written_in_one_go(live_site, alice, screen):
    page = live_site.page_of(alice, "/", **screen)
    second = page.get_by_label("Post 2 of the thread")
    expect(second).to_be_hidden()
    page.locator("#composer textarea[name=text]").fill("First the ridge")
    second.fill("then the ferry")
    page.get_by_label("Post 3 of the thread").fill("and home")
    expect(page.get_by_label("Post 5 of the thread")).to_be_hidden()
    page.locator("#composer").get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("article.post", has_text="First the ridge")).to_be_visible()
    assert list(Post.objects.order_by("pk").values_list("text", "in_reply_to__text")) == [
        ("First the ridge", None),
        ("then the ferry", "First the ridge"),
        ("and home", "then the ferry"),
    ]


@screens
def test_a_post_waits_for_its_hour(live_site, alice, screen):
    page = live_site.page_of(alice, "/", **screen)
    button = page.locator("#composer .end button.btn")
    page.locator("#composer textarea[name=text]").fill("Good morning")
    page.get_by_label("More options").click()
    hour = page.get_by_label("Post at")
    hour.fill("2027-01-02T08:00")
    expect(button).to_have_accessible_name("Schedule")
    hour.fill("")
    expect(button).to_have_accessible_name("Post")
    hour.fill("2027-01-02T08:00")
    page.reload()  # what stood there is kept in the tab, and with it what the button says
    expect(button).to_have_accessible_name("Schedule")
    button.click()
    expect(page.get_by_text("goes out")).to_be_visible()
    assert Draft.objects.get().due_at is not None and not Post.objects.exists()
    page.get_by_role("link", name="Good morning").click()
    expect(hour).to_have_value("2027-01-02T08:00")
    expect(button).to_have_accessible_name("Schedule")


def test_without_scripts_the_button_says_it_too(live_site, alice):
    page = live_site.browser_of(alice, java_script_enabled=False).new_page()
    page.goto("/")
    button = page.locator("#composer .end button.btn")
    expect(button).to_have_accessible_name("Post")
    page.locator("#composer textarea[name=text]").fill("Good morning")
    page.get_by_label("More options").click()
    page.get_by_label("Post at").fill("2020-01-02T08:00")
    button.click()
    expect(page.locator("#composer .errorlist")).to_contain_text("at least a minute away")
    expect(button).to_have_accessible_name("Schedule")


def test_handles_and_tags_are_completed_by_keyboard(live_site, alice):
    make.member("ines")
    actions.publish(actor=alice, text="#ridge")
    page = live_site.page_of(alice)
    area = page.locator("#composer textarea[name=text]")
    area.press_sequentially("hello @in")
    expect(page.get_by_role("option", name="@ines Ines")).to_be_visible()
    area.press("Enter")
    expect(area).to_have_value("hello @ines ")
    area.press_sequentially("on the #ri")
    expect(page.get_by_role("option", name="#ridge")).to_be_visible()
    area.press("Escape")
    expect(page.locator(".completions")).to_have_count(0)
    area.press_sequentially("d")
    page.get_by_role("option", name="#ridge").click()
    expect(area).to_have_value("hello @ines on the #ridge ")
